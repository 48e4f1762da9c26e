# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Copies a manifest with all that it reaches from one store to another: only what is missing, blobs first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from .._common.concurrency import concurrently
from .._common.errors import AcrError, NotFoundError
from .._common.plan import Change, Step
from .._common.text import listed
from .._oci.document import Descriptor, Document
from .stores import Store, Target
from .tree import missing_blobs, read_tree


class InterruptedCopyError(AcrError):
    """A copy failed with ``error`` after some of its content had been copied, which stays; ``copied`` says how much."""

    changed = True

    def __init__(self, error: AcrError, copied: str) -> None:
        super().__init__(f"{error} {copied}", error.to_result())


@dataclass(frozen=True)
class MissingContent:
    """The content of a tree that a target lacks: manifests in the order in which they can be written, and blobs."""

    documents: tuple[Document, ...]
    blobs: tuple[Descriptor, ...]

    @property
    def size(self) -> int:
        """The size of the missing content in bytes."""
        return sum(len(document.content) for document in self.documents) + sum(blob.size for blob in self.blobs)

    def to_result(self) -> dict[str, Any]:
        """Return the amount of missing content."""
        return {"manifest_count": len(self.documents), "blob_count": len(self.blobs), "bytes": self.size}


NOTHING = MissingContent((), ())


class Copier:
    """Copies from ``source`` to ``target``. Content that several images share is copied once, even if they are copied at the same time."""

    def __init__(self, source: Store, target: Target, workers: int) -> None:
        self._source = source
        self._target = target
        self._workers = workers
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._copied: set[str] = set()

    def compare(self, root: Document, referrers: bool) -> MissingContent:
        """Return what the target lacks of ``root``; NotFoundError if the source is incomplete itself."""
        tree = read_tree(self._source, root, referrers=referrers, workers=self._workers)
        _ensure_complete(root, "manifests", tree.missing)
        documents = list(tree.documents.values())
        present = concurrently(lambda document: self._target.has_manifest(document.digest), documents, self._workers)
        lacking = [document for document, exists in zip(documents, present) if not exists]
        blobs = {blob.digest: blob for document in (lacking if self._target.checks_references else documents) for blob in document.blobs}
        absent = missing_blobs(self._target, blobs.values(), self._workers)
        nowhere = missing_blobs(self._source, absent, self._workers)
        # A foreign layer (with urls) does not have to be in any registry.
        _ensure_complete(root, "blobs", [blob for blob in nowhere if not blob.is_foreign])
        return MissingContent(tuple(lacking), tuple(blob for blob in absent if blob not in nowhere))

    def steps(self, missing: MissingContent, change: Change, then: Sequence[Step]) -> list[Step]:
        """Return the steps that copy the missing content of an image, which is ``change``, followed by ``then``: its tags come last."""
        if not (missing.documents or missing.blobs):
            return list(then)
        return [Step(change, partial(self.copy, missing), then)]

    def copy(self, missing: MissingContent) -> None:
        """Copy the missing content; InterruptedCopyError if only a part of it could be copied."""
        try:
            concurrently(self._copy_blob, missing.blobs, self._workers)
            for document in missing.documents:
                self._once(document.digest, partial(self._target.put_manifest, document))
        except AcrError as error:
            blobs, manifests = self.copied(missing).blobs, self.copied(missing).documents
            if not (manifests or blobs):
                raise
            copied = f"{len(blobs)} of {len(missing.blobs)} blobs and {len(manifests)} of {len(missing.documents)} manifests were copied before; they stay."
            raise InterruptedCopyError(error, copied) from None

    def copied(self, missing: MissingContent) -> MissingContent:
        """Return what has been copied of the missing content."""
        return replace(
            missing,
            documents=tuple(document for document in missing.documents if document.digest in self._copied),
            blobs=tuple(blob for blob in missing.blobs if blob.digest in self._copied),
        )

    def _copy_blob(self, blob: Descriptor) -> None:
        self._once(blob.digest, lambda: self._target.put_blob(blob, self._source.blob(blob)))

    def _once(self, digest: str, copy: Callable[[], None]) -> None:
        """Call ``copy``, unless ``digest`` has been copied; wait if another thread is copying it."""
        with self._lock:
            lock = self._locks.setdefault(digest, threading.Lock())
        with lock:
            if digest not in self._copied:
                copy()
                self._copied.add(digest)


def _ensure_complete(root: Document, kind: str, missing: Sequence[Descriptor]) -> None:
    if missing:
        names = listed([descriptor.digest for descriptor in missing], 3)
        raise NotFoundError(f"{root.digest} is incomplete at its source: {len(missing)} of its {kind} are missing or damaged ({names}). Nothing was copied.")
