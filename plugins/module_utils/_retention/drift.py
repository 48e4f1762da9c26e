# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Which items of a retention plan no longer apply, because the registry has changed since. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .._content.snapshot import Snapshot
from .._registry.properties import TAG, ManifestProperties, TagProperties
from .item import ACTION_FLAGS, PlanItem


@dataclass(frozen=True)
class Drift:
    """An item that no longer applies, and the reason."""

    item: PlanItem
    reason: str

    def to_result(self) -> dict[str, str]:
        """Return it as a task returns it."""
        return {**self.item.change.to_result(), "rule": self.item.rule, "reason": self.reason}


def find_drift(items: Sequence[PlanItem], snapshot: Snapshot | None, override_locks: bool) -> tuple[list[PlanItem], list[Drift]]:
    """Return those of one repository's ``items`` that still apply to it, and those that do not.

    An item is in neither list if there is nothing left to do: it is already deleted, locked or unlocked.
    """
    if snapshot is None:
        return [], []
    current: list[PlanItem] = []
    reasons: dict[PlanItem, str] = {}
    for item in items:
        now = snapshot.tags.get(item.name) if item.kind == TAG else snapshot.manifests.get(item.name)
        reason = drift_reason(item, now, override_locks) if now else None
        if reason:
            reasons[item] = reason
        elif now and not _is_done(item, now):
            current.append(item)
    reasons.update(_needed_manifests(current, snapshot))
    kept = {item.digest: reason for item, reason in reasons.items() if item.deletes_manifest}
    reasons.update({item: image_kept(kept[item.digest]) for item in current if item.deletes_tag and item.digest in kept})
    return [item for item in current if item not in reasons], [Drift(item, reasons[item]) for item in items if item in reasons]


def drift_reason(item: PlanItem, now: TagProperties | ManifestProperties, override_locks: bool) -> str | None:
    """Return why an item no longer applies to the tag or manifest as it is ``now``; None when it does."""
    if now.digest != item.digest:
        return f"it points at {now.digest} now"
    if now.last_updated_on != item.last_updated_on:
        return f"it was pushed again ({now.last_updated_on})"
    if isinstance(now, ManifestProperties) and item.deletes and not set(now.tags) <= set(item.tags):
        return "another tag points at it now"
    return "it is locked now" if item.deletes and now.attributes.is_locked and not override_locks else None


def image_kept(reason: str) -> str:
    """Return why a tag is kept whose image is kept for ``reason``."""
    return f"its image is kept: {reason}"


def _is_done(item: PlanItem, now: TagProperties | ManifestProperties) -> bool:
    return not item.deletes and now.attributes.with_changes(ACTION_FLAGS[item.action]) == now.attributes


def _needed_manifests(items: Sequence[PlanItem], snapshot: Snapshot) -> Mapping[PlanItem, str]:
    """Return those of ``items`` that delete a manifest which another tag or a kept manifest needs, each with the reason."""
    names = {item.name for item in items if item.deletes_tag}
    manifests = {item.digest: item for item in items if item.deletes_manifest}
    tagged = {digest for digest in manifests if not names.issuperset(snapshot.tags_of.get(digest, ()))}
    graph = snapshot.graph
    needed = graph.needs([*(digest for digest in graph.edges if digest not in manifests), *tagged]).intersection(manifests)
    return {manifests[digest]: "another tag points at it now" if digest in tagged else "a kept manifest needs it now" for digest in needed}
