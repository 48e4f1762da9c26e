# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random registries: what is decided is compared with what is found out in the most naive way, and with what the emulator then holds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._content.snapshot import ManifestParts, Snapshot
from ansible_collections.registryops.acr.plugins.module_utils._oci.graph import Edges
from ansible_collections.registryops.acr.plugins.module_utils._registry.properties import Attributes, ManifestProperties, RepositoryProperties, TagProperties
from ansible_collections.registryops.acr.plugins.module_utils._retention.decision import Policy
from ansible_collections.registryops.acr.plugins.module_utils._retention.protection import Protection
from ansible_collections.registryops.acr.plugins.module_utils._retention.rules import Rule
from ansible_collections.registryops.acr.tests import images
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

NAME = "library/app"
NOW = 1_800_000_000.0
DAY = 86_400
OLD, NEW = 40, 1
NAMES = ("v1", "v2", "v3", "pr-1", "pr-2", "pr-3", "hold")


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


@dataclass
class Node:
    """A manifest: its children and its subject (numbers of others), its names, its age in days, and whether it is locked."""

    children: list[int] = field(default_factory=list)
    subject: int | None = None
    names: list[str] = field(default_factory=list)
    signs: int | None = None
    days: int = OLD
    locked: bool = False


@st.composite
def worlds(draw: st.DrawFn, circles: bool) -> list[Node]:
    """Up to nine manifests that refer to each other: in circles, or only to those before them, as in a registry that checks."""
    size = draw(st.integers(1, 9))
    world = []
    free = list(NAMES)
    for number in range(size):
        others = st.sampled_from(range(size)) if circles else st.sampled_from(range(number)) if number else st.nothing()
        node = Node(days=draw(st.sampled_from((OLD, NEW))), locked=draw(st.integers(0, 7)) == 0)
        if circles or number:
            node.children = draw(st.lists(others, max_size=3, unique=True))
            node.subject = draw(st.none() | others | st.just(99))
            if draw(st.integers(0, 5)) == 0:
                signed = draw(others)
                # A referrer tag belongs to one digest.
                node.signs = None if any(other.signs == signed for other in world) else signed
        for dummy in range(draw(st.integers(0, 2))):
            if free:
                node.names.append(free.pop(draw(st.integers(0, len(free) - 1))))
        world.append(node)
    return world


@dataclass(frozen=True)
class Wish:
    """What a random rule wants."""

    pattern: str
    older_than: bool
    keep_newest: int | None
    untagged: bool
    referrers: str

    def option(self, repository: str) -> dict:
        """Return it as an option of a task."""
        wanted = {
            "repositories": {"include": [repository]},
            "tags": {"include": [self.pattern]},
            "older_than": "30d" if self.older_than or not self.keep_newest else None,
            "keep_newest": self.keep_newest,
            "untagged": {"older_than": "30d"} if self.untagged else None,
            "referrers": self.referrers if self.untagged or self.referrers != "orphans" else "with_subject",
            "action": "delete",
        }
        return {name: value for name, value in wanted.items() if value is not None}


WISHES = st.builds(
    Wish,
    pattern=st.sampled_from((".*", "pr-.*", "v.*", "v1|pr-1")),
    older_than=st.booleans(),
    keep_newest=st.none() | st.integers(1, 2),
    untagged=st.booleans(),
    referrers=st.sampled_from(("with_subject", "keep", "orphans")),
)
# A referrer tag contains the digest of its subject.
SIGNATURE = "{}.sig"


def snapshot_of(world: list[Node]) -> Snapshot:
    """Return a world as what would have been read of it."""

    def when(days: int, more: int = 0) -> str:
        from datetime import datetime, timezone

        return datetime.fromtimestamp(NOW - days * DAY + more, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.1234567Z")

    tags, manifests, contents = {}, {}, {}
    for number, node in enumerate(world):
        names = list(node.names) + ([SIGNATURE.format(digest(node.signs).replace(":", "-"))] if node.signs is not None else [])
        for place, name in enumerate(names):
            tags[name] = TagProperties(name, digest(number), when(node.days), when(node.days, 10 * number + place), Attributes())
        attributes = Attributes(can_delete=not node.locked)
        time = when(node.days, number)
        manifests[digest(number)] = ManifestProperties(digest(number), time, time, None, None, None, None, None, 0, tuple(names), None, attributes)
        subjects = () if node.subject is None else (digest(node.subject),)
        contents[digest(number)] = ManifestParts(Edges(tuple(digest(child) for child in node.children), subjects), 100)
    repository = RepositoryProperties(NAME, when(400), when(400), len(manifests), len(tags), Attributes())
    return Snapshot(repository, tags, manifests, contents)


def rules_of(wishes: list[Wish], repository: str = NAME) -> list[Rule]:
    """Return wishes as rules."""
    empty = {"name": None, "tags": None, "untagged": None, "older_than": None, "keep_newest": None, "keep_minors": None, "when_count_exceeds": None}
    selection = {"exclude": None}
    parsed = []
    for number, wish in enumerate(wishes, 1):
        option = wish.option(repository)
        option["repositories"], option["tags"] = {**selection, **option["repositories"]}, {**selection, **option["tags"]}
        parsed.append(Rule.parse({**empty, **option}, number, "regex"))
    return parsed


def oracle(world: list[Node], wishes: list[Wish]) -> tuple[set[str], set[int]]:
    """Return the names and the manifests that are deleted, in the most naive way: delete everything that the rules select, then put back what
    the rest needs, one by one, until nothing more has to be put back."""
    import re

    subjects: dict[int, set[int]] = {}
    for number, node in enumerate(world):
        subjects[number] = {one for one in (node.subject, node.signs) if one is not None and one < len(world)}
    about_something = {number for number, node in enumerate(world) if node.subject is not None or node.signs is not None}
    parents = {number: {other for other, node in enumerate(world) if number in node.children} for number in range(len(world))}
    referrers = {number: {other for other in range(len(world)) if number in subjects[other]} for number in range(len(world))}
    policy: dict[int, str] = {}
    lost: set[str] = set()
    taken: set[str] = set()
    wished: dict[str, Wish] = {}
    for wish in wishes:
        matching = [(node, number, name) for number, node in enumerate(world) for name in node.names if name not in taken and re.fullmatch(wish.pattern, name)]
        taken |= {name for dummy, dummy, name in matching}
        # Names are pushed one after the other.
        newest = sorted(matching, key=lambda one: one[0].days * DAY - 10 * one[1] - one[0].names.index(one[2]))[: wish.keep_newest or 0]
        needs_age = wish.older_than or not wish.keep_newest
        for node, number, name in matching:
            if not (needs_age and node.days < 30) and (node, number, name) not in newest and not node.locked:
                lost.add(name)
                wished[name] = wish
    asked = set()
    for number, node in enumerate(world):
        if node.names and set(node.names) <= lost:
            asked.add(number)
            policy[number] = "keep" if any(wished[name].referrers == "keep" for name in node.names) else ""
    untagged = next((wish for wish in wishes if wish.untagged), None)
    for number, node in enumerate(world):
        alone = not (node.names or parents[number] or subjects[number])
        if untagged and alone and node.days >= 30 and not node.locked and (number not in about_something or untagged.referrers == "orphans"):
            asked.add(number)
            policy[number] = untagged.referrers
    for number in sorted(asked):
        parts, todo = set(), [number]
        while todo:
            part = todo.pop()
            if part not in parts:
                parts.add(part)
                todo += world[part].children
        if policy[number] == "keep" and any(referrers[part] for part in parts):
            asked.discard(number)
            lost -= set(world[number].names)
    deleted = set(asked)
    while True:
        more = {other for number in deleted for other in (*world[number].children, *referrers[number])} - deleted
        if not more:
            break
        deleted |= more
    kept = {number for number in range(len(world)) if set(world[number].names) - lost or world[number].locked}
    # A manifest selected by a rule that keeps referrers is kept itself.
    kept |= {number for number in policy if number not in asked}
    deleted -= kept
    while True:
        back = next(
            (
                number
                for number in sorted(deleted)
                if any(
                    number in world[other].children or number in subjects[other] or number in referrers[other]
                    for other in range(len(world))
                    if other not in deleted
                )
            ),
            None,
        )
        if back is None:
            return lost, deleted
        deleted.discard(back)


@settings(max_examples=200, deadline=None)
@given(worlds(circles=True), st.lists(WISHES, min_size=1, max_size=3))
def test_what_goes_is_what_a_naive_oracle_says(world, wishes):
    decision = Policy(rules_of(wishes), Protection(), NOW).decide(snapshot_of(world))
    names, deleted = oracle(world, wishes)
    assert {name for name, verdict in decision.tags.items() if verdict.deletes and name in NAMES} == names
    assert {number for number in range(len(world)) if (verdict := decision.manifests.get(digest(number))) and verdict.deletes} == deleted


@settings(max_examples=200, deadline=None)
@given(worlds(circles=True), st.lists(WISHES, min_size=1, max_size=3))
def test_no_root_ever_loses_anything_that_it_reaches(world, wishes):
    snapshot = snapshot_of(world)
    decision = Policy(rules_of(wishes), Protection(), NOW).decide(snapshot)
    deleted = {name for name, verdict in decision.manifests.items() if verdict.deletes}
    left = set(snapshot.manifests) - deleted
    for name in left:
        edges = snapshot.contents[name].edges
        assert not deleted & set(edges.children)
        assert not deleted & set(edges.subjects)
    assert not {snapshot.tags[name].digest for name, verdict in decision.tags.items() if not verdict.deletes} & deleted
    assert not {name for name, manifest in snapshot.manifests.items() if not manifest.attributes.can_delete} & deleted


@settings(max_examples=100, deadline=None)
@given(worlds(circles=True), st.lists(WISHES, min_size=1, max_size=3), st.sampled_from(range(9)))
def test_protection_only_ever_adds(world, wishes, number):
    snapshot = snapshot_of(world)
    free = Policy(rules_of(wishes), Protection(), NOW).decide(snapshot)
    kept = Policy(rules_of(wishes), Protection(digests=frozenset({digest(number)})), NOW).decide(snapshot)
    fewer, more = ({name for name, verdict in one.manifests.items() if verdict.deletes} for one in (kept, free))
    assert fewer <= more - {digest(number)}


numbers = count()


def build(registry, world: list[Node], repository: str) -> dict[int, str]:
    """Push a world, oldest first, and return the digests."""
    now = registry.emulator.clock.now()
    made: dict[int, images.Content] = {}
    for number, node in enumerate(world):
        registry.emulator.clock.set(now - node.days * DAY + 10 * number)
        more = {"annotations": {"number": f"{repository} {number}"}}
        lost = {"mediaType": images.OCI_MANIFEST, "digest": digest(99), "size": 10}
        if node.subject is not None:
            more["subject"] = made[node.subject].descriptor() if node.subject in made else lost
        if node.children:
            listed = [made[child].descriptor() for child in node.children]
            document = {"schemaVersion": 2, "mediaType": images.OCI_INDEX, "manifests": listed, **more}
            pushed = images.Image((), (images.Content(images.OCI_INDEX, json.dumps(document).encode()),))
        else:
            pushed = images.image(f"{repository} {number}", **more)
        made[number] = pushed.root
        signs = [SIGNATURE.format(made[node.signs].digest.replace(":", "-"))] if node.signs is not None else []
        registry.push(repository, pushed, *node.names, *signs)
        registry.emulator.clock.set(now)
        if node.locked:
            registry.patch(f"/acr/v1/{repository}/_manifests/{pushed.root.digest}", deleteEnabled=False)
    return {number: content.digest for number, content in made.items()}


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=30, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds(circles=False), st.lists(WISHES, min_size=1, max_size=2))
def test_a_registry_then_holds_what_was_said(registry, world, wishes):
    """The check is equal to the real run, that does what the oracle says, and a second run changes nothing."""
    repository = f"random/r{next(numbers)}"
    digests = build(registry, world, repository)
    options = {"rules": [wish.option(repository) for wish in wishes], "pattern_type": "regex", "max_delete_percent": 100}
    names, deleted = oracle(world, wishes)
    check = registry.run("acr_retention", check=True, **options)
    saved = check["plan"]
    real = registry.run("acr_retention", **options)
    assert not real.get("failed"), real["msg"]
    assert check == real
    there = {item["digest"] for item in registry.get(f"/acr/v1/{repository}/_manifests").get("manifests") or []}
    assert there == {name for number, name in digests.items() if number not in deleted}
    tags = {tag["name"] for tag in registry.get(f"/acr/v1/{repository}/_tags").get("tags") or []}
    assert tags & set(NAMES) == {name for node in world for name in node.names} - names
    assert real["verification"]["incomplete"] == []
    again = registry.run("acr_retention", **options)
    assert not again["changed"]
    # An old plan names nothing that is still there, so it deletes nothing, whatever was pushed since.
    registry.push(repository, images.image("pushed since"), "v1", "pr-1", "new")
    assert not registry.run("acr_retention", plan=saved, max_delete_percent=100)["changed"]
