# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``/v2/.../blobs``: blobs and their uploads (OCI distribution specification 1.1, "Pushing blobs")."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import uuid as uuids
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..front.messages import Refused, Request, Response, error, refuse
from ..state.clock import written
from .content import refuse_locked_repository
from .names import DIGEST

if TYPE_CHECKING:
    from ..core import Emulator

SIGNATURE_LIFETIME = 20 * 60


def head_blob(emulator: Emulator, request: Request, name: str, digest: str) -> Response:
    """``HEAD``: answered by the registry itself, without a redirect."""
    size = _size(emulator, name, digest)
    headers = [("Content-Type", "application/octet-stream"), ("Docker-Content-Digest", digest), ("Content-Length", str(size))]
    return Response(200, headers, storage=True)


def get_blob(emulator: Emulator, request: Request, name: str, digest: str) -> Response:
    """``GET``: a redirect to storage on another host, signed for a while."""
    _size(emulator, name, digest)
    ends = int(emulator.clock.now()) + SIGNATURE_LIFETIME
    value = digest.partition(":")[2]
    path = f"/emulated//docker/registry/v2/blobs/sha256/{value[:2]}/{value}/data"
    query = f"se={quote(written_seconds(ends), safe='')}&sig={signature(emulator, path, ends)}&sp=r&spr=https&sr=b&sv=2016-05-31&regid={emulator.identifier}"
    location = f"{emulator.data_origin}{path}?{query}"
    body = f'<a href="{location.replace("&", "&amp;")}">Temporary Redirect</a>.\n\n'.encode()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Docker-Content-Digest", digest), ("Location", location)]
    return Response(307, headers, b"" if request.method == "HEAD" else body)


def written_seconds(seconds: int) -> str:
    """Return a time as a signature shows it."""
    return written(seconds * 10_000_000 + 621_355_968_000_000_000)


def signature(emulator: Emulator, path: str, ends: int) -> str:
    """Return the signature that lets anybody read ``path`` until ``ends``, seconds since 1970."""
    return hmac.new(emulator.secret, f"{path}\n{ends}".encode(), hashlib.sha256).hexdigest()


def delete_blob(emulator: Emulator, request: Request, name: str, digest: str) -> Response:
    """``DELETE``: from this repository, even if a manifest needs it."""
    refuse_locked_repository(emulator, name)
    if not emulator.store.run("DELETE FROM blobs WHERE repository = ? AND digest = ?", name, digest):
        raise refuse(404, "BLOB_UNKNOWN", "blob unknown to registry", storage=True)
    return Response(202, storage=True)


def _size(emulator: Emulator, name: str, digest: str) -> int:
    known = emulator.store.count("SELECT COUNT(*) FROM blobs WHERE repository = ? AND digest = ?", name, digest)
    size = emulator.blobs.size(digest) if known else None
    if size is None:
        raise refuse(404, "BLOB_UNKNOWN", "blob unknown to registry", detail=digest, headers=[("Cache-Control", "no-cache")], storage=True)
    return size


def begin(emulator: Emulator, request: Request, name: str) -> Response:
    """``POST``: mount a blob of another repository, take a whole blob, or open an upload."""
    refuse_locked_repository(emulator, name)
    mount, source = request.parameter("mount"), request.parameter("from")
    if mount and source and emulator.store.count("SELECT COUNT(*) FROM blobs WHERE repository = ? AND digest = ?", source, mount):
        emulator.store.run("INSERT OR IGNORE INTO blobs VALUES (?, ?)", name, mount)
        return _created(name, mount)
    identifier = str(uuids.uuid4())
    emulator.blobs.begin(identifier)
    emulator.store.run("INSERT INTO uploads VALUES (?, ?, 0)", identifier, name)
    digest = request.parameter("digest")
    if digest:
        _receive(emulator, request, identifier)
        return _finish(emulator, name, identifier, digest)
    return Response(202, _progress(emulator, name, identifier), storage=True)


def status(emulator: Emulator, request: Request, name: str, uuid: str) -> Response:
    """``GET``: how much of an upload is here."""
    _known(emulator, name, uuid)
    return Response(204, _progress(emulator, name, uuid), storage=True)


def append(emulator: Emulator, request: Request, name: str, uuid: str) -> Response:
    """``PATCH``: take a part of a blob; with Content-Range it must begin where the last one ended."""
    _known(emulator, name, uuid)
    _refuse_out_of_order(emulator, request, name, uuid)
    _receive(emulator, request, uuid)
    return Response(202, _progress(emulator, name, uuid), storage=True)


def finish(emulator: Emulator, request: Request, name: str, uuid: str) -> Response:
    """``PUT``: take the last part, if any, and make it a blob if the digest is right."""
    _known(emulator, name, uuid)
    _refuse_out_of_order(emulator, request, name, uuid)
    _receive(emulator, request, uuid)
    return _finish(emulator, name, uuid, request.parameter("digest") or "")


def cancel(emulator: Emulator, request: Request, name: str, uuid: str) -> Response:
    """``DELETE``: forget an upload."""
    _known(emulator, name, uuid)
    emulator.blobs.cancel(uuid)
    emulator.store.run("DELETE FROM uploads WHERE uuid = ?", uuid)
    return Response(204, storage=True)


def _known(emulator: Emulator, name: str, uuid: str) -> None:
    if not emulator.store.count("SELECT COUNT(*) FROM uploads WHERE uuid = ? AND repository = ?", uuid, name):
        raise refuse(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", storage=True)


def _refuse_out_of_order(emulator: Emulator, request: Request, name: str, uuid: str) -> None:
    header = request.header("Content-Range")
    if not header:
        return
    if request.header("Transfer-Encoding"):
        raise refuse(400, "CONTENT_LENGTH_INVALID", "content length invalid", storage=True)
    received = emulator.blobs.received(uuid)
    match = re.fullmatch(r"(\d+)-(\d+)", header)
    if match and int(match.group(1)) == received:
        return
    if received:
        # Where to go on is in the headers; the body is empty.
        raise Refused(Response(416, [("Content-Type", "application/json; charset=utf-8"), *_progress(emulator, name, uuid)], storage=True))
    detail = {"Range": header, "Reason": "out of order chunk: content range should start at 0"}
    raise Refused(error(416, "BLOB_UPLOAD_RANGE_INVALID", "blob upload range invalid", detail=detail, storage=True))


def _receive(emulator: Emulator, request: Request, uuid: str) -> None:
    length = request.header("Content-Length")
    received = emulator.blobs.append(uuid, request.pieces(), int(length) if length.isdecimal() else None)
    emulator.store.run("UPDATE uploads SET received = ? WHERE uuid = ?", received, uuid)


def _finish(emulator: Emulator, name: str, uuid: str, digest: str) -> Response:
    if not DIGEST.fullmatch(digest) or not emulator.blobs.finish(uuid, digest):
        detail = "digest parsing failed"
        raise refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content", detail=detail, storage=True)
    with emulator.store.change():
        emulator.store.run("DELETE FROM uploads WHERE uuid = ?", uuid)
        emulator.store.run("INSERT OR IGNORE INTO blobs VALUES (?, ?)", name, digest)
    return _created(name, digest)


def _created(name: str, digest: str) -> Response:
    return Response(201, [("Docker-Content-Digest", digest), ("Location", f"/v2/{name}/blobs/{digest}")], storage=True)


def _progress(emulator: Emulator, name: str, uuid: str) -> list[tuple[str, str]]:
    received = emulator.blobs.received(uuid)
    state = json.dumps({"Name": name, "UUID": uuid, "Offset": received, "StartedAt": written(emulator.clock.ticks())}).encode()
    sealed = base64.urlsafe_b64encode(hmac.digest(emulator.secret, state, "sha256") + state).decode()
    return [
        ("Docker-Upload-Uuid", uuid),
        ("Location", f"/v2/{name}/blobs/uploads/{uuid}?_nouploadcache=false&_state={quote(sealed, safe='')}"),
        ("Range", f"0-{max(received - 1, 0)}"),
    ]
