# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Where manifests and blobs are kept: a repository of any registry here, a folder in _layout.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .._oci.document import Descriptor, Document
from .._registry.content import Content
from .sources import ContentSource, RepositorySource
from .upload import upload


class Store(Protocol):
    """A place that has manifests and blobs by their digests, and names for some manifests."""

    def manifest(self, reference: str) -> Document | None:
        """Return the manifest that a tag or digest names."""

    def has_manifest(self, digest: str) -> bool:
        """Whether a manifest is there."""

    def referrers(self, digest: str) -> list[Descriptor]:
        """Return the manifests whose subject ``digest`` is."""

    def has_blob(self, blob: Descriptor) -> bool:
        """Whether a blob is there."""

    def source(self, blob: Descriptor) -> ContentSource:
        """Return the content of a blob."""


class Target(Store, Protocol):
    """A place that also takes them. ``is_whole``: it takes no manifest whose parts it lacks."""

    @property
    def is_whole(self) -> bool:
        """Whether what a manifest needs is always there."""

    def put_blob(self, blob: Descriptor, source: ContentSource) -> None:
        """Keep a blob."""

    def put_manifest(self, document: Document) -> None:
        """Keep a manifest, all parts of which are there."""

    def tag(self, document: Document, name: str) -> None:
        """Let a name point at a manifest."""


@dataclass(frozen=True)
class RepositoryStore:
    """A repository; blobs that the repositories ``mount_from`` of the same registry have are not uploaded."""

    content: Content
    repository: str
    mount_from: tuple[str, ...] = ()
    is_whole: bool = True

    def manifest(self, reference: str) -> Document | None:
        """Return the manifest that a tag or digest names."""
        return self.content.manifest(self.repository, reference)

    def has_manifest(self, digest: str) -> bool:
        """Whether a manifest is there."""
        return self.content.head(self.repository, digest) is not None

    def referrers(self, digest: str) -> list[Descriptor]:
        """Return the manifests whose subject ``digest`` is."""
        return self.content.referrers(self.repository, digest)

    def has_blob(self, blob: Descriptor) -> bool:
        """Whether a blob is there."""
        return self.content.blob_size(self.repository, blob.digest) is not None

    def source(self, blob: Descriptor) -> ContentSource:
        """Return the content of a blob."""
        return RepositorySource(self.content, self.repository, blob)

    def put_blob(self, blob: Descriptor, source: ContentSource) -> None:
        """Let the registry take the blob from another repository, or upload it."""
        if not any(self.content.mount(self.repository, blob.digest, other) for other in self.mount_from if other != self.repository):
            upload(self.content, self.repository, blob.digest, source)

    def put_manifest(self, document: Document) -> None:
        """Keep a manifest under its digest."""
        self.content.put_manifest(self.repository, document.digest, document)

    def tag(self, document: Document, name: str) -> None:
        """Let a tag point at a manifest: the same bytes again, under another reference."""
        self.content.put_manifest(self.repository, name, document)
