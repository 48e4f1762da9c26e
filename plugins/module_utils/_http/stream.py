# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""An answer whose body is read piece by piece, or whole within limits."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .._common.errors import ProtocolError, TransportError
from .._common.text import printable, redact
from .response import Response
from .settings import TransportSettings

if TYPE_CHECKING:
    import requests

with suppress(ImportError):
    # It comes with requests; without them Transport raises before there is a stream.
    from urllib3.exceptions import HTTPError

# A list of 1,000 manifests with their tags is well under 2 MiB; a manifest may have 4 MiB.
BODY_LIMIT = 8 * 1024 * 1024
ERROR_LIMIT = 64 * 1024
STREAM_PIECE = 64 * 1024


@dataclass(frozen=True)
class Stream:
    """An answer whose body has not been read."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    _answer: requests.Response = field(repr=False)
    _settings: TransportSettings = field(repr=False)

    def pieces(self, size: int) -> Iterator[bytes]:
        """Give the body in pieces of ``size`` bytes; the last piece is what is left.

        TransportError when the connection fails, or when ``size`` bytes take longer than the timeout. What came until then is given first.
        """
        encoding = self.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            raise ProtocolError(f"{self.method} {redact(self.url)} was answered with Content-Encoding {printable(encoding, 40)}, which was not asked for.")
        ended = False
        while not ended:
            piece, ended, error = self._next_piece(size)
            if piece:
                yield piece
            if error:
                raise error

    def _next_piece(self, size: int) -> tuple[bytes, bool, TransportError | None]:
        """Return up to ``size`` bytes, whether the body has ended, and the error for which they are fewer."""
        raw = self._answer.raw
        # What has arrived, without waiting for more; before urllib3 2.1 only whole amounts can be had.
        read = raw.read1 if hasattr(raw, "read1") else raw.read
        # With TLS a part has 16 KiB at most: whoever hashes and writes is better served with more.
        parts: list[bytes] = []
        received, deadline = 0, time.monotonic() + self._settings.timeout
        error = None
        try:
            while received < size and time.monotonic() < deadline:
                part = read(min(size - received, STREAM_PIECE), decode_content=False)
                if not part:
                    return b"".join(parts), True, None
                parts.append(part)
                received += len(part)
            if received < size:
                late = f"less than {size:,} bytes came in {self._settings.timeout:g} seconds. Check the network path, or raise timeout."
                error = TransportError(f"{self.method} {redact(self.url)} failed: {late}")
        except (HTTPError, OSError) as cause:
            from .failures import transport_error

            error = transport_error(self.method, self.url, cause, self._settings)
        return b"".join(parts), False, error

    def read(self) -> Response:
        """Read the body, within limits: ProtocolError when it is larger than any registry's. Of an error the rest is cut off."""
        limit = BODY_LIMIT if self.status < 400 else ERROR_LIMIT
        body = bytearray()
        for piece in self.pieces(STREAM_PIECE):
            body += piece
            if len(body) > limit:
                if self.status >= 400:
                    break
                raise ProtocolError(f"{self.method} {redact(self.url)} was answered with more than {limit:,} bytes, which no registry sends.")
        return Response(self.method, self.url, self.status, self.headers, bytes(body))
