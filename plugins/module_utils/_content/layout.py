# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""An OCI image layout on disk: a folder, or an uncompressed tar archive, which is read only (OCI image specification 1.1, "Image Layout")."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Mapping
from typing import Any

from .._common.digests import digest_of, digest_of_pieces
from .._common.errors import AcrError, InvalidManifestError, LocalFileError, NotFoundError
from .._common.files import make_folder, replace_file
from .._common.meter import Meter
from .._common.names import DIGEST
from .._common.text import listed, short_digest
from .._oci.document import MANIFEST_LIMIT, Descriptor, Document
from .._oci.media_types import OCI_INDEX
from .sources import ContentSource, FileSource

REFERENCE_NAME = "org.opencontainers.image.ref.name"
INDEX_FILE = "index.json"
MARKER_FILE = "oci-layout"
LAYOUT_VERSION = {"imageLayoutVersion": "1.0.0"}


class Layout:
    """A store in a layout, which exists or, with ``create``, will be a new folder. Blobs are verified by their digests when it is asked for them."""

    # Anybody can delete a file.
    checks_references = False

    def __init__(self, path: str, *, create: bool = False) -> None:
        self.path = path
        if create and os.path.isfile(path):
            raise LocalFileError(f"{path} is a file. A layout is written as a folder: set another path.")
        self._members = self._read_archive() if os.path.isfile(path) else None
        if self._source(MARKER_FILE) is None and (not create or (os.path.exists(path) and os.listdir(path))):
            raise LocalFileError(f"{path} is not an OCI image layout, which is a folder or an uncompressed tar archive with the file {MARKER_FILE}.")
        self._descriptors = self._read_index()

    def _read_archive(self) -> Mapping[str, FileSource]:
        try:
            with tarfile.open(self.path, "r:") as archive:
                files = [member for member in archive if member.isreg()]
        except (OSError, tarfile.TarError):
            raise LocalFileError(f"{self.path} is neither a folder nor an uncompressed tar archive.") from None
        return {os.path.normpath(member.name): FileSource(self.path, member.size, member.offset_data) for member in files}

    def _source(self, name: str) -> FileSource | None:
        if self._members is not None:
            return self._members.get(name)
        path = os.path.join(self.path, name)
        return FileSource(path, os.path.getsize(path)) if os.path.isfile(path) else None

    def _read_index(self) -> list[Descriptor]:
        source = self._source(INDEX_FILE)
        if source is None:
            return []
        try:
            data = json.loads(self._content(source))
            return [Descriptor.from_json(item) for item in data["manifests"]]
        except (ValueError, LookupError, TypeError, InvalidManifestError):
            raise LocalFileError(f"{INDEX_FILE} of the layout {self.path} is damaged: it is not a valid index.") from None

    def _content(self, source: ContentSource) -> bytes:
        if source.size > MANIFEST_LIMIT:
            raise LocalFileError(f"A manifest of the layout {self.path} has {source.size:,} bytes, which is more than registries allow.")
        return b"".join(source.pieces(0))

    @property
    def names(self) -> dict[str, Descriptor]:
        """The named manifests, by their names."""
        return {descriptor.annotations[REFERENCE_NAME]: descriptor for descriptor in self._descriptors if REFERENCE_NAME in descriptor.annotations}

    def root(self, reference: str | None) -> Document:
        """Return the manifest with the name or digest ``reference``, or the only one; NotFoundError if there is none, or more than one."""
        known = listed(sorted(self.names)) or "none"
        if reference is None:
            # A referrer is not a root, unless it has a name.
            named = {descriptor.digest for descriptor in self.names.values()}
            digests = {descriptor.digest for descriptor in self._descriptors}
            roots = {digest for digest in digests if digest in named or not self._is_referrer(digest)} or digests
            if len(roots) != 1:
                raise NotFoundError(f"The layout {self.path} holds {len(roots)} manifests: set layout_reference to one of them (names: {known}).")
            (reference,) = roots
        document = self.manifest(reference)
        if document is None:
            raise NotFoundError(f"The layout {self.path} has no manifest {reference} (names: {known}).")
        return document

    def _is_referrer(self, digest: str) -> bool:
        document = self.manifest(digest)
        return bool(document and document.subject)

    def manifest(self, reference: str) -> Document | None:
        """Return the manifest with a name or digest; None if it does not exist."""
        named = self.names.get(reference)
        digest = named.digest if named else reference
        source = self._blob_source(digest) if DIGEST.fullmatch(digest) else None
        if source is None:
            return None
        media_type = next((descriptor.media_type for descriptor in self._descriptors if descriptor.digest == digest), None)
        content = self._content(source)
        if digest_of(content) != digest:
            raise LocalFileError(f"{digest} of the layout {self.path} is damaged: its content has another digest.")
        return Document.read(content, media_type)

    def has_manifest(self, digest: str) -> bool:
        """Whether a manifest exists and is not damaged."""
        try:
            return self.manifest(digest) is not None
        except AcrError:
            return False

    def referrers(self, digest: str) -> list[Descriptor]:
        """Return the manifests in the index whose subject is ``digest``."""
        found = []
        for descriptor in self._descriptors:
            document = self.manifest(descriptor.digest)
            if document and document.subject and document.subject.digest == digest:
                found.append(descriptor)
        return found

    def has_blob(self, descriptor: Descriptor) -> bool:
        """Whether a blob exists and is not damaged."""
        source = self._blob_source(descriptor.digest)
        if source is None or source.size != descriptor.size:
            return False
        meter = Meter(f"reading {short_digest(descriptor.digest)}", descriptor.size)
        return digest_of_pieces(meter.count(source.pieces(0))) == descriptor.digest

    def blob(self, descriptor: Descriptor) -> ContentSource:
        """Return the content of a blob; NotFoundError if it does not exist."""
        source = self._blob_source(descriptor.digest)
        if source is None or source.size != descriptor.size:
            raise NotFoundError(f"The layout {self.path} is incomplete: it lacks blob {descriptor.digest}, or has it with another size.")
        return source

    def put_blob(self, descriptor: Descriptor, content: ContentSource) -> None:
        """Write a blob; ``content`` must verify itself."""
        self._write(self._name(descriptor.digest), content.pieces(0))

    def put_manifest(self, document: Document) -> None:
        """Write a manifest. The index lists referrers, because nothing else refers to them."""
        self._write(self._name(document.digest), [document.content])
        if document.subject and not any(known.digest == document.digest for known in self._descriptors):
            self.tag(document, None)

    def tag(self, document: Document, name: str | None) -> None:
        """List a manifest in the index, in place of the one that had this name."""
        entry: dict[str, Any] = document.descriptor.to_json()
        if document.artifact_type and document.subject:
            entry["artifactType"] = document.artifact_type
        if name:
            entry["annotations"] = {REFERENCE_NAME: name}
        replaced = [known for known in self._descriptors if known.annotations.get(REFERENCE_NAME) == name and (name or known.digest == document.digest)]
        self._descriptors = [*(known for known in self._descriptors if not any(known is old for old in replaced)), Descriptor.from_json(entry)]
        self._write(MARKER_FILE, [json.dumps(LAYOUT_VERSION).encode()])
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [known.to_json() for known in self._descriptors]}
        self._write(INDEX_FILE, [json.dumps(index, indent=2).encode()])

    def lists(self, digest: str, name: str | None) -> bool:
        """Whether the index lists a manifest, under ``name`` if that is given."""
        return any(known.digest == digest and name in (None, known.annotations.get(REFERENCE_NAME)) for known in self._descriptors)

    def _blob_source(self, digest: str) -> FileSource | None:
        return self._source(self._name(digest))

    @staticmethod
    def _name(digest: str) -> str:
        algorithm, dummy, value = digest.partition(":")
        return os.path.join("blobs", algorithm, value)

    def _write(self, name: str, pieces: Any) -> None:
        path = os.path.join(self.path, name)
        make_folder(os.path.dirname(path))
        replace_file(path, pieces)
