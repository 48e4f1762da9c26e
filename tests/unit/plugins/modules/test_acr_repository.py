# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.registryops.acr.tests import images

MODULE = "acr_repository"
NAME = "library/app"
PATH = f"/acr/v1/{NAME}"
OPEN = {"can_delete": True, "can_write": True, "can_list": True, "can_read": True}
DISALLOWED = json.dumps({"errors": [{"code": "REGISTRY_DISALLOWED_OPERATION", "message": "The operation is disallowed.", "detail": {}}]})


@pytest.fixture
def app(registry):
    """library/app: v1 (one platform), v2 (an index of two), and a signature of v2."""
    registry.images = {"v1": images.image("one"), "v2": images.multi_platform("two")}
    registry.digests = {tag: registry.push(NAME, image, tag) for tag, image in registry.images.items()}
    registry.children = [manifest.digest for manifest in registry.images["v2"].manifests[:-1]]
    subject = registry.images["v2"].root.descriptor()
    registry.signature = registry.push(NAME, images.image("signed", "", subject=subject, artifactType="application/vnd.example.signature"))
    return registry


def there(registry) -> bool:
    return "imageName" in registry.get(PATH)


def lock(registry, *paths):
    for path in paths:
        registry.patch(PATH + path, deleteEnabled=False, writeEnabled=False)


def warned(result):
    """The warning: newer versions of ansible-core wrap it."""
    (warning,) = result["warnings"]
    return warning["event"]["msg"] if isinstance(warning, dict) else warning


def flags(result):
    """The attributes of a result: what is there now."""
    return {flag: result[flag] for flag in OPEN}


# present


@pytest.mark.parametrize("check", [True, False])
def test_attributes_are_set_and_the_others_stay(app, check):
    app.patch(PATH, listEnabled=False)
    mark = app.mark()
    result = app.run(MODULE, repository=NAME, can_delete=False, can_write=True, check=check)
    assert result["changed"]
    assert result["repository"] == NAME
    assert result["before"] == {**OPEN, "can_list": False}
    assert flags(result) == {**OPEN, "can_list": False, "can_delete": False}
    assert result["diff"] == {
        "before_header": "r.azurecr.io/library/app",
        "after_header": "r.azurecr.io/library/app",
        "before": "repository library/app:\n  can_delete: true\n",
        "after": "repository library/app:\n  can_delete: false\n",
    }
    assert app.writes(mark) == ([] if check else [f"PATCH {PATH}"])
    assert app.get(PATH)["changeableAttributes"]["deleteEnabled"] is check
    assert app.run(MODULE, repository=NAME, can_delete=False)["changed"] is check


def test_a_repository_that_may_not_be_written_can_be_opened_again(app):
    lock(app, "")
    assert app.run(MODULE, repository=NAME, can_delete=True, can_write=True)["before"] == {**OPEN, "can_delete": False, "can_write": False}
    assert app.get(PATH)["changeableAttributes"]["writeEnabled"] is True


def test_a_change_that_failed_is_not_in_the_result(app):
    app.emulator.faults.set([{"method": "PATCH", "path": PATH, "status": 405, "body": DISALLOWED}])
    result = app.run(MODULE, repository=NAME, can_delete=False)
    assert (result["failed"], result["changed"]) == (True, False)
    assert flags(result) == result["before"] == OPEN


def test_nothing_is_created(registry):
    result = registry.run(MODULE, repository=NAME, can_delete=False)
    assert result["msg"] == ("Repository 'library/app' does not exist in r.azurecr.io. Check the name. The first push into a repository creates it.")
    assert registry.writes(0) == []


# absent


@pytest.mark.parametrize("check", [True, False])
def test_a_repository_goes_with_all_it_holds(app, check):
    mark = app.mark()
    result = app.run(MODULE, repository=NAME, state="absent", check=check)
    assert result["changed"]
    assert result["repository"] == NAME
    assert result["digests"] == sorted([*app.digests.values(), *app.children, app.signature])
    assert result["tags"] == ["v1", "v2"]
    assert (result["tag_count"], result["manifest_count"], result["unlocked"]) == (2, 5, [])
    assert app.writes(mark) == ([] if check else [f"DELETE {PATH}"])
    assert there(app) is check
    if not check:
        again = app.run(MODULE, repository=NAME, state="absent")
        assert again["changed"] is False
        assert again["diff"]["before"] == again["diff"]["after"] == ""
        assert again == {
            **result,
            "changed": False,
            "digests": [],
            "tags": [],
            "tag_count": 0,
            "manifest_count": 0,
            "undo": [],
            "done": [],
            "diff": again["diff"],
        }


def test_the_diff_names_what_goes(app):
    app.patch(f"{PATH}/_tags/v1", deleteEnabled=False)
    result = app.run(MODULE, repository=NAME, state="absent", override_locks=True, confirm=NAME, check=True)
    before = result["diff"]["before"].splitlines()
    assert result["diff"]["after"] == ""
    assert before[0] == "repository library/app: 2 tags, 5 manifests"
    assert before[1:3] == [f"tag v1 -> {app.digests['v1'][:19]} (locked)", f"tag v2 -> {app.digests['v2'][:19]}"]
    assert f"manifest {app.digests['v2'][:19]} (index)" in before
    assert len(before) == 8


def test_a_long_diff_is_cut_and_says_so(registry):
    for number in range(60):
        registry.push(NAME, images.image("same"), f"v{number:02d}")
    result = registry.run(MODULE, repository=NAME, state="absent", confirm=NAME, check=True)
    before = result["diff"]["before"].splitlines()
    assert len(before) == 51
    assert before[-1] == "and 12 more"
    assert len(result["tags"]) == 60


def test_what_can_be_restored_comes_in_the_order_in_which_it_can(app):
    """Children before their index, a subject before its referrers (Microsoft: Recover deleted artifacts, "Important")."""
    undo = app.run(MODULE, repository=NAME, state="absent", check=True)["undo"]
    assert {item["repository"] for item in undo} == {NAME}
    assert {item["digest"]: item["tags"] for item in undo} == {
        app.digests["v1"]: ["v1"],
        app.digests["v2"]: ["v2"],
        **{child: [] for child in app.children},
        app.signature: [],
    }
    order = [item["digest"] for item in undo]
    assert all(order.index(child) < order.index(app.digests["v2"]) for child in app.children)
    assert order.index(app.digests["v2"]) < order.index(app.signature)


def test_the_order_does_not_depend_on_when_something_was_pushed(registry):
    """A signature may be pushed before what it signs (OCI distribution specification, "Pushing Manifests with Subject")."""
    signed = images.multi_platform("late")
    subject = signed.root.descriptor()
    signature = registry.push(NAME, images.image("early", "", subject=subject, artifactType="application/vnd.example.signature"))
    registry.push(NAME, signed, "v1")
    order = [item["digest"] for item in registry.run(MODULE, repository=NAME, state="absent", check=True)["undo"]]
    assert order[-1] == signature
    assert order[-2] == signed.root.digest


@pytest.mark.parametrize("refused", [{"status": 405, "body": DISALLOWED}, {"status": 200, "body": "{}"}])
def test_the_order_without_a_right_to_pull(app, refused):
    app.emulator.faults.set([{"method": "GET", "path": f"/v2/{NAME}/manifests/.*", "times": 0, **refused}])
    order = [item["digest"] for item in app.run(MODULE, repository=NAME, state="absent", check=True)["undo"]]
    assert all(order.index(child) < order.index(app.digests["v2"]) for child in app.children)
    assert len(order) == 5


def test_a_repository_that_does_not_exist_is_absent(registry):
    result = registry.run(MODULE, repository="none", state="absent")
    assert result["changed"] is False
    assert (result["digests"], result["tags"], result["undo"]) == ([], [], [])
    assert registry.writes(0) == []


def test_a_ghost_is_absent(registry):
    """Microsoft's troubleshooting guide, "delete operation issues", 1: it is listed, holds nothing, and deleting it gives 404 NAME_UNKNOWN."""
    times = {"createdTime": "2021-05-20T17:20:15.7887056Z", "lastUpdateTime": "2021-05-20T17:20:13.9261224Z"}
    flags = {"deleteEnabled": True, "writeEnabled": True, "readEnabled": True, "listEnabled": True}
    ghost = {"registry": "r.azurecr.io", "imageName": NAME, **times, "manifestCount": 0, "tagCount": 0, "changeableAttributes": flags}
    empty = {"registry": "r.azurecr.io", "imageName": NAME}
    registry.emulator.faults.set(
        [
            {"path": PATH, "times": 0, "status": 200, "body": json.dumps(ghost)},
            {"path": f"{PATH}/_(tags|manifests).*", "times": 0, "status": 200, "body": json.dumps(empty)},
        ]
    )
    result = registry.run(MODULE, repository=NAME, state="absent")
    assert result["changed"] is False
    assert registry.writes(0) == []
    assert warned(result) == ("Repository 'library/app' of r.azurecr.io is still listed, but it is empty and cannot be deleted. It counts as absent.")


def test_a_repository_that_somebody_else_deleted_meanwhile_is_gone(app):
    unknown = {"errors": [{"code": "NAME_UNKNOWN", "message": "repository name not known to registry", "detail": {"name": NAME}}]}
    app.emulator.faults.set([{"method": "DELETE", "path": PATH, "status": 404, "body": json.dumps(unknown)}])
    assert not app.run(MODULE, repository=NAME, state="absent").get("failed")


def test_what_lists_hide_is_said(app):
    app.patch(f"{PATH}/_tags/v1", listEnabled=False)
    app.patch(f"{PATH}/_manifests/{app.digests['v1']}", listEnabled=False)
    result = app.run(MODULE, repository=NAME, state="absent", check=True)
    assert (result["tag_count"], result["manifest_count"]) == (2, 5)
    assert result["tags"] == ["v2"]
    assert warned(result) == (
        "Repository 'library/app' holds 2 tags and 5 manifests, but lists 1 and 4: "
        "the hidden ones (can_list: false) are deleted too, and are not in the result."
    )


# Confirmation


def test_many_tags_have_to_be_confirmed(app):
    mark = app.mark()
    options = {"repository": NAME, "state": "absent", "confirm_above": 1}
    assert app.run(MODULE, **options)["msg"] == (
        "Repository 'library/app' of r.azurecr.io holds 2 tags and 5 manifests. Nothing was deleted. To delete all of them, set confirm to 'library/app'."
    )
    assert app.writes(mark) == []
    assert app.run(MODULE, confirm=NAME, **options)["changed"]


@pytest.mark.parametrize(("tags", "refused"), [(10, False), (11, True)])
def test_more_than_ten_are_many(registry, tags, refused):
    registry.push(NAME, images.image("same"), *[f"v{number}" for number in range(tags)])
    assert registry.run(MODULE, repository=NAME, state="absent").get("failed", False) is refused
    assert there(registry) is refused


def test_a_wrong_confirmation_costs_no_request(registry):
    result = registry.run(MODULE, repository=NAME, state="absent", confirm="library/ap")
    assert result["msg"] == "confirm is 'library/ap', but the repository is 'library/app'. Set confirm to that name to delete it. Nothing was deleted."
    assert registry.requests(0) == []


# Locks


@pytest.mark.parametrize("confirm", [None, NAME])
@pytest.mark.parametrize(
    ("path", "locked"),
    [("", "the repository"), ("/_tags/v1", "tag v1"), ("/_manifests/{v1}", "manifest {v1}")],
)
def test_a_lock_is_respected(app, path, locked, confirm):
    path, locked = path.format(**app.digests), locked.format(**app.digests)
    app.patch(PATH + path, writeEnabled=False)
    mark = app.mark()
    result = app.run(MODULE, repository=NAME, state="absent", confirm=confirm)
    assert result["msg"] == (
        f"Repository 'library/app' of r.azurecr.io cannot be deleted because of locks on {locked}. Nothing was deleted. "
        "Remove the locks first, or set override_locks and confirm to delete it all the same."
    )
    assert app.writes(mark) == []


def test_many_locks_are_counted(app):
    lock(app, "/_tags/v1", "/_tags/v2", *(f"/_manifests/{digest}" for digest in [*app.digests.values(), app.signature]), "")
    message = app.run(MODULE, repository=NAME, state="absent")["msg"]
    assert "because of locks on the repository, tag v1, tag v2, manifest sha256:" in message
    assert " and 1 more. Nothing was deleted." in message


def test_what_is_locked_has_to_be_confirmed(app):
    lock(app, "/_tags/v1")
    mark = app.mark()
    options = {"repository": NAME, "state": "absent", "override_locks": True}
    assert app.run(MODULE, **options)["msg"] == (
        "Repository 'library/app' of r.azurecr.io holds 2 tags and 5 manifests, with locks on tag v1. Nothing was deleted. "
        "To delete all of them, set confirm to 'library/app'."
    )
    assert app.writes(mark) == []


@pytest.fixture
def locked(app):
    """The same with locks at each level; the repository itself forbids to change what it holds."""
    lock(app, "/_tags/v1", f"/_manifests/{app.digests['v1']}")
    app.patch(f"{PATH}/_manifests/{app.signature}", deleteEnabled=False)
    lock(app, "")
    return app


def attributes(registry):
    """All attributes as they really are."""
    items = [registry.get(PATH), registry.get(f"{PATH}/_tags/v1")["tag"]]
    items += [registry.get(f"{PATH}/_manifests/{digest}")["manifest"] for digest in (registry.digests["v1"], registry.signature)]
    return [[item["changeableAttributes"][flag] for flag in ("deleteEnabled", "writeEnabled")] for item in items]


LOCKED = [[False, False], [False, False], [False, False], [False, True]]
DELETE = {"repository": NAME, "state": "absent", "override_locks": True, "confirm": NAME}


@pytest.mark.parametrize("check", [True, False])
def test_locks_are_removed_when_that_is_confirmed(locked, check):
    mark = locked.mark()
    result = locked.run(MODULE, check=check, **DELETE)
    assert result["changed"]
    assert result["unlocked"] == [
        "repository 'library/app'",
        "tag 'v1'",
        *sorted(f"manifest '{digest}'" for digest in (locked.digests["v1"], locked.signature)),
    ]
    assert there(locked) is check
    if check:
        assert locked.writes(mark) == []
        assert attributes(locked) == LOCKED
    else:
        # Nothing in a repository with can_write: false can be changed: it comes first.
        assert locked.writes(mark)[0] == f"PATCH {PATH}"
        assert locked.writes(mark)[-1] == f"DELETE {PATH}"
        assert len(locked.writes(mark)) == 5


def test_locks_are_restored_when_the_deletion_fails(locked):
    locked.emulator.faults.set([{"method": "DELETE", "path": PATH, "status": 405, "body": DISALLOWED}])
    result = locked.run(MODULE, **DELETE)
    assert result["failed"]
    assert result["changed"] is False
    assert result["msg"].startswith(
        "0 of 1 changes were made; delete repository library/app failed: DELETE https://r.azurecr.io/acr/v1/library/app was answered with 405"
    )
    assert attributes(locked) == LOCKED


def test_locks_are_restored_when_one_cannot_be_removed(locked):
    locked.emulator.faults.set([{"method": "PATCH", "path": f"{PATH}/_manifests/{locked.signature}", "status": 405, "body": DISALLOWED}])
    result = locked.run(MODULE, **DELETE)
    assert result["failed"]
    assert result["changed"] is False
    assert not [request for request in locked.requests(0) if request.startswith("DELETE")]
    assert attributes(locked) == LOCKED


def test_locks_that_cannot_be_restored_are_named(locked):
    locked.emulator.faults.set(
        [
            {"method": "DELETE", "path": PATH, "status": 405, "body": DISALLOWED},
            {"method": "PATCH", "path": f"{PATH}/_tags/v1", "skip": 1, "times": 0, "status": 405, "body": DISALLOWED},
        ]
    )
    result = locked.run(MODULE, **DELETE)
    assert result["failed"]
    assert result["changed"] is True
    assert "was answered with 405 REGISTRY_DISALLOWED_OPERATION" in result["msg"]
    assert result["msg"].endswith(
        " Locks of repository 'library/app' that were removed for this could not all be restored: set tag 'v1' to can_delete: false, can_write: false."
    )
    assert attributes(locked) == [LOCKED[0], [True, True], *LOCKED[2:]]


def test_who_may_not_remove_locks_is_told_so_before_anything_is_deleted(locked):
    actions = ["content/read", "content/delete", "metadata/read"]
    locked.emulator.identities.register_token({"name": "robot", "password": "pw", "repositories": {"library/*": actions}})
    result = locked.run(MODULE, username="robot", password="pw", **DELETE)
    assert "The credential lacks metadata_write on repository 'library/app'" in result["msg"]
    assert (result["changed"], there(locked)) == (False, True)


def test_reading_is_enough_for_a_check(app):
    app.emulator.identities.register_token({"name": "auditor", "password": "pw", "repositories": {"library/*": ["metadata/read"]}})
    result = app.run(MODULE, repository=NAME, state="absent", check=True, username="auditor", password="pw")
    assert result["changed"]
    assert len(result["undo"]) == 5


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "state is present but any of the following are missing: can_delete, can_write, can_list, can_read"),
        ({"confirm": NAME}, "state is present but any of the following are missing"),
        ({"state": "absent", "can_delete": True}, "can_delete cannot be set with state=absent. To delete a locked repository, set override_locks."),
        ({"state": "absent", "confirm_above": -1}, "confirm_above is -1, but must be at least 0."),
        ({"can_delete": True, "confirm": NAME}, "confirm has no effect with state=present. Remove it, or change state. Nothing was changed."),
        ({"can_delete": True, "confirm": ""}, "confirm has no effect with state=present. Remove it"),
        ({"can_delete": True, "confirm_above": 0}, "confirm_above has no effect with state=present. Remove it"),
        ({"can_delete": True, "override_locks": True}, "override_locks has no effect with state=present. Remove it"),
        ({"can_delete": True, "confirm": NAME, "confirm_above": 10}, "confirm and confirm_above have no effect with state=present. Remove them"),
        ({"state": "absent", "repository": "Library/App"}, "cannot be the name of a repository"),
    ],
)
def test_bad_input_is_one_sentence_and_costs_no_request(registry, options, text):
    result = registry.run(MODULE, **{"repository": NAME, **options})
    assert result["failed"]
    assert text in result["msg"]
    assert registry.requests(0) == []
