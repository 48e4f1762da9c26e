# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What of a retention plan still is as it was when the plan was made. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Sequence

from .._content.snapshot import Snapshot
from .._registry.properties import MANIFEST, TAG, ManifestProperties, TagProperties
from .item import ACTION_FLAGS, PlanItem


def find_drift(items: Sequence[PlanItem], snapshot: Snapshot | None, override_locks: bool) -> tuple[list[PlanItem], dict[PlanItem, str]]:
    """Return those of one repository's ``items`` that can be applied to it as it is now, and those that cannot, with the reason.

    What is already as it should be is in neither. Pure: no request is made here.
    """
    if snapshot is None:
        return [], {}
    current: list[PlanItem] = []
    drifted: dict[PlanItem, str] = {}
    for item in items:
        found: TagProperties | ManifestProperties | None = (snapshot.tags if item.kind == TAG else snapshot.manifests).get(item.name)
        reason = drift_reason(item, found, override_locks) if found else None
        if reason:
            drifted[item] = reason
        elif found and (item.deletes or found.attributes.with_changes(ACTION_FLAGS[item.action]) != found.attributes):
            current.append(item)
    names = {item.name for item in current if item.kind == TAG and item.deletes}
    asked = {item.name: item for item in current if item.kind == MANIFEST and item.deletes}
    graph = snapshot.graph
    tagged = {digest for digest in asked if not names.issuperset(snapshot.tags_of.get(digest, ()))}
    needed = graph.needs([*(digest for digest in graph.edges if digest not in asked), *tagged])
    for digest in needed.intersection(asked):
        drifted[asked[digest]] = "another tag points at it now" if digest in tagged else "something that stays needs it now"
    staying = {item.name: reason for item, reason in drifted.items() if item.kind == MANIFEST and item.deletes}
    for item in current:
        if item.kind == TAG and item.deletes and item.digest in staying:
            drifted[item] = image_stays(staying[item.digest])
    return [item for item in current if item not in drifted], {item: drifted[item] for item in items if item in drifted}


def drift_reason(item: PlanItem, found: TagProperties | ManifestProperties, override_locks: bool) -> str | None:
    """Return why an item is no longer what the plan was made for."""
    if found.digest != item.digest:
        return f"it points at {found.digest} now"
    if found.last_updated_on != item.last_updated_on:
        return f"it was pushed again ({found.last_updated_on})"
    if isinstance(found, ManifestProperties) and item.deletes and not set(found.tags) <= set(item.tags):
        return "another tag points at it now"
    return "it is locked now" if item.deletes and found.attributes.is_locked and not override_locks else None


def image_stays(reason: str) -> str:
    """Return why a tag is left alone whose image is."""
    return f"its image stays: {reason}"
