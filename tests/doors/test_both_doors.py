# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module, run as a module and in the controller's process, with the same arguments: equal in all that can be seen."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.cores import NEWEST
from ansible_collections.registryops.acr.tests.doors.conftest import PASSWORD

ROOT = Path(__file__).resolve().parent.parent.parent
WRONG = "canary-51be02-that-is-wrong"
INDEX = "library/app"
HELLO = "sha256:8608cb79265e51176a666abf93ecf2aa2214af944c536ced25bcd47121ee5074"
RELEASE = images.multi_platform("version 1.1.0").root.digest
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
# Each answer of the registry has an identifier of its own, and each token too. What earlier tasks pushed has times of its own.
NEW = {
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "<guid>",
    r"eyJ[\w-]+\.[\w-]+\.[\w-]+": "<token>",
    r'(_expires_at": )"[^"]*"': r'\1"<time>"',
    r'((?:created|last_updated)_on": )"[^"]*"': r'\1"<time>"',
}

# Good arguments and bad ones; a list is a loop.
CASES: dict[str, list[dict[str, Any]]] = {
    "acr_access_info": [
        {"repositories": [INDEX]},
        {"password": WRONG, "fail_on": ["sign_in"]},
        {"modules": ["acr_everything"]},
    ],
    "acr_push": [
        {"repository": "team/files", "tags": ["v1"], "files": [{"src": "{{ folder }}/file"}]},
        {"repository": INDEX, "subject": "v1.0.0", "artifact_type": "a/b", "files": [{"src": "{{ folder }}/file", "title": "b", "annotations": {"n": 1}}]},
        {"repository": INDEX, "tags": ["v1.0.0"], "files": [{"src": "{{ folder }}/file"}], "overwrite": "never"},
        {"repository": INDEX, "files": [{"src": "{{ folder }}/none"}]},
        {"repository": INDEX, "files": [{"src": "{{ folder }}/file", "title": "../x"}]},
        {"repository": INDEX, "layout": "{{ folder }}"},
        {"repository": INDEX, "files": [{}]},
        {"repository": INDEX},
    ],
    "acr_pull": [
        {"repository": INDEX, "reference": "v1.1.0", "layout": "{{ folder }}/written/layout"},
        {"repository": INDEX, "reference": "v1.0.0", "dest": "{{ folder }}/written"},
        {"repository": INDEX, "reference": "gone", "dest": "{{ folder }}/written"},
        {"repository": INDEX, "reference": "v1.0.0"},
    ],
    "acr_blob": [
        {"repository": INDEX, "content": "Hello, blob!"},
        {"repository": INDEX, "src": "{{ folder }}/file", "digest": HELLO},
        {"repository": "team/new", "digest": HELLO, "mount_from": [INDEX]},
        {"repository": INDEX, "digest": HELLO, "state": "absent"},
        {"repository": INDEX, "digest": "sha256:short", "state": "absent"},
        {"repository": INDEX, "content": "Hello!", "src": "{{ folder }}/file"},
    ],
    "acr_copy": [
        {"images": [{"source": f"{INDEX}:v1.1.0", "target": "production/app"}]},
        {"images": [{"source": INDEX, "target": "production/app", "semver": ">=1"}], "overwrite": "if_older"},
        {"images": [{"source": f"{INDEX}:v1.1.0"}], "source_registry": {"registry": "https://localhost:9"}},
        {"images": [{"source": f"{INDEX}:v1.1.0"}], "source_registry": {"registry": "localhost", "username": "a", "password": WRONG, "token_service": "b"}},
        {"images": [{"source": INDEX, "target": "production/app", "include": ["v*"]}]},
        {"images": [{"source": INDEX, "target": "production/app", "include": ["v*"]}], "pattern_type": "glob"},
        {"images": [{"source": f"{INDEX}:v1.0.0", "target": f"{INDEX}:v1.1.0"}], "overwrite": "error"},
        {"images": [{"source": INDEX}]},
        {"images": [{"target": INDEX}]},
    ],
    "acr_deleted_info": [
        {},
        {"repositories": [INDEX, "none"], "gather": ["tags"]},
        {"include": ["("]},
        {"repositories": [INDEX], "exclude": ["a"]},
        {"names": [INDEX]},
    ],
    "acr_fetch": [
        {"repository": INDEX, "manifest": "v1.1.0", "dest": "{{ folder }}/written/manifest", "mode": "0640"},
        {"repository": INDEX, "manifest": "v1.1.0", "dest": "{{ folder }}/written/manifest", "mode": "u+x"},
        {"repository": INDEX, "blob": HELLO, "dest": "{{ folder }}/written/none/file"},
        {"repository": INDEX, "manifest": "gone", "dest": "{{ folder }}/written/manifest"},
        {"repository": INDEX, "manifest": "v1.1.0", "dest": "{{ folder }}/written/manifest", "mode": "all"},
        {"repository": INDEX, "dest": "{{ folder }}/written/manifest"},
    ],
    "acr_manifest": [
        {"repository": INDEX, "content": {"schemaVersion": 2, "manifests": [], "mediaType": OCI_INDEX}, "tags": ["empty"], "annotations": {"b": 1, "a": True}},
        {"repository": INDEX, "content": {"schemaVersion": 2, "manifests": [], "mediaType": OCI_INDEX}, "tags": ["v1.0.0"], "overwrite": "error"},
        {"repository": INDEX, "content": "{}"},
        {"repository": INDEX, "content": {"schemaVersion": 1, "manifests": []}},
        {"repository": INDEX, "references": ["nightly"], "state": "absent"},
        {"repository": INDEX, "references": ["v1.1.0"], "state": "absent"},
        {"repository": INDEX, "tags": ["v1.1.0"], "state": "absent"},
        {"repository": INDEX},
    ],
    "acr_manifest_info": [
        {"repository": INDEX, "references": ["v1.1.0", "gone"], "gather": ["content", "config", "referrers", "completeness"]},
        {"repository": INDEX, "references": ["v1.1.0", "gone"], "on_missing": "error"},
        {"repository": INDEX, "references": ["Not a tag"]},
    ],
    "acr_manifest_properties": [
        {"repository": INDEX, "digests": [RELEASE, HELLO], "can_delete": False},
        {"repository": INDEX, "digests": [HELLO], "can_delete": False},
        {"repository": INDEX, "digests": [HELLO], "can_write": True, "on_missing": "warn", "children": False},
        {"repository": "none", "digests": [HELLO], "can_delete": False, "on_missing": "skip"},
        {"repository": INDEX, "digests": ["v1.0.0"], "can_delete": False},
        {"repository": INDEX, "digests": [HELLO]},
    ],
    "acr_usage_info": [
        {"repositories": [INDEX, "none"]},
        {"repositories": ["none"], "on_missing": "error"},
        {"include": ["library/*"]},
        {"top": -1},
    ],
    "acr_tag": [
        {"repository": INDEX, "tags": ["stable"], "reference": "v1.1.0"},
        {"repository": INDEX, "tags": ["stable"], "reference": "v1.0.0", "overwrite": "error"},
        {"repository": INDEX, "tags": ["stable", "new"], "reference": "v1.0.0", "overwrite": "never"},
        {"repository": INDEX, "tags": ["stable", "gone"], "state": "absent"},
        {"repository": INDEX, "tags": ["stable"]},
    ],
    "acr_retention": [
        {"rules": [{"repositories": {"include": [INDEX]}, "tags": {"include": ["nightly"]}, "keep_newest": 1, "action": "delete"}], "pattern_type": "glob"},
        {"rules": [{"repositories": {"include": ["team/tool"]}, "tags": {"include": ["v*"]}, "action": "lock"}], "pattern_type": "glob"},
        {"rules": [{"repositories": {"include": [INDEX]}, "tags": {"include": [".*"]}, "older_than": "-7d", "action": "delete"}], "pattern_type": "regex"},
        {"rules": [{"repositories": {"include": [INDEX]}, "tags": {"include": [".*"]}, "action": "delete"}], "pattern_type": "regex"},
        {"rules": [{"repositories": {"include": [INDEX]}, "tags": {"include": [".*"]}, "action": "keep"}], "patterns": "regex"},
        {
            "rules": [{"repositories": {"include": ["*"]}, "tags": {"include": ["nightly"]}, "keep_newest": 1, "action": "delete"}],
            "pattern_type": "glob",
            "on_unreadable": "warn",
        },
        {"plan": {"id": "x"}},
        {"rules": []},
    ],
    "acr_repository": [
        {"repository": "team/tool", "can_write": False},
        {"repository": "team/tool", "state": "absent"},
        {"repository": "team/tool", "state": "absent", "override_locks": True},
        {"repository": "team/tool", "state": "absent", "override_locks": True, "confirm": "team/tool"},
        {"repository": "team/tool", "state": "absent", "confirm_above": 0},
        {"repository": "none", "can_write": False},
        {"repository": "team/tool", "can_write": False, "confirm": "team/tool"},
        {"repository": INDEX, "state": "absent", "can_write": False},
        {"repository": INDEX, "state": "absent", "confirm": "library"},
        {"repository": INDEX},
    ],
    "acr_repository_info": [
        {},
        {"repositories": [INDEX], "gather": ["tags", "manifests"]},
        {"include": ["team/.*"], "gather": ["tags"], "order_by": "last_updated_desc", "limit": 2},
        {"repositories": ["none", INDEX]},
        {"repositories": ["Not A Name"]},
        {"repositories": ["none", INDEX], "on_missing": "error"},
        {"include": ["library*", "team/*"], "pattern_type": "glob"},
        {"include": ["library*"]},
        {"names": [INDEX]},
        {"include": ["("]},
        {"repositories": [INDEX], "limit": "many"},
        {"repositories": [INDEX], "gather": ["everything"]},
        {"nonsense": True},
        {"repositories": [INDEX], "password": WRONG},
        {"repositories": [INDEX], "registry": "https://localhost:9"},
        {"repositories": [INDEX], "ca_path": "no/such/file.pem"},
        {"repositories": [INDEX], "cloud_environment": "AzureGermanCloud"},
        {"repositories": [INDEX], "concurrency": 0},
        {"repositories": [INDEX], "timeout": 30},
        {"repositories": [INDEX], "registry": None},
    ],
    "acr_token_info": [
        {"repositories": [INDEX, "none"], "catalog": True},
        {"repositories": ["*"], "actions": ["pull", "push"]},
        {"actions": ["everything"]},
        {"repositories": ["Not A Name"]},
        {"username": None, "password": None, "repositories": [INDEX]},
    ],
    "acr_restore": [
        {"undo": [{"repository": INDEX, "digest": HELLO}]},
        {"undo": {"undo": []}, "overwrite": "never"},
        {"undo": {"undo": []}, "overwrite": True},
        {"undo": '{"undo": []}'},
        {"undo": "yesterday"},
        {"manifests": [{"repository": INDEX, "digest": f"sha256:{'0' * 64}", "tags": ["v1"]}], "overwrite": "always"},
        {"manifests": [{"repository": INDEX}]},
        {"manifests": [], "undo": []},
        {},
    ],
    "acr_tag_info": [
        {"repository": INDEX, "tags": ["v1.0.0", "gone"]},
        {"repository": INDEX, "order_by": "last_updated_desc", "limit": 2},
        {"repository": INDEX, "include": ["v*"], "exclude": ["*-rc*"], "pattern_type": "glob"},
        {"repository": INDEX, "include": ["v*"], "on_missing": "error"},
        {"repository": INDEX, "tags": ["gone"], "on_missing": "error"},
        {"repository": INDEX, "digest": HELLO},
        {"repository": "none", "on_missing": "error"},
        {"repository": INDEX, "digest": "sha256:short"},
        {"repository": INDEX, "tags": ["v1.0.0"], "limit": 1},
        {},
    ],
    "acr_tag_properties": [
        {"repository": INDEX, "tags": ["v1.0.0"], "can_write": False},
        {"repository": INDEX, "include": [r"v\d+\.\d+\.\d+"], "can_delete": False, "apply_to": "image"},
        {"repository": INDEX, "include": [r"v\d+\.\d+\.\d+"], "can_delete": False, "apply_to": "image"},
        {"repository": INDEX, "tags": ["v1.0.0", "gone"], "can_read": False},
        {"repository": INDEX, "tags": ["gone"], "can_read": False, "on_missing": "skip"},
        {"repository": INDEX, "include": ["v*", "n*"], "can_read": False},
        {"repository": INDEX, "include": ["v*"], "pattern_type": "glob", "can_read": False, "manifest": True},
        {"repository": "none", "tags": ["v1"], "can_read": False},
        {"repository": INDEX, "tags": ["v1.0.0"]},
        {"repository": INDEX, "can_write": "perhaps", "tags": ["v1.0.0"]},
        {"repository": INDEX, "exclude": ["a"], "tags": ["v1.0.0"], "can_write": True},
        {"tags": ["v1.0.0"], "can_write": True},
    ],
}


def tasks(registry: str, most: int | None) -> Iterator[dict[str, Any]]:
    """Return the first ``most`` cases of each module, or all, as tasks in check mode, and where that differs as ones that are for real."""
    shared = {"registry": registry, "username": "admin", "password": PASSWORD}
    # What changes something comes later: when it did shows in what the others return, and in the plans of acr_retention.
    for module, cases in sorted(CASES.items(), key=lambda case: (not case[0].endswith("_info"), case[0] != "acr_retention")):
        for check in (True,) if module.endswith("_info") else (True, False):
            for number, arguments in enumerate(cases[:most]):
                given = {name: value for name, value in {**shared, **arguments}.items() if value is not None}
                name = f"{module}_{number}_{'check' if check else 'real'}"
                yield {f"registryops.acr.{module}": given, "register": name, "check_mode": check, "ignore_errors": True}


def playbook(folder: Path, all_tasks: list[dict[str, Any]]) -> Path:
    """Write a play that keeps what each task returned."""
    kept = "{{ {" + ", ".join(f"'{task['register']}': {task['register']}" for task in all_tasks) + "} | to_json }}"
    keep = {"ansible.builtin.copy": {"content": kept, "dest": str(folder / "results.json")}, "diff": False}
    path = folder / "cases.yml"
    play = {"hosts": "localhost", "gather_facts": False, "vars": {"folder": str(folder)}, "tasks": [*all_tasks, keep]}
    path.write_text(yaml.safe_dump([play], sort_keys=False))
    return path


def told(target: str) -> str:
    """Return what was asked for, without what is another each time: uploads' names, and signatures of where blobs are."""
    path, mark, query = target.partition("?")
    return re.sub(r"/uploads/.+", "/uploads/...", path) + (mark + query if not re.search("/uploads/.|^/emulated/", path) else "")


def test_there_are_cases_for_each_module():
    assert set(CASES) == {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}


def test_both_doors_lead_to_the_same(core, registries, tmp_path):
    returned, asked = [], []
    for way, switch in (("in the controller's process", "true"), ("as a module", "false")):
        shutil.rmtree(tmp_path / "written", ignore_errors=True)
        (tmp_path / "written").mkdir()
        (tmp_path / "file").write_text("Hello!")
        with registries() as registry:
            # What differs between versions is how modules are told and heard, not what each module does.
            all_tasks = list(tasks(registry.url, None if core.version == NEWEST else 2))
            printed = core.play(playbook(tmp_path, all_tasks), registry, "-vvvv", "--diff", ACR_IMPORT_MODULES=switch)
            assert printed.count(f"runs {way}") == len(all_tasks)
            results = (tmp_path / "results.json").read_text()
            asked.append(
                Counter((entry["method"], told(entry["target"]), entry["status"], entry["principal"], *entry["scopes"]) for entry in registry.journal())
            )
        assert "Traceback" not in printed
        for text in (printed, results):
            assert PASSWORD not in text
            assert WRONG not in text
        for pattern, replacement in NEW.items():
            results = re.sub(pattern, replacement, results)
        returned.append(json.loads(results))
    for name, result in returned[1].items():
        assert returned[0][name] == result, name
    assert asked[0] == asked[1]
    assert {result["failed"] for result in returned[1].values()} == {True, False}
