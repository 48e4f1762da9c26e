# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The content of a repository at one moment: its tags, its manifests, and what these refer to."""

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

# A tag whose manifest is a referrer of the manifest with that digest: a signature of cosign (.sig, .att, .sbom), or a list of referrers
# (OCI distribution specification 1.1, "Referrers Tag Schema").
REFERRER_TAG = re.compile(r"sha256-([0-9a-f]{64})(?:\..+)?")


@dataclass(frozen=True)
class ManifestParts:
    """The parts of one manifest: its edges, its own ``size``, and the digests and sizes of its blobs. Sizes are in bytes."""

    edges: Edges
    size: int
    blobs: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        """The size of the manifest and its blobs, without its children, in bytes."""
        return self.size + sum(size for dummy, size in self.blobs)

    @property
    def bare(self) -> ManifestParts:
        """Only the edges. Most manifests have none; these share one object, which saves memory."""
        return ManifestParts(self.edges, 0) if self.edges.children or self.edges.subjects else NO_PARTS

    @classmethod
    def of(cls, document: Document) -> ManifestParts:
        """Return the parts of a manifest; foreign blobs, which need not be in the registry, do not count."""
        return cls(Edges.of(document), len(document.content), tuple((blob.digest, blob.size) for blob in document.blobs if not blob.is_foreign))


NO_PARTS = ManifestParts(Edges(), 0)


@dataclass(frozen=True)
class Snapshot:
    """A repository, its tags by name and its manifests by digest. ``contents`` is empty until ``read_contents``."""

    repository: RepositoryProperties
    tags: Mapping[str, TagProperties]
    manifests: Mapping[str, ManifestProperties]
    contents: Mapping[str, ManifestParts] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether the lists have as many tags and manifests as the repository counts."""
        return len(self.tags) >= self.repository.tag_count and len(self.manifests) >= self.repository.manifest_count

    @cached_property
    def tags_of(self) -> Mapping[str, tuple[str, ...]]:
        """The tags of each tagged manifest, including tags that only the properties of the manifest name: it was listed later."""
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
        """The edges of all manifests. A referrer tag makes its manifest a referrer of the digest in its name."""
        edges = {digest: content.edges for digest, content in self.contents.items()}
        for name, tag in self.tags.items():
            subject = subject_of_tag(name)
            if subject and tag.digest in edges:
                own = edges[tag.digest]
                edges[tag.digest] = Edges(own.children, (*own.subjects, subject))
        return Graph(edges)


def subject_of_tag(tag: str) -> str | None:
    """Return the digest that a referrer tag refers to, or None for an ordinary tag."""
    match = REFERRER_TAG.fullmatch(tag)
    return f"sha256:{match.group(1)}" if match else None


def read_snapshot(client: RegistryClient, name: str) -> Snapshot | None:
    """List a repository; None if it does not exist.

    BlockedError if the lists hide something that the repository counts, because nobody can tell what the hidden items need.
    """
    found = _listed(client, name)
    if found and not found.is_complete:
        # It may have changed between the two lists.
        found = _listed(client, name)
    if found and not found.is_complete:
        repository = found.repository
        raise BlockedError(
            f"Repository '{name}' counts {repository.tag_count} tags and {repository.manifest_count} manifests, but lists {len(found.tags)} and "
            f"{len(found.manifests)}. The hidden ones (can_list: false) may need others: set can_list to true on all of them."
        )
    return found


def _listed(client: RegistryClient, name: str) -> Snapshot | None:
    """Read the lists: manifests after tags, so that the manifest of each tag is among them."""
    repository = client.repositories.get(name)
    if repository is None:
        return None
    tags, manifests = client.tags.list(name), client.manifests.list(name)
    if not (tags.exists and manifests.exists):
        return None
    return Snapshot(repository, {tag.name: tag for tag in tags.items}, {manifest.digest: manifest for manifest in manifests.items})


def read_contents(client: RegistryClient, snapshot: Snapshot, known: Mapping[str, ManifestParts] | None = None) -> Snapshot:
    """Return the snapshot with the contents of its manifests. ``known`` contents are not read again, because manifests cannot change.

    DriftError if a listed manifest no longer exists, InvalidManifestError if one cannot be read.
    """
    known = known or {}
    unknown = [digest for digest in snapshot.manifests if digest not in known]
    fresh = concurrently(lambda digest: _content(client, snapshot.repository.name, digest), unknown, client.concurrency)
    contents = {**{digest: known[digest] for digest in snapshot.manifests if digest in known}, **dict(zip(unknown, fresh))}
    return replace(snapshot, contents=contents)


def _content(client: RegistryClient, name: str, digest: str) -> ManifestParts:
    document = client.content.manifest(name, digest)
    if document is None:
        raise DriftError(f"Manifest {digest} of '{name}' disappeared while the task was running. Run the task again.")
    return ManifestParts.of(document)
