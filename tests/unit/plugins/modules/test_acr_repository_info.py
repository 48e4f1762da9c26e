# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.tests import images

MODULE = "acr_repository_info"
OPEN = {"can_delete": True, "can_write": True, "can_list": True, "can_read": True}


@pytest.fixture
def three(registry):
    """library/app with an index, library/base, team/tool."""
    for day, (name, tags) in enumerate((("library/base", ["b1"]), ("team/tool", ["t1", "t2"]))):
        registry.push(name, images.image(f"{name} {day}"), *tags)
    registry.emulator.clock.advance(60)
    registry.index = registry.push("library/app", images.multi_platform("app"), "v1", "latest")
    registry.emulator.clock.advance(60)
    registry.single = registry.push("library/app", images.image("app two"), "v2")
    return registry


def names(result):
    return [item["name"] for item in result["repositories"]]


def test_all_repositories_are_read(three):
    result = three.run(MODULE)
    assert names(result) == ["library/app", "library/base", "team/tool"]
    app = result["repositories"][0]
    assert (app["manifest_count"], app["tag_count"]) == (4, 3)
    assert {flag: app[flag] for flag in OPEN} == OPEN == app["effective"]
    assert not result["changed"]
    assert (result["missing"], result["truncated"]) == ([], False)


def test_names_only_costs_the_catalog(three):
    mark = three.mark()
    result = three.run(MODULE, gather=[])
    assert result["repositories"] == [{"name": "library/app"}, {"name": "library/base"}, {"name": "team/tool"}]
    assert three.requests(mark) == ["GET /oauth2/token", "GET /acr/v1/_catalog"]


def test_a_literal_name_never_reads_the_catalog(three):
    mark = three.mark()
    assert names(three.run(MODULE, repositories=["team/tool", "library/base"])) == ["team/tool", "library/base"]
    assert "GET /acr/v1/_catalog" not in three.requests(mark)
    assert three.requests(mark).count("GET /oauth2/token") == 1


def test_repositories_are_chosen_by_patterns(three):
    assert names(three.run(MODULE, include=["library/.*"])) == ["library/app", "library/base"]
    assert names(three.run(MODULE, include=["library/.*"], exclude=[".*/base"])) == ["library/app"]
    assert names(three.run(MODULE, include=["app|tool"])) == []


@pytest.mark.parametrize(("limit", "truncated"), [(2, True), (3, False), (4, False)])
@pytest.mark.parametrize("include", [None, [".*"]])
def test_repositories_can_be_limited(three, limit, truncated, include):
    result = three.run(MODULE, gather=[], limit_repositories=limit, include=include)
    assert names(result) == ["library/app", "library/base", "team/tool"][:limit]
    assert result["truncated"] is truncated


def test_a_missing_repository_is_reported_not_guessed(three):
    result = three.run(MODULE, repositories=["library/app", "nowhere"])
    assert names(result) == ["library/app"]
    assert result["missing"] == ["nowhere"]
    assert "failed" not in result


def warned(result):
    """The warnings: newer versions of ansible-core wrap them."""
    return [warning["event"]["msg"] if isinstance(warning, dict) else warning for warning in result["warnings"]]


def test_what_to_do_about_a_missing_repository(three):
    message = "Registry r.azurecr.io has no repository none, nowhere. Check the names, or set on_missing to skip."
    options = {"repositories": ["none", "library/app", "nowhere"]}
    assert warned(three.run(MODULE, **options)) == [message]
    assert "warnings" not in three.run(MODULE, on_missing="skip", **options)
    result = three.run(MODULE, on_missing="error", **options)
    assert (result["failed"], result["msg"], names(result), result["missing"]) == (True, message, ["library/app"], ["none", "nowhere"])


def test_a_pattern_that_matches_nothing_is_warned_of(three):
    result = three.run(MODULE, include=["library/*"])
    assert names(result) == []
    assert warned(result) == [
        "include pattern 'library/*' (regex) matched none of the 3 repositories of r.azurecr.io. As a glob, it would match 2: set pattern_type: glob."
    ]
    assert names(three.run(MODULE, include=["library/*"], pattern_type="glob", gather=[])) == ["library/app", "library/base"]


@pytest.mark.parametrize(
    ("order", "tags"),
    [("name", ["latest", "v1", "v2"]), ("last_updated_desc", ["v2", "latest", "v1"]), ("last_updated_asc", ["v1", "latest", "v2"])],
)
def test_tags_come_in_the_order_asked_for(three, order, tags):
    result = three.run(MODULE, repositories=["library/app"], gather=["tags"], order_by=order)
    assert [tag["name"] for tag in result["repositories"][0]["tags"]] == tags


@pytest.mark.parametrize(("limit", "truncated"), [(1, True), (2, True), (3, False)])
def test_tags_can_be_limited_to_the_newest(three, limit, truncated):
    result = three.run(MODULE, repositories=["library/app"], gather=["tags"], order_by="last_updated_desc", limit=limit)["repositories"][0]
    assert len(result["tags"]) == limit
    assert result["tags"][0]["name"] == "v2"
    assert result["truncated"] is truncated


def test_manifests_are_read_with_what_the_registry_knows(three):
    manifests = {item["digest"]: item for item in three.run(MODULE, repositories=["library/app"], gather=["manifests"])["repositories"][0]["manifests"]}
    assert len(manifests) == 4
    assert manifests[three.index]["media_type"] == images.OCI_INDEX
    assert manifests[three.index]["tags"] == ["latest", "v1"]
    single = manifests[three.single]
    assert (single["architecture"], single["os"], single["config_media_type"]) == ("amd64", "linux", images.OCI_CONFIG)
    assert single["effective"] == OPEN


def test_a_locked_tag_whose_manifest_is_not_can_still_be_lost(three):
    three.patch("/acr/v1/library/app/_tags/v2", deleteEnabled=False, writeEnabled=False)

    def v2():
        tags = three.run(MODULE, repositories=["library/app"], gather=["tags"])["repositories"][0]["tags"]
        return next(tag for tag in tags if tag["name"] == "v2")

    assert (v2()["can_delete"], v2()["effective"]["can_delete"], v2()["effective"]["can_write"]) == (False, True, False)
    three.patch(f"/acr/v1/library/app/_manifests/{three.single}", deleteEnabled=False)
    assert v2()["effective"]["can_delete"] is False


def test_a_repository_with_something_locked_cannot_be_deleted(three):
    three.patch("/acr/v1/library/app/_tags/v2", deleteEnabled=False)
    result = three.run(MODULE, repositories=["library/app"], gather=["tags", "manifests"])["repositories"][0]
    assert (result["can_delete"], result["effective"]["can_delete"]) == (True, False)
    assert three.session.delete("https://r.azurecr.io/acr/v1/library/app").status_code == 405


def test_2500_tags_are_read_in_three_pages(registry):
    registry.push("big", images.image("x"), "t0")
    tag = registry.emulator.store.tags.get("big", "t0")
    second = 10_000_000
    times = [tag.updated - tag.updated % second + number * second for number in range(2500)]
    registry.emulator.store.tags.replace_many(tag._replace(name=f"t{number}", updated=times[number]) for number in range(1, 2500))
    for order in ("name", "last_updated_asc", "last_updated_desc"):
        mark = registry.mark()
        result = registry.run(MODULE, repositories=["big"], gather=["tags"], order_by=order)["repositories"][0]
        assert len({tag["name"] for tag in result["tags"]}) == 2500
        assert registry.requests(mark).count("GET /acr/v1/big/_tags") == 3
        assert registry.requests(mark).count("GET /oauth2/token") == 1
    updated = [tag["last_updated_on"] for tag in result["tags"]]
    assert updated == sorted(updated, reverse=True)


def test_an_empty_registry_is_not_an_error(registry):
    assert registry.run(MODULE)["repositories"] == []


def test_an_anonymous_reader_reads(three):
    result = three.run(MODULE, registry="anonymous.azurecr.io", username=None, password=None, repositories=["team/tool"], gather=["tags"])
    assert [tag["name"] for tag in result["repositories"][0]["tags"]] == ["t1", "t2"]


def test_an_anonymous_reader_of_a_closed_registry_is_told_what_to_set(three):
    result = three.run(MODULE, username=None, password=None)
    expected = (
        "The registry does not allow anonymous access, and no credential is set: set username and password, or client_id, secret and tenant, or "
        "auth_source: cli or managed_identity. Profiles in ~/.azure are not read."
    )
    assert result["msg"].endswith(expected)


def test_a_scope_maps_token_is_told_to_name_repositories(three):
    three.emulator.identities.register_token({"name": "reader", "password": "pw", "repositories": {"library/*": ["metadata/read"]}})
    who = {"username": "reader", "password": "pw"}
    assert "may not list the registry's repositories: name them instead" in three.run(MODULE, **who)["msg"]
    assert names(three.run(MODULE, repositories=["library/app"], **who)) == ["library/app"]
    assert "lacks metadata_read on repository 'team/tool'" in three.run(MODULE, repositories=["team/tool"], **who)["msg"]


def test_a_registry_behind_a_firewall_says_so(three):
    three.emulator.change_settings({"firewall": True})
    result = three.run(MODULE)
    assert "was answered with 403 DENIED: client with IP '127.0.0.1' is not allowed access" in result["msg"]
    assert "add this address to the registry's network rules" in result["msg"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"repositories": ["A"]}, "'A' cannot be the name of a repository"),
        ({"digest": "sha256:1"}, "digest was moved to acr_tag_info."),
        ({"limit": 0}, "limit is 0, but must be at least 1"),
        ({"include": ["*"]}, "'*' in include is not a regular expression"),
        ({"repositories": ["a"], "include": ["a"]}, "mutually exclusive"),
    ],
)
def test_bad_input_is_one_sentence_and_costs_no_request(registry, options, text):
    result = registry.run(MODULE, **options)
    assert result["failed"]
    assert text in result["msg"]
    assert registry.requests(0) == []
