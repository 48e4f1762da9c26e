# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry's token endpoints, and Microsoft Entra ID's as far as azure-identity needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..front.messages import Request, Response, answer, error, text
from ..identity.access import MESSAGE
from ..identity.identities import NOBODY, Principal
from ..identity.tokens import ACCESS_LIFETIME, ANONYMOUS_LIFETIME, ENTRA_LIFETIME

if TYPE_CHECKING:
    from ..core import Emulator

ACR_AUDIENCE = "https://containerregistry.azure.net"
ARM_AUDIENCES = {
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://management.chinacloudapi.cn",
    "https://management.core.chinacloudapi.cn",
    "https://management.usgovcloudapi.net",
    "https://management.core.usgovcloudapi.net",
}

# What the machine's environment variable IDENTITY_HEADER must say.
IDENTITY_HEADER = "emulated"

ENTRA_ERRORS = {
    "7000215": ("invalid_client", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value."),
    "700027": ("invalid_client", "The certificate with identifier used to sign the client assertion is not registered on application '{client}'."),
    "700213": ("invalid_client", "No matching federated identity record found for presented assertion subject of application '{client}'."),
    "700016": ("unauthorized_client", "Application with identifier '{client}' was not found in the directory '{tenant}'."),
    "90002": ("invalid_request", "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."),
}


def exchange(emulator: Emulator, request: Request) -> Response:
    """``POST /oauth2/exchange``: a token of Entra ID for a refresh token of the registry."""
    form = request.form()
    request.scopes = [f"grant_type={form.get('grant_type', '')}"]
    token = form.get("access_token", "")
    claims = emulator.tokens.read(token) if emulator.identities.strict else emulator.tokens.read_any(token)
    audience = str(claims.get("aud", "")).rstrip("/") if claims else ""
    wrong = claims is None or (emulator.identities.strict and audience != ACR_AUDIENCE and audience not in ARM_AUDIENCES)
    if wrong or (audience in ARM_AUDIENCES and not emulator.settings["arm_audience"]):
        return _exchange_failed()
    client = str(claims.get("appid") or claims.get("azp") or claims.get("oid") or "user") if claims else ""
    if emulator.identities.application(client) is None:
        return _exchange_failed()
    request.principal = client
    refresh_token = emulator.tokens.refresh(request.host, client, form.get("tenant", ""), emulator.settings["abac"])
    return _oauth(answer(200, {"refresh_token": refresh_token}))


def token(emulator: Emulator, request: Request) -> Response:
    """``GET`` and ``POST /oauth2/token``: whoever asks gets what of the scope it may have."""
    if request.method == "GET":
        scope = " ".join(request.query.get("scope", []))
        kind, dummy, value = request.header("Authorization").partition(" ")
        principal = emulator.access.basic(value) if kind.lower() == "basic" else _anonymous(emulator, request)
    else:
        form = request.form()
        scope = form.get("scope", "")
        principal = _from_form(emulator, request, form)
    request.scopes = scope.split()
    if principal is None:
        return _oauth(error(401, "UNAUTHORIZED", MESSAGE))
    request.principal = principal.name
    lifetime = ANONYMOUS_LIFETIME if principal is NOBODY else ACCESS_LIFETIME
    access = emulator.access.granted(principal, scope, emulator.settings["abac"])
    return _oauth(answer(200, {"access_token": emulator.tokens.access(request.host, principal.name, access, lifetime)}))


def _from_form(emulator: Emulator, request: Request, form: dict[str, str]) -> Principal | None:
    if form.get("username"):
        return emulator.identities.password(form["username"], form.get("password", ""))
    if form.get("refresh_token"):
        claims = emulator.tokens.read(form["refresh_token"])
        valid = claims is not None and claims.get("grant_type") == "refresh_token" and claims.get("aud") == request.host
        return emulator.identities.named(claims["sub"]) if claims and valid else None
    return _anonymous(emulator, request) if form.get("grant_type") == "password" else None


def _anonymous(emulator: Emulator, request: Request) -> Principal | None:
    return NOBODY if request.door == "anonymous" or emulator.settings["anonymous"] else None


def _exchange_failed() -> Response:
    """Return the service's answer, which here has neither a newline nor a charset."""
    body = b'{"errors":[{"code":"UNAUTHORIZED","message":"retrieving permissions failed"}]}'
    return _oauth(Response(401, [("Content-Type", "application/json")], body))


def _oauth(response: Response) -> Response:
    response.style = "oauth"
    return response


def discovery(request: Request) -> Response:
    """``/common/discovery/instance``: which hosts are the same authority."""
    origin = f"https://{request.host}"
    metadata = [{"preferred_network": request.host, "preferred_cache": request.host, "aliases": [request.host]}]
    endpoint = f"{origin}/common/v2.0/.well-known/openid-configuration"
    return _entra(200, {"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": metadata})


def configuration(request: Request, tenant: str) -> Response:
    """``/{tenant}/v2.0/.well-known/openid-configuration``."""
    base = f"https://{request.host}/{text(tenant)}"
    return _entra(
        200,
        {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "issuer": f"{base}/v2.0",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_types_supported": ["code", "id_token", "code id_token", "token id_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        },
    )


def sign_in(emulator: Emulator, request: Request, tenant: str) -> Response:
    """``POST /{tenant}/oauth2/v2.0/token`` with a client secret, or an assertion signed with a certificate or by another issuer."""
    form = request.form()
    tenant, client = text(tenant), form.get("client_id", "")
    request.scopes = [f"grant_type={form.get('grant_type', '')}", *form.get("scope", "").split()]
    request.principal = client
    number = emulator.identities.sign_in(tenant, client, form.get("client_secret", ""), form.get("client_assertion", ""))
    if number:
        code, sentence = ENTRA_ERRORS[number]
        description = f"AADSTS{number}: {sentence.format(client=client, tenant=tenant)} Trace ID: 0 Correlation ID: 0 Timestamp: 0"
        return _entra(401 if code == "invalid_client" else 400, {"error": code, "error_description": description, "error_codes": [int(number)]})
    audience = form.get("scope", "").removesuffix("/.default")
    token = emulator.tokens.entra(f"https://{request.host}/{tenant}/v2.0", audience, tenant, client)
    return _entra(200, {"token_type": "Bearer", "expires_in": ENTRA_LIFETIME, "ext_expires_in": ENTRA_LIFETIME, "access_token": token})


def managed_identity(emulator: Emulator, request: Request) -> Response:
    """``GET /msi/token``: the identity endpoint of App Service, api-version 2019-08-01, for an identity that has a role here."""
    if request.header("X-Identity-Header") != IDENTITY_HEADER:
        return _entra(401, {"statusCode": 401, "message": "The header X-IDENTITY-HEADER is wrong."})
    client = request.parameter("client_id") or request.parameter("mi_res_id") or "system-assigned"
    request.principal = client
    if emulator.identities.application(client) is None:
        return _entra(
            400, {"statusCode": 400, "message": "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."}
        )
    token = emulator.tokens.entra(f"https://{request.host}/managed/v2.0", request.parameter("resource") or "", "managed", client)
    ends = int(emulator.clock.now()) + ENTRA_LIFETIME
    return _entra(200, {"access_token": token, "client_id": client, "expires_on": str(ends), "resource": request.parameter("resource"), "token_type": "Bearer"})


def _entra(status: int, data: object) -> Response:
    response = answer(status, data)
    response.style = "plain"
    return response
