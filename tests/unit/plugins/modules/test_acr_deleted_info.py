# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.registryops.acr.tests import images

MODULE = "acr_deleted_info"
DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64
# Names on the wire as the Azure CLI reads them (acr/repository.py, acr/manifest.py), times as the service writes them.
CREATED, DELETED = "2026-05-20T17:20:15.7887056Z", "2026-06-01T08:00:00.1Z"
WIRE = {"createdAt": CREATED, "deletedAt": DELETED}
TIMES = {"created_on": CREATED, "deleted_on": DELETED}


def serve(registry, *answers):
    """Answer as a registry does of which only these answers are known."""
    registry.emulator.faults.set([{"method": "GET", "path": path, "times": 0, "status": status, "body": body} for path, status, body in answers])


def test_what_the_registry_says_is_passed_on(registry):
    serve(
        registry,
        ("/acr/v1/_deleted/_catalog.*", 200, json.dumps({"repositories": [{"repository": "team/tool", **WIRE}, {"repository": "library/app", **WIRE}]})),
        ("/acr/v1/_deleted/team/tool/_manifests.*", 200, json.dumps({"manifests": [{"digest": DIGEST, **WIRE}]})),
        ("/acr/v1/_deleted/team/tool/_tags.*", 200, json.dumps({"tags": [{"tag": "v1", "digest": digest, **WIRE} for digest in (DIGEST, OTHER)]})),
    )
    result = registry.run(MODULE, include=["team/.*"])
    assert result["repositories"] == [
        {
            "name": "team/tool",
            **TIMES,
            "manifests": [{"digest": DIGEST, **TIMES}],
            "tags": [{"name": "v1", "digest": DIGEST, **TIMES}, {"name": "v1", "digest": OTHER, **TIMES}],
        }
    ]
    assert result["changed"] is False


def test_what_was_really_deleted_is_found(registry):
    registry.emulator.change_settings({"soft_delete": True})
    gone = registry.push("library/app", images.image("gone"), "v1", "v2")
    registry.push("library/app", images.image("kept"), "v3")
    registry.session.delete(f"https://r.azurecr.io/v2/library/app/manifests/{gone}")
    (repository,) = registry.run(MODULE)["repositories"]
    assert [manifest["digest"] for manifest in repository["manifests"]] == [gone]
    assert [(tag["name"], tag["digest"]) for tag in repository["tags"]] == [("v1", gone), ("v2", gone)]


def test_named_repositories_cost_no_list_of_repositories_and_may_have_nothing_deleted(registry):
    registry.push("team/tool", images.image("one"), "v1")
    gone = DIGEST
    serve(registry, ("/acr/v1/_deleted/library/app/_tags.*", 200, json.dumps({"tags": [{"tag": "v1", "digest": gone, **WIRE}]})))
    mark = registry.mark()
    result = registry.run(MODULE, repositories=["library/app", "team/tool", "team/tool"], gather=["tags"])
    assert result["repositories"] == [{"name": "library/app", "tags": [{"name": "v1", "digest": gone, **TIMES}]}, {"name": "team/tool", "tags": []}]
    assert (result["missing"], result.get("warnings")) == ([], None)
    read = [request for request in registry.requests(mark) if "oauth2" not in request]
    # Whether a repository exists is only asked where nothing deleted is found.
    assert sorted(read) == ["GET /acr/v1/_deleted/library/app/_tags", "GET /acr/v1/_deleted/team/tool/_tags", "GET /acr/v1/team/tool"]


@pytest.mark.parametrize("gather", [None, ["tags"], []])
@pytest.mark.parametrize("policy", [None, "warn", "error", "skip"])
def test_a_repository_that_is_neither_alive_nor_deleted_is_missing(registry, policy, gather):
    registry.emulator.change_settings({"soft_delete": True})
    registry.push("library/app", images.image("one"), "v1")
    registry.push("team/tool", images.image("one"))
    registry.session.delete("https://r.azurecr.io/acr/v1/team/tool")
    result = registry.run(MODULE, repositories=["library/app", "none", "team/tool", "nowhere"], on_missing=policy, gather=gather)
    sentence = "r.azurecr.io has no repository none, nowhere, neither alive nor deleted. Check the names."
    assert ([one["name"] for one in result["repositories"]], result["missing"]) == (["library/app", "team/tool"], ["none", "nowhere"])
    assert (result.get("failed", False), result.get("msg")) == ((True, sentence) if policy == "error" else (False, None))
    assert (sentence in str(result.get("warnings"))) == (policy in (None, "warn"))


def test_a_repository_the_registry_does_not_know_is_missing(registry):
    unknown = json.dumps({"errors": [{"code": "NAME_UNKNOWN", "message": 'repository "none" is not found'}]})
    serve(registry, ("/acr/v1/_deleted/none/.*", 404, unknown))
    result = registry.run(MODULE, repositories=["none"])
    assert (result["repositories"], result["missing"]) == ([], ["none"])


def test_whether_a_repository_exists_must_be_known(registry):
    serve(registry, ("/acr/v1/library/app", 503, "busy"), ("/acr/v1/_deleted/library/app/.*", 200, "{}"))
    result = registry.run(MODULE, repositories=["library/app"])
    assert (result["failed"], "missing" in result) == (True, False)
    assert "was answered with 503" in result["msg"]


def test_names_only(registry):
    serve(registry, ("/acr/v1/_deleted/_catalog.*", 200, json.dumps({"repositories": [{"repository": "library/app", **WIRE}]})))
    mark = registry.mark()
    assert registry.run(MODULE, gather=[])["repositories"] == [{"name": "library/app", **TIMES}]
    assert len([request for request in registry.requests(mark) if "oauth2" not in request]) == 1


def test_an_operation_asks_for_its_scope_and_no_other(registry):
    serve(registry, ("/acr/v1/_deleted/_catalog.*", 200, json.dumps({"repositories": [{"repository": "library/app", **WIRE}]})))
    mark = registry.mark()
    registry.run(MODULE)
    asked = [entry["target"] for entry in registry.emulator.journal.after(mark) if "oauth2" in entry["target"]]
    assert [target.rpartition("scope=")[2].replace("%3A", ":").replace("%2F", "/").replace("%2A", "*") for target in asked] == [
        "registry:deleted_catalog:*",
        "repository:library/app:deleted_read",
    ]


@pytest.mark.parametrize("options", [{}, {"repositories": ["library/app"]}])
def test_a_registry_without_soft_delete_says_so(registry, options):
    serve(registry, ("/acr/v1/_deleted/.*", 404, "404 page not found\n"))
    result = registry.run(MODULE, **options)
    assert result["failed"]
    assert result["msg"].endswith(
        "was answered with 404: 404 page not found. "
        "This registry does not offer soft delete (a preview feature), so deleted artifacts cannot be listed or restored."
    )


def test_who_may_not_is_told_what_is_lacking(registry):
    registry.emulator.identities.register_token({"name": "reader", "password": "pw", "repositories": {"library/*": ["content/read", "metadata/read"]}})
    who = {"username": "reader", "password": "pw"}
    role = "assign a role with the permission Microsoft.ContainerRegistry/registries/deleted/read."
    assert f"The credential lacks deleted_read on repository 'library/app': {role}" in registry.run(MODULE, repositories=["library/app"], **who)["msg"]
    assert (
        f"The credential lacks the permission to list all repositories with deleted artifacts: name the repositories, or {role}"
        in registry.run(MODULE, **who)["msg"]
    )


def test_an_answer_that_cannot_be_is_refused(registry):
    serve(registry, ("/acr/v1/_deleted/_catalog.*", 200, json.dumps({"repositories": [{"repository": "../x", **WIRE}]})))
    assert "has an invalid value in 'repository': '../x'." in registry.run(MODULE)["msg"]
    serve(registry, ("/acr/v1/_deleted/library/app/_manifests.*", 200, json.dumps({"manifests": [{"digest": DIGEST, "createdAt": CREATED}]})))
    assert "lacks 'deletedAt'" in registry.run(MODULE, repositories=["library/app"])["msg"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"repositories": ["Not A Name"]}, "cannot be the name of a repository"),
        ({"names": ["library/app"]}, "names was renamed to repositories."),
        ({"include": ["("]}, "in include is not a regular expression"),
        ({"repositories": ["a"], "include": ["a"]}, "mutually exclusive: repositories|include"),
        ({"gather": ["properties"]}, "value of gather must be one or more of: manifests, tags"),
    ],
)
def test_bad_input_is_one_sentence_and_costs_no_request(registry, options, text):
    result = registry.run(MODULE, **options)
    assert result["failed"]
    assert text in result["msg"]
    assert registry.requests(0) == []


def test_a_pattern_that_matches_nothing_is_reported(registry):
    serve(registry, ("/acr/v1/_deleted/_catalog.*", 200, json.dumps({"repositories": [{"repository": name, **WIRE} for name in ("team/a", "team/b")]})))
    result = registry.run(MODULE, include=["team/*"], gather=[])
    warning = "include pattern 'team/*' (regex) matched none of the 2 repositories with deleted content."
    assert (result["repositories"], len(result["warnings"])) == ([], 1)
    assert f"{warning} As a glob, it would match 2: set pattern_type: glob." in str(result["warnings"])
    chosen = registry.run(MODULE, include=["team/*"], gather=[], pattern_type="glob")
    assert ([one["name"] for one in chosen["repositories"]], chosen.get("warnings")) == (["team/a", "team/b"], None)


def test_where_nothing_is_deleted_no_pattern_is_at_fault(registry):
    serve(registry, ("/acr/v1/_deleted/_catalog.*", 200, json.dumps({"repositories": None})))
    result = registry.run(MODULE, include=["team/.*"])
    assert (result["repositories"], result.get("warnings")) == ([], None)
