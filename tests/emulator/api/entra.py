# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Entra ID's endpoints as far as azure-identity needs them, and the identity endpoint of App Service."""

from __future__ import annotations

import re
from urllib.parse import unquote

from ..front.messages import Request, Response, answer
from ..identity.identities import Identities
from ..identity.tokens import ENTRA_LIFETIME, Tokens
from ..state.clock import Clock

SIGN_IN = re.compile(r"/(?P<tenant>[^/]+)/oauth2/v2\.0/token")
CONFIGURATION = re.compile(r"/(?P<tenant>[^/]+)/v2\.0/\.well-known/openid-configuration")

# The value that the machine's environment variable IDENTITY_HEADER must have.
IDENTITY_HEADER = "emulated"

# Number of the error -> code (RFC 6749, 5.2), and Entra ID's sentence.
ERRORS = {
    "7000215": ("invalid_client", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value."),
    "700027": ("invalid_client", "The certificate with identifier used to sign the client assertion is not registered on application '{client}'."),
    "700213": ("invalid_client", "No matching federated identity record found for presented assertion subject of application '{client}'."),
    "700016": ("unauthorized_client", "Application with identifier '{client}' was not found in the directory '{tenant}'."),
    "90002": ("invalid_request", "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."),
}


class Entra:
    """Signs in applications and managed identities."""

    def __init__(self, tokens: Tokens, identities: Identities, clock: Clock) -> None:
        self._tokens = tokens
        self._identities = identities
        self._clock = clock

    def handle(self, request: Request) -> Response | None:
        """Answer a request to an address of Entra ID or App Service; None for any other address."""
        if request.path == "/common/discovery/instance":
            return _discovery(request)
        if request.path == "/msi/token" and request.method == "GET":
            return self._managed_identity(request)
        match = CONFIGURATION.fullmatch(request.path)
        if match:
            return _configuration(request, match.group("tenant"))
        match = SIGN_IN.fullmatch(request.path)
        return self._sign_in(request, match.group("tenant")) if match and request.method == "POST" else None

    def _sign_in(self, request: Request, tenant: str) -> Response:
        """``POST /{tenant}/oauth2/v2.0/token`` with a client secret, or an assertion signed with a certificate or by another issuer."""
        form = request.form()
        tenant, client = unquote(tenant), form.get("client_id", "")
        request.scopes = [f"grant_type={form.get('grant_type', '')}", *form.get("scope", "").split()]
        request.principal = client
        number = self._identities.sign_in(tenant, client, form.get("client_secret", ""), form.get("client_assertion", ""))
        if number:
            code, sentence = ERRORS[number]
            description = f"AADSTS{number}: {sentence.format(client=client, tenant=tenant)} Trace ID: 0 Correlation ID: 0 Timestamp: 0"
            return _plain(401 if code == "invalid_client" else 400, {"error": code, "error_description": description, "error_codes": [int(number)]})
        audience = form.get("scope", "").removesuffix("/.default")
        token = self._tokens.entra(f"https://{request.host}/{tenant}/v2.0", audience, tenant, client)
        return _plain(200, {"token_type": "Bearer", "expires_in": ENTRA_LIFETIME, "ext_expires_in": ENTRA_LIFETIME, "access_token": token})

    def _managed_identity(self, request: Request) -> Response:
        """``GET /msi/token``: the identity endpoint of App Service, api-version 2019-08-01, for an identity that has a role here."""
        if request.header("X-Identity-Header") != IDENTITY_HEADER:
            return _plain(401, {"statusCode": 401, "message": "The header X-IDENTITY-HEADER is wrong."})
        client = request.parameter("client_id") or request.parameter("mi_res_id") or "system-assigned"
        request.principal = client
        if self._identities.application(client) is None:
            message = "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."
            return _plain(400, {"statusCode": 400, "message": message})
        resource = request.parameter("resource")
        token = self._tokens.entra(f"https://{request.host}/managed/v2.0", resource or "", "managed", client)
        ends = int(self._clock.now()) + ENTRA_LIFETIME
        return _plain(200, {"access_token": token, "client_id": client, "expires_on": str(ends), "resource": resource, "token_type": "Bearer"})


def _discovery(request: Request) -> Response:
    """``/common/discovery/instance``: which hosts are the same authority."""
    origin = f"https://{request.host}"
    metadata = [{"preferred_network": request.host, "preferred_cache": request.host, "aliases": [request.host]}]
    endpoint = f"{origin}/common/v2.0/.well-known/openid-configuration"
    return _plain(200, {"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": metadata})


def _configuration(request: Request, tenant: str) -> Response:
    """``/{tenant}/v2.0/.well-known/openid-configuration``."""
    base = f"https://{request.host}/{unquote(tenant)}"
    return _plain(
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


def _plain(status: int, data: object) -> Response:
    response = answer(status, data)
    response.style = "plain"
    return response
