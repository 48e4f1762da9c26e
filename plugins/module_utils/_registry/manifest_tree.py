# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Manifests with their children at any depth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .._common.concurrency import concurrently
from .._common.errors import DriftError
from .client import RegistryClient
from .properties import Child, ManifestProperties, RepositoryProperties


@dataclass(frozen=True)
class ManifestTree:
    """The manifests that were asked for, and all that they list.

    ``manifests`` by digest. ``missing`` are the digests that do not exist in the registry. ``roots`` has for each digest one of those that
    were asked for and need it.
    """

    manifests: Mapping[str, ManifestProperties]
    missing: frozenset[str]
    roots: Mapping[str, str]


def read_tree(client: RegistryClient, repository: RepositoryProperties, digests: Iterable[str]) -> ManifestTree:
    """Read the manifests ``digests`` with their children at any depth."""
    reached: dict[str, ManifestProperties] = {}
    roots = {digest: digest for digest in digests}
    todo = list(roots)
    while todo:
        level = client.manifests.get_many(repository, todo)
        reached.update(level)
        indexes = [manifest for manifest in level.values() if manifest.is_index]
        children = concurrently(lambda index: read_children(client, repository.name, index), indexes, client.concurrency)
        parents = {child.digest: index.digest for index, group in zip(indexes, children) for child in group if child.digest not in roots}
        roots.update({digest: roots[parent] for digest, parent in parents.items()})
        todo = list(parents)
    return ManifestTree(reached, frozenset(roots.keys() - reached.keys()), roots)


def read_children(client: RegistryClient, repository: str, index: ManifestProperties) -> tuple[Child, ...]:
    """Return the children of ``index``: from its properties, or else, without platforms, from its document (which needs pull)."""
    if index.children is None:
        index = client.manifests.get(repository, index.digest) or index
    if index.children is not None:
        return index.children
    document = client.content.manifest(repository, index.digest)
    if document is None:
        raise DriftError(f"Index {index.digest} of '{repository}' disappeared while the task was running. Run the task again.")
    return tuple(Child(child.digest) for child in document.children)


def lost_children(repository: str, missing: Iterable[str]) -> list[str]:
    """Return a warning for each of the ``missing`` manifests that an index of ``repository`` lists."""
    return [f"An index of '{repository}' lists manifest {digest}, which the registry does not have; it was skipped." for digest in sorted(missing)]
