# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""A manifest with all that it reaches: children, blobs and, on request, referrers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .._common.concurrency import concurrently
from .._common.errors import ProtocolError
from .._oci.document import Descriptor, Document
from .._oci.graph import Edges, topological_order
from .stores import Store

# More manifests than any image has, so that a malicious registry cannot keep a task busy without end.
MOST_MANIFESTS = 100_000


@dataclass
class Tree:
    """``documents`` by digest, each after its children and its subject; ``missing`` are the manifests that do not exist."""

    root: Document
    documents: dict[str, Document] = field(default_factory=dict)
    blobs: dict[str, Descriptor] = field(default_factory=dict)
    missing: list[Descriptor] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The bytes of all manifests and blobs, each counted once."""
        return sum(len(document.content) for document in self.documents.values()) + sum(blob.size for blob in self.blobs.values())


def read_tree(store: Store, root: Document, *, referrers: bool, workers: int) -> Tree:
    """Read all that ``root`` reaches in ``store``, level by level. ``referrers``: whether to include referrers, and their referrers."""
    found = Tree(root)
    levels: list[list[Document]] = []
    seen = {root.digest}
    level = [root]
    while level:
        levels.append(level)
        reached = [child for document in level for child in document.children]
        if referrers:
            listed = concurrently(lambda document: store.referrers(document.digest), level, workers)
            reached += [referrer for group in listed for referrer in group]
        fresh = list({descriptor.digest: descriptor for descriptor in reached if descriptor.digest not in seen}.values())
        seen.update(descriptor.digest for descriptor in fresh)
        ensure_bounded(root.digest, len(seen))
        read = concurrently(lambda descriptor: store.manifest(descriptor.digest), fresh, workers)
        found.missing += [descriptor for descriptor, document in zip(fresh, read) if document is None]
        level = [document for document in read if document is not None]
    documents = {document.digest: document for level in levels for document in level}
    for digest in topological_order(documents, lambda digest: Edges.of(documents[digest]).needed):
        found.documents[digest] = documents[digest]
        found.blobs.update((blob.digest, blob) for blob in documents[digest].blobs)
    return found


def ensure_bounded(digest: str, count: int) -> None:
    """Raise ProtocolError if a manifest reaches more manifests than is plausible."""
    if count > MOST_MANIFESTS:
        raise ProtocolError(f"{digest} reaches more than {MOST_MANIFESTS:,} manifests, which no image does. It was not used.")


def missing_blobs(store: Store, blobs: Iterable[Descriptor], workers: int) -> list[Descriptor]:
    """Return the ones of ``blobs`` that do not exist in ``store``."""
    needed = list(blobs)
    present = concurrently(store.has_blob, needed, workers)
    return [blob for blob, exists in zip(needed, present) if not exists]
