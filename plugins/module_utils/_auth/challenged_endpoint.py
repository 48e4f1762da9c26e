# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Where registries other than Azure's issue tokens: the token service that their challenge names.

Sources: OCI distribution specification 1.1; Docker registry token authentication specification; RFC 7617 (Basic).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from .._common.errors import AuthenticationError, ProtocolError, UsageError
from .._common.text import printable, redact
from .._http.transport import Transport
from .token_endpoint import TokenEndpoint
from .tokens import Token

# What these registries know of what the scopes of Azure's are called.
KNOWN_ACTIONS = ("pull", "push", "delete")


class ChallengedEndpoint(TokenEndpoint):
    """The token service that a registry's challenge names. A password goes there only if it is the registry's own or ``trusted``."""

    def __init__(self, transport: Transport, service: str, trusted: str | None = None) -> None:
        super().__init__(transport, service)
        self._trusted = trusted
        self._challenge: tuple[str, Mapping[str, str]] | None = None

    def anonymous(self, scope: str) -> Token:
        """Ask for a token without any credential; where nobody is asked for one, there is none to send."""
        scheme, parameters = self._challenged()
        if scheme == "":
            return Token("", float("inf"), "")
        if scheme == "basic":
            raise UsageError(f"{self._service} asks for a user name and a password: set username and password of source.")
        return self._fetch(parameters, scope, None)

    def password(self, username: str, password: str, scope: str) -> Token:
        """Ask for a token with a password, or send that itself where the registry wants it so."""
        basic = base64.b64encode(f"{username}:{password}".encode()).decode()
        scheme, parameters = self._challenged()
        if scheme != "bearer":
            return Token(basic, float("inf"), "Basic")
        realm = parameters.get("realm", "")
        own = urlsplit(realm)[:2] == urlsplit(self._transport.origin)[:2]
        if not own and realm.rstrip("/") != (self._trusted or "").rstrip("/"):
            raise UsageError(
                f"{self._service} wants its password to be sent to {printable(redact(realm), 120)}, which is another host: "
                "if that is right, set token_service of source to it."
            )
        return self._fetch(parameters, scope, basic)

    def refresh(self, refresh_token: str, scope: str) -> Token:
        """Ask for a token with an identity token of a login file."""
        return self.password("00000000-0000-0000-0000-000000000000", refresh_token, scope)

    def _challenged(self) -> tuple[str, Mapping[str, str]]:
        """Return the scheme of the registry's challenge, in lower case, and its parameters; no scheme when it asks for nothing."""
        if self._challenge is None:
            answer = self._transport.send("GET", "/v2/")
            if answer.status not in (200, 401):
                raise answer.error()
            header = answer.headers.get("WWW-Authenticate", "") if answer.status == 401 else ""
            scheme, dummy, rest = header.partition(" ")
            if answer.status == 401 and scheme.lower() not in ("bearer", "basic"):
                raise ProtocolError(f"{self._service} asks for a credential in a way that is not known ({printable(header, 80)}).")
            self._challenge = (scheme.lower(), dict(re.findall(r'(\w+)="([^"]*)"', rest)))
        return self._challenge

    def _fetch(self, parameters: Mapping[str, str], scope: str, basic: str | None) -> Token:
        realm = urlsplit(parameters.get("realm", ""))
        if (realm.scheme != "https" and realm.scheme != urlsplit(self._transport.origin).scheme) or not realm.hostname or "@" in realm.netloc:
            raise ProtocolError(f"{self._service} sends for a token to {printable(redact(realm.geturl()), 120)}, which is not https; nothing was sent there.")
        origin = f"{realm.scheme}://{realm.netloc}"
        transport = self._transport if origin == self._transport.origin else self._transport.to(origin)
        # One of Azure's, with a login of its own, knows all actions; others may stumble over those that they do not know.
        azure = realm.geturl() == f"{self._transport.origin}/oauth2/token"
        query = [("service", parameters.get("service", self._service)), *(("scope", one) for one in (scope.split(" ") if azure else _translated(scope)))]
        headers = {"Authorization": f"Basic {basic}"} if basic else {}
        answer = transport.send("GET", f"{realm.path or '/'}?{urlencode(query)}", headers=headers)
        if answer.status in (400, 401):
            advice = "does not accept this login: check" if basic else "is not open to everybody, or not this repository: set"
            raise AuthenticationError(answer.refusal(), f"{self._service} {advice} username and password of source.")
        if answer.status != 200:
            raise answer.error()
        document = answer.json()
        value = (document.get("token") or document.get("access_token")) if isinstance(document, dict) else None
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            raise ProtocolError(f"{answer.method} {redact(answer.url)} was answered without a token.")
        return Token.from_jwt(value, self.now())


def _translated(scope: str) -> list[str]:
    """Return the scopes without actions that only Azure's registries know."""
    found = []
    for one in scope.split(" "):
        head, dummy, actions = one.rpartition(":")
        known = [action for action in actions.split(",") if action in KNOWN_ACTIONS]
        found.append(f"{head}:{','.join(known or ['pull'])}")
    return found
