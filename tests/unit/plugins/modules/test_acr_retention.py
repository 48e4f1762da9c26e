# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._registry.manifests import Manifests
from ansible_collections.registryops.acr.plugins.module_utils._retention import execution, repository_execution
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.modules import told

MODULE = "acr_retention"
REPOSITORY = "library/app"
DAY = 86_400
ALL = {"include": [".*"]}
# What is known only after a real run.


def rule(**changes):
    """Return a rule that deletes what is older than 30 days, with changes; None takes an option away."""
    data = {"repositories": ALL, "tags": ALL, "older_than": "30d", "action": "delete", **changes}
    return {name: value for name, value in data.items() if value is not None}


def run(registry, *rules, check=False, **options):
    return registry.run(MODULE, rules=list(rules) or None, check=check, **{"pattern_type": "regex", "max_delete_percent": 100, **options})


def push(registry, days, image, *tags, repository=REPOSITORY):
    """Push an image as of so many days ago."""
    now = registry.emulator.clock.now()
    registry.emulator.clock.set(now - days * DAY)
    digest = registry.push(repository, image, *tags)
    registry.emulator.clock.set(now)
    return digest


def tags(registry, repository=REPOSITORY):
    return sorted(tag["name"] for tag in registry.get(f"/acr/v1/{repository}/_tags").get("tags") or [])


def manifests(registry, repository=REPOSITORY):
    return {item["digest"] for item in registry.get(f"/acr/v1/{repository}/_manifests").get("manifests") or []}


def reasons(result):
    """Return why each tag or manifest is kept."""
    return {kept["name"]: kept["reason"] for kept in result["kept"]}


def signature(subject, **more):
    """Return a referrer of the image ``subject``."""
    return images.image(f"referrer of {subject.digest}", artifactType="application/vnd.example.signature", subject=subject.descriptor(), **more)


def index(*listed):
    """Return an index of manifests, which have to be there already."""
    document = {"schemaVersion": 2, "mediaType": images.OCI_INDEX, "manifests": [one.root.descriptor() for one in listed]}
    return images.Image((), (images.Content(images.OCI_INDEX, json.dumps(document).encode()),))


@pytest.mark.parametrize("check", [True, False])
def test_old_tags_go_with_their_images(registry, check):
    push(registry, 40, images.multi_platform("old"), "v1")
    new = push(registry, 1, images.image("new"), "v2")
    before, mark = manifests(registry), registry.mark()
    result = run(registry, rule(), check=check)
    assert (result["changed"], reasons(result)) == (True, {"v2": "younger than 30d"})
    size = result["totals"].pop("reclaimable_bytes")
    assert result["totals"] == {"repository_count": 1, "tag_count": 2, "manifest_count": 4, "deleted_tag_count": 1, "deleted_manifest_count": 3}
    assert result["summary"] == f"The plan deletes 1 of 2 tags and 3 of 4 manifests ({size:,} bytes)."
    if check:
        assert (registry.writes(mark), manifests(registry)) == ([], before)
        return
    assert (manifests(registry), tags(registry)) == ({new}, ["v2"])
    assert result["verification"] == {"tag_count": 1, "incomplete": []}
    mark = registry.mark()
    assert not run(registry, rule())["changed"]
    assert registry.writes(mark) == []


def test_a_check_predicts_what_a_real_run_does(registry):
    push(registry, 40, images.multi_platform("old"), "v1", "v1.0")
    push(registry, 50, images.image("older"))
    options = [rule(untagged={"older_than": "1d"})]
    check, real = run(registry, *options, check=True), run(registry, *options)
    assert check == real
    planned = {f"{item['action']} {item['kind']} {REPOSITORY}{':' if item['kind'] == 'tag' else '@'}{item['name']}" for item in real["plan"]["changes"]}
    assert set(told(real["done"])) == planned
    assert real["diff"]["before"].count("\n") == len(planned) == 6


def test_multi_architecture_images_lose_no_platform(registry):
    """acr-cli#131: platforms have no tag, and were deleted from under the index that lists them."""
    image = images.multi_platform("release")
    push(registry, 400, image, "v1.0.0")
    push(registry, 400, images.image("dangling"))
    result = run(registry, rule(tags=None, older_than=None, untagged={"older_than": "7d"}))
    assert result["totals"]["deleted_manifest_count"] == 1
    assert manifests(registry) == {one.digest for one in image.manifests}


@pytest.mark.parametrize("text", ["999999d", "-7d", "0d", "0", "", "7 days", "1.5d", "d", "7d7w", "99999999999999999999d", "30D", "1h 5m", "36501d"])
@pytest.mark.parametrize("option", ["older_than", "untagged", "max_runtime"])
def test_an_invalid_span(registry, text, option):
    """acr-cli#560: ``999999d`` overflowed and deleted everything; ``-7d`` is in the future."""
    push(registry, 40, images.image("old"), "v1")
    mark = registry.mark()
    changes = {"untagged": {"older_than": text}} if option == "untagged" else {"older_than": text} if option == "older_than" else {}
    result = run(registry, rule(**changes), **({option: text} if option == "max_runtime" else {}))
    place = option if option == "max_runtime" else f"rule 1, {option}"
    units = "write weeks, days, hours, minutes and seconds as in 2w, 30d, 12h, 1d12h or 90s, at most 100 years."
    assert result["msg"] == f"'{text}' in {place} is not a span of time: {units}"
    assert registry.writes(mark) == []


def test_a_locked_index_keeps_its_platforms(registry):
    """The hole of acr-cli: it passed over a locked index, and then found that nothing kept its platforms."""
    image = images.multi_platform("locked")
    push(registry, 40, image)
    registry.patch(f"/acr/v1/{REPOSITORY}/_manifests/{image.root.digest}", deleteEnabled=False)
    result = run(registry, rule(untagged={"older_than": "7d"}))
    assert (result["changed"], reasons(result)) == (False, {image.root.digest: "locked"})
    assert manifests(registry) == {one.digest for one in image.manifests}


def test_a_pattern_matches_the_whole_name(registry):
    """``^app|web$`` is everything that begins with app, or ends with web; here it is app and web."""
    push(registry, 40, images.image("old"), "app", "web", "application", "my-web")
    assert run(registry, rule(tags={"include": ["^app|web$"]}))["totals"]["deleted_tag_count"] == 2
    assert tags(registry) == ["application", "my-web"]


def test_sibling_tags_keep_the_image(registry):
    """azure-cli#9579: deleting an image by one of its tags took all the others along."""
    digest = push(registry, 40, images.image("one"), "pr-1", "v1")
    result = run(registry, rule(tags={"include": ["pr-.*"]}))
    assert [item["kind"] for item in result["plan"]["changes"]] == ["tag"]
    assert (tags(registry), manifests(registry)) == (["v1"], {digest})


def between(monkeypatch, act):
    """Let something happen after a plan was made, before it is applied."""
    look = repository_execution.read_snapshot

    def and_then(*arguments):
        monkeypatch.setattr(repository_execution, "read_snapshot", look)
        act()
        return look(*arguments)

    monkeypatch.setattr(repository_execution, "read_snapshot", and_then)


def test_a_tag_that_is_moved_between_plan_and_apply_is_kept(registry, monkeypatch):
    push(registry, 40, images.image("old"), "v1")
    between(monkeypatch, lambda: registry.push(REPOSITORY, images.image("new"), "v1"))
    result = run(registry, rule())
    assert tags(registry) == ["v1"]
    assert told(result["drifted"]) == [f"delete tag {REPOSITORY}:v1"]
    assert "it points at sha256:" in result["drifted"][0]["reason"]


def test_a_tag_that_is_pushed_again_between_plan_and_apply_is_kept(registry, monkeypatch):
    digest = push(registry, 40, images.image("old"), "v1")
    between(monkeypatch, lambda: registry.push(REPOSITORY, images.image("old"), "v1"))
    result = run(registry, rule())
    assert (result["changed"], tags(registry), manifests(registry)) == (False, ["v1"], {digest})
    assert {drifted["reason"].partition(" (")[0] for drifted in result["drifted"]} == {"it was pushed again"}


def test_an_index_that_is_pushed_during_the_sweep_keeps_its_parts(registry, monkeypatch):
    old = images.image("old")
    push(registry, 40, old, "v1")
    between(monkeypatch, lambda: registry.push(REPOSITORY, index(old), "all"))
    result = run(registry, rule())
    assert old.root.digest in manifests(registry)
    assert tags(registry) == ["all", "v1"]
    assert ("manifest", old.root.digest, "a kept manifest needs it now") in [(one["kind"], one["name"], one["reason"]) for one in result["drifted"]]


def test_a_tag_that_comes_right_before_the_delete_keeps_the_image(registry, monkeypatch):
    """Later than the last look at the whole repository."""
    digest = push(registry, 40, images.image("old"), "v1")
    get = Manifests.get

    def tagged_meanwhile(self, repository, name):
        registry.session.put(
            f"https://r.azurecr.io/v2/{repository}/manifests/late", data=images.image("old").root.data, headers={"Content-Type": images.OCI_MANIFEST}
        )
        return get(self, repository, name)

    monkeypatch.setattr(Manifests, "get", tagged_meanwhile)
    result = run(registry, rule())
    assert manifests(registry) == {digest}
    assert "late" in tags(registry)
    assert result["drifted"]


def test_the_first_rule_that_matches_decides(registry):
    """acr-cli#95: one rule for holds, one for releases, one for the rest."""
    for number in range(3):
        push(registry, 40 + number, images.image(f"pr {number}"), f"pr-{number}")
        push(registry, 40 + number, images.image(f"release {number}"), f"v1.{number}.0")
    push(registry, 400, images.image("held"), "hold-1")
    result = run(
        registry,
        rule(name="holds", tags={"include": ["hold-.*"]}, action="keep", older_than=None),
        rule(name="releases", tags={"include": [r"v\d.*"]}, keep_newest=2),
        rule(name="rest", older_than="7d"),
    )
    assert tags(registry) == ["hold-1", "v1.0.0", "v1.1.0"]
    assert reasons(result) == {"hold-1": "kept by holds", "v1.0.0": "among the newest 2", "v1.1.0": "among the newest 2"}
    assert {item["rule"] for item in result["plan"]["changes"]} == {"releases", "rest"}


def test_the_newest_are_counted_over_all_that_match(registry):
    """acr-cli#670: not only over those that are old enough."""
    for days in (1, 2, 40, 50):
        push(registry, days, images.image(f"{days} days"), f"t{days}")
    assert reasons(run(registry, rule(keep_newest=2), check=True)) == {"t1": "among the newest 2", "t2": "among the newest 2"}
    run(registry, rule(keep_newest=2))
    assert tags(registry) == ["t1", "t2"]


def test_the_newest_minor_versions_stay(registry):
    for tag in ("v1.2.0", "v1.2.1", "v1.10.0", "v1.9.3", "v2.0.0-rc.1", "nightly"):
        push(registry, 40, images.image(tag), tag)
    run(registry, rule(tags={"include": ["v.*"]}, keep_minors=2))
    assert tags(registry) == ["nightly", "v1.10.0", "v1.9.3", "v2.0.0-rc.1"]


def test_a_rule_begins_above_a_count(registry):
    """acr-cli#676."""
    for number in range(4):
        push(registry, 40, images.image(f"{number}"), f"t{number}")
    result = run(registry, rule(when_count_exceeds=4))
    assert (result["changed"], set(reasons(result).values())) == (False, {"only 4 match, and the rule applies above 4"})
    assert run(registry, rule(when_count_exceeds=3))["totals"]["deleted_tag_count"] == 4


def test_globs(registry):
    for tag in ("v1.0", "v1x0", "web"):
        push(registry, 40, images.image(tag), tag)
    run(registry, rule(repositories={"include": ["library/*"]}, tags={"include": ["v1.*", "w?b"]}), pattern_type="glob")
    assert tags(registry) == ["v1x0"]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "protect",
    [
        {"tags": ["v1"]},
        {"tags": ["v.*"]},
        {"digests": ["{digest}"]},
        {"in_use": ["r.azurecr.io/library/app:v1"]},
        {"in_use": ["R.azurecr.io/library/app@{digest}"]},
        {"in_use": [{"image": "library/app:v1", "reason": "in the shop"}]},
        {"in_use": {"resources": [{"spec": {"containers": [{"image": "r.azurecr.io/library/app:v1"}]}}]}},
        {"in_use": [{"status": {"containerStatuses": [{"imageID": "docker-pullable://r.azurecr.io/library/app@{digest}"}]}}]},
        {"in_use": ["other.azurecr.io/library/app:v9,r.azurecr.io/library/app:v1@{digest}"]},
    ],
    ids=lambda protect: next(iter(protect)),
)
def test_what_is_protected_is_kept(registry, protect, check):
    image = images.multi_platform("one")
    digest = push(registry, 40, image, "v1")
    protection = json.loads(json.dumps(protect).replace("{digest}", digest))
    result = run(registry, rule(untagged={"older_than": "1d"}), protect=protection, check=check)
    assert (result.get("changed"), reasons(result)) == (False, {"v1": "in use" if "in_use" in protect else "protected"}), result
    assert manifests(registry) == {one.digest for one in image.manifests}


@pytest.mark.parametrize(
    ("pattern_type", "pattern", "kept"),
    [
        ("regex", "v1.0..", ["v1.0.0"]),
        ("regex", "v1.0.0", ["v1.0.0"]),
        ("regex", r"v1\.0.*", ["v1.0.0", "v1.0.0-rc.1"]),
        ("glob", "v1.0.*", ["v1.0.0", "v1.0.0-rc.1"]),
        ("glob", "v1.0.0", ["v1.0.0"]),
    ],
)
def test_protected_tags_are_patterns_as_those_of_rules(registry, pattern_type, pattern, kept):
    for tag in ("v1.0.0", "v1.0.0-rc.1", "v1.1.0"):
        push(registry, 40, images.image(tag), tag)
    everything = {"include": [".*" if pattern_type == "regex" else "*"]}
    result = run(registry, rule(repositories=everything, tags=everything), pattern_type=pattern_type, protect={"tags": [pattern]})
    assert (tags(registry), reasons(result)) == (kept, dict.fromkeys(kept, "protected"))


@pytest.mark.parametrize(
    ("protect", "message"),
    [
        ({"in_use": []}, "protect.in_use names no image of r.azurecr.io in the repositories that the rules match"),
        ({"require_in_use": True}, "protect.in_use names no image of r.azurecr.io"),
        ({"in_use": ["nginx:1.25", "other.azurecr.io/library/app:v1"]}, "protect.in_use names no image of r.azurecr.io"),
        ({"in_use": {"resources": [], "failed": True}}, "protect.in_use is the result of a task that failed, so it is not known what is in use."),
        ({"in_use": [{"item": "cluster", "skipped": True}]}, "protect.in_use is the result of a task that was skipped"),
        ({"in_use": {"results": [{"images": ["r.azurecr.io/library/app:v1"]}, {"unreachable": True}]}}, "a task that could not reach its host"),
        ({"digests": ["sha256:short"]}, "'sha256:short' is not a digest"),
        ({"tags": ["v("]}, "protect.tags: 'v(' is not a regular expression"),
    ],
)
def test_what_is_in_use_must_be_known(registry, protect, message):
    push(registry, 40, images.image("one"), "v1")
    mark = registry.mark()
    result = run(registry, rule(), protect=protect)
    assert message in result["msg"]
    assert registry.writes(mark) == []


def test_an_empty_list_of_images_in_use_can_be_allowed(registry):
    push(registry, 40, images.image("one"), "v1")
    assert run(registry, rule(), protect={"in_use": [], "require_in_use": False})["changed"]


@pytest.mark.parametrize("policy", ["with_subject", "keep", "orphans"])
def test_signatures_go_and_stay_with_their_image(registry, policy):
    old, new = images.multi_platform("old"), images.image("new")
    push(registry, 40, old, "v1")
    push(registry, 1, new, "v2")
    for subject in (old.root, old.manifests[0], new.root):
        push(registry, 40, signature(subject))
    lost = images.image("never pushed").root
    orphan = push(registry, 40, signature(lost))
    before = manifests(registry)
    result = run(registry, rule(untagged={"older_than": "7d"}, referrers=policy))
    about_new = signature(new.root).root.digest
    if policy == "keep":
        assert (result["changed"], manifests(registry)) == (False, before)
        assert reasons(result)["v1"] == "it has referrers, and the rule keeps them"
    else:
        assert manifests(registry) == {new.root.digest, about_new} | ({orphan} if policy == "with_subject" else set())


def test_signatures_of_cosign_go_and_stay_with_their_image(registry):
    """They are found by a tag that contains the digest of their subject; a rule for all tags must not delete them."""
    old, new = images.image("old"), images.image("new")
    push(registry, 40, old, "v1")
    push(registry, 1, new, "v2")
    names = [f"{image.root.digest.replace(':', '-')}.sig" for image in (old, new)]
    for name in names:
        push(registry, 40, images.image(name), name)
    result = run(registry, rule())
    assert tags(registry) == sorted(["v2", names[1]])
    assert names[0] in {item["name"] for item in result["plan"]["changes"]}


def test_a_locked_signature_keeps_its_image(registry):
    """The service deletes referrers together with their subject."""
    old = images.image("old")
    push(registry, 40, old, "v1")
    referrer = push(registry, 40, signature(old.root))
    registry.patch(f"/acr/v1/{REPOSITORY}/_manifests/{referrer}", deleteEnabled=False)
    run(registry, rule())
    assert manifests(registry) == {old.root.digest, referrer}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_delete": 5}, "The plan deletes 6 tags and manifests, more than max_delete allows (5)"),
        ({"max_delete_percent": 50}, "The plan deletes 6 of 10 tags and manifests, 60.0%, more than max_delete_percent allows (50%)"),
        ({"min_remaining": 3}, "The plan leaves fewer tags than min_remaining requires (3) in 'library/app' (2)"),
    ],
)
def test_guards_stop_a_plan_before_its_first_change(registry, options, message, check):
    for number in range(5):
        push(registry, 40 * (number < 3), images.image(f"{number}"), f"t{number}")
    mark = registry.mark()
    result = run(registry, rule(), check=check, **options)
    assert result["msg"] == f"{message}; nothing was changed. Look at plan in the result, then narrow the rules or change the limit."
    assert (result["failed"], result["changed"], len(result["plan"]["changes"])) == (True, False, 6)
    assert registry.writes(mark) == []
    assert (result["done"], result["not_attempted"], result["undo"], result["diff"]["before"]) == ([], [], [], "")
    assert result["verification"] == {"tag_count": 0, "incomplete": []}
    assert set(run(registry, rule(), check=check)) == set(result) - {"failed", "msg"}


def test_more_than_half_needs_to_be_allowed(registry):
    push(registry, 40, images.image("one"), "v1")
    assert "more than max_delete_percent allows (50%)" in run(registry, rule(), max_delete_percent=None)["msg"]


@pytest.mark.parametrize("lock", ["tag", "manifest", "repository"])
@pytest.mark.parametrize("override", [False, True])
def test_locks(registry, lock, override):
    digest = push(registry, 40, images.image("one"), "v1")
    path = {"tag": "/_tags/v1", "manifest": f"/_manifests/{digest}", "repository": ""}[lock]
    registry.patch(f"/acr/v1/{REPOSITORY}{path}", writeEnabled=False)
    result = run(registry, rule(), override_locks=override)
    if override and lock != "repository":
        assert (result["changed"], result.get("failed")) == (True, None)
        assert registry.get("/acr/v1/_catalog")["repositories"] is None
    else:
        assert (result["changed"], tags(registry)) == (False, ["v1"])
        assert reasons(result) == {"v1": {"tag": "locked", "manifest": "its manifest is locked", "repository": "the repository is locked"}[lock]}


def test_a_lock_is_restored_when_the_deletion_fails(registry):
    digest = push(registry, 40, images.image("one"), "v1")
    registry.patch(f"/acr/v1/{REPOSITORY}/_manifests/{digest}", deleteEnabled=False)
    registry.emulator.faults.set([{"method": "DELETE", "path": "/v2/.*", "times": 0, "status": 403, "body": "{}"}])
    result = run(registry, rule(), override_locks=True)
    assert result["failed"]
    attributes = registry.get(f"/acr/v1/{REPOSITORY}/_manifests/{digest}")["manifest"]["changeableAttributes"]
    assert (attributes["deleteEnabled"], attributes["writeEnabled"]) == (False, True)
    assert told(result["failures"]) == [f"delete manifest {REPOSITORY}@{digest}"]
    assert told(result["not_attempted"]) == [f"delete tag {REPOSITORY}:v1"]


@pytest.mark.parametrize("path", ["/v2/.*", "/acr/v1/.*"], ids=["manifest", "tag"])
def test_a_deletion_whose_answer_is_lost_is_reported(registry, path):
    """It is asked for again, and then there is nothing any more."""
    digest = push(registry, 40, images.image("old"), "v1", *(["sibling"] if path.startswith("/acr") else []))
    registry.emulator.faults.set([{"method": "DELETE", "path": path, "reset": -1}])
    result = run(registry, rule(tags={"include": ["v.*"]}))
    manifest = [f"delete manifest {REPOSITORY}@{digest}"] if path.startswith("/v2") else []
    assert (result["changed"], told(result["done"])) == (True, [f"delete tag {REPOSITORY}:v1", *manifest])
    assert result["undo"] == [{"repository": REPOSITORY, "digest": digest, "tags": ["v1"]}]


def test_a_list_that_becomes_incomplete_during_the_sweep_does_not_deny_what_was_done(registry):
    for days, tag in ((40, "v1"), (1, "v2")):
        push(registry, days, images.image(tag), tag)
    # The first three looks are for the plan, before the sweep, and before its first change.
    registry.emulator.faults.set([{"path": "/acr/v1/library/app/_tags[?].*", "skip": 3, "times": 0, "stale": 1}])
    result = run(registry, rule())
    assert (result["failed"], result["changed"], len(result["done"])) == (True, True, 2)
    assert result["msg"] == (
        "2 of 2 changes were made; delete repository library/app failed: Repository 'library/app' counts 1 tags and 1 manifests, but lists 0 and 1. "
        "The hidden ones (can_list: false) may need others: set can_list to true on all of them."
    )


def test_a_lock_that_cannot_be_restored_is_reported(registry):
    digest = push(registry, 40, images.image("one"), "v1")
    registry.patch(f"/acr/v1/{REPOSITORY}/_manifests/{digest}", deleteEnabled=False)
    refusal = {"times": 0, "status": 403, "body": "{}"}
    registry.emulator.faults.set([{"method": "DELETE", "path": "/v2/.*", **refusal}, {"method": "PATCH", "path": ".*", "skip": 1, **refusal}])
    result = run(registry, rule(), override_locks=True)
    assert (result["failed"], result["changed"], result["done"]) == (True, True, [])
    assert result["msg"].endswith(
        f" Locks of repository 'library/app' that were removed for this could not all be restored: set manifest '{digest}' to can_delete: false."
    )


@pytest.mark.parametrize("check", [True, False])
def test_locking_and_unlocking(registry, check):
    image = images.multi_platform("release")
    push(registry, 40, image, "v1")
    push(registry, 1, images.image("build"), "b1")
    locked = run(registry, rule(tags={"include": ["v.*"]}, action="lock", older_than=None), check=check)
    assert [(item["kind"], item["action"]) for item in locked["plan"]["changes"]] == [("tag", "lock")] + [("manifest", "lock")] * 3
    if check:
        return
    flags = [registry.get(f"/acr/v1/{REPOSITORY}/_manifests/{one.digest}")["manifest"]["changeableAttributes"] for one in image.manifests]
    assert {(flag["deleteEnabled"], flag["writeEnabled"], flag["readEnabled"]) for flag in flags} == {(False, False, True)}
    assert not run(registry, rule(tags={"include": ["v.*"]}, action="lock", older_than=None))["changed"]
    unlocked = run(registry, rule(tags={"include": ["v.*"]}, action="unlock"))
    assert len(unlocked["done"]) == 4
    assert run(registry, rule())["totals"]["deleted_manifest_count"] == 3


def test_unlocking_leaves_what_another_locked_tag_needs(registry):
    shared = images.image("shared")
    push(registry, 40, shared)
    push(registry, 40, index(shared), "v1")
    push(registry, 41, index(shared, shared), "v2")
    run(registry, rule(action="lock", older_than=None))
    result = run(registry, rule(tags={"include": ["v1"]}, action="unlock", older_than=None))
    digest = shared.root.digest
    assert digest not in {item["name"] for item in result["plan"]["changes"]}
    assert len(result["plan"]["changes"]) == 2
    facts = {"repository": REPOSITORY, "kind": "manifest", "name": digest, "digest": digest, "action": "unlock", "rule": "rule 1"}
    assert result["kept"] == [{**facts, "reason": "tag v2 is locked and needs it"}]


def test_a_saved_plan_is_applied_as_it_is(registry):
    push(registry, 40, images.multi_platform("old"), "v1")
    push(registry, 40, images.image("other"), "v2")
    saved = run(registry, rule(tags={"include": ["v1"]}), check=True)["plan"]
    push(registry, 40, images.image("later"), "v0")
    options = {"plan": saved, "pattern_type": None}
    check = run(registry, check=True, **options)
    real = run(registry, **options)
    assert check == real
    assert (tags(registry), real["plan"]) == (["v0", "v2"], saved)
    again = run(registry, **options)
    assert (again["changed"], again["done"], again["drifted"]) == (False, [], [])
    made = run(registry, rule(), check=True)
    assert set(made) == set(check) == set(again)


@pytest.mark.parametrize("locked", [["a", "b"], ["a"], ["b"], []])
def test_a_check_of_a_saved_plan_predicts_what_has_drifted(registry, locked):
    """Also of a repository in which nothing of the plan applies any more."""
    digests = {name: push(registry, 40, images.multi_platform(name), "v1", repository=name) for name in ("a", "b", "c")}
    push(registry, 1, images.image("new"), "v2", repository="c")
    saved = run(registry, rule(), check=True)["plan"]
    for name in locked:
        registry.patch(f"/acr/v1/{name}/_manifests/{digests[name]}", deleteEnabled=False)
        registry.patch(f"/acr/v1/{name}/_tags/v1", deleteEnabled=False)
    check, real = run(registry, plan=saved, pattern_type=None, check=True), run(registry, plan=saved, pattern_type=None)
    assert check == real
    assert {one["repository"] for one in real["drifted"]} == set(locked)
    done = {one["repository"] for one in real["done"]}
    assert {one["repository"] for one in real["undo"]} == done == {"a", "b", "c"} - set(locked)
    assert real["verification"] == {"tag_count": 1, "incomplete": []}
    facts = {"repository", "kind", "name", "digest", "action", "rule", "reason"}
    assert all(set(one) == facts for one in real["drifted"])


def test_a_saved_plan_leaves_alone_what_has_changed(registry):
    digests = {tag: push(registry, 40, images.image(tag), tag) for tag in ("moved", "locked", "tagged", "listed", "same")}
    saved = run(registry, rule(), check=True)["plan"]
    registry.push(REPOSITORY, images.image("new"), "moved")
    registry.patch(f"/acr/v1/{REPOSITORY}/_manifests/{digests['locked']}", deleteEnabled=False)
    registry.session.put(
        f"https://r.azurecr.io/v2/{REPOSITORY}/manifests/second", data=images.image("tagged").root.data, headers={"Content-Type": images.OCI_MANIFEST}
    )
    registry.push(REPOSITORY, index(images.image("listed")), "index")
    check, real = run(registry, plan=saved, pattern_type=None, check=True), run(registry, plan=saved, patterns=None)
    assert check["drifted"] == real["drifted"]
    drifts = {drifted["name"]: drifted["reason"] for drifted in real["drifted"]}
    assert drifts[digests["locked"]] == "it is locked now"
    assert "pushed again" in drifts[digests["tagged"]] or drifts[digests["tagged"]] == "another tag points at it now"
    assert drifts[digests["listed"]] == "a kept manifest needs it now"
    assert digests["same"] not in manifests(registry)
    assert {digests["locked"], digests["tagged"], digests["listed"]} <= manifests(registry)
    assert {"moved", "second", "index"} <= set(tags(registry))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda plan: plan["changes"].append({**plan["changes"][0], "name": "v2"}), "The plan was changed after it was made: its id does not match"),
        (lambda plan: plan["changes"][0].pop("tags"), "The plan contains an invalid item"),
        (lambda plan: plan.pop("changes"), "The plan is invalid"),
        (lambda plan: plan["changes"][0].update(action="burn"), "The plan contains an invalid item"),
        (lambda plan: plan["changes"][0].update(repository="../x"), "cannot be the name of a repository"),
        (lambda plan: plan.update(registry="other.azurecr.io"), "The plan is for other.azurecr.io, not for r.azurecr.io. Apply it to other.azurecr.io."),
    ],
)
def test_an_invalid_plan(registry, change, message):
    push(registry, 40, images.image("one"), "v1", "v2")
    saved = run(registry, rule(tags={"include": ["v1"]}), check=True)["plan"]
    change(saved)
    mark = registry.mark()
    assert message in run(registry, plan=saved, pattern_type=None)["msg"]
    assert registry.writes(mark) == []


@pytest.mark.parametrize("check", [True, False])
def test_a_repository_that_cannot_be_read_does_not_stop_the_others(registry, check):
    for name in ("a", "b", "c"):
        push(registry, 40, images.image(name), "v1", repository=name)
    registry.emulator.identities.register_token(
        {"name": "robot", "password": "x", "repositories": {name: ["metadata/read", "content/read", "content/delete"] for name in ("a", "c", "d")}}
    )
    result = run(registry, rule(repositories={"include": ["a", "b", "c", "d"]}), username="robot", password="x", check=check)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith("1 of 4 repositories could not be read, so nothing in them was changed; the first is 'b': ")
    assert [one["repository"] for one in result["unreadable"]] == ["b"]
    assert result["missing"] == ["d"]
    assert registry.get("/acr/v1/_catalog")["repositories"] == (["a", "b", "c"] if check else ["b"])


@pytest.mark.parametrize("policy", ["warn", "skip"])
def test_a_repository_that_cannot_be_read_can_be_accepted(registry, policy):
    for name in ("a", "b"):
        push(registry, 40, images.image(name), "v1", repository=name)
    registry.emulator.faults.set([{"method": "GET", "path": "/acr/v1/b/_tags.*", "times": 0, "status": 403, "body": "{}"}])
    result = run(registry, rule(), on_unreadable=policy)
    assert (result["changed"], result.get("failed"), [one["repository"] for one in result["unreadable"]]) == (True, None, ["b"])
    warned = "1 of 2 repositories could not be read, so nothing in them was changed; the first is 'b': " in str(result.get("warnings"))
    assert warned == (policy == "warn")
    assert registry.get("/acr/v1/_catalog")["repositories"] == ["b"]


def test_a_list_that_breaks_off_deletes_nothing(registry):
    push(registry, 40, images.image("one"), "v1")
    registry.emulator.faults.set([{"method": "GET", "path": ".*/_manifests.*", "times": 0, "status": 404, "body": "gone"}])
    mark = registry.mark()
    assert run(registry, rule())["failed"]
    assert registry.writes(mark) == []


def test_what_is_hidden_may_need_the_rest(registry):
    image = images.multi_platform("hidden")
    push(registry, 40, image)
    registry.patch(f"/acr/v1/{REPOSITORY}/_manifests/{image.root.digest}", listEnabled=False)
    result = run(registry, rule(tags=None, older_than=None, untagged={"older_than": "7d"}))
    assert "counts 0 tags and 3 manifests, but lists 0 and 2. The hidden ones (can_list: false) may need others" in result["msg"]
    assert len(manifests(registry)) == 2


def test_after_a_failure_too_it_is_checked_that_the_rest_is_whole(registry):
    for number in range(3):
        push(registry, 40, images.image(f"{number}"), f"t{number}")
    push(registry, 1, images.image("new"), "new")
    registry.emulator.faults.set([{"method": "DELETE", "path": "/v2/.*", "skip": 1, "times": 0, "status": 403, "body": "{}"}])
    result = run(registry, rule(), concurrency=1)
    assert (result["failed"], len(result["done"]), len(result["not_attempted"])) == (True, 2, 3)
    assert result["verification"] == {"tag_count": 1, "incomplete": []}


def test_one_that_fails_does_not_stop_the_others(registry):
    digests = [push(registry, 40, images.multi_platform(f"{number}"), f"t{number}") for number in range(4)]
    fault = {"method": "DELETE", "path": f"/v2/{REPOSITORY}/manifests/{digests[1]}", "times": 0, "status": 405}
    registry.emulator.faults.set([{**fault, "body": '{"errors":[{"code":"REGISTRY_DISALLOWED_OPERATION","message":"no"}]}'}])
    result = run(registry, rule())
    assert (result["failed"], result["changed"], len(result["done"])) == (True, True, 12)
    assert told(result["failures"]) == [f"delete manifest {REPOSITORY}@{digests[1]}"]
    assert f"12 of 16 changes were made; delete manifest {REPOSITORY}@{digests[1]} failed: DELETE https://r.azurecr.io" in result["msg"]
    # What could not be deleted is still whole, and still has its name.
    assert tags(registry) == ["t1"]
    assert len(manifests(registry)) == 3
    registry.emulator.faults.set([])
    assert run(registry, rule())["totals"]["deleted_manifest_count"] == 3


@pytest.mark.parametrize("enabled", [True, False])
def test_soft_delete_can_be_required(registry, monkeypatch, enabled):
    """With it, what was deleted comes back; without it, one deletion shows that nothing does."""
    monkeypatch.setattr(execution.time, "sleep", lambda seconds: None)
    registry.emulator.change_settings({"soft_delete": enabled})
    for number in range(5):
        push(registry, 40, images.image(f"{number}"), f"t{number}")
    before = manifests(registry)
    result = run(registry, rule(), require_soft_delete=True)
    if enabled:
        assert len(result["done"]) == 10
        restored = registry.run("acr_restore", undo=result)
        assert restored["changed"]
        assert (manifests(registry), tags(registry)) == (before, [f"t{number}" for number in range(5)])
    else:
        assert "was deleted and cannot be restored, although require_soft_delete is set" in result["msg"]
        assert (result["failed"], result["changed"], len(manifests(registry))) == (True, True, 4)
        assert len(result["done"]) == 2
        assert len(result["not_attempted"]) == 8


def test_there_is_a_time_limit(registry, monkeypatch):
    push(registry, 40, images.image("one"), "v1")
    times = iter([0.0, 0.0, 100.0, 100.0, 100.0])
    from ansible_collections.registryops.acr.plugins.module_utils._tasks import retention

    monkeypatch.setattr(retention, "time", SimpleNamespace(time=retention.time.time, monotonic=lambda: next(times)))
    result = run(registry, rule(), max_runtime="1m")
    assert (result["changed"], result["done"], len(result["not_attempted"])) == (False, [], 2)
    assert tags(registry) == ["v1"]


def test_reclaimable_bytes_count_what_only_goes(registry):
    base = images.image("base")
    shared = images.image("base", annotations={"number": "2"})
    push(registry, 40, base, "old")
    push(registry, 1, shared, "new")
    alone = push(registry, 40, images.image("alone"), "old", repository="other")
    result = run(registry, rule())
    own = images.image("alone")
    expected = len(base.root.data) + len(own.root.data) + sum(len(blob.data) for blob in own.blobs if blob.digest not in {one.digest for one in base.blobs})
    assert result["totals"]["reclaimable_bytes"] == expected
    assert alone == own.root.digest


def test_the_catalog_is_not_read_for_names(registry):
    push(registry, 40, images.image("one"), "v1")
    mark = registry.mark()
    run(registry, rule(repositories={"include": [REPOSITORY]}), check=True)
    assert "GET /acr/v1/_catalog" not in registry.requests(mark)


def test_nothing_is_read_twice_where_no_rule_changes_anything(registry):
    push(registry, 1, images.multi_platform("new"), "v1")
    mark = registry.mark()
    assert not run(registry, rule())["changed"]
    assert not [request for request in registry.requests(mark) if request.startswith(f"GET /v2/{REPOSITORY}")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"older_than": None}, "rule 1 would delete every tag that it matches. Set older_than, keep_newest or keep_minors."),
        ({"tags": None}, "rule 1 has neither tags nor untagged, so it matches nothing. Set one of them."),
        ({"tags": {"include": []}}, "rule 1, tags: include is empty, so the rule matches nothing. List at least one pattern."),
        ({"tags": {"include": ["v("]}}, "rule 1, tags: 'v(' in include is not a regular expression"),
        ({"keep_newest": 0}, "rule 1: keep_newest is 0, but must be at least 1."),
        ({"keep_minors": -1}, "rule 1: keep_minors is -1, but must be at least 1."),
        ({"referrers": "orphans"}, "rule 1 has referrers: orphans, but not untagged, which sets the age at which orphans are deleted. Set untagged as well."),
        (
            {"action": "lock", "untagged": {"older_than": "1d"}},
            "rule 1 has untagged and the action lock, but untagged manifests can only be deleted. Make two rules of it.",
        ),
    ],
)
def test_an_invalid_rule(registry, changes, message):
    assert message in run(registry, rule(**changes))["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_a_pattern_that_matches_nothing_is_reported(registry, check):
    """``include: ['v*']`` as a regular expression is v, vv, vvv; nothing was deleted, and nothing said so."""
    for tag in ("v1", "v2", "latest"):
        push(registry, 40, images.image(tag), tag)
    push(registry, 40, images.image("tool"), "t1", repository="team/tool")
    result = run(
        registry,
        rule(name="app", repositories={"include": ["library/app", "libary/.*"]}, tags={"include": ["v*", "latest"]}, action="keep"),
        rule(name="all"),
        protect={"tags": ["v1", "v3|v4"]},
        check=check,
    )
    for warning in (
        "app: include pattern 'libary/.*' (regex) matched none of the 2 repositories of r.azurecr.io.",
        "app: include pattern 'v*' (regex) matched none of the 3 tags in the repositories of the rule. As a glob, it would match 2: set pattern_type: glob.",
        "protect.tags: pattern 'v3|v4' (regex) matched none of the 4 tags in the repositories of the rules.",
    ):
        assert f"{warning}'" in str(result["warnings"]) or f'{warning}"' in str(result["warnings"])
    assert len(result["warnings"]) == 3


def test_a_name_of_no_repository_is_reported(registry):
    push(registry, 40, images.image("one"), "v1")
    result = run(registry, rule(repositories={"include": [REPOSITORY, "libary/app"]}), check=True)
    assert result["missing"] == ["libary/app"]
    assert "r.azurecr.io has no repository libary/app, which the rules name. Check the names." in str(result["warnings"])


def test_patterns_of_a_rule_are_counted_over_all_its_repositories(registry):
    push(registry, 40, images.image("one"), "v1", repository="a")
    push(registry, 40, images.image("two"), "w1", repository="b")
    assert "warnings" not in run(registry, rule(tags={"include": ["v.*", "w.*"]}), rule(tags={"include": ["v1"]}), check=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patterns": "regex"}, "patterns was renamed to pattern_type."),
        ({"protect": {"patterns": ["v.*"]}}, "protect.patterns was renamed to protect.tags."),
    ],
)
def test_an_old_word_is_refused_with_the_new_one(registry, options, message):
    assert run(registry, rule(), **options)["msg"] == message
    assert registry.requests(0) == []


def test_what_is_kept_names_the_action_that_was_not_taken(registry):
    push(registry, 1, images.image("new"), "v1", "hold")
    push(registry, 40, images.image("old"), "v2")
    result = run(registry, rule(name="holds", tags={"include": ["hold"]}, action="keep", older_than=None), rule(name="rest"), check=True)
    digest = images.image("new").root.digest
    place = {"repository": REPOSITORY, "kind": "tag", "digest": digest}
    assert sorted(result["kept"], key=lambda one: one["name"]) == [
        {**place, "name": "hold", "action": "keep", "rule": "holds", "reason": "kept by holds"},
        {**place, "name": "v1", "action": "delete", "rule": "rest", "reason": "younger than 30d"},
    ]


@pytest.mark.parametrize("check", [True, False])
def test_a_plan_is_returned_though_the_registry_has_no_soft_delete(registry, check):
    push(registry, 40, images.image("old"), "v1")
    registry.emulator.faults.set([{"path": "/acr/v1/_deleted/.*", "status": 404, "times": 0, "body": "404 page not found"}])
    mark = registry.mark()
    result = run(registry, rule(), require_soft_delete=True, check=check)
    assert result["msg"].endswith("This registry does not offer soft delete (a preview feature), so deleted artifacts cannot be listed or restored.")
    assert (result["failed"], result["changed"], len(result["plan"]["changes"]), result["error"]["status"]) == (True, False, 2, 404)
    assert registry.writes(mark) == []


def test_two_rules_of_one_name(registry):
    assert run(registry, rule(name="a"), rule(name="a"))["msg"] == "Two rules have the same name. Give each rule its own name, or no name."


def test_the_clock_that_is_behind_decides(registry, monkeypatch):
    """A machine whose clock is ahead must not find everything old."""
    from ansible_collections.registryops.acr.plugins.module_utils._tasks import retention

    push(registry, 1, images.image("one"), "v1")
    now = registry.emulator.clock.now()
    monkeypatch.setattr(retention.time, "time", lambda: now + 100 * DAY)
    date = "Tue, 24 Nov 2026 00:00:00 GMT"
    registry.emulator.faults.set([{"method": "GET", "path": "/v2/", "times": 0, "headers": {"Date": date}}])
    assert reasons(run(registry, rule(), check=True)) == {"v1": "younger than 30d"}
