# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Copying a manifest with all that it reaches from one store to another: only what is missing, blobs first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._common.concurrency import concurrently
from .._common.errors import AcrError, NotFoundError
from .._common.plan import Step
from .._oci.document import Descriptor, Document
from .stores import Store, Target
from .tree import Tree, missing_blobs, read_tree


class InterruptedCopyError(AcrError):
    """A copy failed with ``error`` after some of its content had been copied, which stays; ``copied`` says how much."""

    changed = True

    def __init__(self, error: AcrError, copied: str) -> None:
        super().__init__(f"{error} {copied}", error.to_result())


@dataclass(frozen=True)
class MissingContent:
    """What a target lacks of a tree: manifests in the order in which they can be kept, and blobs."""

    tree: Tree
    documents: tuple[Document, ...]
    blobs: tuple[Descriptor, ...]

    @property
    def size(self) -> int:
        """The bytes that are missing."""
        return sum(len(document.content) for document in self.documents) + sum(blob.size for blob in self.blobs)

    def to_result(self) -> dict[str, Any]:
        """Return how much is missing."""
        return {"manifests": len(self.documents), "blobs": len(self.blobs), "bytes": self.size}


class Copier:
    """Copies from ``source`` to ``target``. What several images share is copied once, also when they are copied at the same time."""

    def __init__(self, source: Store, target: Target, workers: int) -> None:
        self._source = source
        self._target = target
        self._workers = workers
        self._lock = threading.Lock()
        self._once: dict[str, threading.Lock] = {}
        self._done: set[str] = set()

    def compare(self, root: Document, referrers: bool) -> MissingContent:
        """Return what the target lacks of ``root``; NotFoundError when the source is not whole itself."""
        found = read_tree(self._source, root, referrers=referrers, workers=self._workers)
        _refuse(root, "manifests", found.missing)
        documents = list(found.documents.values())
        there = concurrently(lambda document: self._target.has_manifest(document.digest), documents, self._workers)
        lacking = [document for document, present in zip(documents, there) if not present]
        blobs = {blob.digest: blob for document in (lacking if self._target.is_whole else documents) for blob in document.blobs}
        absent = missing_blobs(self._target, blobs.values(), self._workers)
        nowhere = missing_blobs(self._source, absent, self._workers)
        # A layer that is kept elsewhere (urls) need not be in any registry.
        _refuse(root, "blobs", [blob for blob in nowhere if not blob.is_foreign])
        return MissingContent(found, tuple(lacking), tuple(blob for blob in absent if blob not in nowhere))

    def steps(self, missing: MissingContent, name: str, then: Sequence[Step]) -> list[Step]:
        """Return the steps that copy what is missing of ``name``, and go on with ``then``: the tags, which come last."""
        if not (missing.documents or missing.blobs):
            return list(then)
        return [Step(f"content of {name}", partial(self.copy, missing), then)]

    def copy(self, missing: MissingContent) -> None:
        """Copy what is missing; Interrupted when only some of it could be."""
        try:
            concurrently(self._copy_blob, missing.blobs, self._workers)
            for document in missing.documents:
                self._first(document.digest, partial(self._target.put_manifest, document))
        except AcrError as error:
            manifests, blobs = (sum(part.digest in self._done for part in parts) for parts in (missing.documents, missing.blobs))
            if not (manifests or blobs):
                raise
            kept = f"Of {len(missing.blobs)} blobs {blobs} and of {len(missing.documents)} manifests {manifests} were copied before; they stay."
            raise InterruptedCopyError(error, kept) from None

    def _copy_blob(self, blob: Descriptor) -> None:
        self._first(blob.digest, lambda: self._target.put_blob(blob, self._source.source(blob)))

    def _first(self, digest: str, keep: Callable[[], None]) -> None:
        with self._lock:
            lock = self._once.setdefault(digest, threading.Lock())
        with lock:
            if digest not in self._done:
                keep()
                self._done.add(digest)


def _refuse(root: Document, kind: str, missing: Sequence[Descriptor]) -> None:
    if missing:
        names = ", ".join(descriptor.digest for descriptor in missing[:3])
        raise NotFoundError(
            f"{root.digest} is not whole where it is copied from: {len(missing)} of its {kind} are missing or damaged ({names}). Nothing was copied."
        )
