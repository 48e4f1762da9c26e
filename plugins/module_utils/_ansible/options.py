# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The options that every module shares. Their documentation is plugins/doc_fragments/_registry.py."""

from __future__ import annotations

import os
from typing import Any

from ansible.module_utils.common.parameters import AnsibleFallbackNotFound

from .._auth.clouds import CLOUDS
from .._auth.credential_choice import SOURCES


def _environment(*variables: str) -> str:
    """Return the first of some environment variables that is set: an empty one is not."""
    for value in filter(None, map(os.environ.get, variables)):
        return value
    raise AnsibleFallbackNotFound


def _option(*variables: str, **spec: Any) -> dict[str, Any]:
    return {"type": "str", **spec, "fallback": (_environment, list(variables))}


ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "registry": _option("ACR_REGISTRY", required=True),
    "cloud": _option("AZURE_CLOUD_ENVIRONMENT", default="AzureCloud", choices=list(CLOUDS), aliases=["cloud_environment"]),
    "auth_source": _option("ACR_AUTH_SOURCE", default="auto", choices=["auto", *SOURCES]),
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
    "audience": _option("ACR_AUDIENCE"),
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": _option("ACR_CA_PATH", type="path"),
    "timeout": {"type": "str", "default": "30s"},
    "concurrency": _option("ACR_CONCURRENCY", type="int", default=8),
}
