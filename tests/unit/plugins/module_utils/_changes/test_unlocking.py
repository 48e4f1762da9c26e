# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks that are removed so that something can be deleted: whatever goes wrong, it is then deleted or locked as before, or the
task says what to set.

The judge is a fresh read of the registry.
"""

from __future__ import annotations

import _thread
import json
import threading
import time
from dataclasses import dataclass

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import LocalFileError
from ansible_collections.registryops.acr.plugins.module_utils._http import transport
from ansible_collections.registryops.acr.plugins.module_utils._registry.manifests import Manifests
from ansible_collections.registryops.acr.plugins.module_utils._registry.repositories import Repositories
from ansible_collections.registryops.acr.plugins.module_utils._registry.tags import Tags
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.modules import told

NAME = "library/app"
DAY = 86_400
GONE, LOCKED, OPEN = "gone", "locked as before", "open"
UNLOCKED_FLAGS = {"deleteEnabled": True, "writeEnabled": True}
LOST = {"reset": -1, "times": 3}
DISALLOWED = json.dumps({"errors": [{"code": "REGISTRY_DISALLOWED_OPERATION", "message": "The operation is disallowed.", "detail": {}}]})


@dataclass
class Case:
    """Something locked that a task deletes: where its locks are, by what words a task names them, and what request deletes it."""

    registry: object
    locks: dict
    delete_path: str
    endpoint: type
    what: str
    task: tuple
    names: tuple

    def run(self):
        module, options = self.task
        return self.registry.run(module, **options)

    def flags(self, path):
        answer = self.registry.get(path)
        item = answer.get("tag") or answer.get("manifest") or answer
        return item.get("changeableAttributes") and {flag: item["changeableAttributes"][flag] for flag in UNLOCKED_FLAGS}

    @property
    def state(self):
        """What has become of it, by a fresh read."""
        now = {path: self.flags(path) for path in self.locks}
        if not any(now.values()):
            return GONE
        return LOCKED if now == self.locks else OPEN

    @property
    def lock_path(self):
        """The lock that is removed last."""
        return list(self.locks)[-1]


@pytest.fixture(params=["manifest", "tag", "repository"])
def case(request, registry, monkeypatch):
    """A locked manifest or tag that acr_retention deletes, or a repository with locks at all levels that acr_repository deletes."""
    monkeypatch.setattr(transport, "wait_before_retry", lambda *dummy: 0)
    now = registry.emulator.clock.now()
    registry.emulator.clock.set(now - 40 * DAY)
    digest = registry.push(NAME, images.image("old"), "v1", *(["stable"] if request.param == "tag" else []))
    registry.emulator.clock.set(now)
    tag, manifest, repository = f"/acr/v1/{NAME}/_tags/v1", f"/acr/v1/{NAME}/_manifests/{digest}", f"/acr/v1/{NAME}"
    delete_only, both = {"deleteEnabled": False, "writeEnabled": True}, {"deleteEnabled": False, "writeEnabled": False}
    rule = {"repositories": {"include": [".*"]}, "tags": {"include": ["v.*"]}, "older_than": "30d", "action": "delete"}
    retention = ("acr_retention", {"rules": [rule], "pattern_type": "regex", "max_delete_percent": 100, "override_locks": True})
    removal = ("acr_repository", {"repository": NAME, "state": "absent", "override_locks": True, "confirm": NAME, "concurrency": 1})
    made = {
        "manifest": lambda: Case(
            registry, {manifest: delete_only}, f"/v2/{NAME}/manifests/.*", Manifests, f"delete manifest {NAME}@{digest}", retention, (f"manifest '{digest}'",)
        ),
        "tag": lambda: Case(registry, {tag: both}, f"{repository}/_tags/.*", Tags, f"delete tag {NAME}:v1", retention, ("tag 'v1'",)),
        "repository": lambda: Case(
            registry,
            {repository: both, tag: delete_only, manifest: both},
            repository,
            Repositories,
            f"delete repository {NAME}",
            removal,
            ("repository 'library/app'", "tag 'v1'", f"manifest '{digest}'"),
        ),
    }[request.param]()
    for path, flags in reversed(made.locks.items()):
        registry.patch(path, **flags)
    assert made.state == LOCKED
    return made


def judge(case, result, expected):
    """Compare what a task says with what there is; the locks that are open must be named with what to set them to."""
    assert case.state == expected, result
    assert result["changed"] is (expected != LOCKED), result
    if expected == GONE:
        assert not result.get("failed"), result["msg"]
        assert case.what in told(result["done"])
        return
    assert result["failed"]
    assert result["done"] == []
    assert case.what in told(result["failures"])
    left = {name: flags for name, (path, flags) in zip(case.names, case.locks.items()) if case.flags(path) != flags}
    for name, flags in left.items():
        wanted = ", ".join(f"{word}: false" for word, flag in (("can_delete", "deleteEnabled"), ("can_write", "writeEnabled")) if not flags[flag])
        assert f"set {name} to {wanted}" in result["msg"] or f", {name} to {wanted}" in result["msg"]
    assert ("could not all be restored" in result["msg"]) is bool(left)


def test_without_a_fault(case):
    judge(case, case.run(), GONE)


def test_the_answer_to_the_unlocking_is_lost(case):
    """The registry is unlocked, and nobody knows: a read finds out."""
    case.registry.emulator.faults.set([{"method": "PATCH", "path": case.lock_path, **LOST}])
    judge(case, case.run(), GONE)


def test_the_answer_to_the_unlocking_is_lost_and_nothing_can_be_read(case):
    """What may have been unlocked is locked again."""
    # acr_retention reads the item once before it unlocks it, acr_repository reads only lists.
    reads = 0 if case.endpoint is Repositories else 1
    case.registry.emulator.faults.set(
        [{"method": "PATCH", "path": case.lock_path, **LOST}, {"method": "GET", "path": case.lock_path, "skip": reads, "times": 0, "status": 403}]
    )
    result = case.run()
    case.registry.emulator.faults.set([])
    judge(case, result, LOCKED)


def test_the_unlocking_is_refused(case):
    case.registry.emulator.faults.set([{"method": "PATCH", "path": case.lock_path, "status": 405, "body": DISALLOWED}])
    judge(case, case.run(), LOCKED)


def test_the_answer_to_the_deletion_is_lost_and_it_was_made(case):
    case.registry.emulator.faults.set([{"method": "DELETE", "path": case.delete_path, **LOST}])
    judge(case, case.run(), GONE)


def test_the_answer_to_the_deletion_is_lost_and_it_was_not_made(case):
    case.registry.emulator.faults.set([{"method": "DELETE", "path": case.delete_path, "status": 500, **LOST}])
    judge(case, case.run(), LOCKED)


def test_the_deletion_is_refused(case):
    case.registry.emulator.faults.set([{"method": "DELETE", "path": case.delete_path, "status": 405, "body": DISALLOWED}])
    judge(case, case.run(), LOCKED)


def refuse_restoring(case, **how):
    """Let the deletion be refused, and then the restoring of the lock that was removed last fail."""
    case.registry.emulator.faults.set(
        [
            {"method": "DELETE", "path": case.delete_path, "status": 405, "body": DISALLOWED},
            {"method": "PATCH", "path": case.lock_path, "skip": 1, "times": 0, **how},
        ]
    )
    result = case.run()
    case.registry.emulator.faults.set([])
    return result


def test_the_restoring_is_refused(case):
    judge(case, refuse_restoring(case, status=405, body=DISALLOWED), OPEN)


def test_the_answer_to_the_restoring_is_lost_and_it_was_made(case):
    judge(case, refuse_restoring(case, reset=-1), LOCKED)


def test_the_answer_to_the_restoring_is_lost_and_it_was_not_made(case):
    judge(case, refuse_restoring(case, status=500, reset=-1), OPEN)


@pytest.mark.parametrize("made", [True, False])
def test_the_task_is_interrupted_at_the_deletion(case, monkeypatch, made):
    delete = case.endpoint.delete

    def interrupted(*arguments):
        if made:
            delete(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(case.endpoint, "delete", interrupted)
    with pytest.raises(KeyboardInterrupt):
        case.run()
    assert case.state == (GONE if made else LOCKED)


@pytest.mark.parametrize("made", [True, False])
def test_the_task_is_interrupted_at_the_unlocking(case, monkeypatch, made):
    endpoint = Manifests if case.endpoint is Repositories else case.endpoint
    set_attributes = endpoint.set_attributes

    def interrupted(*arguments):
        monkeypatch.setattr(endpoint, "set_attributes", set_attributes)
        if made:
            set_attributes(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(endpoint, "set_attributes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        case.run()
    assert case.state == LOCKED


def test_an_interrupted_task_tells_what_it_left_unlocked(case, monkeypatch):
    def interrupted(*dummy):
        raise KeyboardInterrupt

    monkeypatch.setattr(case.endpoint, "delete", interrupted)
    case.registry.emulator.faults.set([{"method": "PATCH", "path": case.lock_path, "skip": 1, "times": 0, "status": 405, "body": DISALLOWED}])
    with pytest.raises(KeyboardInterrupt) as caught:
        case.run()
    assert case.state == OPEN
    assert f"set {case.names[-1]} to can_delete: false" in str(caught.value.__cause__)


# Not named by anyone


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    "answer", [{"corrupt": True}, {"truncate": 5, "times": 3}, {"headers": {"Content-Encoding": "br"}}], ids=lambda answer: next(iter(answer))
)
def test_the_answer_comes_and_cannot_be_read(case, method, answer):
    """The change was made: the task continues, whatever the answer was."""
    path = case.delete_path if method == "DELETE" else case.lock_path
    case.registry.emulator.faults.set([{"method": method, "path": path, **answer}])
    judge(case, case.run(), GONE)


def test_the_repository_is_locked_in_between(case, monkeypatch):
    """Then nothing in it can be locked again, and the task has to say so."""
    delete = case.endpoint.delete

    def locked_first(*arguments):
        case.registry.patch(f"/acr/v1/{NAME}", deleteEnabled=False, writeEnabled=False)
        return delete(*arguments)

    monkeypatch.setattr(case.endpoint, "delete", locked_first)
    judge(case, case.run(), OPEN)


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize("action", ["lock", "unlock"])
def test_the_answer_to_a_rule_that_locks_or_unlocks_is_lost(registry, monkeypatch, made, action):
    monkeypatch.setattr(transport, "wait_before_retry", lambda *dummy: 0)
    registry.push(NAME, images.image("one"), "v1")
    path = f"/acr/v1/{NAME}/_tags/v1"
    before = action == "unlock"
    registry.patch(path, deleteEnabled=not before, writeEnabled=not before)
    registry.emulator.faults.set([{"method": "PATCH", "path": path, **LOST, **({} if made else {"status": 500})}])
    rule = {"repositories": {"include": [".*"]}, "tags": {"include": ["v.*"]}, "action": action}
    result = registry.run("acr_retention", rules=[rule], pattern_type="regex")
    changed = registry.get(path)["tag"]["changeableAttributes"]["deleteEnabled"] is (action == "unlock")
    assert changed is made
    assert (f"{action} tag {NAME}:v1" in told(result["done"]), result.get("failed", False)) == (made, not made)


def test_many_at_a_time_are_interrupted(registry, monkeypatch):
    """An interrupt reaches the main thread while others have removed locks: none of those is left open."""
    now = registry.emulator.clock.now()
    registry.emulator.clock.set(now - 40 * DAY)
    digests = [registry.push(NAME, images.image(str(number)), f"v{number}") for number in range(30)]
    registry.emulator.clock.set(now)
    for digest in digests:
        registry.patch(f"/acr/v1/{NAME}/_manifests/{digest}", deleteEnabled=False)
    delete, calls, gate = Manifests.delete, [], threading.Lock()

    def interrupted(self, repository, digest):
        with gate:
            calls.append(digest)
            if len(calls) == 3:
                _thread.interrupt_main()
        time.sleep(0.05)
        if len(calls) % 2:
            raise LocalFileError("refused")
        return delete(self, repository, digest)

    monkeypatch.setattr(Manifests, "delete", interrupted)
    rule = {"repositories": {"include": [".*"]}, "tags": {"include": ["v.*"]}, "older_than": "30d", "action": "delete"}
    with pytest.raises(KeyboardInterrupt):
        registry.run("acr_retention", rules=[rule], pattern_type="regex", max_delete_percent=100, override_locks=True)
    there = registry.get(f"/acr/v1/{NAME}/_manifests")["manifests"]
    assert 0 < len(calls) < len(digests)
    assert [manifest["digest"] for manifest in there if manifest["changeableAttributes"]["deleteEnabled"]] == []


def test_one_is_unlocked_and_deleted_before_the_next(registry):
    """So that little has to be restored when something goes wrong."""
    now = registry.emulator.clock.now()
    registry.emulator.clock.set(now - 40 * DAY)
    digests = [registry.push(NAME, images.image(str(number)), f"v{number}") for number in range(3)]
    registry.emulator.clock.set(now)
    for digest in digests:
        registry.patch(f"/acr/v1/{NAME}/_manifests/{digest}", deleteEnabled=False)
    mark = registry.mark()
    rule = {"repositories": {"include": [".*"]}, "tags": {"include": ["v.*"]}, "older_than": "30d", "action": "delete"}
    registry.run("acr_retention", rules=[rule], pattern_type="regex", max_delete_percent=100, override_locks=True, concurrency=1)
    expected = [(f"PATCH /acr/v1/{NAME}/_manifests/{digest}", f"DELETE /v2/{NAME}/manifests/{digest}") for digest in sorted(digests)]
    assert registry.writes(mark) == [request for pair in expected for request in pair]
