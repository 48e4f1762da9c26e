# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The upload of a blob: in chunks, and continued after a broken connection from the byte that the registry names.

Source: OCI distribution specification 1.1, "Pushing blobs". After a broken connection, Azure Container Registry may have forgotten the
upload; then it begins again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from .._auth.scopes import repository_scope
from .._common.errors import DriftError, ProtocolError, RegistryError, TransportError
from .._common.meter import Meter
from .._common.text import printable, short_digest
from .._http.pace import wait_before_retry
from .._http.response import Response
from .._http.settings import RETRY_STATUSES, TRIES
from .._registry.content import PUSH, Content
from .sources import ContentSource

# In bytes. The service refuses larger requests in some places (413 above 20 MB).
CHUNK = 16 * 1024 * 1024
SMALLEST_CHUNK = 1024 * 1024


class _Cursor:
    """Reads consecutive parts of a source without opening it again for each part."""

    def __init__(self, source: ContentSource) -> None:
        self._source = source
        self._at = -1
        self._rest = b""
        self._pieces: Iterator[bytes] = iter(())

    def read(self, start: int, length: int, meter: Meter) -> Iterator[bytes]:
        """Give ``length`` bytes from byte ``start`` on."""
        if start != self._at:
            self._at, self._rest, self._pieces = start, b"", self._source.pieces(start)
        while length:
            piece = self._rest or next(self._pieces, b"")
            if not piece:
                raise AssertionError("a source is as long as its size")
            piece, self._rest = piece[:length], piece[length:]
            self._at += len(piece)
            length -= len(piece)
            meter.add(len(piece))
            yield piece


@dataclass(frozen=True)
class _Part:
    """The body of a request: a part of a source. It can be sent again."""

    cursor: _Cursor
    start: int
    length: int
    meter: Meter

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[bytes]:
        self.meter.done = self.start
        return self.cursor.read(self.start, self.length, self.meter)


class Upload:
    """One upload of a blob."""

    def __init__(self, content: Content, repository: str, digest: str, source: ContentSource) -> None:
        self._http = content.http
        self._content = content
        self._repository = repository
        self._digest = digest
        self._size = source.size
        self._cursor = _Cursor(source)
        self._meter = Meter(f"upload of {short_digest(digest)}", source.size)
        self._chunk = CHUNK
        self._location: str | None = None
        self._received = 0
        self._finishing = False

    def run(self) -> None:
        """Upload the blob; RegistryError if the registry refuses it, TransportError after too many broken connections without progress."""
        failures, furthest = 0, 0
        while True:
            try:
                self._step_by_step()
                return
            except (TransportError, _RetryError) as error:
                failures = 0 if self._received > furthest else failures + 1
                furthest = max(furthest, self._received)
                if failures == TRIES:
                    raise (error.reason if isinstance(error, _RetryError) else error) from None
                if failures or (isinstance(error, _RetryError) and error.reason.answer.status == 413):
                    self._chunk = max(SMALLEST_CHUNK, self._chunk // 2)
                time.sleep(wait_before_retry(None, failures, time.time()) if failures else 0)
                if self._resume():
                    return

    def _step_by_step(self) -> None:
        if self._location is None:
            self._received = 0
            self._advance(self._http.send("POST", f"/v2/{self._repository}/blobs/uploads/", repository_scope(self._repository, PUSH)), 202, 0)
        # A blob that fits into one request is sent with the last one, which is needed anyway.
        while self._received < self._size and not self._received == 0 < self._size <= self._chunk:
            until = min(self._received + self._chunk, self._size)
            headers = {"Content-Range": f"{self._received}-{until - 1}"}
            self._advance(self._send("PATCH", str(self._location), until, headers), 202, until)
        self._finish()

    def _finish(self) -> None:
        location = str(self._location)
        self._finishing = True
        answer = self._send("PUT", f"{location}{'&' if '?' in location else '?'}digest={quote(self._digest, safe='')}", self._size, {})
        if answer.status == 400 and answer.refusal().code == "DIGEST_INVALID":
            raise DriftError(
                f"The content of {self._digest} changed while it was uploaded to '{self._repository}', so the registry refused it. "
                "Run the task again when nothing changes the content."
            )
        if answer.status != 201:
            raise self._error_of(answer)
        kept = answer.headers.get("Docker-Content-Digest", self._digest)
        if kept != self._digest:
            raise ProtocolError(f"The registry stored blob {self._digest} of '{self._repository}' as {printable(kept, 80)}: it was damaged on the way.")

    def _send(self, method: str, target: str, until: int, headers: dict[str, str]) -> Response:
        """Send the bytes that the registry does not have yet, up to ``until``."""
        part = _Part(self._cursor, self._received, until - self._received, self._meter)
        headers = {**headers, "Content-Type": "application/octet-stream"}
        with self._http.stream(method, target, repository_scope(self._repository, PUSH), headers=headers, data=part if len(part) else b"") as stream:
            self._http.throttled(stream, 1)
            return stream.read()

    def _advance(self, answer: Response, expected: int, received: int) -> None:
        if answer.status != expected:
            raise self._error_of(answer)
        self._location, self._received = self._content.location(answer), received

    def _error_of(self, answer: Response) -> Exception:
        """Return the error for an unexpected answer: _RetryError if the upload can be continued."""
        again = answer.status in (404, 413, 416) if self._location else False
        error = answer.error()
        return _RetryError(error) if again or answer.status in RETRY_STATUSES else error

    def _resume(self) -> bool:
        """Ask the registry for the state of the upload, which begins again if there is none. True if the blob exists: only the answer was lost."""
        location, self._location = self._location, None
        if location is None:
            return False
        try:
            if self._finishing and self._content.blob_size(self._repository, self._digest) == self._size:
                return True
            answer = self._http.send("GET", location, repository_scope(self._repository, PUSH))
        except TransportError:
            return False
        match = re.fullmatch(r"(?:bytes=)?0-(\d+)", answer.headers.get("Range", ""))
        # The service writes 0-0 for an empty upload, so a single byte counts as none.
        if answer.status == 204 and match and 0 < int(match.group(1)) < self._size:
            self._location, self._received = self._content.location(answer), int(match.group(1)) + 1
        return False


class _RetryError(Exception):
    """An answer after which the upload can be continued; not raised beyond this file."""

    def __init__(self, reason: RegistryError) -> None:
        super().__init__()
        self.reason = reason


def upload(content: Content, repository: str, digest: str, source: ContentSource) -> None:
    """Upload the blob ``digest`` to ``repository``; ``source`` gives its content."""
    Upload(content, repository, digest, source).run()
