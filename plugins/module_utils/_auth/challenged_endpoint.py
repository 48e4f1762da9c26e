# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Where registries other than Azure's issue tokens: the token service that their challenge names.

Sources: OCI distribution specification 1.1; Docker registry token authentication specification; RFC 7617 (Basic).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import SplitResult, urlencode, urlsplit

from .._common.errors import ProtocolError, UsageError
from .._common.text import printable, redact
from .._http.challenge import Challenge
from .._http.transport import Transport
from .credentials import TOKEN_USER
from .token_endpoint import TokenEndpoint
from .tokens import Token

# The actions that these registries have in common with Azure's.
KNOWN_ACTIONS = ("pull", "push", "delete")
# What a registry that requires no authentication answers with.
_NO_CHALLENGE = Challenge("", {})
_NO_TOKEN = Token("", float("inf"), scheme="")


class ChallengedEndpoint(TokenEndpoint):
    """The token service that a registry's challenge names. A password is sent to the registry's own origin, or to ``trusted``, only."""

    def __init__(self, transport: Transport, service: str, trusted: str | None = None) -> None:
        super().__init__(transport, service)
        self._trusted = trusted
        self._challenge: Challenge | None = None

    def anonymous(self, scope: str) -> Token:
        """Return an access token for ``scope`` without a credential; an empty one when the registry requires none."""
        challenge = self._challenged()
        if challenge is _NO_CHALLENGE:
            return _NO_TOKEN
        if challenge.scheme == "basic":
            raise UsageError(f"{self._service} requires a user name and a password: set username and password of source_registry.")
        advice = f"{self._service} does not allow anonymous access to this repository: set username and password of source_registry."
        return self._fetch(challenge, scope, {}, advice)

    def password(self, username: str, password: str, scope: str) -> Token:
        """Return an access token for ``scope`` and a user; the password itself where the registry issues no tokens."""
        basic = Token.basic(username, password)
        challenge = self._challenged()
        if challenge.scheme != "bearer":
            return basic
        realm = self._realm(challenge)
        if realm[:2] != urlsplit(self._transport.origin)[:2] and realm.geturl().rstrip("/") != (self._trusted or "").rstrip("/"):
            raise UsageError(
                f"{self._service} asks for its password to be sent to another host, {printable(redact(realm.geturl()), 120)}; nothing was sent there. "
                "If you trust that host, set token_service of source_registry to this URL."
            )
        return self._fetch(challenge, scope, basic.headers, f"{self._service} does not accept this login: check username and password of source_registry.")

    def refresh(self, refresh_token: str, scope: str) -> Token:
        """Return an access token for ``scope`` in exchange for the identity token of a login file."""
        return self.password(TOKEN_USER, refresh_token, scope)

    def _challenged(self) -> Challenge:
        """Return the registry's challenge, which is requested once. Of several a Bearer challenge is preferred."""
        if self._challenge is None:
            answer = self._transport.send("GET", "/v2/")
            if answer.status not in (200, 401):
                raise answer.error()
            challenge = _NO_CHALLENGE if answer.status == 200 else answer.challenge("bearer") or answer.challenge("basic")
            if challenge is None:
                header = printable(answer.headers.get("WWW-Authenticate", "none"), 80)
                raise ProtocolError(f"{self._service} requires an authentication that is not supported ({header}): only Bearer and Basic are.")
            self._challenge = challenge
        return self._challenge

    def _realm(self, challenge: Challenge) -> SplitResult:
        """Return the URL of the token service; ProtocolError unless it is https, as the registry is."""
        text = challenge.parameters.get("realm", "")
        with suppress(ValueError):
            realm = urlsplit(text)
            if realm.scheme in ("https", urlsplit(self._transport.origin).scheme) and realm.hostname and "@" not in realm.netloc:
                return realm
        shown = printable(text.partition("?")[0].rpartition("@")[2], 120)
        raise ProtocolError(f"{self._service} names '{shown}' as its token service, which is not an https URL; nothing was sent there.")

    def _fetch(self, challenge: Challenge, scope: str, headers: Mapping[str, str], advice: str) -> Token:
        realm = self._realm(challenge)
        origin = f"{realm.scheme}://{realm.netloc}"
        transport = self._transport if origin == self._transport.origin else self._transport.to(origin)
        # Another Azure registry, with a login of its own, knows all actions; other registries may reject those that they do not know.
        azure = realm.geturl() == f"{self._transport.origin}/oauth2/token"
        scopes = scope.split(" ") if azure else map(_common_scope, scope.split(" "))
        query = [("service", challenge.parameters.get("service", self._service)), *(("scope", one) for one in scopes)]
        answer = transport.send("GET", f"{realm.path or '/'}?{urlencode(query)}", headers=headers)
        return self._token(answer, ("token", "access_token"), advice)


def _common_scope(scope: str) -> str:
    """Return a scope with those of its actions that every registry knows, at least ``pull``."""
    head, dummy, actions = scope.rpartition(":")
    return f"{head}:{','.join([action for action in actions.split(',') if action in KNOWN_ACTIONS] or ['pull'])}"
