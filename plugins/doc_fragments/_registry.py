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
      - V(auth_file) needs O(auth_file).
      - V(service_principal) needs O(client_id), O(secret) and O(tenant).
      - V(certificate) needs O(client_id), O(tenant) and O(x509_certificate_path).
      - V(federated_token) needs O(client_id), O(tenant) and O(federated_token_file) or O(client_assertion).
      - V(managed_identity) is the identity that Azure gave the machine where the task runs, V(cli) whoever signed in there with
        C(az login). Neither is ever chosen by V(auto).
      - V(anonymous) needs nothing, and a registry that allows anonymous pull.
      - The five from V(service_principal) on are identities of Microsoft Entra ID, and need the Python library azure-identity.
    type: str
    default: auto
    choices:
      - auto
      - refresh_token
      - password
      - auth_file
      - service_principal
      - certificate
      - federated_token
      - managed_identity
      - cli
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
  x509_certificate_path:
    description:
      - A file with the certificate of a service principal and its private key, in PEM or PKCS 12 format.
      - Taken from the environment variables E(AZURE_X509_CERTIFICATE_PATH) or E(AZURE_CLIENT_CERTIFICATE_PATH) if not set.
    type: path
  x509_certificate_password:
    description:
      - The password of O(x509_certificate_path), if it has one.
      - Taken from the environment variable E(AZURE_CLIENT_CERTIFICATE_PASSWORD) if not set.
    type: str
  federated_token_file:
    description:
      - A file with a token of another issuer that a service principal trusts, as a workload identity of Kubernetes has. It is read
        again for each token.
      - Taken from the environment variable E(AZURE_FEDERATED_TOKEN_FILE) if not set.
    type: path
  client_assertion:
    description:
      - The same as a value, for example the OpenID Connect token of a CI job.
      - Taken from the environment variable E(AZURE_CLIENT_ASSERTION) if not set.
    type: str
  identity_resource_id:
    description:
      - The resource ID of the managed identity to use, if the machine has several. O(client_id) names it as well.
    type: str
  auth_file:
    description:
      - A file that C(docker login), C(podman login) or C(oras login) wrote. Credential helpers that it names are run.
      - Taken from the environment variable E(REGISTRY_AUTH_FILE) if not set.
    type: path
  audience:
    description:
      - What Microsoft Entra ID is asked a token for, with C(/.default) at its end.
      - If not set, that is the registry's own V(https://containerregistry.azure.net/.default), and if the registry does not accept that,
        Azure Resource Manager in O(cloud), with a warning.
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
  - azure-identity >= 1.15 (for identities of Microsoft Entra ID)
notes:
  - Proxies are those of the environment (E(HTTPS_PROXY), E(NO_PROXY)); E(NETRC) is never read.
"""
