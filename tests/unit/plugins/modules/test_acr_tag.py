# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.modules import told

MODULE = "acr_tag"
REPOSITORY = "library/app"


@pytest.fixture
def digests(registry):
    return {tag: registry.push(REPOSITORY, images.image(tag), tag) for tag in ("v1", "v2")}


def pointed(registry) -> dict[str, str]:
    return {tag["name"]: tag["digest"] for tag in registry.get(f"/acr/v1/{REPOSITORY}/_tags").get("tags") or []}


@pytest.mark.parametrize("check", [True, False])
def test_tags_are_pointed_at_a_manifest(registry, digests, check):
    mark = registry.mark()
    result = registry.run(MODULE, repository=REPOSITORY, tags=["v2", "stable", "v1"], reference="v2", check=check)
    assert result["changed"]
    assert result["digest"] == digests["v2"]
    assert result["image"] == f"r.azurecr.io/library/app@{digests['v2']}"
    assert result["tags"] == [
        {"name": "v2", "digest": digests["v2"], "previous_digest": digests["v2"], "changed": False},
        {"name": "stable", "digest": digests["v2"], "previous_digest": None, "changed": True},
        {"name": "v1", "digest": digests["v2"], "previous_digest": digests["v1"], "changed": True},
    ]
    short = {tag: digest[:19] for tag, digest in digests.items()}
    assert result["diff"]["before"] == f"tag v1 -> {short['v1']}\n"
    assert result["diff"]["after"] == f"tag stable -> {short['v2']}\ntag v1 -> {short['v2']}\n"
    if check:
        assert registry.writes(mark) == []
        assert pointed(registry) == digests
    else:
        assert pointed(registry) == dict.fromkeys(("v1", "v2", "stable"), digests["v2"])
        assert not registry.run(MODULE, repository=REPOSITORY, tags=["v2", "stable", "v1"], reference=digests["v2"])["changed"]


def test_the_bytes_stay_the_same(registry, digests):
    media_type = "application/vnd.oci.image.manifest.v1+json"
    url = "https://r.azurecr.io/v2/library/app/manifests/"
    before = registry.session.get(url + "v1", headers={"Accept": media_type})
    registry.run(MODULE, repository=REPOSITORY, tags=["copy"], reference=digests["v1"])
    after = registry.session.get(url + "copy", headers={"Accept": media_type})
    assert (after.content, after.headers["Content-Type"]) == (before.content, media_type)


def test_untagging_leaves_the_manifest(registry, digests):
    result = registry.run(MODULE, repository=REPOSITORY, tags=["v1", "gone"], state="absent")
    assert result["changed"]
    assert result["tags"][1] == {"name": "gone", "digest": None, "previous_digest": None, "changed": False}
    assert pointed(registry) == {"v2": digests["v2"]}
    assert registry.get(f"/acr/v1/{REPOSITORY}/_manifests/{digests['v1']}")["manifest"]["digest"] == digests["v1"]
    assert not registry.run(MODULE, repository=REPOSITORY, tags=["v1", "gone"], state="absent")["changed"]


def test_untagging_in_a_repository_that_does_not_exist(registry):
    assert not registry.run(MODULE, repository="none", tags=["v1"], state="absent")["changed"]


def test_a_manifest_that_does_not_exist(registry, digests):
    result = registry.run(MODULE, repository=REPOSITORY, tags=["v3"], reference="gone")
    assert result["msg"] == "Repository 'library/app' of r.azurecr.io has no manifest gone, so no tag can point at it. Check the name."


@pytest.mark.parametrize(("expected", "changed"), [("v1", True), ("v2", False)])
def test_compare_and_set(registry, digests, expected, changed):
    result = registry.run(MODULE, repository=REPOSITORY, tags=["v1"], reference="v2", expected_digest=digests[expected])
    assert result.get("changed") is changed
    if not changed:
        assert result["msg"] == f"Tag 'v1' of 'library/app' points at {digests['v1']}, not at {digests['v2']} as expected. Nothing was changed."
        assert pointed(registry) == digests


@pytest.mark.parametrize("check", [True, False])
def test_a_tag_that_must_not_exist_yet(registry, digests, check):
    options = {"repository": REPOSITORY, "reference": "v2", "overwrite": "error"}
    assert registry.run(MODULE, tags=["new", "v2"], **options)["changed"]
    assert not registry.run(MODULE, tags=["new", "v2"], **options)["changed"]
    mark = registry.mark()
    result = registry.run(MODULE, tags=["newer", "v1"], check=check, **options)
    assert result["failed"]
    assert result["msg"] == "Tags of 'library/app' point at other manifests, and overwrite is error: v1. Nothing was changed."
    assert registry.writes(mark) == []


@pytest.mark.parametrize("check", [True, False])
def test_a_tag_that_exists_can_stay_where_it_is(registry, digests, check):
    result = registry.run(MODULE, repository=REPOSITORY, tags=["v1", "v2", "new"], reference="v2", overwrite="never", check=check)
    assert result["tags"] == [
        {"name": "v1", "digest": digests["v1"], "previous_digest": digests["v1"], "changed": False, "not_overwritten": "exists"},
        {"name": "v2", "digest": digests["v2"], "previous_digest": digests["v2"], "changed": False},
        {"name": "new", "digest": digests["v2"], "previous_digest": None, "changed": True},
    ]
    assert told(result["done"]) == ["tag tag library/app:new"]
    assert pointed(registry) == (digests if check else {**digests, "new": digests["v2"]})


def test_a_lock_on_a_tag_that_stays_does_not_matter(registry, digests):
    registry.patch(f"/acr/v1/{REPOSITORY}/_tags/v1", writeEnabled=False)
    assert registry.run(MODULE, repository=REPOSITORY, tags=["v1"], reference="v2", overwrite="never")["changed"] is False


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"expected_digest": "absent"}, "expected_digest must be a digest. For tags that must not exist yet, set overwrite to error."),
        ({"expected_digest": "v1"}, "'v1' is not a digest"),
        ({"reference": "sha256:1"}, "'sha256:1' is not a digest"),
        ({"reference": None}, "state is present but all of the following are missing: reference"),
        ({"overwrite": "perhaps"}, "value of overwrite must be one of: always, never, error"),
    ],
)
def test_bad_input_is_one_sentence_and_costs_no_request(registry, options, text):
    result = registry.run(MODULE, **{"repository": REPOSITORY, "tags": ["v1"], "reference": "v2", **options})
    assert result["failed"]
    assert text in result["msg"]
    assert registry.requests(0) == []


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("path", "flag", "state", "refused"),
    [
        ("/_tags/v1", "writeEnabled", "present", "the tag"),
        ("/_tags/v1", "deleteEnabled", "present", None),
        ("/_tags/v1", "deleteEnabled", "absent", "the tag"),
        ("", "writeEnabled", "present", "repository 'library/app'"),
        ("", "writeEnabled", "absent", "repository 'library/app'"),
    ],
)
def test_locks_are_seen_before_anything_is_changed(registry, digests, check, path, flag, state, refused):
    registry.patch(f"/acr/v1/{REPOSITORY}{path}", **{flag: False})
    mark = registry.mark()
    source = {"reference": "v2"} if state == "present" else {}
    result = registry.run(MODULE, repository=REPOSITORY, tags=["v1"], state=state, check=check, **source)
    if refused is None:
        assert result["changed"]
        return
    message = f"A lock on {refused} forbids changing tag 'v1'; nothing was changed. Unlock it with acr_tag_properties first."
    assert result["msg"] == message
    assert registry.writes(mark) == []


def test_a_tag_that_moves_meanwhile_is_left_alone(registry, digests):
    """Between the plan and the change somebody pushes: the second look sees it."""
    moved = registry.push(REPOSITORY, images.image("theirs"))
    body = registry.session.get(f"https://r.azurecr.io/acr/v1/{REPOSITORY}/_tags/v1").text.replace(digests["v1"], moved)
    registry.emulator.faults.set([{"method": "GET", "path": f"/acr/v1/{REPOSITORY}/_tags/v1", "skip": 1, "status": 200, "body": body}])
    result = registry.run(MODULE, repository=REPOSITORY, tags=["v1"], reference="v2")
    assert result["failed"]
    assert f"Tag 'v1' was moved from {digests['v1']} to {moved} while the task was running." in result["msg"]
    assert not result["changed"]
    assert result["not_attempted"] == []


def test_what_tags_shall_point_at_does_not_say_which_to_take_away(registry, digests):
    for options, named in (({"reference": "v2"}, "reference"), ({"overwrite": "never"}, "overwrite")):
        result = registry.run(MODULE, repository=REPOSITORY, tags=["v1"], state="absent", **options)
        assert result["msg"] == f"{named} has no effect with state=absent. Remove it, or change state. Nothing was changed."
    result = registry.run(MODULE, repository=REPOSITORY, tags=["v1"], state="absent", expected_digest=digests["v2"])
    assert "points at" in result["msg"]
    assert pointed(registry) == digests
