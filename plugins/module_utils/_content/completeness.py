# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Whether tags can still be pulled: whether all manifests and blobs that they need exist."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .._common.text import listed
from .._oci.document import Descriptor
from .._registry.client import RegistryClient
from .stores import RepositoryStore
from .tree import missing_blobs, read_tree


@dataclass(frozen=True)
class Completeness:
    """The verification of ``tag_count`` tags of a repository; ``missing`` names the tags, manifests and blobs that do not exist."""

    repository: str
    tag_count: int
    missing: tuple[str, ...]

    def to_result(self) -> dict[str, Any]:
        """Return the verification as a task returns it."""
        return {"repository": self.repository, "tag_count": self.tag_count, "missing": list(self.missing)}


def verify_tags(client: RegistryClient, repository: str, tags: Collection[str], digests: Mapping[str, str]) -> Completeness:
    """Find out whether ``tags`` exist and are complete; ``digests`` are those of all tags of the repository, by name."""
    store = RepositoryStore(client.content, repository)
    missing = [f"tag {tag}" for tag in tags if tag not in digests]
    tags_of: dict[str, list[str]] = {}
    for tag in tags:
        if tag in digests:
            tags_of.setdefault(digests[tag], []).append(tag)
    blobs: dict[str, Descriptor] = {}
    for digest, names in tags_of.items():
        root = store.manifest(digest)
        tree = read_tree(store, root, referrers=False, workers=client.concurrency) if root else None
        lost = [child.digest for child in tree.missing] if tree else [digest]
        missing += [f"manifest {manifest} of {listed(names)}" for manifest in lost]
        blobs.update((blob.digest, blob) for blob in (tree.blobs.values() if tree else ()) if not blob.is_foreign)
    missing += [f"blob {blob.digest}" for blob in missing_blobs(store, blobs.values(), client.concurrency)]
    return Completeness(repository, len(tags), tuple(missing))
