# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  registry:
    description:
      - The registry, as its login server (V(myregistry.azurecr.io)), as its name (V(myregistry), completed by O(cloud)), or as a
        URL with a port (V(https://localhost:5443)).
      - V(http://) is accepted for this machine only.
      - Taken from the environment variable E(ACR_REGISTRY) if not set.
    type: str
    required: true
  cloud:
    description:
      - The cloud the registry is in. It decides the suffix of a bare registry name, and where a service principal signs in.
      - Taken from the environment variable E(AZURE_CLOUD_ENVIRONMENT) if not set.
    type: str
    default: AzureCloud
    choices:
      - AzureCloud
      - AzureChinaCloud
      - AzureUSGovernment
    aliases:
      - cloud_environment
  auth_source:
    description:
      - How to prove who you are.
      - V(auto) takes the first of the following of which any option (or its environment variable) is set.
      - V(refresh_token) needs O(refresh_token).
      - V(password) needs O(username) and O(password).
      - V(service_principal) needs O(client_id), O(secret) and O(tenant), and the Python library azure-identity.
      - V(anonymous) needs nothing, and a registry that allows anonymous pull.
    type: str
    default: auto
    choices:
      - auto
      - refresh_token
      - password
      - service_principal
      - anonymous
  refresh_token:
    description:
      - An ACR refresh token, for example from C(az acr login --expose-token). It lives for three hours.
      - Taken from the environment variable E(ACR_REFRESH_TOKEN) if not set.
    type: str
  username:
    description:
      - The admin user's name, or that of a token with a scope map.
      - Taken from the environment variable E(ACR_USERNAME) if not set.
    type: str
  password:
    description:
      - The password that belongs to O(username).
      - Taken from the environment variable E(ACR_PASSWORD) if not set.
    type: str
  client_id:
    description:
      - The application (client) ID of a service principal.
      - Taken from the environment variable E(AZURE_CLIENT_ID) if not set.
    type: str
  secret:
    description:
      - The client secret of a service principal.
      - Taken from the environment variables E(AZURE_SECRET) or E(AZURE_CLIENT_SECRET) if not set.
    type: str
  tenant:
    description:
      - The tenant (directory) ID or domain of a service principal.
      - Taken from the environment variables E(AZURE_TENANT) or E(AZURE_TENANT_ID) if not set.
    type: str
  authority:
    description:
      - The host or URL where a service principal signs in, if it is not the one of O(cloud).
      - Taken from the environment variable E(AZURE_AUTHORITY_HOST) if not set.
    type: str
  validate_certs:
    description:
      - Whether to verify the registry's certificate. V(false) lets anybody on the way read your credentials.
    type: bool
    default: true
  ca_path:
    description:
      - A file or folder with the certificates of authorities to trust, instead of the system's.
      - Taken from the environment variables E(REQUESTS_CA_BUNDLE), E(SSL_CERT_FILE) or E(CURL_CA_BUNDLE) if not set.
    type: path
  timeout:
    description:
      - How many seconds to wait for a connection, and for each further piece of an answer.
    type: float
    default: 30.0
  concurrency:
    description:
      - How many requests may be under way at a time, from 1 to 32. When the registry asks to slow down, all of them do.
    type: int
    default: 8
requirements:
  - requests >= 2.31
  - azure-identity >= 1.15 (to sign in as a service principal)
notes:
  - Proxies are those of the environment (E(HTTPS_PROXY), E(NO_PROXY)); E(NETRC) is never read.
"""
