# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Stores: places that hold manifests and blobs. A repository of any registry is one; layout.py and artifact_files.py have the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .._oci.document import Descriptor, Document
from .._registry.content import Content
from .sources import ContentSource, RepositorySource
from .upload import upload


class Store(Protocol):
    """A place that holds manifests and blobs by their digests, and names for some manifests."""

    def manifest(self, reference: str) -> Document | None:
        """Return the manifest with a tag or digest; None if it does not exist."""

    def has_manifest(self, digest: str) -> bool:
        """Whether a manifest exists."""

    def referrers(self, digest: str) -> list[Descriptor]:
        """Return the manifests whose subject is ``digest``."""

    def has_blob(self, descriptor: Descriptor) -> bool:
        """Whether a blob exists."""

    def blob(self, descriptor: Descriptor) -> ContentSource:
        """Return the content of a blob."""


class Target(Store, Protocol):
    """A store that can be written to."""

    @property
    def checks_references(self) -> bool:
        """Whether it refuses a manifest whose children or blobs it lacks, so that a manifest that exists is complete."""

    def put_blob(self, descriptor: Descriptor, content: ContentSource) -> None:
        """Write a blob."""

    def put_manifest(self, document: Document) -> None:
        """Write a manifest, after its children and blobs."""

    def tag(self, document: Document, name: str) -> None:
        """Point a name at a manifest."""


@dataclass(frozen=True)
class RepositoryStore:
    """A repository. Blobs that exist in the repositories ``mount_from`` of the same registry are mounted, not uploaded."""

    endpoint: Content
    repository: str
    mount_from: tuple[str, ...] = ()
    checks_references: bool = True

    def manifest(self, reference: str) -> Document | None:
        """Return the manifest with a tag or digest; None if it does not exist."""
        return self.endpoint.manifest(self.repository, reference)

    def has_manifest(self, digest: str) -> bool:
        """Whether a manifest exists."""
        return self.endpoint.head(self.repository, digest) is not None

    def referrers(self, digest: str) -> list[Descriptor]:
        """Return the manifests whose subject is ``digest``."""
        return self.endpoint.referrers(self.repository, digest)

    def has_blob(self, descriptor: Descriptor) -> bool:
        """Whether a blob exists."""
        return self.endpoint.blob_size(self.repository, descriptor.digest) is not None

    def blob(self, descriptor: Descriptor) -> ContentSource:
        """Return the content of a blob."""
        return RepositorySource(self.endpoint, self.repository, descriptor)

    def put_blob(self, descriptor: Descriptor, content: ContentSource) -> None:
        """Mount a blob from another repository, or upload it."""
        if not any(self.endpoint.mount(self.repository, descriptor.digest, other) for other in self.mount_from if other != self.repository):
            upload(self.endpoint, self.repository, descriptor.digest, content)

    def put_manifest(self, document: Document) -> None:
        """Push a manifest under its digest."""
        self.endpoint.put_manifest(self.repository, document.digest, document)

    def tag(self, document: Document, name: str) -> None:
        """Point a tag at a manifest, by pushing the same bytes under the tag."""
        self.endpoint.put_manifest(self.repository, name, document)
