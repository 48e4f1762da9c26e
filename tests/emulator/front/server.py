# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator behind sockets: each door is a listener with TLS, served by cheroot."""

from __future__ import annotations

import errno
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter

from .messages import PIECE, Request, Response

THREADS = 16
CONNECTIONS = 1000
HOST = "127.0.0.1"

CONNECTION = "emulator.connection"

Handle = Callable[[Request], Response]

# Large enough that Python has little to do for each byte, small enough that TLS does not copy much.
SEND_PIECE = 256 * 1024


class Door:
    """One listener: ``door`` is its name, ``handle`` answers its requests, port 0 takes a free one."""

    def __init__(self, handle: Handle, door: str, port: int, certificate: Path) -> None:
        self._server = wsgi.Server((HOST, port), application(handle, door), numthreads=THREADS, request_queue_size=128, timeout=60)
        self._server.gateway = _Gateway
        # Beyond its limit the server would close connections that an answer has just promised to keep.
        self._server.keep_alive_conn_limit = CONNECTIONS
        self._server.ssl_adapter = BuiltinSSLAdapter(str(certificate), str(certificate))
        self._server.prepare()
        self.port: int = self._server.bind_addr[1]
        # Storage has a host name of its own, as in Azure: to another port of the same host, clients would send their credentials.
        self.origin = f"https://{HOST if door == 'data' else 'localhost'}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve, name=f"door-{door}", daemon=True)

    def open(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._server.stop()
        self._thread.join(10)


def application(handle: Handle, door: str) -> Callable[..., Iterable[bytes]]:
    """Return a WSGI application (PEP 3333) for one door."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = [(name[5:].replace("_", "-").title(), value) for name, value in environ.items() if name.startswith("HTTP_")]
        headers += [(name.replace("_", "-").title(), environ[name]) for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)]
        body = environ["wsgi.input"]
        request = Request(environ["REQUEST_METHOD"], environ["REQUEST_URI"], headers, body, door)
        response = handle(request)
        if response.ends_after == -1:
            raise _ended(environ, response)
        # The rest of the body must be read, or the server would take it for the connection's next request.
        while body.read(PIECE):
            pass
        if response.style != "oauth" and response.status != 204 and not any(name.lower() == "content-length" for name, dummy in response.headers):
            # The token endpoints answer in chunks, as the service's do.
            response.headers.append(("Content-Length", str(response.size)))
        if response.style != "plain" and request.header("Connection").lower() != "close":
            response.headers.append(("Connection", "keep-alive"))
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", response.headers)
        return () if request.method == "HEAD" else _sent(environ, response)

    return call


class _Gateway(wsgi.Gateway_10):  # type: ignore[misc]
    """Tells the application its connection, so that a fault can end it."""

    def get_environ(self) -> dict[str, Any]:
        """Return the environment that WSGI specifies, and the connection."""
        return {**super().get_environ(), CONNECTION: self.req.conn}


def _sent(environ: dict[str, Any], response: Response) -> Iterator[bytes]:
    """Send a response, or the part of it that comes before a fault."""
    left = response.ends_after
    for piece in _pieces(response):
        if left is not None and len(piece) >= left:
            yield piece[:left]
            raise _ended(environ, response)
        if left is not None:
            left -= len(piece)
        yield piece
    if left is not None:
        raise _ended(environ, response)


def _ended(environ: dict[str, Any], response: Response) -> OSError:
    """Reset the connection if the fault is a reset, and return the exception that makes the server close it."""
    if response.resets or response.ends_after == -1:
        connection = environ[CONNECTION]
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.socket.detach())
        # The server has nothing left to close.
        connection.linger = True
    return OSError(errno.EPIPE, "The connection ends here, as a fault rule says.")


def _pieces(response: Response) -> Iterator[bytes]:
    if isinstance(response.body, bytes):
        if response.body:
            yield response.body
        return
    with response.body as file:
        left = response.size
        while left > 0:
            piece = file.read(min(SEND_PIECE, left))
            if not piece:
                return
            left -= len(piece)
            yield piece
