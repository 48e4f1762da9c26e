# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``/v2/.../blobs``: blobs and their uploads (OCI distribution specification 1.1, "Pushing blobs")."""

from __future__ import annotations

import base64
import hmac
import json
import re
from urllib.parse import quote

from ..front.messages import Refused, Request, Response, error, refuse
from ..state.clock import Clock, written
from ..state.store import Store
from .locks import refuse_in_locked_repository
from .names import DIGEST, Handlers
from .signed_addresses import SignedAddresses


class Transfer:
    """Takes uploads, mounts blobs, and redirects downloads to storage."""

    def __init__(self, store: Store, clock: Clock, addresses: SignedAddresses, secret: bytes) -> None:
        self._store = store
        self._blobs = store.blobs
        self._uploads = store.uploads
        self._clock = clock
        self._addresses = addresses
        self._secret = secret
        self.handlers: Handlers = {
            ("HEAD", "blob"): self.head_blob,
            ("GET", "blob"): self.get_blob,
            ("DELETE", "blob"): self.delete_blob,
            ("POST", "uploads"): self.begin,
            ("GET", "upload"): self.status,
            ("PATCH", "upload"): self.append,
            ("PUT", "upload"): self.finish,
            ("DELETE", "upload"): self.cancel,
        }

    def head_blob(self, request: Request, name: str, digest: str) -> Response:
        """``HEAD``: answered by the registry itself, without a redirect."""
        size = self._size(name, digest)
        headers = [("Content-Type", "application/octet-stream"), ("Docker-Content-Digest", digest), ("Content-Length", str(size))]
        return Response(200, headers, storage=True)

    def get_blob(self, request: Request, name: str, digest: str) -> Response:
        """``GET``: a redirect to a signed address in storage, which is on another host."""
        self._size(name, digest)
        location = self._addresses.address(digest)
        body = f'<a href="{location.replace("&", "&amp;")}">Temporary Redirect</a>.\n\n'.encode()
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Docker-Content-Digest", digest), ("Location", location)]
        return Response(307, headers, body)

    def delete_blob(self, request: Request, name: str, digest: str) -> Response:
        """``DELETE``: from this repository, even if a manifest needs it."""
        refuse_in_locked_repository(self._store, name)
        if not self._blobs.unlink(name, digest):
            raise refuse(404, "BLOB_UNKNOWN", "blob unknown to registry", storage=True)
        return Response(202, storage=True)

    def _size(self, name: str, digest: str) -> int:
        size = self._blobs.size(digest) if self._blobs.has(name, digest) else None
        if size is None:
            raise refuse(404, "BLOB_UNKNOWN", "blob unknown to registry", detail=digest, headers=[("Cache-Control", "no-cache")], storage=True)
        return size

    def begin(self, request: Request, name: str) -> Response:
        """``POST``: mount a blob of another repository, take a whole blob, or open an upload."""
        refuse_in_locked_repository(self._store, name)
        mount, source = request.parameter("mount"), request.parameter("from")
        if mount and source and self._blobs.has(source, mount):
            self._blobs.link(name, [mount])
            return _created(name, mount)
        uuid = self._uploads.begin(name)
        digest = request.parameter("digest")
        if digest:
            self._receive(request, uuid)
            return self._finish(name, uuid, digest)
        return Response(202, self._progress(name, uuid), storage=True)

    def status(self, request: Request, name: str, uuid: str) -> Response:
        """``GET``: how much of an upload has been received."""
        self._refuse_unknown(name, uuid)
        return Response(204, self._progress(name, uuid), storage=True)

    def append(self, request: Request, name: str, uuid: str) -> Response:
        """``PATCH``: take a part of a blob; with Content-Range it must begin where the last one ended."""
        self._refuse_unknown(name, uuid)
        self._refuse_out_of_order(request, name, uuid)
        self._receive(request, uuid)
        return Response(202, self._progress(name, uuid), storage=True)

    def finish(self, request: Request, name: str, uuid: str) -> Response:
        """``PUT``: take the last part, if any. If the digest is right, the upload becomes a blob."""
        self._refuse_unknown(name, uuid)
        self._refuse_out_of_order(request, name, uuid)
        self._receive(request, uuid)
        return self._finish(name, uuid, request.parameter("digest") or "")

    def cancel(self, request: Request, name: str, uuid: str) -> Response:
        """``DELETE``: forget an upload."""
        self._refuse_unknown(name, uuid)
        self._uploads.cancel(uuid)
        return Response(204, storage=True)

    def _refuse_unknown(self, name: str, uuid: str) -> None:
        if not self._uploads.is_open(name, uuid):
            raise refuse(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", storage=True)

    def _refuse_out_of_order(self, request: Request, name: str, uuid: str) -> None:
        header = request.header("Content-Range")
        if not header:
            return
        if request.header("Transfer-Encoding"):
            raise refuse(400, "CONTENT_LENGTH_INVALID", "content length invalid", storage=True)
        received = self._uploads.received(uuid)
        match = re.fullmatch(r"(\d+)-(\d+)", header)
        if match and int(match.group(1)) == received:
            return
        if received:
            # The headers say where to go on; the body is empty.
            raise Refused(Response(416, [("Content-Type", "application/json; charset=utf-8"), *self._progress(name, uuid)], storage=True))
        detail = {"Range": header, "Reason": "out of order chunk: content range should start at 0"}
        raise Refused(error(416, "BLOB_UPLOAD_RANGE_INVALID", "blob upload range invalid", detail=detail, storage=True))

    def _receive(self, request: Request, uuid: str) -> None:
        length = request.header("Content-Length")
        self._uploads.append(uuid, request.pieces(), int(length) if length.isdecimal() else None)

    def _finish(self, name: str, uuid: str, digest: str) -> Response:
        if not DIGEST.fullmatch(digest) or not self._uploads.finish(name, uuid, digest):
            detail = "digest parsing failed"
            raise refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content", detail=detail, storage=True)
        return _created(name, digest)

    def _progress(self, name: str, uuid: str) -> list[tuple[str, str]]:
        """Return the headers that say where an upload stands."""
        received = self._uploads.received(uuid)
        state = json.dumps({"Name": name, "UUID": uuid, "Offset": received, "StartedAt": written(self._clock.ticks())}).encode()
        sealed = base64.urlsafe_b64encode(hmac.digest(self._secret, state, "sha256") + state).decode()
        return [
            ("Docker-Upload-Uuid", uuid),
            ("Location", f"/v2/{name}/blobs/uploads/{uuid}?_nouploadcache=false&_state={quote(sealed, safe='')}"),
            ("Range", f"0-{max(received - 1, 0)}"),
        ]


def _created(name: str, digest: str) -> Response:
    return Response(201, [("Docker-Content-Digest", digest), ("Location", f"/v2/{name}/blobs/{digest}")], storage=True)
