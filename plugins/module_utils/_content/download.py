# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The download of a blob: in pieces, verified on the way, and continued after a broken connection.

Source: OCI distribution specification 1.1, "Pulling blobs". Azure Container Registry redirects to a storage account of another origin, which
needs no credential: the address is signed, and valid for a limited time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from urllib.parse import urlsplit

from .._auth.scopes import repository_scope
from .._common.digests import Digester
from .._common.errors import BrokenConnectionError, NotFoundError, ProtocolError, TransportError
from .._common.meter import Meter
from .._common.text import printable, redact, short_digest
from .._http.pace import wait_before_retry
from .._http.response import resolve_link
from .._http.settings import TRIES
from .._http.stream import Stream
from .._oci.document import Descriptor
from .._registry.content import Content

DOWNLOAD_PIECE = 256 * 1024
MOST_REDIRECTS = 3


def download(content: Content, repository: str, descriptor: Descriptor, start: int = 0) -> Iterator[bytes]:
    """Give a blob in pieces, from byte ``start`` on. After a broken connection the download continues where it was.

    The last piece is held back until all pieces together have the right size and, if ``start`` is 0, the right digest; ProtocolError
    otherwise. NotFoundError if the blob does not exist.
    """
    meter = Meter(f"download of {short_digest(descriptor.digest)}", descriptor.size, start)
    digester = Digester()
    held, failures = b"", 0
    while True:
        before = meter.done
        try:
            with ExitStack() as opened:
                stream = _open(opened, content, repository, descriptor.digest, meter.done, failures + 1)
                for piece in stream.pieces(DOWNLOAD_PIECE):
                    meter.add(len(piece))
                    if meter.done > descriptor.size:
                        raise ProtocolError(f"Blob {descriptor.digest} of '{repository}' is longer than its {descriptor.size:,} bytes; it was not used.")
                    if held:
                        yield held
                    digester.update(piece)
                    held = piece
            if meter.done == descriptor.size:
                break
            raise BrokenConnectionError(f"Blob {descriptor.digest} of '{repository}' ended after {meter.done:,} of {descriptor.size:,} bytes.")
        except TransportError as error:
            failures = 0 if meter.done - before >= DOWNLOAD_PIECE else failures + 1
            if failures == TRIES or (meter.done == start and not isinstance(error, BrokenConnectionError)):
                raise
            time.sleep(wait_before_retry(None, failures, time.time()) if failures else 0)
    if start == 0 and digester.digest != descriptor.digest:
        raise ProtocolError(f"Blob {descriptor.digest} of '{repository}' arrived with other content than its digest says; it was not used.")
    yield held


def _open(opened: ExitStack, content: Content, repository: str, digest: str, start: int, attempt: int) -> Stream:
    """Open a blob at byte ``start``, following redirects; BrokenConnectionError if another attempt may succeed."""
    target, origin = f"/v2/{repository}/blobs/{digest}", None
    headers = {"Range": f"bytes={start}-"} if start else {}
    for dummy in range(MOST_REDIRECTS + 1):
        opened.close()
        stream = opened.enter_context(_asked(content, repository, origin, target, headers))
        if stream.status in (301, 302, 303, 307, 308):
            target, origin = _redirected(stream)
            continue
        if stream.status == 404 and origin is None:
            raise NotFoundError(f"Repository '{repository}' has no blob {digest}.")
        if stream.status == (206 if start else 200):
            if start and not stream.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                raise ProtocolError(f"GET {redact(stream.url)} was answered with another range of the blob than requested.")
            return stream
        if start and stream.status == 200:
            raise ProtocolError(
                f"GET {redact(stream.url)} was interrupted and cannot be continued, because it was answered with 200, not 206. Run the task again."
            )
        if content.http.throttled(stream, attempt) or (stream.status == 403 and origin):
            # The signed address may have expired: ask for a new one.
            raise BrokenConnectionError(f"GET {redact(stream.url)} was answered with {stream.status}.")
        raise stream.read().error()
    raise ProtocolError(f"Blob {digest} of '{repository}' is redirected more than {MOST_REDIRECTS} times.")


def _asked(content: Content, repository: str, origin: str | None, target: str, headers: dict[str, str]) -> AbstractContextManager[Stream]:
    if origin is None:
        return content.http.stream("GET", target, repository_scope(repository, "pull"), headers=headers)
    return content.http.storage(origin).stream("GET", target, headers=headers)


def _redirected(stream: Stream) -> tuple[str, str]:
    """Return the target and the origin of a redirect, which must not lead from https to http."""
    link = resolve_link(stream.url, stream.headers.get("Location", ""))
    if (link.scheme != "https" and link.scheme != urlsplit(stream.url).scheme) or link.scheme not in ("http", "https") or not link.hostname:
        raise ProtocolError(f"GET {redact(stream.url)} redirects to {printable(redact(link.geturl()), 120)}, which is not https; that was not followed.")
    netloc = link.netloc.rpartition("@")[2]
    return f"{link.path or '/'}?{link.query}" if link.query else link.path or "/", f"{link.scheme}://{netloc}"
