# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules return, compared with what their documents say that they return, and when."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.registryops.acr.plugins.module_utils._tasks import access_info
from ansible_collections.registryops.acr.tests import images, words

MODULES = Path(__file__).resolve().parents[4] / "plugins" / "modules"
DAY = 86_400
EMPTY_INDEX = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}
REFUSED = json.dumps({"errors": [{"code": "REGISTRY_DISALLOWED_OPERATION", "message": "The operation is disallowed.", "detail": {}}]})
# Ansible's own, which its page "Return Values" documents.
ANSIBLES = {"changed", "failed", "msg", "warnings", "exception"}
# How a task ended: without an error; with a change that the registry refused; with a request that it refused before any change; with
# a guard that stopped it; because its deletion would break something; because of a check of acr_access_info; because something is missing.
DONE, PARTLY, REFUSES, GUARDED, BLOCKED, FOUND, MISSING = "done", "partly", "refuses", "guarded", "blocked", "found", "missing"


@dataclass
class Scene:
    """A registry with a repository of this run's own, and a folder."""

    registry: Any
    repository: str
    folder: Path

    def push(self, *tags: str, image: images.Image | None = None, days: int = 0) -> str:
        """Push an image as of some days ago, and return its digest."""
        clock = self.registry.emulator.clock
        now = clock.now()
        clock.set(now - days * DAY)
        digest = self.registry.push(self.repository, image or images.image(self.repository), *tags)
        clock.set(now)
        return digest

    def refuse(self, method: str, path: str) -> None:
        """Let the registry refuse requests for ``path``, a regular expression, in the repository."""
        rule = {"method": method, "path": f"/(v2|acr/v1|acr/v1/_deleted)/{self.repository}{path}", "times": 0, "status": 405, "body": REFUSED}
        self.registry.emulator.faults.set([rule])

    def files(self) -> list[dict[str, str]]:
        """Write two files, and return them as an option."""
        for name in ("a", "b"):
            (self.folder / name).write_text(f"{name} of {self.repository}")
        return [{"src": str(self.folder / name)} for name in ("a", "b")]

    def artifact(self) -> None:
        """Push an artifact of two files as v1."""
        assert self.registry.run("acr_push", repository=self.repository, tags=["v1"], files=self.files())["changed"]


@dataclass(frozen=True)
class Case:
    """``prepare`` returns the options of a task that ends in the way ``end``, beside the name of the repository."""

    end: str
    prepare: Callable[[Scene], dict[str, Any]]
    names_repository: bool = True


@dataclass(frozen=True)
class Run:
    """One run of a case, and what came of it."""

    end: str
    check: bool
    diff: bool
    options: dict[str, Any] = field(repr=False)
    result: dict[str, Any] = field(repr=False)


CASES: dict[str, list[Case]] = {}


def case(module: str, end: str, names_repository: bool = True) -> Callable[[Callable[[Scene], dict[str, Any]]], Callable[[Scene], dict[str, Any]]]:
    """Take a function in as one of a module's cases."""

    def take(prepare: Callable[[Scene], dict[str, Any]]) -> Callable[[Scene], dict[str, Any]]:
        CASES.setdefault(module, []).append(Case(end, prepare, names_repository))
        return prepare

    return take


@case("acr_access_info", DONE, names_repository=False)
def access_info_done(scene):
    return {"repositories": [scene.repository]}


@case("acr_access_info", FOUND, names_repository=False)
def access_info_found(scene):
    return {"password": "wrong", "fail_on": ["sign_in"]}


@case("acr_token_info", DONE, names_repository=False)
def token_info_done(scene):
    return {"repositories": [scene.repository]}


@case("acr_repository_info", DONE, names_repository=False)
def repository_info_done(scene):
    scene.push("v1")
    return {"repositories": [scene.repository]}


@case("acr_deleted_info", DONE, names_repository=False)
@case("acr_usage_info", DONE, names_repository=False)
def named_info_done(scene):
    scene.push("v1")
    return {"repositories": [scene.repository, "none"]}


@case("acr_deleted_info", MISSING, names_repository=False)
@case("acr_usage_info", MISSING, names_repository=False)
def named_info_missing(scene):
    scene.push("v1")
    return {"repositories": [scene.repository, "none"], "on_missing": "error"}


@case("acr_deleted_info", REFUSES, names_repository=False)
@case("acr_repository_info", REFUSES, names_repository=False)
@case("acr_usage_info", REFUSES, names_repository=False)
def info_refuses(scene):
    return {"password": "wrong"}


@case("acr_token_info", REFUSES, names_repository=False)
def token_info_refuses(scene):
    return {"repositories": [scene.repository], "password": "wrong"}


@case("acr_manifest_info", DONE)
def manifest_info_done(scene):
    scene.push("v1")
    return {"references": ["v1", "gone"]}


@case("acr_manifest_info", REFUSES)
def manifest_info_refuses(scene):
    return {"references": ["v1"], "password": "wrong"}


@case("acr_push", DONE)
def push_done(scene):
    return {"tags": ["v1"], "files": scene.files()}


@case("acr_push", PARTLY)
def push_partly(scene):
    scene.refuse("PUT", "/manifests/v2")
    return {"tags": ["v1", "v2"], "files": scene.files()}


@case("acr_push", REFUSES)
def push_refuses(scene):
    return {"tags": ["v1"], "files": scene.files(), "password": "wrong"}


@case("acr_pull", DONE)
def files_done(scene):
    scene.artifact()
    return {"reference": "v1", "dest": str(scene.folder / "dest")}


@case("acr_pull", DONE)
def layout_done(scene):
    scene.artifact()
    return {"reference": "v1", "layout": str(scene.folder / "layout")}


@case("acr_pull", PARTLY)
def pull_partly(scene):
    scene.artifact()
    scene.refuse("GET", "/blobs/.*")
    return {"reference": "v1", "dest": str(scene.folder / "dest")}


@case("acr_pull", REFUSES)
def pull_refuses(scene):
    return {"reference": "v1", "dest": str(scene.folder / "dest"), "password": "wrong"}


@case("acr_blob", DONE)
def upload_done(scene):
    return {"content": "Hello, blob!"}


@case("acr_blob", DONE)
def blob_deletion_done(scene):
    digest = scene.registry.run("acr_blob", repository=scene.repository, content="Goodbye, blob!")["digest"]
    return {"digest": digest, "state": "absent"}


@case("acr_blob", PARTLY)
def blob_partly(scene):
    scene.refuse("POST", "/blobs/uploads/.*")
    return {"content": "Hello, nobody!"}


@case("acr_blob", REFUSES)
def blob_refuses(scene):
    return {"content": "Hello!", "password": "wrong"}


@case("acr_blob", BLOCKED)
def blob_blocked(scene):
    image = images.image("needed")
    scene.push("v1", image=image)
    return {"digest": image.blobs[0].digest, "state": "absent"}


@case("acr_fetch", DONE)
def fetch_blob_done(scene):
    digest = scene.registry.run("acr_blob", repository=scene.repository, content="Hello, file!")["digest"]
    return {"blob": digest, "dest": str(scene.folder / "file"), "mode": "0600"}


@case("acr_fetch", DONE)
def fetch_manifest_done(scene):
    scene.push("v1")
    return {"manifest": "v1", "dest": str(scene.folder / "file")}


@case("acr_fetch", PARTLY)
def fetch_partly(scene):
    digest = scene.registry.run("acr_blob", repository=scene.repository, content="Hello, nobody!")["digest"]
    scene.refuse("GET", "/blobs/.*")
    return {"blob": digest, "dest": str(scene.folder / "file")}


@case("acr_fetch", REFUSES)
def fetch_refuses(scene):
    return {"manifest": "v1", "dest": str(scene.folder / "file"), "password": "wrong"}


@case("acr_copy", DONE, names_repository=False)
def copy_done(scene):
    scene.push("v1")
    return {"images": [{"source": f"{scene.repository}:v1", "target": f"{scene.repository}/copy"}]}


@case("acr_copy", PARTLY, names_repository=False)
def copy_partly(scene):
    scene.push("v1")
    scene.refuse("PUT", "/copy/manifests/v1")
    return {"images": [{"source": f"{scene.repository}:v1", "target": f"{scene.repository}/copy"}]}


@case("acr_copy", REFUSES, names_repository=False)
def copy_refuses(scene):
    return {"images": [{"source": f"{scene.repository}:v1", "target": f"{scene.repository}/copy"}], "password": "wrong"}


@case("acr_manifest", DONE)
def manifest_push_done(scene):
    return {"content": EMPTY_INDEX, "tags": ["v1"]}


@case("acr_manifest", DONE)
def manifest_deletion_done(scene):
    return {"references": [scene.push("v1")], "allow_breaking": ["tags"], "state": "absent"}


@case("acr_manifest", PARTLY)
def manifest_push_partly(scene):
    scene.refuse("PUT", "/manifests/v2")
    return {"content": EMPTY_INDEX, "tags": ["v1", "v2"]}


@case("acr_manifest", PARTLY)
def manifest_deletion_partly(scene):
    digest = scene.push()
    scene.refuse("DELETE", "/manifests/.*")
    return {"references": [digest], "state": "absent"}


@case("acr_manifest", BLOCKED)
def manifest_blocked(scene):
    return {"references": [scene.push("v1")], "state": "absent"}


@case("acr_manifest", REFUSES)
def manifest_refuses(scene):
    return {"content": EMPTY_INDEX, "password": "wrong"}


@case("acr_repository", DONE)
def attributes_done(scene):
    scene.push("v1")
    return {"can_delete": False}


@case("acr_repository", DONE)
def repository_deletion_done(scene):
    scene.push("v1")
    return {"state": "absent"}


@case("acr_repository", DONE)
def nothing_to_delete_done(scene):
    return {"state": "absent"}


@case("acr_repository", PARTLY)
def repository_partly(scene):
    scene.push("v1")
    scene.refuse("DELETE", "")
    return {"state": "absent"}


@case("acr_repository", REFUSES)
def repository_refuses(scene):
    return {"state": "absent", "password": "wrong"}


@case("acr_restore", DONE, names_repository=False)
def restore_done(scene):
    scene.push("v1")
    return {"undo": scene.registry.run("acr_repository", repository=scene.repository, state="absent")}


@case("acr_restore", PARTLY, names_repository=False)
def restore_partly(scene):
    scene.push("v1")
    undo = scene.registry.run("acr_repository", repository=scene.repository, state="absent")
    scene.refuse("POST", "/_manifests/.*")
    return {"undo": undo}


@case("acr_restore", REFUSES, names_repository=False)
def restore_refuses(scene):
    return {"manifests": [{"repository": scene.repository, "digest": f"sha256:{'0' * 64}"}], "password": "wrong"}


def rules(scene: Scene, **options: Any) -> dict[str, Any]:
    """Return options that delete what is older than a month in the repository."""
    rule = {"repositories": {"include": [scene.repository]}, "tags": {"include": [".*"]}, "older_than": "30d", "action": "delete"}
    return {"rules": [rule], "pattern_type": "regex", "max_delete_percent": 100, **options}


@case("acr_retention", DONE, names_repository=False)
def retention_done(scene):
    scene.push("v1", days=40)
    return rules(scene)


@case("acr_retention", PARTLY, names_repository=False)
def retention_partly(scene):
    scene.push("v1", days=40)
    scene.refuse("DELETE", "/manifests/.*")
    return rules(scene)


@case("acr_retention", GUARDED, names_repository=False)
def retention_guarded(scene):
    scene.push("v1", days=40)
    return rules(scene, max_delete=0)


@case("acr_retention", REFUSES, names_repository=False)
def retention_refuses(scene):
    return rules(scene, password="wrong", rules=[{**rules(scene)["rules"][0], "repositories": {"include": [".*"]}}])


@case("acr_tag", DONE)
def tag_done(scene):
    scene.push("v1")
    return {"tags": ["stable"], "reference": "v1"}


@case("acr_tag", DONE)
def tag_removal_done(scene):
    scene.push("v1")
    return {"tags": ["v1", "gone"], "state": "absent"}


@case("acr_tag", PARTLY)
def tag_partly(scene):
    scene.push("v1")
    scene.refuse("PUT", "/manifests/b")
    return {"tags": ["a", "b"], "reference": "v1"}


@case("acr_tag", REFUSES)
def tag_refuses(scene):
    return {"tags": ["stable"], "reference": "v1", "password": "wrong"}


@case("acr_manifest_properties", DONE)
def manifest_properties_done(scene):
    return {"digests": [scene.push("v1"), f"sha256:{'0' * 64}"], "on_missing": "skip", "can_write": False}


@case("acr_manifest_properties", PARTLY)
def manifest_properties_partly(scene):
    digest = scene.push("v1")
    scene.refuse("PATCH", "/_manifests/.*")
    return {"digests": [digest], "can_write": False}


@case("acr_manifest_properties", REFUSES)
def manifest_properties_refuses(scene):
    return {"digests": [f"sha256:{'0' * 64}"], "can_write": False, "password": "wrong"}


@case("acr_tag_info", DONE)
def tag_info_done(scene):
    scene.push("v1")
    return {"tags": ["v1", "gone"]}


@case("acr_tag_info", REFUSES)
def tag_info_refuses(scene):
    return {"tags": ["v1"], "password": "wrong"}


@case("acr_tag_properties", DONE)
def tag_properties_done(scene):
    scene.push("v1")
    return {"tags": ["v1", "gone"], "on_missing": "skip", "can_write": False, "apply_to": "image"}


@case("acr_tag_properties", PARTLY)
def tag_properties_partly(scene):
    scene.push("v1", "v2")
    scene.refuse("PATCH", "/_tags/v2")
    return {"tags": ["v1", "v2"], "can_write": False}


@case("acr_tag_properties", REFUSES)
def tag_properties_refuses(scene):
    return {"tags": ["v1"], "can_write": False, "password": "wrong"}


def expected(returned: str, module: str, run: Run) -> bool:
    """Whether a key that is ``returned`` so is in the result of a run; in no other words may documents say it."""
    well = "failed" not in run.result
    planned = run.end in (DONE, PARTLY, GUARDED)
    words = {
        "always": True,
        "success": well,
        "success, or when a change failed": well or run.end == PARTLY,
        "success, or when a check in O(fail_on) fails": well or run.end == FOUND,
        "success, or when a repository is missing": well or run.end == MISSING,
        "in diff mode": run.diff and (well or run.end in (PARTLY, GUARDED)),
        "when the task fails because the registry refused a request": run.end == REFUSES,
        "when the task fails for this reason": run.end == BLOCKED,
        "when a plan was made, even if the task fails later": planned,
    }
    match = re.fullmatch(r"when O\((\w+)(?:=(\w+)\)|\) is set)", returned)
    if match is None:
        return words[returned]
    option, value = match.groups()
    return (well or run.end == PARTLY) and (option in run.options if value is None else run.options.get(option, "present") == value)


@pytest.fixture(autouse=True)
def dns(monkeypatch):
    """The registry's name has an address, though no packet ever goes there."""
    monkeypatch.setattr(access_info.socket, "getaddrinfo", lambda host, *dummy, **more: [(2, 1, 6, "", ("192.0.2.1", 0))])


def test_there_are_cases_for_each_module():
    assert set(CASES) == {path.stem for path in MODULES.glob("*.py")}
    for module, cases in CASES.items():
        ends = {one.end for one in cases}
        assert DONE in ends and len(ends) > 1
        assert PARTLY in ends or module.endswith("_info")


@pytest.mark.parametrize("module", CASES)
def test_documents_agree_with_results(registry, tmp_path, module):
    document = re.search(r'^RETURN = r"""(.*?)"""', (MODULES / f"{module}.py").read_text(), re.MULTILINE | re.DOTALL)
    documented = {key: value["returned"] for key, value in yaml.safe_load(document.group(1)).items()}
    registry.emulator.change_settings({"soft_delete": True})
    seen: set[str] = set()
    for number, one in enumerate(CASES[module]):
        shapes: dict[bool, set[str]] = {}
        for check, diff in ((True, True), (True, False), (False, True)):
            folder = tmp_path / f"{number}-{check}-{diff}"
            folder.mkdir()
            scene = Scene(registry, f"team/app-{number}-{check}-{diff}".lower(), folder)
            options = {**({"repository": scene.repository} if one.names_repository else {}), **one.prepare(scene)}
            run = Run(one.end, check, diff, options, registry.run(module, check=check, diff=diff, **options))
            registry.emulator.faults.set([])
            failed = one.end != DONE and not (check and one.end == PARTLY)
            assert run.result.get("failed", False) == failed, (run, run.result)
            keys = {key for key, returned in documented.items() if expected(returned, module, run)}
            assert set(run.result) - ANSIBLES == keys, (run, run.result)
            assert words.unknown({key: value for key, value in run.result.items() if key not in ANSIBLES}, f"{module}.") == []
            seen |= keys
            if diff:
                shapes[check] = keys
        assert shapes[True] == shapes[False], one
    assert seen == set(documented)
