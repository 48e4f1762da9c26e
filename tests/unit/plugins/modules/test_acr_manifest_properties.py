# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.modules import told

MODULE = "acr_manifest_properties"
REPOSITORY = "library/app"
LOCK = {"can_delete": False, "can_write": False}
UNLOCK = {"can_delete": True, "can_write": True}
OPEN = {"can_delete": True, "can_write": True, "can_list": True, "can_read": True}
NONE = "sha256:" + "0" * 64


@pytest.fixture
def app(registry):
    """library/app: v1 (an index of two platforms), and v2."""
    image = images.multi_platform("one")
    registry.index = registry.push(REPOSITORY, image, "v1")
    registry.children = sorted(manifest.digest for manifest in image.manifests[:-1])
    registry.single = registry.push(REPOSITORY, images.image("two"), "v2")
    return registry


def flags(item):
    """The attributes of an item of a result: what is there now."""
    return {flag: item[flag] for flag in OPEN}


def attributes(registry, digest):
    data = registry.get(f"/acr/v1/{REPOSITORY}/_manifests/{digest}")["manifest"]["changeableAttributes"]
    return {flag: data[wire] for flag, wire in (("can_delete", "deleteEnabled"), ("can_write", "writeEnabled"))}


@pytest.mark.parametrize("options", [{}, {"children": False}, {"on_missing": "skip", "extra": [NONE]}])
def test_a_check_predicts_exactly_and_writes_nothing_and_a_second_run_changes_nothing(app, options):
    extra = options.pop("extra", [])
    options = {"repository": REPOSITORY, "digests": [app.index, *extra], **LOCK, **options}
    mark = app.mark()
    check = app.run(MODULE, check=True, **options)
    assert app.writes(mark) == []
    real = app.run(MODULE, **options)
    assert check == real
    assert real["changed"]
    assert len(app.writes(mark)) == len(real["manifests"]) == len(real["done"]) == (1 if options.get("children") is False else 3)
    again = app.run(MODULE, **options)
    assert not again["changed"]
    assert (again["diff"]["before"], again["diff"]["after"]) == ("", "")


def test_an_index_is_locked_with_all_it_lists(app):
    result = app.run(MODULE, repository=REPOSITORY, digests=[app.index], **LOCK)
    assert [manifest["digest"] for manifest in result["manifests"]] == sorted([app.index, *app.children])
    for digest in (app.index, *app.children):
        assert attributes(app, digest) == LOCK
    tag = app.get(f"/acr/v1/{REPOSITORY}/_tags/v1")["tag"]["changeableAttributes"]
    assert (tag["deleteEnabled"], tag["writeEnabled"]) == (True, True)


def test_what_is_returned_is_what_acr_repository_info_returns(app):
    result = app.run(MODULE, repository=REPOSITORY, digests=[app.single], can_delete=False)
    (manifest,) = result["manifests"]
    (found,) = app.run("acr_repository_info", repositories=[REPOSITORY], gather=["manifests"])["repositories"]
    (expected,) = [one for one in found["manifests"] if one["digest"] == app.single]
    assert manifest == {**expected, "before": OPEN, "changed": True}
    assert flags(manifest) == manifest["effective"] == {**OPEN, "can_delete": False}
    assert told(result["done"]) == [f"lock manifest library/app@{app.single}"]


def test_unlocking_opens_what_is_named_and_not_what_another_locked_tag_needs(app):
    """single lists one platform of v1."""
    part = app.children[0]
    media_type = images.OCI_MANIFEST
    size = len(app.session.get(f"https://r.azurecr.io/v2/{REPOSITORY}/manifests/{part}", headers={"Accept": media_type}).content)
    index = {"schemaVersion": 2, "mediaType": images.OCI_INDEX, "manifests": [{"mediaType": media_type, "digest": part, "size": size}]}
    assert app.run("acr_manifest", repository=REPOSITORY, content=index, tags=["single"])["changed"]
    app.run("acr_tag_properties", repository=REPOSITORY, tags=["v1", "single"], apply_to="image", **LOCK)
    options = {"repository": REPOSITORY, **UNLOCK}
    result = app.run(MODULE, digests=[app.index], **options)
    assert result["kept"] == [
        {
            "repository": REPOSITORY,
            "kind": "manifest",
            "name": part,
            "digest": part,
            "action": "unlock",
            "rule": None,
            "reason": "tag single is locked and needs it",
        }
    ]
    assert [attributes(app, digest) for digest in (app.index, *app.children)] == [UNLOCK, LOCK, UNLOCK]
    result = app.run(MODULE, digests=[part], **options)
    assert (result["kept"], attributes(app, part)) == ([], UNLOCK)


def test_a_missing_manifest_is_named_after_the_others_were_changed(app):
    message = f"Repository 'library/app' of r.azurecr.io has no manifest {NONE}. Check the digests, or set on_missing to skip."
    options = {"repository": REPOSITORY, "digests": [NONE, app.single], "can_delete": False}
    result = app.run(MODULE, **options)
    assert (result["failed"], result["changed"], result["msg"], result["missing"]) == (True, True, message, [NONE])
    assert attributes(app, app.single)["can_delete"] is False
    result = app.run(MODULE, on_missing="skip", **options)
    assert (result["changed"], result["missing"], "warnings" in result) == (False, [NONE], False)


@pytest.mark.parametrize("policy", ["error", "skip"])
def test_a_missing_repository(registry, policy):
    result = registry.run(MODULE, repository="none", digests=[NONE], on_missing=policy, **LOCK)
    assert (result["changed"], result["manifests"], result["missing"], result.get("failed", False)) == (False, [], [NONE], policy == "error")
    if policy == "error":
        assert result["msg"] == "Repository 'none' of r.azurecr.io does not exist. Check the name, or set on_missing to skip."


def test_an_index_that_lists_a_manifest_that_is_gone(app):
    assert app.session.delete(f"https://r.azurecr.io/v2/{REPOSITORY}/manifests/{app.children[0]}").status_code == 202
    result = app.run(MODULE, repository=REPOSITORY, digests=[app.index], **LOCK)
    assert [manifest["digest"] for manifest in result["manifests"]] == sorted([app.index, app.children[1]])
    assert result["missing"] == []
    assert f"lists manifest {app.children[0]}, which the registry does not have" in str(result["warnings"])


@pytest.mark.parametrize("check", [True, False])
def test_a_locked_repository_is_said_before_anything_is_tried(app, check):
    app.patch(f"/acr/v1/{REPOSITORY}", writeEnabled=False)
    mark = app.mark()
    result = app.run(MODULE, check=check, repository=REPOSITORY, digests=[app.single], **LOCK)
    assert "has can_write: false, which forbids 1 changes in it; nothing was changed." in result["msg"]
    assert app.writes(mark) == []


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"repository": "A"}, "'A' cannot be the name of a repository"),
        ({"digests": ["v1"]}, "'v1' is not a digest"),
        ({"can_delete": None}, "one of the following is required: can_delete"),
        ({"digests": None}, "missing required arguments: digests"),
    ],
)
def test_bad_input_is_one_sentence_and_costs_no_request(registry, options, text):
    result = registry.run(MODULE, **{"repository": REPOSITORY, "digests": [NONE], "can_delete": False, **options})
    assert result["failed"]
    assert text in result["msg"]
    assert registry.requests(0) == []
