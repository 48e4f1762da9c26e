# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator as a transport adapter of the library requests: real sessions talk to it without a socket."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterable
from typing import Any, BinaryIO, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.cookies import extract_cookies_to_jar
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPHeaderDict, HTTPResponse

from .messages import Readable, Request, Response


class Emulated(Protocol):
    """What the adapter needs of the emulator."""

    data_origin: str

    def handle(self, request: Request) -> Response:
        """Answer a request."""


class EmulatorAdapter(BaseAdapter):
    """To be mounted at ``https://``. The host decides the door: ``anonymous.…``, the host of ``data_origin``, or any other: the registry."""

    def __init__(self, emulator: Emulated) -> None:
        super().__init__()
        self.emulator = emulator

    def send(self, request: requests.PreparedRequest, **dummy: Any) -> requests.Response:  # type: ignore[override]
        """Answer a request as a server would."""
        url = urlsplit(request.url or "")
        target = url.path + (f"?{url.query}" if url.query else "")
        headers = [("Host", url.netloc), *((name, _text(value)) for name, value in request.headers.items())]
        answer = self.emulator.handle(Request(request.method or "GET", target, headers, _reader(request.body), self._door(url.netloc)))
        if answer.ends_after == -1:
            raise requests.ConnectionError("The connection was reset, as a fault rule says.", request=request)
        names = HTTPHeaderDict()
        for name, value in answer.headers:
            names.add(name, value)
        if "Content-Length" not in names:
            names.add("Content-Length", str(answer.size))
        body = io.BytesIO() if request.method == "HEAD" else _body(answer)
        raw = HTTPResponse(body=body, headers=names, status=answer.status, preload_content=False, request_method=request.method)
        return self._response(request, raw, names)

    def _door(self, host: str) -> str:
        if host == urlsplit(self.emulator.data_origin).netloc:
            return "data"
        return "anonymous" if host.startswith("anonymous.") else "registry"

    def _response(self, request: requests.PreparedRequest, raw: HTTPResponse, names: HTTPHeaderDict) -> requests.Response:
        response = requests.Response()
        response.status_code = raw.status
        response.headers = CaseInsensitiveDict(names)
        response.raw = raw
        response.url = request.url or ""
        response.request = request
        response.connection = self  # type: ignore[assignment]
        extract_cookies_to_jar(response.cookies, request, raw)  # type: ignore[no-untyped-call]
        return response

    def close(self) -> None:
        """Nothing to close."""


class _Cut(io.BytesIO):
    """A body whose connection ends early: with a reset, or like a complete one."""

    def __init__(self, data: bytes, resets: bool) -> None:
        super().__init__(data)
        self._resets = resets

    def read(self, size: int | None = -1, /) -> bytes:
        """Return bytes until the connection ends."""
        piece = super().read(size)
        if not piece and self._resets:
            raise ConnectionResetError(errno.ECONNRESET, "The connection was reset, as a fault rule says.")
        return piece


class _Pieces:
    """An iterable of bytes, read like a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        size = len(self._rest) if size < 0 else size
        result, self._rest = self._rest[:size], self._rest[size:]
        return result


def _body(answer: Response) -> BinaryIO:
    body: BinaryIO = io.BytesIO(answer.body) if isinstance(answer.body, bytes) else answer.body
    if answer.ends_after is not None:
        return _Cut(body.read(answer.ends_after), answer.resets)
    return body if answer.length is None else io.BytesIO(body.read(answer.length))


def _reader(body: Any) -> Readable:
    if body is None:
        return io.BytesIO()
    if isinstance(body, (bytes, str)):
        return io.BytesIO(body if isinstance(body, bytes) else body.encode())
    return body if hasattr(body, "read") else _Pieces(body)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
