# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A store in memory, for tests."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.registryops.acr.plugins.module_utils._common.digests import digest_of
from ansible_collections.registryops.acr.plugins.module_utils._content.sources import BytesSource, ContentSource
from ansible_collections.registryops.acr.plugins.module_utils._oci.document import Descriptor, Document
from ansible_collections.registryops.acr.plugins.module_utils._oci.media_types import OCI_INDEX, OCI_MANIFEST


class MemoryStore:
    """Manifests and blobs by digest; ``calls`` is what was written, in order."""

    def __init__(self, *, checks_references: bool = True) -> None:
        self.documents: dict[str, Document] = {}
        self.blobs: dict[str, bytes] = {}
        self.calls: list[str] = []
        self.checks_references = checks_references

    def manifest(self, reference: str) -> Document | None:
        return self.documents.get(reference)

    def has_manifest(self, digest: str) -> bool:
        return digest in self.documents

    def referrers(self, digest: str) -> list[Descriptor]:
        return [document.descriptor for document in self.documents.values() if document.subject and document.subject.digest == digest]

    def has_blob(self, descriptor: Descriptor) -> bool:
        return descriptor.digest in self.blobs

    def blob(self, descriptor: Descriptor) -> ContentSource:
        return BytesSource(self.blobs[descriptor.digest])

    def put_blob(self, descriptor: Descriptor, content: ContentSource) -> None:
        self.calls.append(descriptor.digest)
        self.blobs[descriptor.digest] = b"".join(content.pieces(0))

    def put_manifest(self, document: Document) -> None:
        """As a registry does, refuse a manifest whose children, subject or blobs are missing."""
        if self.checks_references:
            needed = [*document.children, *([document.subject] if document.subject else [])]
            assert all(part.digest in self.documents for part in needed), "a manifest was written before its children and its subject"
            assert all(blob.is_foreign or blob.digest in self.blobs for blob in document.blobs), "a manifest was written before its blobs"
        self.calls.append(document.digest)
        self.documents[document.digest] = document

    def tag(self, document: Document, name: str) -> None:
        self.documents[name] = document

    def add(self, data: dict[str, Any]) -> Document:
        """Add a manifest; its blobs and children need not exist."""
        document = Document.write({"schemaVersion": 2, "mediaType": OCI_INDEX if "manifests" in data else OCI_MANIFEST, **data})
        self.documents[document.digest] = document
        return document

    def image(self, text: str, **more: Any) -> Document:
        """Add an image whose configuration and only layer are made of ``text``."""
        return self.add({"config": self.content({"created": text}), "layers": [self.content(text)], **more})

    def index(self, *children: Document, **more: Any) -> Document:
        """Add an index."""
        return self.add({"manifests": [child.descriptor.to_json() for child in children], **more})

    def content(self, value: Any) -> dict[str, Any]:
        """Add a blob and return its descriptor."""
        data = json.dumps(value).encode()
        self.blobs[digest_of(data)] = data
        return {"mediaType": "application/json", "digest": digest_of(data), "size": len(data)}
