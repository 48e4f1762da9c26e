# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Files as an artifact, compatible with oras (OCI image specification 1.1, "Guidelines for Artifact Usage")."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._common.digests import digest_of
from .._common.errors import InvalidManifestError, UsageError
from .._common.files import measure_file
from .._common.text import printable
from .._oci.document import Descriptor, Document
from .._oci.media_types import OCI_MANIFEST
from .sources import BytesSource, ContentSource, FileSource

TITLE = "org.opencontainers.image.title"
UNPACK = "io.deis.oras.content.unpack"
EMPTY_CONFIG = Descriptor("application/vnd.oci.empty.v1+json", digest_of(b"{}"), 2)

# The defaults of oras.
DEFAULT_LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
DEFAULT_ARTIFACT_TYPE = "application/vnd.unknown.artifact.v1"

# In bytes; the limit of common file systems.
LONGEST_NAME = 255


@dataclass
class ArtifactFiles:
    """A store that holds one artifact, made of local files."""

    root: Document
    sources: dict[str, ContentSource] = field(default_factory=dict)

    def manifest(self, reference: str) -> Document | None:
        """Return the manifest of the artifact; None for any other digest."""
        return self.root if reference == self.root.digest else None

    def has_manifest(self, digest: str) -> bool:
        """Whether ``digest`` is that of the artifact."""
        return digest == self.root.digest

    def referrers(self, digest: str) -> list[Descriptor]:
        """Return an empty list: a new artifact has no referrers."""
        return []

    def has_blob(self, descriptor: Descriptor) -> bool:
        """Whether a blob is one of the files."""
        return descriptor.digest in self.sources

    def blob(self, descriptor: Descriptor) -> ContentSource:
        """Return the content of a file."""
        return self.sources[descriptor.digest]


def artifact_from_files(
    files: Sequence[Mapping[str, Any]],
    config: Mapping[str, Any] | None,
    artifact_type: str | None,
    annotations: Mapping[str, Any] | None,
    subject: Mapping[str, Any] | None,
) -> ArtifactFiles:
    """Return the artifact that the options of a task describe. The same files and options always give the same manifest."""
    if not (files or config or annotations):
        raise UsageError("There is nothing to push: files is empty, and neither config nor annotations are set. Nothing was changed.")
    sources: dict[str, ContentSource] = {EMPTY_CONFIG.digest: BytesSource(b"{}")}
    titles: set[str] = set()

    def described(path: str, media_type: str) -> dict[str, Any]:
        digest, size = measure_file(path)
        sources[digest] = FileSource(path, size)
        return {"mediaType": media_type, "digest": digest, "size": size}

    layers = []
    for file in files:
        title = file["title"] or os.path.basename(file["src"])
        if title in titles:
            raise UsageError(f"Two files have the title '{title}', so only one of them could be pulled. Set title.")
        titles.add(safe_title(title))
        noted = {**(file["annotations"] or {}), TITLE: title}
        layers.append(
            {**described(file["src"], file["media_type"] or DEFAULT_LAYER_TYPE), "annotations": {str(key): str(value) for key, value in noted.items()}}
        )
    data: dict[str, Any] = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "layers": layers or [EMPTY_CONFIG.to_json()]}
    data["config"] = described(config["src"], config["media_type"]) if config else EMPTY_CONFIG.to_json()
    if artifact_type or not config:
        data["artifactType"] = artifact_type or DEFAULT_ARTIFACT_TYPE
    if annotations:
        data["annotations"] = {str(key): str(value) for key, value in annotations.items()}
    if subject:
        data["subject"] = subject
    return ArtifactFiles(Document.write(data), sources)


def files_by_title(document: Document) -> dict[str, Descriptor]:
    """Return the files of an artifact by their titles; InvalidManifestError if titles are unsafe or collide."""
    found: dict[str, Descriptor] = {}
    for layer in document.layers:
        title = layer.annotations.get(TITLE)
        if title is None:
            continue
        if safe_title(title) in found:
            raise InvalidManifestError(f"Two files of {document.digest} have the title '{printable(title, 120)}'; nothing was written.")
        found[title] = layer
    for title in found:
        folders = title.split("/")[:-1]
        if any("/".join(folders[: depth + 1]) in found for depth in range(len(folders))):
            raise InvalidManifestError(f"In {document.digest}, a folder of '{printable(title, 120)}' has the same path as another file; nothing was written.")
    return found


def safe_title(title: str) -> str:
    """Return ``title`` if it names a file inside any folder; InvalidManifestError otherwise. Titles are untrusted: anybody can push an artifact."""
    parts = title.split("/")
    if not title.isprintable() or "\\" in title or os.path.isabs(title) or any(part in ("", ".", "..") or len(part.encode()) > LONGEST_NAME for part in parts):
        raise InvalidManifestError(f"The title '{printable(title, 120)}' is not a safe relative path; nothing was changed.")
    return title
