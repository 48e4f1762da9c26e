# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What it takes to restore what a retention plan has deleted. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .._oci.graph import Graph
from .item import PlanItem


@dataclass(frozen=True)
class UndoEntry:
    """A manifest to restore or to point tags at, as acr_restore takes it."""

    repository: str
    digest: str
    tags: tuple[str, ...]

    def to_result(self) -> dict[str, Any]:
        """Return it as a task returns it."""
        return {"repository": self.repository, "digest": self.digest, "tags": list(self.tags)}


def undo_entries(graph: Graph, deleted: Iterable[PlanItem]) -> list[UndoEntry]:
    """Return the ``deleted`` items of one repository, in an order in which the registry accepts them: each after its children and subjects.

    Tags whose manifest was kept come last.
    """
    manifests: dict[str, PlanItem] = {}
    tags: dict[str, list[PlanItem]] = {}
    for item in deleted:
        if item.deletes_manifest:
            manifests[item.digest] = item
        else:
            tags.setdefault(item.digest, []).append(item)
    ordered = [manifests[digest] for layer in graph.to_restore(manifests) for digest in layer]
    return [
        *(UndoEntry(item.repository, item.digest, item.tags) for item in ordered),
        *(UndoEntry(group[0].repository, digest, tuple(tag.name for tag in group)) for digest, group in tags.items() if digest not in manifests),
    ]
