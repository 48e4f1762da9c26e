# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change whose answer is lost, or is that of a gateway, may have been made: a read tells, and a task reports what is true."""

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._http import transport
from ansible_collections.registryops.acr.tests import images

NAME = "library/app"
LOST = [{"reset": -1, "times": 3}]
# The registry makes the change, and a gateway in front of it answers from then on.
GATEWAY = [{"reset": -1}, {"status": 504, "times": 0, "body": "<html>"}]
NEVER_MADE = [{"reset": -1, "status": 500, "times": 3}]


@pytest.fixture
def app(registry, monkeypatch):
    """library/app: v1 and v2, which are two images."""
    monkeypatch.setattr(transport, "wait_before_retry", lambda *dummy: 0)
    registry.digest = registry.push(NAME, images.image("one"), "v1")
    registry.blob = images.image("one").blobs[0].digest
    registry.push(NAME, images.image("two"), "v2")
    return registry


TASKS = {
    "tag": ("acr_tag", {"tags": ["v1"], "state": "absent"}, "DELETE", "/acr/v1/library/app/_tags/v1", None),
    "manifest": (
        "acr_manifest",
        {"references": ["{digest}"], "state": "absent", "allow_breaking": ["tags"]},
        "DELETE",
        "/v2/library/app/manifests/{digest}",
        None,
    ),
    "blob": ("acr_blob", {"digest": "{blob}", "state": "absent", "allow_breaking": ["manifests"]}, "DELETE", "/v2/library/app/blobs/{blob}", None),
    "repository": ("acr_repository", {"state": "absent"}, "DELETE", "/acr/v1/library/app", None),
    "attributes of a tag": ("acr_tag_properties", {"tags": ["v1"], "can_delete": False}, "PATCH", "/acr/v1/library/app/_tags/v1", "tag"),
    "attributes of a repository": ("acr_repository", {"can_delete": False}, "PATCH", "/acr/v1/library/app", ""),
}


def fill(value, registry):
    """Replace the placeholders in a task's options, or in a path."""
    if isinstance(value, list):
        return [fill(item, registry) for item in value]
    return value.format(digest=registry.digest, blob=registry.blob) if isinstance(value, str) else value


def is_made(registry, method, path, wrapper):
    """Whether the change is made, by a fresh read of the registry."""
    if "/blobs/" in path:
        return registry.session.head(f"https://r.azurecr.io{path}").status_code == 404
    if method == "DELETE":
        return "errors" in registry.get(path.replace("/v2/library/app/manifests/", "/acr/v1/library/app/_manifests/"))
    answer = registry.get(path)
    return not (answer[wrapper] if wrapper else answer)["changeableAttributes"]["deleteEnabled"]


@pytest.mark.parametrize("task", list(TASKS))
@pytest.mark.parametrize(("faults", "made"), [(LOST, True), (GATEWAY, True), (NEVER_MADE, False)], ids=["lost", "gateway", "never made"])
def test_a_task_reports_what_is_true(app, task, faults, made):
    module, options, method, path, wrapper = TASKS[task]
    path = fill(path, app)
    app.emulator.faults.set([{"method": method, "path": path.replace(".", r"\."), **fault} for fault in faults])
    result = app.run(module, repository=NAME, **{name: fill(value, app) for name, value in options.items()})
    app.emulator.faults.set([])
    assert is_made(app, method, path, wrapper) is made
    assert (result["changed"], result.get("failed", False)) == (made, not made), result


def test_what_cannot_be_read_afterwards_is_not_claimed_to_be_made(app):
    path = f"/acr/v1/{NAME}/_tags/v1"
    app.emulator.faults.set([{"method": "PATCH", "path": path, "reset": -1, "times": 3}, {"method": "GET", "path": path, "skip": 1, "times": 0, "status": 403}])
    result = app.run("acr_tag_properties", repository=NAME, tags=["v1"], can_delete=False)
    assert result["failed"]
    assert result["done"] == []
    assert f"PATCH https://r.azurecr.io{path} failed: the connection broke" in result["msg"]
