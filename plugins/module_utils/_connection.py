# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The options that every module shares, and the client they describe.

Their documentation is plugins/doc_fragments/_registry.py.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import env_fallback

from ._auth import Authorized
from ._client import RegistryClient
from ._clouds import CLOUDS, EntraSettings
from ._credentials import SOURCES, choose
from ._errors import UsageError
from ._reference import LoginServer
from ._tokens import TokenEndpoint
from ._transport import Transport, TransportSettings

CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")


def _option(*variables: str, **spec: Any) -> dict[str, Any]:
    return {"type": "str", **spec, "fallback": (env_fallback, list(variables))}


ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "registry": _option("ACR_REGISTRY", required=True),
    "cloud": _option("AZURE_CLOUD_ENVIRONMENT", default="AzureCloud", choices=list(CLOUDS), aliases=["cloud_environment"]),
    "auth_source": {"type": "str", "default": "auto", "choices": ["auto", *SOURCES]},
    "refresh_token": _option("ACR_REFRESH_TOKEN", no_log=True),
    "username": _option("ACR_USERNAME"),
    "password": _option("ACR_PASSWORD", no_log=True),
    "client_id": _option("AZURE_CLIENT_ID"),
    "secret": _option("AZURE_SECRET", "AZURE_CLIENT_SECRET", no_log=True),
    "tenant": _option("AZURE_TENANT", "AZURE_TENANT_ID"),
    "x509_certificate_path": _option("AZURE_X509_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH", type="path"),
    "x509_certificate_password": _option("AZURE_CLIENT_CERTIFICATE_PASSWORD", no_log=True),
    "federated_token_file": _option("AZURE_FEDERATED_TOKEN_FILE", type="path"),
    "client_assertion": _option("AZURE_CLIENT_ASSERTION", no_log=True),
    "identity_resource_id": {"type": "str"},
    "auth_file": _option("REGISTRY_AUTH_FILE", type="path"),
    "authority": _option("AZURE_AUTHORITY_HOST"),
    "audience": {"type": "str"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 30.0},
    "concurrency": {"type": "int", "default": 8},
}


def connect(params: Mapping[str, Any]) -> RegistryClient:
    """Return a client for the registry that ``params`` describe. No request is made; UsageError when they contradict."""
    if not 1 <= params["concurrency"] <= 32:
        raise UsageError(f"concurrency is {params['concurrency']}, but must be from 1 to 32, which is what a registry serves well.")
    if not params["timeout"] > 0:
        raise UsageError(f"timeout is {params['timeout']:g}, but must be more than 0 seconds.")
    cloud = CLOUDS[params["cloud"]]
    server = LoginServer.parse(params["registry"], cloud.suffix)
    verify = verification(params)
    authority = params["authority"] or cloud.authority
    authority = authority if "://" in authority else f"https://{authority}"
    warnings: list[str] = []
    entra = EntraSettings(authority, verify, cloud.arm_audience, params["audience"], warnings.append)
    transport = Transport(server.origin, TransportSettings(verify, params["timeout"], params["concurrency"]))
    http = Authorized(transport, TokenEndpoint(transport, server.host), choose(params, server, entra))
    return RegistryClient(server, http, params["concurrency"], warnings)


def verification(params: Mapping[str, Any]) -> bool | str:
    """Return what TLS is verified with. The environment is read here, because the session itself ignores it."""
    if not params["validate_certs"]:
        return False
    return params["ca_path"] or next((os.environ[name] for name in CA_VARIABLES if os.environ.get(name)), True)
