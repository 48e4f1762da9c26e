# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.modules import told

LOCK = {"can_delete": False, "can_write": False}
OPEN = {"can_delete": True, "can_write": True, "can_list": True, "can_read": True}
LOCKED = {**OPEN, **LOCK}
MODULE = "acr_tag_properties"


@pytest.fixture
def app(registry):
    """library/app: v1.0.0 (one platform), v1.1.0 and latest (an index of two), v2.0.0-rc1."""
    registry.digests = {
        "v1.0.0": registry.push("library/app", images.image("one"), "v1.0.0"),
        "v1.1.0": registry.push("library/app", images.multi_platform("two"), "v1.1.0", "latest"),
        "v2.0.0-rc1": registry.push("library/app", images.image("three"), "v2.0.0-rc1"),
    }
    return registry


def warned(result):
    """The warnings: newer versions of ansible-core wrap them."""
    return [warning["event"]["msg"] if isinstance(warning, dict) else warning for warning in result["warnings"]]


def flags(item):
    """The attributes of an item of a result: what is there now."""
    return {flag: item[flag] for flag in OPEN}


def attributes(registry, kind, name):
    data = registry.get(f"/acr/v1/library/app/_{kind}s/{name}")[kind]["changeableAttributes"]
    return {flag: data[wire] for flag, wire in (("can_delete", "deleteEnabled"), ("can_write", "writeEnabled"))}


def test_one_tag_is_locked_and_nothing_else(app):
    result = app.run(MODULE, repository="library/app", tags=["v1.0.0"], **LOCK)
    assert result["changed"]
    (tag,) = result["tags"]
    found = app.get("/acr/v1/library/app/_tags/v1.0.0")["tag"]
    times = {"created_on": found["createdTime"], "last_updated_on": found["lastUpdateTime"]}
    effective = {**LOCKED, "can_delete": True}
    assert tag == {"name": "v1.0.0", "digest": app.digests["v1.0.0"], **times, **LOCKED, "effective": effective, "before": OPEN, "changed": True}
    assert attributes(app, "tag", "v1.0.0") == LOCK
    assert attributes(app, "manifest", app.digests["v1.0.0"]) == {"can_delete": True, "can_write": True}
    assert attributes(app, "tag", "latest") == {"can_delete": True, "can_write": True}


def test_a_locked_tag_really_cannot_be_deleted(app):
    app.run(MODULE, repository="library/app", tags=["v1.0.0"], **LOCK)
    assert app.session.delete("https://r.azurecr.io/acr/v1/library/app/_tags/v1.0.0").status_code == 405


@pytest.mark.parametrize(
    "options",
    [
        {"tags": ["v1.0.0"]},
        {"tags": ["v1.0.0", "v1.1.0"], "apply_to": "image"},
        {"include": [r"v\d+\.\d+\.\d+.*"], "exclude": [".*-rc.*"], "apply_to": "image"},
        {"include": [".*"]},
        {"include": ["nothing"]},
        {"tags": ["v1.0.0", "gone"], "on_missing": "skip"},
    ],
)
def test_a_check_predicts_exactly_and_writes_nothing_and_a_second_run_changes_nothing(app, options):
    options = {"repository": "library/app", **LOCK, **options}
    mark = app.mark()
    check = app.run(MODULE, check=True, **options)
    assert app.writes(mark) == []
    real = app.run(MODULE, **options)
    assert check == real
    assert len(app.writes(mark)) == sum(item["changed"] for item in real["tags"] + real["manifests"])
    mark = app.mark()
    again = app.run(MODULE, **options)
    assert not again["changed"]
    assert (again["diff"]["before"], again["diff"]["after"]) == ("", "")
    assert app.writes(mark) == []


def test_with_manifest_an_index_is_locked_with_all_it_lists(app):
    result = app.run(MODULE, repository="library/app", tags=["v1.1.0"], apply_to="image", **LOCK)
    index = app.get(f"/acr/v1/library/app/_manifests/{app.digests['v1.1.0']}")["manifest"]
    children = [reference["digest"] for reference in index["references"]]
    assert len(children) == 2
    assert {item["digest"] for item in result["manifests"]} == {app.digests["v1.1.0"], *children}
    for digest in (app.digests["v1.1.0"], *children):
        assert attributes(app, "manifest", digest) == LOCK


@pytest.mark.parametrize(
    ("apply_to", "wanted", "lost"),
    [
        ("tag", LOCK, True),
        ("tag", {"can_delete": False}, True),
        ("tag", {"can_write": False}, True),
        ("tag", {"can_list": False}, False),
        ("image", LOCK, False),
    ],
)
def test_a_lock_after_which_a_tag_can_still_be_lost_is_warned_of(app, apply_to, wanted, lost):
    for dummy in ("first", "second"):
        result = app.run(MODULE, repository="library/app", tags=["v1.0.0", "v1.1.0"], apply_to=apply_to, **wanted)
        if lost:
            assert warned(result) == [
                "Tags of 'library/app' are locked, but lost when their manifests are deleted: v1.0.0, v1.1.0. Set apply_to: image to lock the manifests too."
            ]
        else:
            assert "warnings" not in result
    assert [tag["effective"]["can_delete"] for tag in result["tags"]] == [apply_to == "tag"] * 2


def test_a_locked_tag_of_a_locked_manifest_is_not_warned_of(app):
    app.patch(f"/acr/v1/library/app/_manifests/{app.digests['v1.0.0']}", deleteEnabled=False)
    result = app.run(MODULE, repository="library/app", tags=["v1.0.0"], **LOCK)
    assert "warnings" not in result
    assert result["tags"][0]["effective"]["can_delete"] is False


UNLOCK = {"can_delete": True, "can_write": True}


@pytest.mark.parametrize("check", [True, False])
def test_unlocking_an_image_opens_nothing_that_another_locked_tag_needs(app, check):
    """v1.1.0 and latest are one image."""
    app.run(MODULE, repository="library/app", tags=["v1.1.0", "latest"], apply_to="image", **LOCK)
    mark = app.mark()
    result = app.run(MODULE, repository="library/app", tags=["v1.1.0"], apply_to="image", check=check, **UNLOCK)
    assert told(result["done"]) == ["unlock tag library/app:v1.1.0"]
    assert app.writes(mark) == ([] if check else ["PATCH /acr/v1/library/app/_tags/v1.1.0"])
    index = app.get(f"/acr/v1/library/app/_manifests/{app.digests['v1.1.0']}")["manifest"]
    digests = sorted([index["digest"], *(reference["digest"] for reference in index["references"])])
    assert result["kept"] == [
        {
            "repository": "library/app",
            "kind": "manifest",
            "name": digest,
            "digest": digest,
            "action": "unlock",
            "rule": None,
            "reason": "tag latest is locked and needs it",
        }
        for digest in digests
    ]
    assert [flags(manifest) for manifest in result["manifests"]] == [LOCKED] * 3
    for digest in digests:
        assert attributes(app, "manifest", digest) == LOCK


def test_a_locked_tag_that_lists_hide_counts_too(app):
    app.run(MODULE, repository="library/app", tags=["v1.1.0", "latest"], apply_to="image", **LOCK)
    app.patch("/acr/v1/library/app/_tags/latest", listEnabled=False)
    result = app.run(MODULE, repository="library/app", tags=["v1.1.0"], apply_to="image", **UNLOCK)
    assert len(result["kept"]) == 3


def test_a_platform_that_another_index_lists_stays_locked_too(registry):
    both = images.multi_platform("both")
    one, two, dummy = both.manifests
    registry.push("library/app", both, "both")
    index = {"schemaVersion": 2, "mediaType": images.OCI_INDEX, "manifests": [one.descriptor()]}
    assert registry.run("acr_manifest", repository="library/app", content=index, tags=["single"])["changed"]
    registry.run(MODULE, repository="library/app", tags=["both", "single"], apply_to="image", **LOCK)
    result = registry.run(MODULE, repository="library/app", tags=["both"], apply_to="image", **UNLOCK)
    assert [item["digest"] for item in result["kept"]] == [one.digest]
    assert attributes(registry, "manifest", one.digest) == LOCK
    assert attributes(registry, "manifest", two.digest) == UNLOCK


def test_unlocking_all_tags_of_an_image_opens_it(app):
    app.run(MODULE, repository="library/app", tags=["v1.1.0", "latest"], apply_to="image", **LOCK)
    result = app.run(MODULE, repository="library/app", include=["v1.1.0", "latest"], apply_to="image", **UNLOCK)
    assert result["kept"] == []
    assert [flags(manifest) for manifest in result["manifests"]] == [OPEN] * 3


def test_a_tag_that_is_not_locked_keeps_nothing_locked(app):
    app.run(MODULE, repository="library/app", tags=["v1.1.0"], apply_to="image", **LOCK)
    result = app.run(MODULE, repository="library/app", tags=["v1.1.0"], apply_to="image", **UNLOCK)
    assert (result["kept"], result["changed"]) == ([], True)
    assert attributes(app, "manifest", app.digests["v1.1.0"]) == UNLOCK


def test_a_manifest_that_stays_locked_is_listed_and_read_again(app):
    """Only what locks is kept."""
    app.run(MODULE, repository="library/app", tags=["v1.1.0", "latest"], apply_to="image", can_list=False, **LOCK)
    result = app.run(MODULE, repository="library/app", tags=["v1.1.0", "latest"], apply_to="image", can_list=True)
    assert result["kept"] == []
    assert [flags(manifest) for manifest in result["manifests"]] == [LOCKED] * 3


def test_the_diff_names_what_changes_and_nothing_else(app):
    app.patch("/acr/v1/library/app/_tags/v1.1.0", deleteEnabled=False)
    result = app.run(MODULE, repository="library/app", tags=["v1.1.0"], **LOCK)
    label = f"tag v1.1.0 -> {app.digests['v1.1.0'][:19]}"
    assert result["diff"] == {
        "before_header": "r.azurecr.io/library/app",
        "after_header": "r.azurecr.io/library/app",
        "before": f"{label}:\n  can_write: true\n",
        "after": f"{label}:\n  can_write: false\n",
    }


def test_what_is_not_mentioned_stays_as_it_is(app):
    app.patch("/acr/v1/library/app/_tags/v1.0.0", listEnabled=False, deleteEnabled=False)
    result = app.run(MODULE, repository="library/app", tags=["v1.0.0"], can_write=False)
    assert flags(result["tags"][0]) == {"can_delete": False, "can_write": False, "can_list": False, "can_read": True}
    patches = [entry for entry in app.emulator.journal.after(0) if entry["method"] == "PATCH"]
    assert len(patches) == 2


def test_patterns_and_names_are_chosen_together(app):
    result = app.run(MODULE, repository="library/app", tags=["latest"], include=[r"v\d.*"], exclude=[".*-rc.*"], **LOCK)
    assert [tag["name"] for tag in result["tags"]] == ["latest", "v1.0.0", "v1.1.0"]


def test_ten_tags_cost_three_reads_and_one_token(registry):
    for number in range(10):
        registry.push("app", images.image(str(number)), f"v{number}")
    mark = registry.mark()
    registry.run(MODULE, repository="app", tags=[f"v{number}" for number in range(10)], can_write=True)
    assert registry.requests(mark) == ["GET /oauth2/token", "GET /acr/v1/app", "GET /acr/v1/app/_tags", "GET /acr/v1/app/_manifests"]


def test_a_change_costs_one_request_a_tag_and_one_more_token(app):
    mark = app.mark()
    app.run(MODULE, repository="library/app", tags=["v1.0.0"], **LOCK)
    assert app.requests(mark) == [
        "GET /oauth2/token",
        "GET /acr/v1/library/app",
        "GET /acr/v1/library/app/_tags/v1.0.0",
        f"GET /acr/v1/library/app/_manifests/{app.digests['v1.0.0']}",
        "GET /oauth2/token",
        "PATCH /acr/v1/library/app/_tags/v1.0.0",
    ]


@pytest.mark.parametrize("check", [True, False])
def test_a_missing_tag_is_named_after_the_others_were_changed(app, check):
    mark = app.mark()
    result = app.run(MODULE, repository="library/app", tags=["v1.0.0", "v9", "v8"], check=check, **LOCK)
    assert (result["failed"], result["changed"], result["missing"]) == (True, True, ["v9", "v8"])
    assert told(result["done"]) == ["lock tag library/app:v1.0.0"]
    assert result["msg"] == "Repository 'library/app' of r.azurecr.io has no tag v9, v8. Check the names, or set on_missing to skip."
    assert app.writes(mark) == ([] if check else ["PATCH /acr/v1/library/app/_tags/v1.0.0"])


def test_a_missing_tag_can_be_warned_of(app):
    result = app.run(MODULE, repository="library/app", tags=["v1.0.0", "v9"], on_missing="warn", can_read=True)
    assert (result["changed"], result["missing"]) == (False, ["v9"])
    assert warned(result) == ["Repository 'library/app' of r.azurecr.io has no tag v9. Check the names, or set on_missing to skip."]
    assert "warnings" not in app.run(MODULE, repository="library/app", tags=["v1.0.0", "v9"], on_missing="skip", can_read=True)


def test_a_pattern_that_matches_nothing_is_warned_of(app):
    """In a regular expression, v* is any number of v."""
    options = {"repository": "library/app", "include": ["v*"], "can_read": True}
    result = app.run(MODULE, **options)
    assert (result["changed"], result["tags"]) == (False, [])
    assert warned(result) == [
        "include pattern 'v*' (regex) matched none of the 4 tags of library/app. As a glob, it would match 3: set pattern_type: glob.",
    ]
    result = app.run(MODULE, pattern_type="glob", **options)
    assert [tag["name"] for tag in result["tags"]] == ["v1.0.0", "v1.1.0", "v2.0.0-rc1"]
    assert "warnings" not in result


def test_a_missing_tag_can_be_passed_over(app):
    result = app.run(MODULE, repository="library/app", tags=["v1.0.0", "v9"], on_missing="skip", **LOCK)
    assert result["missing"] == ["v9"]
    assert [tag["name"] for tag in result["tags"]] == ["v1.0.0"]


@pytest.mark.parametrize("apply_to", ["tag", "image"])
def test_a_missing_repository_is_an_error_or_passed_over(registry, apply_to):
    result = registry.run(MODULE, repository="nowhere", tags=["v1"], apply_to=apply_to, **LOCK)
    assert result["msg"] == "Repository 'nowhere' of r.azurecr.io does not exist. Check the name, or set on_missing to skip."
    result = registry.run(MODULE, repository="nowhere", tags=["v1"], on_missing="skip", apply_to=apply_to, **LOCK)
    assert (result["changed"], result["tags"], result["missing"]) == (False, [], ["v1"])


@pytest.mark.parametrize("check", [True, False])
def test_a_locked_repository_is_said_before_anything_is_tried(app, check):
    app.patch("/acr/v1/library/app", writeEnabled=False)
    mark = app.mark()
    result = app.run(MODULE, check=check, repository="library/app", tags=["v1.0.0"], **LOCK)
    assert result["failed"]
    assert "has can_write: false, which forbids 1 changes in it; nothing was changed. Set can_write: true on it first." in result["msg"]
    assert app.writes(mark) == []


def test_a_locked_repository_does_not_matter_when_nothing_is_to_change(app):
    app.patch("/acr/v1/library/app", writeEnabled=False)
    assert not app.run(MODULE, repository="library/app", tags=["v1.0.0"], can_write=True)["changed"]


def test_a_tag_that_moves_meanwhile_is_said(app, monkeypatch):
    handle = app.emulator.handle

    def move_first(request):
        if request.method == "PATCH":
            monkeypatch.setattr(app.emulator, "handle", handle)
            app.push("library/app", images.image("moved"), "v1.0.0")
        return handle(request)

    monkeypatch.setattr(app.emulator, "handle", move_first)
    result = app.run(MODULE, repository="library/app", tags=["v1.0.0"], **LOCK)
    assert result["failed"]
    assert "Tag 'v1.0.0' was moved from sha256:" in result["msg"]
    assert "Run the task again." in result["msg"]


def test_when_one_change_fails_the_result_says_which_were_made(app, monkeypatch):
    handle = app.emulator.handle

    def vanish(request):
        if request.method == "PATCH" and request.path.endswith("/v1.1.0"):
            app.session.delete("https://r.azurecr.io/acr/v1/library/app/_tags/v1.1.0")
        return handle(request)

    monkeypatch.setattr(app.emulator, "handle", vanish)
    result = app.run(MODULE, repository="library/app", tags=["v1.0.0", "v1.1.0", "latest"], concurrency=1, **LOCK)
    assert result["failed"]
    assert result["changed"]
    assert told(result["done"]) == ["lock tag library/app:latest", "lock tag library/app:v1.0.0"]
    assert told(result["failures"]) == ["lock tag library/app:v1.1.0"]
    assert [(tag["name"], tag["can_delete"], tag["changed"]) for tag in result["tags"]] == [
        ("latest", False, True),
        ("v1.0.0", False, True),
        ("v1.1.0", True, False),
    ]
    assert result["not_attempted"] == []
    assert result["msg"].startswith("2 of 3 changes were made; lock tag library/app:v1.1.0 failed: ")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"repository": "Library/App", "tags": ["v1"]}, "cannot be the name of a repository"),
        ({"repository": "app", "tags": ["-x"]}, "cannot be a tag"),
        ({"repository": "app", "include": ["v("]}, "in include is not a regular expression"),
        ({"repository": "app", "tags": ["v1"], "exclude": ["x"]}, "Set include as well"),
        ({"repository": "app", "tags": ["v1"], "registry": "https://x/y"}, "does not name a registry"),
        ({"repository": "app", "tags": ["v1"], "concurrency": 0}, "must be from 1 to 32"),
        ({"repository": "app", "tags": ["v1"], "timeout": "0s"}, "'0s' in timeout is not a span of time"),
        ({"repository": "app"}, "one of the following is required: tags, include"),
    ],
)
def test_bad_input_is_one_sentence_and_costs_no_request(registry, options, text):
    result = registry.run(MODULE, **{**LOCK, **options})
    assert result["failed"]
    assert text in result["msg"]
    assert registry.requests(0) == []


def test_no_flag_at_all_is_an_error(registry):
    assert "one of the following is required: can_delete" in registry.run(MODULE, repository="app", tags=["v1"])["msg"]


def test_wrong_credentials_are_said_without_showing_them(app):
    result = app.run(MODULE, repository="library/app", tags=["v1.0.0"], password="canary-4711", **LOCK)
    assert result["failed"]
    assert "answered with 401 UNAUTHORIZED" in result["msg"]
    assert "Check username (admin) and password" in result["msg"]
    assert "canary-4711" not in str(result)


def test_a_reader_can_check_and_is_told_what_it_lacks_to_do_it(app):
    repositories = {"library/*": ["content/read", "metadata/read"]}
    app.emulator.identities.register_token({"name": "auditor", "password": "pw", "repositories": repositories})
    who = {"username": "auditor", "password": "pw"}
    assert app.run(MODULE, check=True, repository="library/app", tags=["v1.0.0"], **LOCK, **who)["changed"]
    result = app.run(MODULE, repository="library/app", tags=["v1.0.0"], **LOCK, **who)
    assert result["failed"]
    assert not result["changed"]
    assert "The credential lacks metadata_write on repository 'library/app'" in result["msg"]
