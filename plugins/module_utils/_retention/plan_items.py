# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What a decision changes in a repository, item by item."""

from __future__ import annotations

from collections.abc import Mapping

from .._changes.locks import manifest_change, tag_change
from .._common.times import DAY, parse_time
from .._content.snapshot import Snapshot
from .._registry.properties import MANIFEST, TAG
from .decision import RepositoryDecision, Verdict
from .item import ACTION_FLAGS, PlanItem
from .rules import KEEP, LOCK, UNLOCK


def plan_items(snapshot: Snapshot, decision: RepositoryDecision, now: float) -> list[PlanItem]:
    """Return what a decision changes; manifests that go are in the order in which that can be done."""
    items = [_tag_item(snapshot, name, verdict, now) for name, verdict in decision.tags.items() if verdict.deletes]
    doomed = {digest for digest, verdict in decision.manifests.items() if verdict.deletes}
    items += [_manifest_item(snapshot, digest, decision.manifests[digest], now) for layer in snapshot.graph.to_delete(doomed) for digest in layer]
    for action in (LOCK, UNLOCK):
        chosen = {name: verdict for name, verdict in decision.tags.items() if verdict.action == action}
        items += _lock_items(snapshot, chosen, action, now)
    return items


def kept_items(snapshot: Snapshot, decision: RepositoryDecision) -> list[dict[str, str]]:
    """Return the tags and manifests that rules are about and that stay, each with the reason."""
    name = snapshot.repository.name
    tags = [(TAG, tag, snapshot.tags[tag].digest, verdict) for tag, verdict in decision.tags.items() if verdict.action == KEEP]
    manifests = [(MANIFEST, digest, digest, verdict) for digest, verdict in decision.manifests.items() if verdict.action == KEEP]
    return [
        {"repository": name, "kind": kind, "name": item, "digest": digest, "rule": verdict.rule, "reason": verdict.reason}
        for kind, item, digest, verdict in (*tags, *manifests)
    ]


def _lock_items(snapshot: Snapshot, chosen: Mapping[str, Verdict], action: str, now: float) -> list[PlanItem]:
    """Return what it takes to lock or unlock tags with all that they are made of; what another locked tag needs stays locked."""
    graph, flags = snapshot.graph, ACTION_FLAGS[action]
    stays: set[str] = set()
    if action == UNLOCK:
        others = (tag for tag in snapshot.tags.values() if tag.name not in chosen and tag.attributes.is_locked)
        stays = graph.parts(tag.digest for tag in others)
    verdicts: dict[str, Verdict] = {}
    items = []
    for name, verdict in chosen.items():
        if tag_change(snapshot.tags[name], flags).changed:
            items.append(_tag_item(snapshot, name, verdict, now))
        for digest in sorted(graph.parts([snapshot.tags[name].digest]) - stays):
            verdicts.setdefault(digest, verdict)
    items += [
        _manifest_item(snapshot, digest, verdict, now) for digest, verdict in verdicts.items() if manifest_change(snapshot.manifests[digest], flags).changed
    ]
    return items


def _tag_item(snapshot: Snapshot, name: str, verdict: Verdict, now: float) -> PlanItem:
    tag = snapshot.tags[name]
    return PlanItem(snapshot.repository.name, TAG, name, tag.digest, verdict.action, verdict.rule, verdict.reason, *_age(tag.last_updated_on, now), 0)


def _manifest_item(snapshot: Snapshot, digest: str, verdict: Verdict, now: float) -> PlanItem:
    age = _age(snapshot.manifests[digest].last_updated_on, now)
    tags = snapshot.tags_of.get(digest, ()) if verdict.deletes else ()
    size = snapshot.contents[digest].total
    return PlanItem(snapshot.repository.name, MANIFEST, digest, digest, verdict.action, verdict.rule, verdict.reason, *age, size, tags)


def _age(time: str, now: float) -> tuple[str, int]:
    return time, int((now - (parse_time(time) or now)) // DAY)
