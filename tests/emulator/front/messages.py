# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and responses, as both fronts of the emulator (the server and the adapter) hand them to its core."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, BinaryIO, Protocol
from urllib.parse import parse_qs

PIECE = 1024 * 1024


class Readable(Protocol):
    """A request's body."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes; empty at the end."""


@dataclass
class Request:
    """A request. ``target`` is its path and query exactly as sent, ``door`` the listener: registry, anonymous or data.

    ``scopes`` and ``principal`` are for the journal: what the request needs, and who sent it.
    """

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: Readable
    door: str = "registry"
    scopes: list[str] = field(default_factory=list)
    principal: str = ""

    @cached_property
    def path(self) -> str:
        """The path, still escaped."""
        return self.target.partition("?")[0]

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The query's parameters."""
        return parse_qs(self.target.partition("?")[2], keep_blank_values=True)

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter."""
        return self.query.get(name, [None])[0]

    def header(self, name: str) -> str:
        """Return a header's values joined, or an empty string."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def host(self) -> str:
        """The name and port by which the client calls the registry: its login server."""
        return self.header("Host")

    def pieces(self, limit: int | None = None) -> Iterable[bytes]:
        """Read the body in pieces, up to ``limit`` bytes in all."""
        left = limit
        while left is None or left > 0:
            piece = self.body.read(PIECE if left is None else min(PIECE, left))
            if not piece:
                return
            if left is not None:
                left -= len(piece)
            yield piece

    def form(self) -> dict[str, str]:
        """Return the URL-encoded fields of the body's first 1 MiB; the values of several ``scope`` fields are joined."""
        text = b"".join(self.pieces(PIECE)).decode("utf-8", "replace")
        fields = parse_qs(text, keep_blank_values=True)
        return {name: values[0] if name != "scope" else " ".join(values) for name, values in fields.items()}

    def json(self) -> Any:
        """Return the parsed body: None when it is empty, or is not JSON."""
        try:
            return json.loads(b"".join(self.pieces(8 * PIECE)) or b"null")
        except ValueError:
            return None


@dataclass
class Response:
    """An answer. ``body`` is bytes, or a file of which ``length`` bytes are sent.

    ``storage``: in the service, its storage back end gives this answer. ``style`` chooses the headers that all answers of a kind
    have: ``registry``, ``router``, ``oauth`` or ``plain`` (none). ``ends_after``: the connection ends after this many bytes of the
    body, or with -1 before the headers, and ``resets`` says whether with a reset (with -1 always).
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | BinaryIO = b""
    length: int | None = None
    storage: bool = False
    style: str = "registry"
    ends_after: int | None = None
    resets: bool = False

    @property
    def size(self) -> int:
        """The body's length in bytes."""
        return len(self.body) if isinstance(self.body, bytes) else self.length or 0


class Refused(Exception):
    """Ends the handling of a request with a response."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def answer(status: int, data: Any, headers: list[tuple[str, str]] | None = None, *, storage: bool = False) -> Response:
    """Return ``data`` as the service writes JSON: compact, ended by a newline."""
    body = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    return Response(status, [("Content-Type", "application/json; charset=utf-8"), *(headers or [])], body, storage=storage)


def error(status: int, code: str, message: str, headers: list[tuple[str, str]] | None = None, *, storage: bool = False, **detail: Any) -> Response:
    """Return an error as the service writes it; ``detail=`` adds that field, with any value."""
    return answer(status, {"errors": [{"code": code, "message": message, **detail}]}, headers, storage=storage)


def refuse(status: int, code: str, message: str, **rest: Any) -> Refused:
    """Return an exception that answers with an error."""
    return Refused(error(status, code, message, **rest))


def page_not_found() -> Response:
    """Return the answer of the service's router to an unknown address. It comes before any authentication."""
    return Response(404, [("Content-Type", "text/plain; charset=utf-8")], b"404 page not found\n", style="router")
