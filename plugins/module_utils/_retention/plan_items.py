# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""A decision as the items of a plan: what changes in a repository, and what is kept. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._changes.locks import attribute_change
from .._common.times import DAY, parse_time
from .._content.snapshot import Snapshot
from .._registry.properties import MANIFEST, TAG
from .decision import RepositoryDecision, Verdict
from .item import ACTION_FLAGS, PlanItem
from .rules import KEEP, LOCK, UNLOCK


@dataclass(frozen=True)
class KeptItem:
    """A tag or manifest (``kind``) that a rule selects and that does not change; ``name`` is the tag or digest, ``action`` that of the rule."""

    repository: str
    kind: str
    name: str
    digest: str
    action: str
    rule: str
    reason: str

    def to_result(self) -> dict[str, Any]:
        """Return it as a task returns it."""
        return vars(self).copy()


def plan_items(snapshot: Snapshot, decision: RepositoryDecision, now: float) -> list[PlanItem]:
    """Return what a decision changes: deletions in an order in which no index ever lacks a child, then locks and unlocks.

    ``now`` is in seconds since 1970.
    """
    tags = {name: verdict for name, verdict in decision.tags.items() if verdict.deletes}
    manifests = {digest: verdict for digest, verdict in decision.manifests.items() if verdict.deletes}
    return [
        *(_tag_item(snapshot, name, verdict, now) for name, verdict in tags.items()),
        *(_manifest_item(snapshot, digest, manifests[digest], now) for layer in snapshot.graph.to_delete(manifests) for digest in layer),
        *_lock_items(snapshot, decision, LOCK, frozenset(), now),
        *_lock_items(snapshot, decision, UNLOCK, _needed_by_locked_tags(snapshot, decision), now),
    ]


def kept_items(snapshot: Snapshot, decision: RepositoryDecision, actions: Mapping[str, str]) -> list[KeptItem]:
    """Return the tags and manifests that rules select and that do not change; ``actions`` are those of the rules, by name."""
    name = snapshot.repository.name

    def kept(kind: str, item: str, digest: str, verdict: Verdict, reason: str) -> KeptItem:
        return KeptItem(name, kind, item, digest, actions[verdict.rule], verdict.rule, reason)

    tags = (kept(TAG, tag, snapshot.tags[tag].digest, one, one.reason) for tag, one in decision.tags.items() if one.action == KEEP)
    manifests = (kept(MANIFEST, digest, digest, one, one.reason) for digest, one in decision.manifests.items() if one.action == KEEP)
    needed = _needed_by_locked_tags(snapshot, decision)
    locked = {
        digest: kept(MANIFEST, digest, digest, verdict, f"tag {needed[digest]} is locked and needs it")
        for tag, verdict in decision.tags.items()
        if verdict.action == UNLOCK
        for digest in sorted(snapshot.graph.parts([snapshot.tags[tag].digest]).intersection(needed))
        if snapshot.manifests[digest].attributes.is_locked
    }
    return [*tags, *manifests, *locked.values()]


def _needed_by_locked_tags(snapshot: Snapshot, decision: RepositoryDecision) -> dict[str, str]:
    """Return the manifests that locked tags need which no rule unlocks, each with one of these tags: unlocking must not open those."""
    unlocked = {name for name, verdict in decision.tags.items() if verdict.action == UNLOCK}
    staying = [tag for tag in snapshot.tags.values() if unlocked and tag.name not in unlocked and tag.attributes.is_locked]
    return {digest: tag.name for tag in staying for digest in snapshot.graph.parts([tag.digest])}


def _lock_items(snapshot: Snapshot, decision: RepositoryDecision, action: str, excluded: Iterable[str], now: float) -> list[PlanItem]:
    """Return what locks or unlocks tags with their manifests and all children, except the ``excluded`` manifests."""
    tags = {name: verdict for name, verdict in decision.tags.items() if verdict.action == action}
    manifests: dict[str, Verdict] = {}
    for name, verdict in tags.items():
        for digest in sorted(snapshot.graph.parts([snapshot.tags[name].digest]).difference(excluded)):
            manifests.setdefault(digest, verdict)
    flags: Mapping[str, bool] = ACTION_FLAGS[action]
    return [
        *(_tag_item(snapshot, name, verdict, now) for name, verdict in tags.items() if attribute_change(snapshot.tags[name], flags).changed),
        *(_manifest_item(snapshot, digest, one, now) for digest, one in manifests.items() if attribute_change(snapshot.manifests[digest], flags).changed),
    ]


def _tag_item(snapshot: Snapshot, name: str, verdict: Verdict, now: float) -> PlanItem:
    tag = snapshot.tags[name]
    return PlanItem(snapshot.repository.name, TAG, name, tag.digest, verdict.action, verdict.rule, verdict.reason, *_age(tag.last_updated_on, now), 0)


def _manifest_item(snapshot: Snapshot, digest: str, verdict: Verdict, now: float) -> PlanItem:
    age = _age(snapshot.manifests[digest].last_updated_on, now)
    tags = snapshot.tags_of.get(digest, ()) if verdict.deletes else ()
    size = snapshot.contents[digest].total
    return PlanItem(snapshot.repository.name, MANIFEST, digest, digest, verdict.action, verdict.rule, verdict.reason, *age, size, tags)


def _age(time: str, now: float) -> tuple[str, int]:
    """Return ``last_updated_on`` and ``age_days`` of an item; a time that cannot be read has the age 0."""
    return time, int((now - (parse_time(time) or now)) // DAY)
