# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.emulator.identity import identities
from ansible_collections.registryops.acr.tests.modules import told

MODULE = "acr_restore"
NAME = "library/app"
PATH = f"/acr/v1/{NAME}"
ZERO = "sha256:" + "0" * 64
URL = "https://r.azurecr.io"
DISALLOWED = json.dumps({"errors": [{"code": "REGISTRY_DISALLOWED_OPERATION", "message": "The operation is disallowed.", "detail": {}}]})


@pytest.fixture
def app(registry):
    """library/app of a registry with soft delete: v1 and stable are one image, v2 an index of two."""
    registry.emulator.change_settings({"soft_delete": True})
    registry.images = {"v1": images.image("one"), "v2": images.multi_platform("two")}
    registry.digests = {"v1": registry.push(NAME, registry.images["v1"], "v1", "stable"), "v2": registry.push(NAME, registry.images["v2"], "v2")}
    registry.children = [manifest.digest for manifest in registry.images["v2"].manifests[:-1]]
    return registry


def delete(registry, *digests, repository=NAME):
    for digest in digests:
        assert registry.session.delete(f"{URL}/v2/{repository}/manifests/{digest}").status_code == 202


def pointed(registry, repository=NAME) -> dict[str, str]:
    return {tag["name"]: tag["digest"] for tag in registry.get(f"/acr/v1/{repository}/_tags").get("tags") or []}


def digests(registry, repository=NAME) -> list[str]:
    return [manifest["digest"] for manifest in registry.get(f"/acr/v1/{repository}/_manifests").get("manifests") or []]


def item(digest, *tags, repository=NAME):
    return {"repository": repository, "digest": digest, "tags": list(tags)}


@pytest.mark.parametrize("check", [True, False])
def test_a_manifest_comes_back_with_its_tags(app, check):
    v1 = app.digests["v1"]
    delete(app, v1)
    mark = app.mark()
    result = app.run(MODULE, manifests=[item(v1, "v1", "stable")], check=check)
    assert result["changed"]
    assert result["manifests"] == [
        {
            "repository": NAME,
            "digest": v1,
            "restored": True,
            "tags": [{"name": name, "digest": v1, "previous_digest": None, "changed": True} for name in ("v1", "stable")],
            "changed": True,
        }
    ]
    assert result["diff"] == {
        "before_header": "r.azurecr.io",
        "after_header": "r.azurecr.io",
        "before": "",
        "after": f"{NAME}: manifest {v1[:19]}\n{NAME}: tag v1 -> {v1[:19]}\n{NAME}: tag stable -> {v1[:19]}\n",
    }
    if check:
        assert app.writes(mark) == []
        return
    assert app.writes(mark) == [f"POST /acr/v1/_deleted/{NAME}/_manifests/{v1}", f"PUT /v2/{NAME}/manifests/stable"]
    assert pointed(app) == {"v1": v1, "stable": v1, "v2": app.digests["v2"]}
    mark = app.mark()
    again = app.run(MODULE, manifests=[item(v1, "v1", "stable")])
    assert not again["changed"]
    assert (again["diff"]["before"], again["diff"]["after"]) == ("", "")
    assert app.writes(mark) == []


@pytest.mark.parametrize("form", ["result", "list", "text", "loop"])
def test_what_acr_repository_deleted_comes_back_as_it_was(app, form):
    signature = app.push(NAME, images.image("signed", "", subject=app.images["v2"].root.descriptor()), "v2.sig")
    before = (pointed(app), digests(app))
    removed = app.run("acr_repository", repository=NAME, state="absent")
    assert pointed(app) == {}
    undo = {"result": removed, "list": removed["undo"], "text": json.dumps(removed), "loop": {"results": [removed, {"undo": []}]}}[form]
    mark = app.mark()
    result = app.run(MODULE, undo=undo)
    assert result["changed"]
    assert (pointed(app), digests(app)) == before
    posts = [request.rpartition("/")[2] for request in app.writes(mark) if request.startswith("POST")]
    assert posts == [entry["digest"] for entry in removed["undo"]]
    assert posts.index(app.digests["v2"]) < posts.index(signature)
    assert not app.run(MODULE, undo=undo)["changed"]


def test_what_a_check_would_have_deleted_is_there(app):
    removed = app.run("acr_repository", repository=NAME, state="absent", check=True)
    assert not app.run(MODULE, undo=removed)["changed"]


def test_a_manifest_without_a_tag_is_restored_without_one(app):
    child = app.children[0]
    delete(app, child)
    bodies = []
    handle = app.emulator.handle

    def keep(request):
        if request.method == "POST":
            bodies.append((request.target.partition("?")[2], request.json()))
        return handle(request)

    app.emulator.handle = keep
    result = app.run(MODULE, manifests=[{"repository": NAME, "digest": child}])
    assert result["manifests"][0]["tags"] == []
    assert bodies == [("force=False", {"tag": None})]
    assert child in digests(app)


def test_a_tag_that_was_taken_away_comes_back_without_asking_what_was_deleted(app):
    """Its manifest is there, so soft delete is not needed for it."""
    app.session.delete(f"{URL}{PATH}/_tags/stable")
    mark = app.mark()
    result = app.run(MODULE, manifests=[item(app.digests["v1"], "v1", "stable")])
    assert result["manifests"][0]["restored"] is False
    assert [tag["changed"] for tag in result["manifests"][0]["tags"]] == [False, True]
    assert app.writes(mark) == [f"PUT /v2/{NAME}/manifests/stable"]
    assert not [request for request in app.requests(mark) if "_deleted" in request]
    assert pointed(app)["stable"] == app.digests["v1"]


def test_the_order_that_is_given_is_kept_in_a_repository_and_repositories_do_not_wait_for_each_other(app):
    other = app.push("team/tool", app.images["v2"], "v2")
    app.session.delete(f"{URL}{PATH}")
    app.session.delete(f"{URL}/acr/v1/team/tool")
    order = [*app.children, app.digests["v2"]]
    mark = app.mark()
    app.run(MODULE, manifests=[entry for digest in order for entry in (item(digest), item(digest, repository="team/tool"))])
    posts = [request for request in app.writes(mark) if request.startswith("POST")]
    for repository in (NAME, "team/tool"):
        assert [post.rpartition("/")[2] for post in posts if f"/{repository}/" in post] == order
    assert sorted(digests(app, "team/tool")) == sorted([*app.children, other])


def test_the_same_manifest_twice_is_one(app):
    delete(app, app.digests["v1"])
    result = app.run(MODULE, manifests=[item(app.digests["v1"], "v1"), item(app.digests["v1"], "stable", "v1")])
    assert [[tag["name"] for tag in manifest["tags"]] for manifest in result["manifests"]] == [["v1", "stable"]]


def test_nothing_to_restore(registry):
    result = registry.run(MODULE, undo=[])
    assert (result["changed"], result["manifests"]) == (False, [])


# What is in the way


@pytest.mark.parametrize("check", [True, False])
def test_a_tag_that_points_elsewhere_is_said_before_anything_is_written(app, check):
    delete(app, app.digests["v1"], *app.children)
    theirs = app.push(NAME, images.image("theirs"), "v1", "stable")
    mark = app.mark()
    result = app.run(MODULE, manifests=[item(app.children[0]), item(app.digests["v1"], "v1", "stable")], check=check)
    assert result["msg"] == (
        f"Some tags point at other manifests now: {NAME}:v1 at {theirs}, {NAME}:stable at {theirs}; nothing was restored. "
        "Set overwrite to always to move them, or to never to leave them."
    )
    assert app.writes(mark) == []


def test_a_tag_is_moved_when_that_is_meant(app):
    v1 = app.digests["v1"]
    delete(app, v1)
    theirs = app.push(NAME, images.image("theirs"), "v1", "stable")
    result = app.run(MODULE, manifests=[item(v1, "v1", "stable")], overwrite="always")
    assert result["manifests"][0]["tags"] == [{"name": name, "digest": v1, "previous_digest": theirs, "changed": True} for name in ("v1", "stable")]
    assert result["diff"]["before"] == f"{NAME}: tag v1 -> {theirs[:19]}\n{NAME}: tag stable -> {theirs[:19]}\n"
    forced = [entry["target"] for entry in app.emulator.journal.after(0) if entry["method"] == "POST" and "_deleted" in entry["target"]]
    assert [target.partition("?")[2] for target in forced] == ["force=True"]
    assert pointed(app) == {"v1": v1, "stable": v1, "v2": app.digests["v2"]}


@pytest.mark.parametrize("check", [True, False])
def test_a_tag_that_points_elsewhere_can_stay(app, check):
    """The manifest comes back with those of its tags that are free, or without a tag."""
    v1 = app.digests["v1"]
    delete(app, v1, *app.children)
    theirs = app.push(NAME, images.image("theirs"), "v1")
    mark = app.mark()
    wanted = [item(v1, "v1", "stable"), item(app.children[0], "v2")]
    result = app.run(MODULE, manifests=wanted, overwrite="never", check=check)
    stays = [{"name": tag, "digest": now, "previous_digest": now, "changed": False} for tag, now in (("v1", theirs), ("v2", app.digests["v2"]))]
    assert [one["tags"] for one in result["manifests"]] == [
        [{**stays[0], "not_overwritten": "exists"}, {"name": "stable", "digest": v1, "previous_digest": None, "changed": True}],
        [{**stays[1], "not_overwritten": "exists"}],
    ]
    assert [(one["restored"], one["changed"]) for one in result["manifests"]] == [(True, True), (True, True)]
    if check:
        assert app.writes(mark) == []
        return
    assert pointed(app) == {"v1": theirs, "stable": v1, "v2": app.digests["v2"]}
    assert not app.run(MODULE, manifests=wanted, overwrite="never")["changed"]


def test_what_is_nowhere_is_said_before_anything_is_written(app):
    delete(app, app.digests["v1"])
    mark = app.mark()
    result = app.run(MODULE, manifests=[item(app.digests["v1"], "v1"), item(ZERO), item(ZERO, repository="none")])
    assert result["msg"] == (
        f"r.azurecr.io has no {NAME}@{ZERO}, none@{ZERO}, neither alive nor deleted; nothing was restored. "
        "Check the names. What was deleted without soft delete, or longer ago than its retention time, cannot be restored."
    )
    assert app.writes(mark) == []


def test_many_that_are_nowhere_are_counted(app):
    result = app.run(MODULE, manifests=[item(f"sha256:{number:064d}") for number in range(7)])
    assert f"{NAME}@sha256:{4:064d} and 2 more, neither alive" in result["msg"]


def test_a_registry_without_soft_delete_says_so(app):
    delete(app, app.digests["v1"])
    app.emulator.faults.set([{"path": "/acr/v1/_deleted/.*", "status": 404, "body": "404 page not found\n"}])
    result = app.run(MODULE, manifests=[item(app.digests["v1"], "v1")])
    assert result["msg"].endswith("This registry does not offer soft delete (a preview feature), so deleted artifacts cannot be listed or restored.")


def test_what_lists_hide_is_alive(app):
    """A manifest with can_list: false is in no list, and not deleted."""
    app.patch(f"{PATH}/_manifests/{app.digests['v1']}", listEnabled=False)
    hidden = [item(digest) for digest in [app.digests["v1"], app.digests["v2"]]]
    assert not app.run(MODULE, manifests=hidden)["changed"]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "",
            "Repository 'library/app' has can_write: false, which forbids changing anything in it. Nothing was changed. "
            "Set can_write: true on the repository first.",
        ),
        ("/_tags/v2", "A lock on the tag forbids changing tag 'v2'; nothing was changed. Unlock it with acr_tag_properties first."),
    ],
)
def test_locks_are_seen_before_anything_is_changed(app, path, text, check):
    delete(app, app.digests["v1"])
    app.patch(PATH + path, writeEnabled=False)
    mark = app.mark()
    result = app.run(MODULE, manifests=[item(app.digests["v1"], "v2")], overwrite="always", check=check)
    assert result["msg"] == text
    assert app.writes(mark) == []


# In the middle


def test_what_was_restored_before_a_failure_is_told(app):
    v1, v2 = app.digests["v1"], app.digests["v2"]
    delete(app, v1, v2, *app.children)
    app.emulator.faults.set([{"method": "POST", "path": f".*/_manifests/{app.children[1]}.*", "status": 405, "body": DISALLOWED}])
    result = app.run(MODULE, manifests=[item(v1, "v1", "stable"), item(app.children[0]), item(app.children[1]), item(v2, "v2")])
    assert result["failed"]
    assert result["changed"]
    assert told(result["done"]) == [f"restore manifest {NAME}@{v1}", f"tag tag {NAME}:stable", f"restore manifest {NAME}@{app.children[0]}"]
    assert told(result["failures"]) == [f"restore manifest {NAME}@{app.children[1]}"]
    assert told(result["not_attempted"]) == [f"restore manifest {NAME}@{v2}"]
    assert result["msg"].startswith(f"3 of 5 changes were made; restore manifest {NAME}@{app.children[1]} failed: POST ")
    app.emulator.faults.set([])
    assert app.run(MODULE, manifests=[item(v1, "v1", "stable"), item(app.children[0]), item(app.children[1]), item(v2, "v2")])["changed"]
    assert pointed(app) == {"v1": v1, "stable": v1, "v2": v2}


def test_what_is_about_something_that_is_deleted_is_refused_with_advice(app):
    """The subject has to be restored before (Microsoft: Recover deleted artifacts, "Important")."""
    signature = app.push(NAME, images.image("signed", "", subject=app.images["v2"].root.descriptor()))
    delete(app, signature, app.digests["v2"])
    result = app.run(MODULE, manifests=[item(signature), item(app.digests["v2"], "v2")])
    assert "Restore the subject of a manifest before the manifest itself; set overwrite to always to move an existing tag." in result["msg"]
    assert result["changed"] is False


def test_somebody_else_may_be_faster(app):
    """A deleted manifest that is alive when its turn comes, for example because an answer was lost: only its tag is missing."""
    v1 = app.digests["v1"]
    delete(app, v1)
    handle = app.emulator.handle
    unknown = json.dumps({"errors": [{"code": "MANIFEST_UNKNOWN", "message": f"manifest {v1} is not found"}]})
    app.emulator.faults.set([{"method": "POST", "path": ".*/_deleted/.*", "status": 404, "body": unknown}])

    def restore_first(request):
        if request.method == "POST" and "_deleted" in request.target:
            app.emulator.handle = handle
            app.emulator.faults.set([])
            app.session.post(f"{URL}/acr/v1/_deleted/{NAME}/_manifests/{v1}", json={"tag": None})
            app.emulator.faults.set([{"method": "POST", "path": ".*/_deleted/.*", "status": 404, "body": unknown}])
        return handle(request)

    app.emulator.handle = restore_first
    assert app.run(MODULE, manifests=[item(v1, "v1")])["changed"]
    assert pointed(app)["v1"] == v1


def test_what_was_purged_meanwhile_is_said(app):
    v1 = app.digests["v1"]
    delete(app, v1)
    unknown = json.dumps({"errors": [{"code": "MANIFEST_UNKNOWN", "message": f"manifest {v1} is not found"}]})
    app.emulator.faults.set([{"method": "POST", "path": ".*/_deleted/.*", "status": 404, "body": unknown}])
    result = app.run(MODULE, manifests=[item(v1, "v1")])
    message = f"Manifest {v1} of 'library/app' is neither deleted nor alive any more; the retention time of soft delete may be over. Run the task again."
    assert message in result["msg"]
    assert result["changed"] is False


def test_a_tag_that_is_pushed_meanwhile_is_left_alone(app, monkeypatch):
    v1 = app.digests["v1"]
    delete(app, v1)
    handle = app.emulator.handle
    seen = []

    def push_first(request):
        if request.method == "GET" and request.target.endswith("/_tags/v1"):
            seen.append(request)
            if len(seen) == 2:
                monkeypatch.setattr(app.emulator, "handle", handle)
                app.theirs = app.push(NAME, images.image("theirs"), "v1")
        return handle(request)

    monkeypatch.setattr(app.emulator, "handle", push_first)
    result = app.run(MODULE, manifests=[item(v1, "v1")])
    assert f"Tag 'v1' was moved from nothing to {app.theirs} while the task was running. Run the task again." in result["msg"]
    assert pointed(app)["v1"] == app.theirs


# Permissions and bad input


@pytest.mark.parametrize(
    ("actions", "lacking"),
    [
        (
            ["metadata/read"],
            "lacks deleted_read on repository 'library/app': assign a role with the permission Microsoft.ContainerRegistry/registries/deleted/read.",
        ),
        (
            ["metadata/read", "deleted/read"],
            "lacks deleted_read,deleted_restore on repository 'library/app': assign a role with the permission "
            "Microsoft.ContainerRegistry/registries/deleted/read and Microsoft.ContainerRegistry/registries/deleted/restore/action.",
        ),
    ],
)
def test_who_may_not_restore_is_told_what_is_lacking(app, monkeypatch, actions, lacking):
    delete(app, app.digests["v1"])
    # No scope map of the service knows this; a role does.
    monkeypatch.setitem(identities.SCOPE_MAP, "deleted/read", "deleted_read")
    app.emulator.identities.register_token({"name": "robot", "password": "pw", "repositories": {"library/*": actions}})
    result = app.run(MODULE, username="robot", password="pw", manifests=[item(app.digests["v1"], "v1")])
    assert f"The credential {lacking}" in result["msg"]
    assert result["changed"] is False


SHAPE = "undo must be the result of a task that deletes, or the key undo of that result: a list of repository, digest and tags."


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "one of the following is required: manifests, undo"),
        ({"undo": [], "manifests": []}, "mutually exclusive: manifests|undo"),
        ({"items": [{"repository": NAME}]}, "items was renamed to manifests."),
        ({"manifests": [{"repository": NAME}]}, "missing required arguments: digest found in manifests"),
        ({"manifests": [item("sha256:short")]}, "'sha256:short' is not a digest"),
        ({"manifests": [item(ZERO, "-x")]}, "'-x' cannot be a tag"),
        ({"manifests": [item(ZERO, repository="Not A Name")]}, "cannot be the name of a repository"),
        ({"manifests": [item(ZERO, "v1"), item("sha256:" + "1" * 64, "v1")]}, "Tag 'v1' of 'library/app' cannot point at two manifests, "),
        ({"undo": {"changed": True}}, SHAPE),
        ({"undo": "yesterday"}, SHAPE),
        ({"undo": ["yesterday"]}, SHAPE),
        ({"undo": [{"repository": NAME, "digest": 1}]}, SHAPE),
        ({"undo": [{"repository": NAME, "digest": ZERO, "tags": "v1"}]}, SHAPE),
        ({"undo": {"results": [{"skipped": True}]}}, SHAPE),
    ],
)
def test_bad_input_is_one_sentence_and_costs_no_request(registry, options, text):
    result = registry.run(MODULE, **options)
    assert result["failed"]
    assert text in result["msg"]
    assert registry.requests(0) == []
