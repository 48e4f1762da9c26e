# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data door: blobs from storage, sent as Azure's blob service does to whoever has a signed address."""

from __future__ import annotations

import re
import uuid
from email.utils import formatdate

from ..front.messages import Request, Response
from ..state.blobs import Blobs
from .signed_addresses import SignedAddresses, digest_at

SERVER = [("Server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0"), ("x-ms-version", "2018-03-28")]


class Storage:
    """The storage behind the registry."""

    def __init__(self, blobs: Blobs, addresses: SignedAddresses) -> None:
        self._blobs = blobs
        self._addresses = addresses

    def handle(self, request: Request) -> Response:
        """Send a blob, or a range of it. The address must be signed; requests with the registry's credentials are refused."""
        if request.header("Authorization"):
            return _refusal(400, "InvalidAuthenticationInfo", "Authentication information is not given in the correct format.")
        digest = digest_at(request.path)
        if digest is None or request.method not in ("GET", "HEAD"):
            return _refusal(404, "ResourceNotFound", "The specified resource does not exist.")
        if not self._addresses.is_valid(request):
            return _refusal(403, "AuthenticationFailed", "Server failed to authenticate the request.")
        size = self._blobs.size(digest)
        if size is None:
            return _refusal(404, "BlobNotFound", "The specified blob does not exist.")
        return self._content(request, digest, size)

    def _content(self, request: Request, digest: str, size: int) -> Response:
        modified = formatdate(self._blobs.path(digest).stat().st_mtime, usegmt=True)
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
            return Response(200, headers, self._blobs.open(digest), size, style="plain")
        first = int(wanted.group(1))
        last = min(int(wanted.group(2) or size), size - 1)
        if first > last:
            response = _refusal(416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
            response.headers.append(("Content-Range", f"bytes */{size}"))
            return response
        file = self._blobs.open(digest)
        file.seek(first)
        return Response(206, [*headers, ("Content-Range", f"bytes {first}-{last}/{size}")], file, last - first + 1, style="plain")


def _refusal(status: int, code: str, message: str) -> Response:
    body = f'\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'.encode()
    return Response(status, [("Content-Type", "application/xml"), *SERVER], body, style="plain")
