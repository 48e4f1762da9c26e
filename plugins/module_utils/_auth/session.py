# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Requests with the right token: one token per set of scopes, renewal, and what a refusal means."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .._common.errors import AuthenticationError, PermissionDeniedError
from .._http.response import Response
from .._http.stream import Stream
from .._http.transport import Transport
from .credentials import Credential
from .scopes import CATALOG, SCOPES_PER_TOKEN, Scope, merge_scopes
from .token_endpoint import TokenEndpoint
from .tokens import Token


@dataclass
class _Slot:
    """One token of ``scopes``, and the lock under which it is renewed: once, however many threads wait for it."""

    scopes: list[Scope]
    lock: threading.Lock = field(default_factory=threading.Lock)
    token: Token | None = None


class AuthorizedTransport:
    """A transport whose requests carry a token of exactly the scope that the operation needs."""

    def __init__(self, transport: Transport, endpoint: TokenEndpoint, credential: Credential) -> None:
        self._transport = transport
        self._endpoint = endpoint
        self._credential = credential
        self._lock = threading.Lock()
        self._slots: dict[Scope, _Slot] = {}
        self._others: dict[str, Transport] = {}

    def announce(self, scopes: Iterable[Scope]) -> None:
        """Say which scopes will be needed soon, so that several share one token."""
        with self._lock:
            new = [scope for scope in dict.fromkeys(scopes) if scope not in self._slots]
            for start in range(0, len(new), SCOPES_PER_TOKEN):
                self._open_slot(new[start : start + SCOPES_PER_TOKEN])

    @property
    def proxied(self) -> bool:
        """Whether requests go through a proxy."""
        return self._transport.proxied

    def challenge(self) -> Response:
        """Return the answer to a request without any credential."""
        return self._transport.send("GET", "/v2/")

    def login(self, scopes: Iterable[Scope]) -> tuple[Token | None, Token | None]:
        """Return a refresh token, where the credential has one, and an access token of ``scopes``, if there are any."""
        asked = merge_scopes(scopes)
        return self._credential.refresh_token(self._endpoint), self._credential.access(self._endpoint, asked) if asked else None

    def send(self, method: str, target: str, scope: Scope, *, headers: Mapping[str, str] | None = None, body: Any = None) -> Response:
        """Send a request and return its answer; a token that the registry no longer accepts is renewed once.

        PermissionDenied when the token does not cover the request, AuthenticationError when a fresh one is refused too.
        """
        for dummy in range(2):
            token = self._token(scope)
            response = self._transport.send(method, target, headers={**(headers or {}), **token.headers}, body=body)
            if response.status != 401:
                return response
            self._refused(response, scope, token)
        raise AuthenticationError(response.refusal())

    @contextmanager
    def stream(self, method: str, target: str, scope: Scope, *, headers: Mapping[str, str] | None = None, **content: Any) -> Iterator[Stream]:
        """Send a request as ``Transport.stream`` does, with a token as ``send`` does; ``content`` must be able to be sent again."""
        for dummy in range(2):
            token = self._token(scope)
            with self._transport.stream(method, target, headers={**(headers or {}), **token.headers}, **content) as stream:
                if stream.status != 401:
                    yield stream
                    return
                response = stream.read()
            self._refused(response, scope, token)
        raise AuthenticationError(response.refusal())

    def throttled(self, stream: Stream, attempt: int) -> bool:
        """Whether the answer asks to try again; then all requests wait."""
        return self._transport.throttled(stream.status, stream.headers, attempt)

    def elsewhere(self, origin: str) -> Transport:
        """Return a way to another origin, where the registry keeps its blobs. No credential goes there."""
        with self._lock:
            return self._others.setdefault(origin, self._transport.to(origin))

    def _refused(self, response: Response, scope: Scope, token: Token) -> None:
        """Take note of a 401; PermissionDenied when another token would not help."""
        with self._renewal(scope) as slot:
            if slot.token is token:
                slot.token = None
        if _challenge_error(response) == "insufficient_scope":
            raise PermissionDeniedError(response.refusal(), _permission_advice(scope))

    def _token(self, scope: Scope) -> Token:
        with self._renewal(scope) as slot:
            if slot.token is None or slot.token.renew_at <= self._endpoint.now():
                slot.token = self._credential.access(self._endpoint, merge_scopes(slot.scopes))
            return slot.token

    @contextmanager
    def _renewal(self, scope: Scope) -> Iterator[_Slot]:
        with self._lock:
            slot = self._slots.get(scope) or self._open_slot([scope])
        with slot.lock:
            yield slot

    def _open_slot(self, scopes: list[Scope]) -> _Slot:
        slot = _Slot(scopes)
        self._slots.update(dict.fromkeys(scopes, slot))
        return slot


def _challenge_error(response: Response) -> str:
    """Return the ``error`` of a Bearer challenge (RFC 6750, 3), or an empty string."""
    match = re.search(r'\berror="([^"]*)"', response.headers.get("WWW-Authenticate", ""))
    return match.group(1) if match else ""


def _permission_advice(scope: Scope) -> str:
    if scope == CATALOG:
        return (
            "The credential may not list the registry's repositories: name them instead, or assign a role that may list them "
            "(a scope map's token cannot; with repository permissions it is Container Registry Repository Catalog Lister)."
        )
    return f"The credential lacks {scope.action} on repository '{scope.name}': assign a role or extend the scope map that grants it."
