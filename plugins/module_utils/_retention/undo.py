# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What it takes to restore what a retention plan deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._oci.graph import Graph
from .._registry.properties import MANIFEST, TAG
from .item import PlanItem


def undo_entries(graph: Graph, items: Iterable[PlanItem]) -> list[dict[str, Any]]:
    """Return what was deleted in the order in which it can be restored, parts and subjects first, as acr_restore takes it."""
    deleted = list(items)
    manifests = {item.digest: item for item in deleted if item.kind == MANIFEST}
    order = [manifests[digest] for layer in graph.to_restore(manifests) for digest in layer]
    restored = [{"repository": item.repository, "digest": item.digest, "tags": list(item.tags)} for item in order]
    alone: dict[str, dict[str, Any]] = {}
    for item in deleted:
        if item.kind == TAG and item.digest not in manifests:
            alone.setdefault(item.digest, {"repository": item.repository, "digest": item.digest, "tags": []})["tags"].append(item.name)
    return [*restored, *alone.values()]
