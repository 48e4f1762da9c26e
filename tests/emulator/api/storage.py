# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data door: blobs from storage, as Azure's blob service answers them to a signed address."""

from __future__ import annotations

import hmac
import re
import uuid
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..front.messages import Request, Response
from ..state.clock import seconds_of
from .transfer import signature

if TYPE_CHECKING:
    from ..core import Emulator

ADDRESS = re.compile(r"/emulated//docker/registry/v2/blobs/sha256/[0-9a-f]{2}/(?P<value>[0-9a-f]{64})/data")
SERVER = [("Server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0"), ("x-ms-version", "2018-03-28")]


def handle(emulator: Emulator, request: Request) -> Response:
    """Send a blob, or a range of it, to whoever has its signed address and no credentials of the registry."""
    if request.header("Authorization"):
        return _refusal(400, "InvalidAuthenticationInfo", "Authentication information is not given in the correct format.")
    match = ADDRESS.fullmatch(request.path)
    if match is None or request.method not in ("GET", "HEAD"):
        return _refusal(404, "ResourceNotFound", "The specified resource does not exist.")
    try:
        ends = int(seconds_of(unquote(request.parameter("se") or "")))
    except ValueError:
        ends = 0
    valid = hmac.compare_digest(signature(emulator, request.path, ends), request.parameter("sig") or "")
    if not valid or ends < emulator.clock.now():
        return _refusal(403, "AuthenticationFailed", "Server failed to authenticate the request.")
    digest = f"sha256:{match.group('value')}"
    size = emulator.blobs.size(digest)
    if size is None:
        return _refusal(404, "BlobNotFound", "The specified blob does not exist.")
    return _content(emulator, request, digest, size)


def _content(emulator: Emulator, request: Request, digest: str, size: int) -> Response:
    modified = formatdate(emulator.blobs.path(digest).stat().st_mtime, usegmt=True)
    headers = [
        ("Content-Type", "application/octet-stream"),
        ("Accept-Ranges", "bytes"),
        ("Etag", f'"0x8D{digest[-13:].upper()}"'),
        ("Last-Modified", modified),
        ("x-ms-request-id", str(uuid.uuid4())),
        ("x-ms-creation-time", modified),
        ("x-ms-lease-status", "unlocked"),
        ("x-ms-lease-state", "available"),
        ("x-ms-blob-type", "AppendBlob"),
        ("x-ms-server-encrypted", "true"),
        *SERVER,
    ]
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.header("Range"))
    if wanted is None:
        return Response(200, headers, emulator.blobs.open(digest), size, style="plain")
    first = int(wanted.group(1))
    last = min(int(wanted.group(2) or size), size - 1)
    if first > last:
        response = _refusal(416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
        response.headers.append(("Content-Range", f"bytes */{size}"))
        return response
    file = emulator.blobs.open(digest)
    file.seek(first)
    return Response(206, [*headers, ("Content-Range", f"bytes {first}-{last}/{size}")], file, last - first + 1, style="plain")


def _refusal(status: int, code: str, message: str) -> Response:
    body = f'\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'.encode()
    return Response(status, [("Content-Type", "application/xml"), *SERVER], body, style="plain")
