# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The children of an index whose properties do not name them: then its document does."""

from __future__ import annotations

import json

import pytest
from ansible_collections.registryops.acr.tests import images

NAME = "library/app"


@pytest.fixture
def index(registry):
    """The digest of an index of two images, whose properties lack ``references``."""
    digest = registry.push(NAME, images.multi_platform("two"), "v1")
    path = f"/acr/v1/{NAME}/_manifests/{digest}"
    shown = registry.get(path)
    registry.children = {reference["digest"] for reference in shown["manifest"].pop("references")}
    registry.faults = [{"method": "GET", "path": path, "times": 0, "status": 200, "body": json.dumps(shown)}]
    registry.emulator.faults.set(registry.faults)
    return digest


def lock(registry):
    return registry.run("acr_tag_properties", repository=NAME, tags=["v1"], apply_to="image", can_delete=False, check=True)


def test_the_document_names_the_children(registry, index):
    mark = registry.mark()
    result = lock(registry)
    assert {item["digest"] for item in result["manifests"]} == {index, *registry.children}
    assert registry.requests(mark).count(f"GET /v2/{NAME}/manifests/{index}") == 1


def test_the_properties_are_enough(registry, index):
    registry.emulator.faults.set([])
    mark = registry.mark()
    assert len(lock(registry)["manifests"]) == 3
    assert not [request for request in registry.requests(mark) if request.startswith("GET /v2/library")]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            {"status": 200, "body": '{"manifests": []}', "headers": {"Content-Type": "application/vnd.oci.image.index.v1+json"}},
            "other content than that of manifest",
        ),
        ({"status": 200, "body": '{"manifests": [], "manifests": []}'}, "a key appears twice"),
        ({"status": 200, "body": "<html>"}, "is not valid JSON"),
        ({"status": 404, "body": '{"errors": [{"code": "MANIFEST_UNKNOWN"}]}'}, "disappeared while the task was running. Run the task again."),
        ({"status": 404, "body": "<html>"}, "is it an Azure Container Registry?"),
    ],
)
def test_a_document_that_cannot_be_used_stops_the_task(registry, index, fault, message):
    registry.emulator.faults.set([*registry.faults, {"method": "GET", "path": f"/v2/{NAME}/manifests/{index}", "times": 0, **fault}])
    mark = registry.mark()
    result = lock(registry)
    assert result["failed"]
    assert message in result["msg"]
    assert registry.writes(mark) == []
