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


def test_named_repositories_cost_no_list_of_repositories_and_may_hold_nothing(registry):
    registry.emulator.change_settings({"soft_delete": True})
    mark = registry.mark()
    result = registry.run(MODULE, names=["library/app", "none", "none"], gather=["tags"])
    assert result["repositories"] == [{"name": "library/app", "tags": []}, {"name": "none", "tags": []}]
    read = [request for request in registry.requests(mark) if "oauth2" not in request]
    assert sorted(read) == ["GET /acr/v1/_deleted/library/app/_tags", "GET /acr/v1/_deleted/none/_tags"]


def test_a_repository_the_registry_does_not_know_holds_nothing(registry):
    unknown = json.dumps({"errors": [{"code": "NAME_UNKNOWN", "message": 'repository "none" is not found'}]})
    serve(registry, ("/acr/v1/_deleted/none/.*", 404, unknown))
    assert registry.run(MODULE, names=["none"])["repositories"] == [{"name": "none", "manifests": [], "tags": []}]


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


@pytest.mark.parametrize("options", [{}, {"names": ["library/app"]}])
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
    assert f"The credential lacks deleted_read on repository 'library/app': {role}" in registry.run(MODULE, names=["library/app"], **who)["msg"]
    assert (
        f"The credential lacks the permission to list all repositories with deleted artifacts: name the repositories, or {role}"
        in registry.run(MODULE, **who)["msg"]
    )


def test_an_answer_that_cannot_be_is_refused(registry):
    serve(registry, ("/acr/v1/_deleted/_catalog.*", 200, json.dumps({"repositories": [{"repository": "../x", **WIRE}]})))
    assert "has an invalid value in 'repository': '../x'." in registry.run(MODULE)["msg"]
    serve(registry, ("/acr/v1/_deleted/library/app/_manifests.*", 200, json.dumps({"manifests": [{"digest": DIGEST, "createdAt": CREATED}]})))
    assert "lacks 'deletedAt'" in registry.run(MODULE, names=["library/app"])["msg"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"names": ["Not A Name"]}, "cannot be the name of a repository"),
        ({"include": ["("]}, "in include is not a regular expression"),
        ({"names": ["a"], "include": ["a"]}, "mutually exclusive: names|include"),
        ({"gather": ["properties"]}, "value of gather must be one or more of: manifests, tags"),
    ],
)
def test_bad_input_is_one_sentence_and_costs_no_request(registry, options, text):
    result = registry.run(MODULE, **options)
    assert result["failed"]
    assert text in result["msg"]
    assert registry.requests(0) == []
