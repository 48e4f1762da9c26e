# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What a repository holds at one moment: its lists, and what its manifests refer to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from .._common.concurrency import concurrently
from .._common.errors import BlockedError, DriftError
from .._oci.document import Document
from .._oci.graph import Edges, Graph
from .._registry.client import RegistryClient
from .._registry.properties import ManifestProperties, RepositoryProperties, TagProperties

# A tag that is about the manifest with that digest: signatures of cosign (.sig, .att, .sbom), and lists of referrers (OCI distribution
# specification 1.1, "Referrers Tag Schema").
REFERRER_TAG = re.compile(r"sha256-([0-9a-f]{64})(?:\..+)?")


@dataclass(frozen=True)
class ManifestParts:
    """What one manifest is made of: its edges, its own bytes, and its blobs with their sizes in bytes."""

    edges: Edges
    size: int
    blobs: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        """The bytes of the manifest and its blobs, without what it lists."""
        return self.size + sum(size for dummy, size in self.blobs)

    @property
    def bare(self) -> ManifestParts:
        """Only its edges; most manifests have none, and all of those share one."""
        return ManifestParts(self.edges, 0) if self.edges.children or self.edges.subjects else NO_PARTS

    @classmethod
    def of(cls, document: Document) -> ManifestParts:
        """Return what a manifest refers to."""
        return cls(Edges.of(document), len(document.content), tuple((blob.digest, blob.size) for blob in document.blobs if not blob.is_foreign))


NO_PARTS = ManifestParts(Edges(), 0)


@dataclass(frozen=True)
class Snapshot:
    """A repository, its tags by name and its manifests by digest; ``contents`` only after they were read."""

    repository: RepositoryProperties
    tags: Mapping[str, TagProperties]
    manifests: Mapping[str, ManifestProperties]
    contents: Mapping[str, ManifestParts] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether the lists have all that the repository says to have."""
        return len(self.tags) >= self.repository.tag_count and len(self.manifests) >= self.repository.manifest_count

    @cached_property
    def tags_of(self) -> Mapping[str, tuple[str, ...]]:
        """The tags of each manifest that has some, also those that only the manifest itself tells of: it was listed last."""
        found: dict[str, dict[str, None]] = {}
        for tag in self.tags.values():
            found.setdefault(tag.digest, {})[tag.name] = None
        for manifest in self.manifests.values():
            for name in manifest.tags:
                if name not in self.tags:
                    found.setdefault(manifest.digest, {})[name] = None
        return {digest: tuple(names) for digest, names in found.items()}

    @cached_property
    def graph(self) -> Graph:
        """What reaches what. A tag that is about a digest makes its manifest one that is about it."""
        edges = {digest: content.edges for digest, content in self.contents.items()}
        for name, tag in self.tags.items():
            subject = subject_of_tag(name)
            if subject and tag.digest in edges:
                own = edges[tag.digest]
                edges[tag.digest] = Edges(own.children, (*own.subjects, subject))
        return Graph(edges)


def subject_of_tag(tag: str) -> str | None:
    """Return the digest that a tag says to be about; None for one that is a name."""
    match = REFERRER_TAG.fullmatch(tag)
    return f"sha256:{match.group(1)}" if match else None


def read_snapshot(client: RegistryClient, name: str) -> Snapshot | None:
    """List a repository; None when there is none.

    BlockedError when the lists lack something that the repository has: nobody can tell what that needs.
    """
    found = _listed(client, name)
    if found and not found.is_complete:
        # Or it changed between one list and the other.
        found = _listed(client, name)
    if found and not found.is_complete:
        repository = found.repository
        raise BlockedError(
            f"Repository '{name}' says that it has {repository.tag_count} tags and {repository.manifest_count} manifests, but lists {len(found.tags)} and "
            f"{len(found.manifests)}: what is hidden (can_list: false) may need others. Set can_list: true on all of it."
        )
    return found


def _listed(client: RegistryClient, name: str) -> Snapshot | None:
    """Return the lists; manifests come after tags, so that what a tag points at is among them."""
    repository = client.repositories.get(name)
    if repository is None:
        return None
    tags, manifests = client.tags.list(name), client.manifests.list(name)
    if not (tags.exists and manifests.exists):
        return None
    return Snapshot(repository, {tag.name: tag for tag in tags.items}, {manifest.digest: manifest for manifest in manifests.items})


def read_contents(client: RegistryClient, snapshot: Snapshot, known: Mapping[str, ManifestParts] | None = None) -> Snapshot:
    """Return the snapshot with the contents of its manifests; those that are ``known``, which cannot change, are not read again.

    DriftError when one has gone since it was listed, InvalidManifestError when it cannot be told what one refers to.
    """
    known = known or {}
    unknown = [digest for digest in snapshot.manifests if digest not in known]
    fresh = concurrently(lambda digest: _content(client, snapshot.repository.name, digest), unknown, client.concurrency)
    contents = {**{digest: known[digest] for digest in snapshot.manifests if digest in known}, **dict(zip(unknown, fresh))}
    return replace(snapshot, contents=contents)


def _content(client: RegistryClient, name: str, digest: str) -> ManifestParts:
    document = client.content.manifest(name, digest)
    if document is None:
        raise DriftError(f"Manifest {digest} of '{name}' vanished while it was looked at. Run the task again.")
    return ManifestParts.of(document)
