# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The two endpoints of a registry that issue tokens (Azure/acr, docs/AAD-OAuth.md)."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from urllib.parse import urlencode

from .._common.errors import AuthenticationError, ProtocolError
from .._common.text import printable, redact
from .._http.response import Response
from .._http.transport import Transport
from .tokens import Token


class TokenEndpoint:
    """``/oauth2/exchange`` and ``/oauth2/token`` of one registry. Always its own: the realm of a challenge is never asked."""

    def __init__(self, transport: Transport, service: str, now: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._service = service
        self.now = now

    def exchange(self, entra_token: str, tenant: str | None) -> Token:
        """Trade an access token of Microsoft Entra ID for a refresh token of the registry."""
        form = {"grant_type": "access_token", "service": self._service, "access_token": entra_token}
        if tenant:
            form["tenant"] = tenant
        return self._token(
            self._transport.send("POST", "/oauth2/exchange", form=form),
            "refresh_token",
            "The identity was proven to Microsoft Entra ID, but this registry does not accept it: give it a role on the registry (AcrPull, AcrPush, …).",
        )

    def refresh(self, refresh_token: str, scope: str) -> Token:
        """Trade a refresh token for an access token of ``scope``."""
        form = {"grant_type": "refresh_token", "service": self._service, "scope": scope, "refresh_token": refresh_token}
        return self._token(
            self._transport.send("POST", "/oauth2/token", form=form),
            "access_token",
            "The ACR refresh token is not accepted: it lives for three hours and belongs to one registry, make a new one.",
        )

    def anonymous(self, scope: str) -> Token:
        """Ask for an access token of ``scope`` without any credential."""
        form = {"grant_type": "password", "service": self._service, "scope": scope, "refresh_token": ""}
        return self._token(
            self._transport.send("POST", "/oauth2/token", form=form),
            "access_token",
            "The registry does not allow anonymous access: set username and password, or client_id, secret and tenant.",
        )

    def password(self, username: str, password: str, scope: str) -> Token:
        """Ask for an access token of ``scope`` with the user name and password of the admin user or of a scope map's token."""
        basic = base64.b64encode(f"{username}:{password}".encode()).decode()
        target = "/oauth2/token?" + urlencode({"service": self._service, "scope": scope})
        return self._token(
            self._transport.send("GET", target, headers={"Authorization": f"Basic {basic}"}),
            "access_token",
            f"Check username ({printable(username, 80)}) and password; the admin user must be enabled, a token must not have expired.",
        )

    def _token(self, response: Response, key: str, advice: str) -> Token:
        if response.status in (400, 401):
            raise AuthenticationError(response.refusal(), advice)
        if response.status != 200:
            raise response.error()
        document = response.json()
        value = document.get(key) if isinstance(document, dict) else None
        if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
            raise ProtocolError(f"{response.method} {redact(response.url)} was answered without '{key}': is this an Azure Container Registry?")
        return Token.from_jwt(value, self.now())
