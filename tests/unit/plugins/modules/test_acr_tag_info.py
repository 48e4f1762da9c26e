# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.tests import images

MODULE = "acr_tag_info"
REPOSITORY = "library/app"
OPEN = {"can_delete": True, "can_write": True, "can_list": True, "can_read": True}


@pytest.fixture
def app(registry):
    """library/app: v1 and latest (an index), and a minute later v2."""
    registry.index = registry.push(REPOSITORY, images.multi_platform("one"), "v1", "latest")
    registry.emulator.clock.advance(60)
    registry.single = registry.push(REPOSITORY, images.image("two"), "v2")
    return registry


def names(result):
    return [tag["name"] for tag in result["tags"]]


def warned(result):
    """The warnings: newer versions of ansible-core wrap them."""
    return [warning["event"]["msg"] if isinstance(warning, dict) else warning for warning in result["warnings"]]


def test_a_tag_is_read_with_what_the_registry_knows(app):
    mark = app.mark()
    result = app.run(MODULE, repository=REPOSITORY, tags=["v2"])
    found = app.get(f"/acr/v1/{REPOSITORY}/_tags/v2")["tag"]
    times = {"created_on": found["createdTime"], "last_updated_on": found["lastUpdateTime"]}
    assert result["tags"] == [{"name": "v2", "digest": app.single, **times, **OPEN, "effective": OPEN}]
    assert (result["changed"], result["missing"], result["truncated"]) == (False, [], False)
    path = f"/acr/v1/{REPOSITORY}"
    assert app.requests(mark)[:4] == ["GET /oauth2/token", f"GET {path}", f"GET {path}/_tags/v2", f"GET {path}/_manifests/{app.single}"]


def test_a_locked_tag_whose_manifest_is_not_can_still_be_lost(app):
    app.patch(f"/acr/v1/{REPOSITORY}/_tags/v2", deleteEnabled=False, writeEnabled=False)
    (tag,) = app.run(MODULE, repository=REPOSITORY, tags=["v2"])["tags"]
    assert (tag["can_delete"], tag["effective"]["can_delete"], tag["effective"]["can_write"]) == (False, True, False)
    app.patch(f"/acr/v1/{REPOSITORY}/_manifests/{app.single}", deleteEnabled=False)
    (tag,) = app.run(MODULE, repository=REPOSITORY, tags=["v2"])["tags"]
    assert tag["effective"]["can_delete"] is False


def test_all_tags_are_read_and_by_pattern_some(app):
    assert names(app.run(MODULE, repository=REPOSITORY)) == ["latest", "v1", "v2"]
    assert names(app.run(MODULE, repository=REPOSITORY, include=["v.*"])) == ["v1", "v2"]
    assert names(app.run(MODULE, repository=REPOSITORY, exclude=["v1"])) == ["latest", "v2"]
    assert names(app.run(MODULE, repository=REPOSITORY, include=["v*"], exclude=["*1"], pattern_type="glob")) == ["v2"]
    assert names(app.run(MODULE, repository=REPOSITORY, tags=["latest"], include=[".*2"])) == ["latest", "v2"]


def test_no_tags_are_not_all_tags(app):
    assert names(app.run(MODULE, repository=REPOSITORY, tags=[])) == []


def test_tags_of_one_manifest(app):
    assert names(app.run(MODULE, repository=REPOSITORY, digest=app.index)) == ["latest", "v1"]
    assert names(app.run(MODULE, repository=REPOSITORY, digest="sha256:" + "0" * 64)) == []


@pytest.mark.parametrize("named", [None, ["latest", "v2", "v1"]])
@pytest.mark.parametrize(
    ("order", "tags"),
    [("name", ["latest", "v1", "v2"]), ("last_updated_desc", ["v2", "latest", "v1"]), ("last_updated_asc", ["v1", "latest", "v2"])],
)
def test_tags_come_in_the_order_asked_for(app, order, tags, named):
    found = names(app.run(MODULE, repository=REPOSITORY, order_by=order, tags=named))
    # Two were pushed in the same second: their order is the registry's.
    assert (sorted(found), found.index("v2")) == (sorted(tags), tags.index("v2"))


@pytest.mark.parametrize("include", [None, [".*"]])
@pytest.mark.parametrize(("limit", "truncated"), [(1, True), (2, True), (3, False), (4, False)])
def test_tags_can_be_limited_to_the_newest(app, limit, truncated, include):
    result = app.run(MODULE, repository=REPOSITORY, order_by="last_updated_desc", limit=limit, include=include)
    assert names(result)[0] == "v2"
    assert (len(result["tags"]), result["truncated"]) == (min(limit, 3), truncated)


def test_what_to_do_about_a_missing_tag(app):
    message = "Repository 'library/app' of r.azurecr.io has no tag gone. Check the names, or set on_missing to skip."
    options = {"repository": REPOSITORY, "tags": ["gone", "v2"]}
    result = app.run(MODULE, **options)
    assert (warned(result), names(result), result["missing"]) == ([message], ["v2"], ["gone"])
    result = app.run(MODULE, on_missing="error", **options)
    assert (result["failed"], result["msg"], names(result), result["missing"]) == (True, message, ["v2"], ["gone"])
    result = app.run(MODULE, on_missing="skip", **options)
    assert (names(result), result["missing"], "warnings" in result) == (["v2"], ["gone"], False)


def test_what_to_do_about_a_missing_repository(registry):
    message = "Repository 'none' of r.azurecr.io does not exist. Check the name, or set on_missing to skip."
    result = registry.run(MODULE, repository="none")
    assert (warned(result), result["tags"], result["missing"]) == ([message], [], [])
    result = registry.run(MODULE, repository="none", tags=["v1"], on_missing="error")
    assert (result["failed"], result["msg"], result["missing"]) == (True, message, ["v1"])


def test_a_pattern_that_matches_nothing_is_warned_of(app):
    result = app.run(MODULE, repository=REPOSITORY, include=["v*", "latest"])
    assert names(result) == ["latest"]
    assert warned(result) == ["include pattern 'v*' (regex) matched none of the 3 tags of library/app. As a glob, it would match 2: set pattern_type: glob."]


@pytest.mark.parametrize("include", [None, ["nothing|v2"]])
def test_a_tag_that_lists_hide_is_found_by_its_name(app, include):
    app.patch(f"/acr/v1/{REPOSITORY}/_tags/v1", listEnabled=False)
    assert names(app.run(MODULE, repository=REPOSITORY)) == ["latest", "v2"]
    assert "v1" in names(app.run(MODULE, repository=REPOSITORY, tags=["v1", "latest"], include=include))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"repository": "A"}, "'A' cannot be the name of a repository"),
        ({"tags": ["-x"]}, "cannot be a tag"),
        ({"digest": "sha256:1"}, "is not a digest"),
        ({"limit": 0}, "limit is 0, but must be at least 1"),
        ({"include": ["*"]}, "'*' in include is not a regular expression"),
        ({"tags": ["a"], "digest": "sha256:" + "0" * 64}, "mutually exclusive"),
        ({"tags": ["a"], "limit": 1}, "mutually exclusive"),
        ({"tags": ["a"], "exclude": ["b"]}, "exclude only leaves out tags that include chooses."),
    ],
)
def test_bad_input_is_one_sentence_and_costs_no_request(registry, options, text):
    result = registry.run(MODULE, **{"repository": REPOSITORY, **options})
    assert result["failed"]
    assert text in result["msg"]
    assert registry.requests(0) == []
