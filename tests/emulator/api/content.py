# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``/v2``: manifests and referrers (OCI distribution specification 1.1), with what Azure Container Registry does differently."""

from __future__ import annotations

import json
from typing import Any

from ..front.messages import Refused, Request, Response, error, refuse
from ..state.clock import Clock
from ..state.media_types import DOCKER_LIST, MANIFESTS, OCI_ARTIFACT, OCI_INDEX, OCI_MANIFEST
from ..state.records import Manifest
from ..state.store import Store
from .document import Document, digest_of, parse_object
from .locks import disallowed, refuse_in_locked_repository
from .names import Handlers

LARGEST_MANIFEST = 4 * 1024 * 1024

# The refusals of clients that do not accept a manifest's media type.
UNACCEPTED = {
    OCI_MANIFEST: "OCI manifest found, but accept header does not support OCI manifests",
    OCI_INDEX: "OCI index found, but accept header does not support OCI indexes",
    OCI_ARTIFACT: "OCI artifact found, but accept header does not support OCI artifacts",
}


class Content:
    """Pulls, pushes and deletes manifests."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.handlers: Handlers = {
            ("GET", "manifest"): self.get,
            ("HEAD", "manifest"): self.get,
            ("PUT", "manifest"): self.put,
            ("DELETE", "manifest"): self.delete,
            ("GET", "referrers"): self.referrers,
        }

    def get(self, request: Request, name: str, reference: str) -> Response:
        """``GET`` and ``HEAD``: a manifest as it was pushed, if the client accepts its media type."""
        manifest = self._resolve(name, reference)
        accepted = {part.split(";")[0].strip() for part in request.header("Accept").split(",")}
        if manifest.media_type in UNACCEPTED and manifest.media_type not in accepted:
            raise refuse(404, "MANIFEST_UNKNOWN", UNACCEPTED[manifest.media_type], storage=True)
        if manifest.media_type == DOCKER_LIST and DOCKER_LIST not in accepted and ":" not in reference:
            # A client that does not accept lists gets the image for linux/amd64.
            manifest = self._store.manifests.child_for(name, manifest.digest, "linux", "amd64") or manifest
        headers = [("Content-Type", manifest.media_type), ("Docker-Content-Digest", manifest.digest), ("Etag", f'"{manifest.digest}"')]
        return Response(200, headers, self._store.manifests.document(manifest.digest), storage=True)

    def _resolve(self, name: str, reference: str) -> Manifest:
        """Return the manifest that a tag or digest names, or refuse it."""
        repository = self._store.repositories.get(name)
        readable = repository is None or repository.attributes.can_read
        digest = reference
        if ":" not in reference:
            tag = self._store.tags.get(name, reference)
            if tag is None:
                raise refuse(404, "MANIFEST_UNKNOWN", f'manifest tagged by "{reference}" is not found', detail={"Tag": reference}, storage=True)
            digest, readable = tag.digest, readable and tag.attributes.can_read
        manifest = self._store.manifests.get(name, digest)
        if manifest is None:
            raise refuse(404, "MANIFEST_UNKNOWN", f"manifest {digest} is not found", detail={"Name": name, "Revision": digest}, storage=True)
        if not (readable and manifest.attributes.can_read):
            raise disallowed()
        return manifest

    def put(self, request: Request, name: str, reference: str) -> Response:
        """``PUT``: keep the bytes, and tag them when ``reference`` is a tag."""
        document = self._pushed(request)
        if ":" in reference and reference != document.digest:
            raise refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content", storage=True)
        with self._store.change():
            self._refuse_missing_parts(name, document)
            refuse_in_locked_repository(self._store, name)
            tag = self._store.tags.get(name, reference)
            if tag is not None and not tag.attributes.can_write:
                raise disallowed()
            if self._store.manifests.is_deleted(name, document.digest):
                # A manifest that was deleted softly can be restored, but not pushed again.
                raise disallowed()
            at = self._clock.ticks()
            add(self._store, name, document, at)
            if ":" not in reference:
                self._store.tags.put(name, reference, document.digest, at)
        headers = [("Docker-Content-Digest", document.digest), ("Location", f"/v2/{name}/manifests/{document.digest}")]
        return Response(201, headers + ([("Oci-Subject", document.subject)] if document.subject else []), storage=True)

    def _pushed(self, request: Request) -> Document:
        """Return what a request pushes, or refuse it."""
        content = b"".join(request.pieces(LARGEST_MANIFEST + 1))
        media_type = request.header("Content-Type").split(";")[0].strip()
        fields = parse_object(content)
        if fields is None or len(content) > LARGEST_MANIFEST or media_type not in MANIFESTS or fields.get("mediaType", media_type) != media_type:
            raise refuse(400, "MANIFEST_INVALID", "manifest invalid", detail={"Reason": {}}, storage=True)
        return Document(content, media_type, digest_of(content), fields)

    def _refuse_missing_parts(self, name: str, document: Document) -> None:
        store = self._store
        missing = [digest for digest in document.blobs if not store.blobs.has(name, digest)]
        missing += [digest for digest in document.manifests if store.manifests.get_even_deleted(name, digest) is None]
        if missing:
            errors = [{"code": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown to registry", "detail": digest} for digest in dict.fromkeys(missing)]
            response = error(400, "", "", storage=True)
            response.body = json.dumps({"errors": errors}, separators=(",", ":")).encode() + b"\n"
            raise Refused(response)

    def delete(self, request: Request, name: str, reference: str) -> Response:
        """``DELETE``: by digest only. The manifest's tags go with it, and the repository goes with its last manifest."""
        if ":" not in reference:
            raise refuse(405, "UNSUPPORTED", "A manifest can only be deleted by digest.", storage=True)
        with self._store.change():
            manifest = self._store.manifests.get(name, reference)
            if manifest is None:
                raise refuse(404, "MANIFEST_UNKNOWN", f"manifest {reference} is not found", storage=True)
            refuse_in_locked_repository(self._store, name)
            if manifest.attributes.is_locked:
                raise disallowed()
            self._store.delete_manifest(name, reference, self._clock.ticks())
        return Response(202, storage=True)

    def referrers(self, request: Request, name: str, digest: str) -> Response:
        """``GET /v2/{name}/referrers/{digest}``: newest first; an unknown subject has none."""
        wanted = request.parameter("artifactType")
        found = [_referrer(manifest) for manifest in self._store.manifests.referrers(name, digest) if wanted in (None, _artifact_type(manifest))]
        body = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found}, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        return Response(200, [("Content-Type", OCI_INDEX), *([("Oci-Filters-Applied", "artifactType")] if wanted else [])], body)


def add(store: Store, name: str, document: Document, at: int) -> None:
    """Add a manifest to a repository; inside a transaction."""
    platform = _config(store, document) if document.has_image_config else {}
    store.put_manifest(document.manifest(name, platform, at), document.content, document.children)


def _config(store: Store, document: Document) -> dict[str, Any]:
    """Return the config that a manifest names, or an empty one when it is missing, too large, or not a JSON object."""
    digest = str(document.config.get("digest"))
    if (store.blobs.size(digest) or LARGEST_MANIFEST) >= LARGEST_MANIFEST:
        return {}
    with store.blobs.open(digest) as file:
        return parse_object(file.read()) or {}


def _artifact_type(manifest: Manifest) -> str | None:
    return manifest.artifact_type or manifest.config_media_type


def _referrer(manifest: Manifest) -> dict[str, Any]:
    entry: dict[str, Any] = {"mediaType": manifest.media_type, "digest": manifest.digest, "size": manifest.size}
    if manifest.annotations:
        entry["annotations"] = json.loads(manifest.annotations)
    kind = _artifact_type(manifest)
    return entry | ({"artifactType": kind} if kind else {})
