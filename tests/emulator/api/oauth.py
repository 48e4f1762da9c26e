# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``/oauth2``: the registry's token endpoints."""

from __future__ import annotations

from ..front.messages import Request, Response, answer, error
from ..identity.access import MESSAGE, Access
from ..identity.identities import NOBODY, Identities, Principal
from ..identity.tokens import ACCESS_LIFETIME, ANONYMOUS_LIFETIME, Tokens
from ..state.settings import Settings

ACR_AUDIENCE = "https://containerregistry.azure.net"
ARM_AUDIENCES = {
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://management.chinacloudapi.cn",
    "https://management.core.chinacloudapi.cn",
    "https://management.usgovcloudapi.net",
    "https://management.core.usgovcloudapi.net",
}


class TokenEndpoints:
    """Issues refresh tokens in exchange for tokens of Entra ID, and access tokens."""

    def __init__(self, tokens: Tokens, identities: Identities, access: Access, settings: Settings) -> None:
        self._tokens = tokens
        self._identities = identities
        self._access = access
        self._settings = settings

    def exchange(self, request: Request) -> Response:
        """``POST /oauth2/exchange``: a refresh token of the registry in exchange for a token of Entra ID."""
        form = request.form()
        request.scopes = [f"grant_type={form.get('grant_type', '')}"]
        client = self._client(form.get("access_token", ""))
        if client is None or self._identities.application(client) is None:
            return _exchange_failed()
        request.principal = client
        refresh_token = self._tokens.refresh(request.host, client, form.get("tenant", ""), self._settings["abac"])
        return _oauth(answer(200, {"refresh_token": refresh_token}))

    def _client(self, token: str) -> str | None:
        """Return the application or user that a token of Entra ID names, None when the registry refuses the token."""
        claims = self._tokens.read(token) if self._identities.strict else self._tokens.read_any(token)
        if claims is None or not self._accepts(str(claims.get("aud", "")).rstrip("/")):
            return None
        return str(claims.get("appid") or claims.get("azp") or claims.get("oid") or "user")

    def _accepts(self, audience: str) -> bool:
        if audience in ARM_AUDIENCES:
            return self._settings["arm_audience"]
        return audience == ACR_AUDIENCE or not self._identities.strict

    def token(self, request: Request) -> Response:
        """``GET`` and ``POST /oauth2/token``: an access token for the part of the scope that the caller may have."""
        if request.method == "GET":
            scope = " ".join(request.query.get("scope", []))
            kind, dummy, value = request.header("Authorization").partition(" ")
            principal = self._access.basic(value) if kind.lower() == "basic" else self._anonymous(request)
        else:
            form = request.form()
            scope = form.get("scope", "")
            principal = self._from_form(request, form)
        request.scopes = scope.split()
        if principal is None:
            return _oauth(error(401, "UNAUTHORIZED", MESSAGE))
        request.principal = principal.name
        lifetime = ANONYMOUS_LIFETIME if principal is NOBODY else ACCESS_LIFETIME
        access = self._access.granted(principal, scope, self._settings["abac"])
        return _oauth(answer(200, {"access_token": self._tokens.access(request.host, principal.name, access, lifetime)}))

    def _from_form(self, request: Request, form: dict[str, str]) -> Principal | None:
        if form.get("username"):
            return self._identities.password(form["username"], form.get("password", ""))
        if form.get("refresh_token"):
            claims = self._tokens.read(form["refresh_token"])
            valid = claims is not None and claims.get("grant_type") == "refresh_token" and claims.get("aud") == request.host
            return self._identities.named(claims["sub"]) if claims and valid else None
        return self._anonymous(request) if form.get("grant_type") == "password" else None

    def _anonymous(self, request: Request) -> Principal | None:
        return NOBODY if request.door == "anonymous" or self._settings["anonymous"] else None


def _exchange_failed() -> Response:
    """Return the service's answer, which here has neither a newline nor a charset."""
    body = b'{"errors":[{"code":"UNAUTHORIZED","message":"retrieving permissions failed"}]}'
    return _oauth(Response(401, [("Content-Type", "application/json")], body))


def _oauth(response: Response) -> Response:
    response.style = "oauth"
    return response
