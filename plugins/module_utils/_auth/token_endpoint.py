# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The two endpoints of an Azure Container Registry that issue tokens (Azure/acr, docs/AAD-OAuth.md)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from .._common.errors import AuthenticationError, ProtocolError
from .._common.text import printable, redact
from .._http.response import Response
from .._http.transport import Transport
from .tokens import Token


class TokenEndpoint:
    """``/oauth2/exchange`` and ``/oauth2/token`` of one registry. The realm of a challenge is never used: it could lead to another host."""

    def __init__(self, transport: Transport, service: str, now: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._service = service
        self.now = now

    def exchange(self, entra_token: str, tenant: str | None) -> Token:
        """Return a refresh token of the registry in exchange for an access token of Microsoft Entra ID."""
        return self._post(
            "/oauth2/exchange",
            {"grant_type": "access_token", "access_token": entra_token, **({"tenant": tenant} if tenant else {})},
            "refresh_token",
            "Microsoft Entra ID accepted the identity, but this registry does not: give it a role on the registry (AcrPull, AcrPush, …).",
        )

    def refresh(self, refresh_token: str, scope: str) -> Token:
        """Return an access token for ``scope`` in exchange for a refresh token."""
        return self._post(
            "/oauth2/token",
            {"grant_type": "refresh_token", "scope": scope, "refresh_token": refresh_token},
            "access_token",
            "The registry does not accept the ACR refresh token. Get a new one: it is valid for three hours, and for one registry only.",
        )

    def anonymous(self, scope: str) -> Token:
        """Return an access token for ``scope`` without a credential."""
        return self._post(
            "/oauth2/token",
            {"grant_type": "password", "scope": scope, "refresh_token": ""},
            "access_token",
            "The registry does not allow anonymous access, and no credential is set: set username and password, or client_id, secret and tenant, or "
            "auth_source: cli or managed_identity. Profiles in ~/.azure are not read.",
        )

    def password(self, username: str, password: str, scope: str) -> Token:
        """Return an access token for ``scope`` and the admin user, or a token of a scope map."""
        target = "/oauth2/token?" + urlencode({"service": self._service, "scope": scope})
        response = self._transport.send("GET", target, headers=Token.basic(username, password).headers)
        advice = f"Check username ({printable(username, 80)}) and password; the admin user must be enabled, and the password of a token must not have expired."
        return self._token(response, ("access_token",), advice)

    def _post(self, path: str, form: Mapping[str, str], key: str, advice: str) -> Token:
        return self._token(self._transport.send("POST", path, form={"service": self._service, **form}), (key,), advice)

    def _token(self, response: Response, keys: tuple[str, ...], advice: str) -> Token:
        """Return the token of an answer, under the first of ``keys`` that it has; AuthenticationError with ``advice`` when it was refused."""
        if response.status in (400, 401):
            raise AuthenticationError(response.refusal(), advice)
        if response.status != 200:
            raise response.error()
        document: Any = response.json()
        value = next(filter(None, map(document.get, keys)), None) if isinstance(document, dict) else None
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            raise ProtocolError(
                f"{response.method} {redact(response.url)} was answered without '{keys[0]}'. Check the value of registry, and any proxy in between."
            )
        return Token.from_jwt(value, self.now())
