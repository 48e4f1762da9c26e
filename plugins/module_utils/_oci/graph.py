# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What reaches what among the manifests of a repository. Pure: no request is made here.

An index reaches the manifests that it lists, and a manifest reaches what is about it (signatures, attestations): those go and stay with
it. What is kept also keeps its own subject, because the service may delete what is about a manifest together with that manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Edges:
    """What one manifest refers to, by digest: what it lists, and what it is about."""

    children: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """Manifests by digest. What they refer to may be missing, and they may refer to each other in circles."""

    edges: Mapping[str, Edges]

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """The indexes that list each manifest which is there."""
        return self._turned(lambda edges: edges.children)

    @cached_property
    def referrers(self) -> Mapping[str, tuple[str, ...]]:
        """What is about each manifest, whether that is there or not."""
        return self._turned(lambda edges: edges.subjects)

    def parts(self, roots: Iterable[str]) -> set[str]:
        """Return ``roots`` and all that they list, in any depth."""
        return self._closure(roots, lambda digest: self.edges[digest].children)

    def belongings(self, roots: Iterable[str]) -> set[str]:
        """Return ``roots`` and all that would go with them: what they list and what is about that, in any depth."""
        return self._closure(roots, lambda digest: (*self.edges[digest].children, *self.referrers.get(digest, ())))

    def needs(self, roots: Iterable[str]) -> set[str]:
        """Return ``roots`` and all that has to stay with them: their belongings, and what those are about."""
        return self._closure(roots, lambda digest: (*self.edges[digest].children, *self.edges[digest].subjects, *self.referrers.get(digest, ())))

    def to_delete(self, digests: Collection[str]) -> list[list[str]]:
        """Return ``digests`` in layers, each after what lists it and what it is about: at no time an index lacks a part."""
        return self._layers(digests, lambda digest: (*self.parents.get(digest, ()), *self.edges[digest].subjects))

    def to_restore(self, digests: Collection[str]) -> list[list[str]]:
        """Return ``digests`` in layers, each after what it lists and what it is about."""
        return self._layers(digests, lambda digest: (*self.edges[digest].children, *self.edges[digest].subjects))

    def _layers(self, digests: Collection[str], before: Callable[[str], Iterable[str]]) -> list[list[str]]:
        """Return ``digests`` so that those ``before`` each come in an earlier layer; what goes round in circles comes last."""
        left, layers = set(digests), []
        while left:
            layer = sorted(digest for digest in left if not any(other in left for other in before(digest))) or sorted(left)
            layers.append(layer)
            left.difference_update(layer)
        return layers

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
