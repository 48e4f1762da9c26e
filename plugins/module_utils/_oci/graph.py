# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""How the manifests of a repository refer to each other, and the order that follows from it. Pure: no request is made here.

An index lists its children. A referrer (a signature, an attestation) has a subject. Children and referrers are deleted and kept together
with their index and their subject. A kept referrer also keeps its subject, because the service may delete the referrers of a manifest
together with that manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from .document import Document

NodeT = TypeVar("NodeT", bound=Hashable)


def topological_layers(nodes: Iterable[NodeT], before: Callable[[NodeT], Iterable[NodeT]]) -> list[list[NodeT]]:
    """Return ``nodes`` in layers: each node is in a later layer than the nodes that must come ``before`` it.

    Within a layer, nodes keep the order in which they are given. ``before`` is called once for each node; it may name nodes that are not
    among ``nodes``, and the node itself, which changes nothing. Nodes on a cycle have no order: they come in one last layer, together
    with the nodes that must come after them.
    """
    places = {node: place for place, node in enumerate(dict.fromkeys(nodes))}
    sorter = TopologicalSorter({node: [other for other in before(node) if other in places and other != node] for node in places})
    try:
        sorter.prepare()
        blocked = False
    except CycleError:
        # The documentation of graphlib: get_ready() still gives the nodes that no cycle blocks.
        blocked = True
    layers: list[list[NodeT]] = []
    while layer := sorter.get_ready():
        layers.append(sorted(layer, key=places.__getitem__))
        sorter.done(*layer)
    if blocked:
        sorted_nodes = set(chain.from_iterable(layers))
        layers.append([node for node in places if node not in sorted_nodes])
    return layers


def topological_order(nodes: Iterable[NodeT], before: Callable[[NodeT], Iterable[NodeT]]) -> list[NodeT]:
    """Return ``nodes`` in one list: the layers of ``topological_layers``, one after the other."""
    return list(chain.from_iterable(topological_layers(nodes, before)))


def independent_chains(nodes: Iterable[NodeT], before: Callable[[NodeT], Iterable[NodeT]]) -> list[list[NodeT]]:
    """Return ``nodes`` in chains that can be worked on at the same time: no node must come before or after one of another chain.

    Each chain is in topological order. Chains come in the order of their first nodes.
    """
    ordered = topological_order(nodes, before)
    neighbours: dict[NodeT, list[NodeT]] = {node: [] for node in ordered}
    for node in ordered:
        for other in before(node):
            if other in neighbours:
                neighbours[node].append(other)
                neighbours[other].append(node)
    chain_of: dict[NodeT, int] = {}
    for number, first in enumerate(ordered):
        todo = [first]
        while todo:
            node = todo.pop()
            if node not in chain_of:
                chain_of[node] = number
                todo += neighbours[node]
    chains: dict[int, list[NodeT]] = {}
    for node in ordered:
        chains.setdefault(chain_of[node], []).append(node)
    return list(chains.values())


@dataclass(frozen=True)
class Edges:
    """What one manifest refers to, by digest: the children that it lists, and its subjects."""

    children: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Document) -> Edges:
        """Return the edges of a manifest."""
        return cls(tuple(child.digest for child in document.children), (document.subject.digest,) if document.subject else ())

    @property
    def needed(self) -> tuple[str, ...]:
        """The manifests that must exist before this one can be restored: its children and its subjects."""
        return (*self.children, *self.subjects)


@dataclass(frozen=True)
class Graph:
    """The edges of manifests by their digests. A manifest may refer to one that is missing, and manifests may refer to each other in a cycle."""

    edges: Mapping[str, Edges]

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """The indexes that list each manifest, existing or missing."""
        return self._turned(lambda edges: edges.children)

    @cached_property
    def referrers(self) -> Mapping[str, tuple[str, ...]]:
        """The referrers of each manifest, existing or missing."""
        return self._turned(lambda edges: edges.subjects)

    def parts(self, roots: Iterable[str]) -> set[str]:
        """Return ``roots`` and their children, at any depth."""
        return self._closure(roots, lambda digest: self.edges[digest].children)

    def belongings(self, roots: Iterable[str]) -> set[str]:
        """Return ``roots`` and all that is deleted with them: children and referrers, at any depth."""
        return self._closure(roots, lambda digest: (*self.edges[digest].children, *self.referrers.get(digest, ())))

    def needs(self, roots: Iterable[str]) -> set[str]:
        """Return ``roots`` and all that is kept with them: children, referrers and subjects, at any depth."""
        return self._closure(roots, lambda digest: (*self.edges[digest].needed, *self.referrers.get(digest, ())))

    def to_delete(self, digests: Collection[str]) -> list[list[str]]:
        """Return ``digests`` in layers, each after the indexes that list it and after its subjects: at no time does an index lack a child."""
        return topological_layers(sorted(digests), lambda digest: (*self.parents.get(digest, ()), *self.edges[digest].subjects))

    def to_restore(self, digests: Collection[str]) -> list[list[str]]:
        """Return ``digests`` in layers, each after its children and its subjects."""
        return topological_layers(sorted(digests), lambda digest: self.edges[digest].needed)

    def _closure(self, roots: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
        reached: set[str] = set()
        todo = [digest for digest in roots if digest in self.edges]
        while todo:
            digest = todo.pop()
            if digest not in reached:
                reached.add(digest)
                todo += [other for other in following(digest) if other in self.edges and other not in reached]
        return reached

    def _turned(self, references: Callable[[Edges], Iterable[str]]) -> dict[str, tuple[str, ...]]:
        turned: dict[str, list[str]] = {}
        for digest, edges in self.edges.items():
            for other in references(edges):
                turned.setdefault(other, []).append(digest)
        return {digest: tuple(others) for digest, others in turned.items()}
