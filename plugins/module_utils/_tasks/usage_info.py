# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_usage_info: what takes up space in a registry.

A blob counts once for each manifest that needs it (logical), or once in all (unique), because the registry stores it once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from .._common.concurrency import concurrently
from .._common.names import repository_name
from .._common.patterns import Selection
from .._common.plan import Plan
from .._common.text import listed
from .._content.snapshot import Snapshot, read_contents, read_snapshot, subject_of_tag
from .._registry.client import RegistryClient
from .option_rules import absence, refuse_below


class Options(TypedDict):
    """The options of acr_usage_info."""

    repositories: list[str] | None
    on_missing: str
    include: list[str] | None
    exclude: list[str] | None
    pattern_type: str
    top: int


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what the chosen repositories take up."""
    refuse_below(0, params, "top")
    warnings: list[str] = []
    if params["repositories"] is not None:
        names = [repository_name(name) for name in dict.fromkeys(params["repositories"])]
    else:
        selection, catalog = Selection(params["include"], params["exclude"], params["pattern_type"]), client.repositories.names().items
        names, warnings = selection.of(catalog), selection.unmatched_warnings(catalog, f"repositories of {client.server.host}")
    client.announce(names, "metadata_read", "pull")
    found = concurrently(lambda name: read_snapshot(client, name), names, client.concurrency)
    snapshots = [read_contents(client, snapshot) for snapshot in found if snapshot]
    missing = [name for name, snapshot in zip(names, found) if snapshot is None and params["repositories"] is not None]
    effect = absence(params["on_missing"], missing, f"{client.server.host} has no repository {listed(missing)}. Check the names.")
    return Plan(result={**describe_usage(snapshots, params["top"]), "missing": missing}, warnings=[*warnings, *effect.warnings], problem=effect.problem)


@dataclass(frozen=True)
class RepositoryUsage:
    """What one repository takes up, in bytes."""

    snapshot: Snapshot

    def blobs(self, digests: Iterable[str]) -> dict[str, int]:
        """Return the manifests themselves and their blobs, with their sizes, each once."""
        found: dict[str, int] = {}
        for digest in digests:
            content = self.snapshot.contents[digest]
            found[digest] = content.size
            found.update(content.blobs)
        return found

    def to_result(self, shared: Mapping[str, int], top: int) -> dict[str, Any]:
        """Return it as a task returns it, with the ``top`` largest images; ``shared`` says in how many repositories each blob is."""
        snapshot, graph = self.snapshot, self.snapshot.graph
        everything = self.blobs(snapshot.contents)
        logical = sum(content.total for content in snapshot.contents.values())
        unique = sum(everything.values())
        named = {digest for digest, tags in snapshot.tags_of.items() if any(subject_of_tag(tag) is None for tag in tags)}
        tagged = graph.needs(named)
        untagged = [digest for digest in snapshot.contents if digest not in tagged]
        orphans = [digest for digest in untagged if graph.edges[digest].subjects and not any(one in graph.edges for one in graph.edges[digest].subjects)]
        return {
            "name": snapshot.repository.name,
            "tag_count": len(snapshot.tags),
            "manifest_count": len(snapshot.manifests),
            "logical_bytes": logical,
            "unique_bytes": unique,
            "exclusive_bytes": sum(size for blob, size in everything.items() if shared[blob] == 1),
            "dedup_factor": dedup_factor(logical, unique),
            "untagged": self._share(untagged, unique),
            "orphans": self._share(orphans, unique),
            "largest": self._largest(named, top),
        }

    def _share(self, digests: Collection[str], unique: int) -> dict[str, Any]:
        """Return how much only ``digests`` need."""
        others = self.blobs(digest for digest in self.snapshot.contents if digest not in set(digests))
        size = sum(size for blob, size in self.blobs(digests).items() if blob not in others)
        return {"manifest_count": len(digests), "bytes": size, "share": round(size / unique, 4) if unique else 0.0}

    def _largest(self, named: Collection[str], top: int) -> list[dict[str, Any]]:
        """Return the largest images, with all their parts, and how much of each no other one needs."""
        images = {digest: self.blobs(self.snapshot.graph.parts([digest])) for digest in named if digest in self.snapshot.contents}
        needed = Counter(blob for blobs in images.values() for blob in blobs)
        largest = sorted(images, key=lambda digest: (-sum(images[digest].values()), digest))[:top]
        return [
            {
                "digest": digest,
                "tags": [tag for tag in self.snapshot.tags_of[digest] if subject_of_tag(tag) is None],
                "image_size": sum(images[digest].values()),
                "exclusive_bytes": sum(size for blob, size in images[digest].items() if needed[blob] == 1),
            }
            for digest in largest
        ]


def dedup_factor(logical: int, unique: int) -> float:
    """Return how many times as much it would be without sharing."""
    return round(logical / unique, 2) if unique else 1.0


def describe_usage(snapshots: Sequence[Snapshot], top: int) -> dict[str, Any]:
    """Return what repositories take up, the largest first, and what they do together; what several of them have counts once there."""
    each = [RepositoryUsage(snapshot) for snapshot in snapshots]
    shared: Counter[str] = Counter()
    sizes: dict[str, int] = {}
    for one in each:
        blobs = one.blobs(one.snapshot.contents)
        shared.update(blobs.keys())
        sizes.update(blobs)
    repositories = sorted((one.to_result(shared, top) for one in each), key=lambda result: (-result["unique_bytes"], result["name"]))
    logical, unique = sum(result["logical_bytes"] for result in repositories), sum(sizes.values())
    totals = {"repository_count": len(each), "logical_bytes": logical, "unique_bytes": unique, "dedup_factor": dedup_factor(logical, unique)}
    return {"repositories": repositories, "totals": totals}
