# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Files as an artifact (OCI image specification 1.1, "Guidelines for Artifact Usage"), as oras makes and reads them."""

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

# What oras says where nobody says anything.
DEFAULT_LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
DEFAULT_ARTIFACT_TYPE = "application/vnd.unknown.artifact.v1"

# In bytes; what the file systems of this world take.
LONGEST_NAME = 255


@dataclass
class ArtifactFiles:
    """A store that holds one artifact, made of files here."""

    root: Document
    sources: dict[str, ContentSource] = field(default_factory=dict)

    def manifest(self, reference: str) -> Document | None:
        """Return the artifact's manifest."""
        return self.root if reference == self.root.digest else None

    def has_manifest(self, digest: str) -> bool:
        """Whether it is the artifact's manifest."""
        return digest == self.root.digest

    def referrers(self, digest: str) -> list[Descriptor]:
        """Nothing is about it."""
        return []

    def has_blob(self, blob: Descriptor) -> bool:
        """Whether a blob is one of the files."""
        return blob.digest in self.sources

    def source(self, blob: Descriptor) -> ContentSource:
        """Return the content of a file."""
        return self.sources[blob.digest]


def artifact_from_files(
    files: Sequence[Mapping[str, Any]],
    config: Mapping[str, Any] | None,
    artifact_type: str | None,
    annotations: Mapping[str, Any] | None,
    subject: Mapping[str, Any] | None,
) -> ArtifactFiles:
    """Return the artifact that a task's options describe; the same files make the same manifest each time."""
    if not (files or config or annotations):
        raise UsageError("files is empty, and there are neither config nor annotations: there is nothing to push. Nothing was changed.")
    sources: dict[str, ContentSource] = {EMPTY_CONFIG.digest: BytesSource(b"{}")}
    titles: set[str] = set()

    def described(path: str, media_type: str) -> dict[str, Any]:
        digest, size = measure_file(path)
        sources[digest] = FileSource(path, size)
        return {"mediaType": media_type, "digest": digest, "size": size}

    layers = []
    for file in files:
        title = file["title"] or os.path.basename(file["path"])
        if title in titles:
            raise UsageError(f"Two of files have the title '{title}': whoever pulls them would get only one. Set title.")
        titles.add(safe_title(title))
        noted = {**(file["annotations"] or {}), TITLE: title}
        layers.append(
            {**described(file["path"], file["media_type"] or DEFAULT_LAYER_TYPE), "annotations": {str(key): str(value) for key, value in noted.items()}}
        )
    data: dict[str, Any] = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "layers": layers or [EMPTY_CONFIG.to_json()]}
    data["config"] = described(config["path"], config["media_type"]) if config else EMPTY_CONFIG.to_json()
    if artifact_type or not config:
        data["artifactType"] = artifact_type or DEFAULT_ARTIFACT_TYPE
    if annotations:
        data["annotations"] = {str(key): str(value) for key, value in annotations.items()}
    if subject:
        data["subject"] = subject
    return ArtifactFiles(Document.write(data), sources)


def files_by_title(document: Document) -> dict[str, Descriptor]:
    """Return the files of an artifact by their titles; InvalidManifestError when a title could lead out of its folder."""
    found: dict[str, Descriptor] = {}
    for layer in document.layers:
        title = layer.annotations.get(TITLE)
        if title is None:
            continue
        if safe_title(title) in found:
            raise InvalidManifestError(f"Two files of {document.digest} have the title '{printable(title, 120)}'; none was written.")
        found[title] = layer
    for title in found:
        folders = title.split("/")[:-1]
        if any("/".join(folders[: depth + 1]) in found for depth in range(len(folders))):
            raise InvalidManifestError(f"In {document.digest} '{printable(title, 120)}' is in a folder that is a file itself; nothing was written.")
    return found


def safe_title(title: str) -> str:
    """Return a title that names a file below a folder, whatever the folder; titles come from whoever pushed the artifact."""
    parts = title.split("/")
    if not title.isprintable() or "\\" in title or os.path.isabs(title) or any(part in ("", ".", "..") or len(part.encode()) > LONGEST_NAME for part in parts):
        raise InvalidManifestError(f"The title '{printable(title, 120)}' is not the name of a file inside a folder; nothing was written.")
    return title
