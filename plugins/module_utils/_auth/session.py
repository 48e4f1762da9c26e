# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Requests with the right token: one token for each set of scopes, its renewal, and what a refusal means."""

from __future__ import annotations

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
    """Where the token for ``scopes`` is kept. Whoever holds ``lock`` requests a new one; the other threads wait for it."""

    scopes: list[Scope]
    lock: threading.Lock = field(default_factory=threading.Lock)
    token: Token | None = None


class AuthorizedTransport:
    """A transport whose requests carry a token for the scope that the operation needs, and for few others.

    Scopes that are announced together share a token; any other scope gets a token of its own.
    """

    def __init__(self, transport: Transport, endpoint: TokenEndpoint, credential: Credential) -> None:
        self._transport = transport
        self._endpoint = endpoint
        self._credential = credential
        self._lock = threading.Lock()
        self._slots: dict[Scope, _Slot] = {}
        self._others: dict[str, Transport] = {}

    def announce(self, scopes: Iterable[Scope]) -> None:
        """Let ``scopes``, which will be needed soon, share tokens. No request is made."""
        with self._lock:
            new = [scope for scope in dict.fromkeys(scopes) if scope not in self._slots]
            for start in range(0, len(new), SCOPES_PER_TOKEN):
                self._add_slot(new[start : start + SCOPES_PER_TOKEN])

    @property
    def proxied(self) -> bool:
        """Whether requests go through a proxy."""
        return self._transport.proxied

    def probe(self) -> Response:
        """Return the answer to ``GET /v2/`` without a token."""
        return self._transport.send("GET", "/v2/")

    def login(self, scopes: Iterable[Scope]) -> tuple[Token | None, Token | None]:
        """Return a refresh token, or None if the credential gets none, and an access token for ``scopes``, or None if these are empty."""
        merged = merge_scopes(scopes)
        return self._credential.refresh_token(self._endpoint), self._credential.access_token(self._endpoint, merged) if merged else None

    def send(self, method: str, target: str, scope: Scope, *, headers: Mapping[str, str] | None = None, body: Any = None) -> Response:
        """Send a request as ``Transport.send`` does and return its answer. A token that the registry refuses is renewed once.

        PermissionDeniedError when the credential lacks the permission, AuthenticationError when the new token is refused as well.
        """
        for dummy in range(2):
            token = self._token(scope)
            response = self._transport.send(method, target, headers={**(headers or {}), **token.headers}, body=body)
            if response.status != 401:
                return response
            self._discard(token, scope, response)
        raise AuthenticationError(response.refusal())

    @contextmanager
    def stream(self, method: str, target: str, scope: Scope, *, headers: Mapping[str, str] | None = None, **content: Any) -> Iterator[Stream]:
        """Send a request as ``Transport.stream`` does, with a token as ``send`` does. ``content`` may be sent twice."""
        for dummy in range(2):
            token = self._token(scope)
            with self._transport.stream(method, target, headers={**(headers or {}), **token.headers}, **content) as stream:
                if stream.status != 401:
                    yield stream
                    return
                response = stream.read()
            self._discard(token, scope, response)
        raise AuthenticationError(response.refusal())

    def throttled(self, stream: Stream, attempt: int) -> bool:
        """Return whether an answer asks to try again later, as ``Transport.throttled`` does."""
        return self._transport.throttled(stream.status, stream.headers, attempt)

    def storage(self, origin: str) -> Transport:
        """Return the transport to another origin, where the registry stores its blobs. It sends no credential."""
        with self._lock:
            if origin not in self._others:
                self._others[origin] = self._transport.to(origin)
            return self._others[origin]

    def _token(self, scope: Scope) -> Token:
        slot = self._slot(scope)
        with slot.lock:
            if slot.token is None or slot.token.renew_at <= self._endpoint.now():
                slot.token = self._credential.access_token(self._endpoint, merge_scopes(slot.scopes))
            return slot.token

    def _discard(self, token: Token, scope: Scope, response: Response) -> None:
        """Forget a token that was refused, unless another thread has already renewed it; PermissionDeniedError when a new one would not help."""
        slot = self._slot(scope)
        with slot.lock:
            if slot.token is token:
                slot.token = None
        challenge = response.challenge("bearer")
        # RFC 6750, 3.1
        if challenge and challenge.parameters.get("error") == "insufficient_scope":
            raise PermissionDeniedError(response.refusal(), _permission_advice(scope))

    def _slot(self, scope: Scope) -> _Slot:
        with self._lock:
            return self._slots.get(scope) or self._add_slot([scope])

    def _add_slot(self, scopes: list[Scope]) -> _Slot:
        slot = _Slot(scopes)
        self._slots.update(dict.fromkeys(scopes, slot))
        return slot


def _permission_advice(scope: Scope) -> str:
    if scope == CATALOG:
        return (
            "The credential may not list the registry's repositories: name them instead, or assign a role that may list them "
            "(with repository permissions it is Container Registry Repository Catalog Lister; no scope map can)."
        )
    return f"The credential lacks {scope.action} on repository '{scope.name}': assign a role or extend the scope map that grants it."
