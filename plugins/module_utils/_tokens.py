# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Tokens, and the two endpoints of a registry that give them (Azure/acr, docs/AAD-OAuth.md)."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

from ._errors import AuthenticationError, ProtocolError, printable, redact
from ._response import Response
from ._transport import Transport

# Long enough for the slowest request that still carries the old token.
RENEW_BEFORE = 300.0
# For a token that does not tell: what the Docker token specification lets a client assume.
DEFAULT_LIFETIME = 60.0


@dataclass(frozen=True)
class Token:
    """``value`` is secret; ``renew_at`` is a time of this process's monotonic clock, in seconds; ``scheme`` is how it is sent."""

    value: str
    renew_at: float
    scheme: str = "Bearer"

    def __repr__(self) -> str:
        return f"Token(renew_at={self.renew_at})"

    @property
    def headers(self) -> dict[str, str]:
        """The headers by which it is sent."""
        return {"Authorization": f"{self.scheme} {self.value}"} if self.scheme else {}

    @property
    def ends_at(self) -> str | None:
        """When it ends by the registry's clock, in ISO 8601; None when it does not say so."""
        try:
            return datetime.fromtimestamp(float(_claims(self.value)["exp"]), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (LookupError, ValueError, TypeError, OverflowError):
            return None

    @property
    def granted(self) -> list[dict[str, Any]]:
        """What it allows, as ``{type, name, actions}``: the registry grants less than was asked without a word."""
        entries = _claims(self.value).get("access")
        found = []
        for entry in entries if isinstance(entries, list) else []:
            # Anonymous tokens write these names with a capital.
            fields = {str(name).lower(): value for name, value in entry.items()} if isinstance(entry, dict) else {}
            actions = fields.get("actions")
            found.append(
                {
                    "type": printable(str(fields.get("type")), 60),
                    "name": printable(str(fields.get("name")), 260),
                    "actions": sorted(printable(str(action), 60) for action in actions) if isinstance(actions, list) else [],
                }
            )
        return found

    @classmethod
    def from_jwt(cls, value: str, now: float) -> Token:
        """Return ``value`` with the time to renew it: five minutes before its end, or in the last quarter of a short life.

        The life is counted from now, as the difference of the token's own ``iat`` and ``exp``: this machine's clock may be wrong.
        """
        lifetime = _lifetime(value)
        return cls(value, now + lifetime - min(RENEW_BEFORE, lifetime / 4))


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
            raise response.refusal().error()
        document = response.json()
        value = document.get(key) if isinstance(document, dict) else None
        if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
            raise ProtocolError(f"{response.method} {redact(response.url)} was answered without '{key}': is this an Azure Container Registry?")
        return Token.from_jwt(value, self.now())


def _claims(value: str) -> dict[str, Any]:
    """Return the claims of a JSON Web Token (RFC 7519), none of any other string. The registry verifies them, not we."""
    try:
        payload = value.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (LookupError, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _lifetime(value: str) -> float:
    """Return the seconds a token lives; one that does not say so gets the default."""
    claims = _claims(value)
    try:
        return max(0.0, float(claims["exp"]) - float(claims.get("iat", claims.get("nbf", time.time()))))
    except (LookupError, ValueError, TypeError):
        return DEFAULT_LIFETIME
