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
      - >-
        Connection: the registry, given as its login server (V(myregistry.azurecr.io)), its name (V(myregistry)), or a URL with an optional port
        (V(https://localhost:5443)).
      - A bare name is completed with the suffix of O(cloud).
      - V(http://) is accepted only for a loopback address.
      - If omitted, the environment variable E(ACR_REGISTRY) is used.
    type: str
    required: true
  cloud:
    description:
      - >-
        Connection: the Azure cloud that hosts the registry. It determines the suffix of a bare registry name and where Microsoft Entra ID
        identities sign in.
      - If omitted, the environment variable E(AZURE_CLOUD_ENVIRONMENT) is used.
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
      - >-
        Connection: how to authenticate to the registry.
      - V(auto) uses the first of the methods V(refresh_token), V(password), V(auth_file), V(service_principal), V(certificate) and
        V(federated_token) for which an option of its own, or the corresponding environment variable, is set. If none is set, it
        connects anonymously.
      - V(refresh_token) requires O(refresh_token).
      - V(password) requires O(username) and O(password).
      - V(auth_file) requires O(auth_file).
      - V(service_principal) requires O(client_id), O(secret) and O(tenant).
      - V(certificate) requires O(client_id), O(tenant) and O(x509_certificate_path).
      - V(federated_token) requires O(client_id), O(tenant), and either O(federated_token_file) or O(client_assertion).
      - V(managed_identity) uses the managed identity of the machine that runs the task. V(cli) uses the account that is signed in
        there with C(az login). V(auto) never selects either of them.
      - V(anonymous) requires no credential, but only works with a registry that allows anonymous pull.
      - V(service_principal), V(certificate), V(federated_token), V(managed_identity) and V(cli) are identities of Microsoft Entra ID
        and require the Python library azure-identity.
      - If omitted, the environment variable E(ACR_AUTH_SOURCE) is used. E(ANSIBLE_AZURE_AUTH_SOURCE) is not read, because its values are
        those of another collection.
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
      - >-
        Connection: an ACR refresh token, for example from M(registryops.acr.acr_token_info) or C(az acr login --expose-token). It is valid for
        three hours.
      - If omitted, the environment variable E(ACR_REFRESH_TOKEN) is used.
    type: str
  username:
    description:
      - >-
        Connection: the name of the admin user, or of a token with a scope map.
      - If omitted, the environment variable E(ACR_USERNAME) is used.
    type: str
  password:
    description:
      - >-
        Connection: the password for O(username).
      - If omitted, the environment variable E(ACR_PASSWORD) is used.
    type: str
  client_id:
    description:
      - >-
        Connection: the application (client) ID of the service principal.
      - With O(auth_source=managed_identity), the client ID of the managed identity.
      - If omitted, the environment variable E(AZURE_CLIENT_ID) is used.
    type: str
  secret:
    description:
      - >-
        Connection: the client secret of the service principal.
      - If omitted, the environment variable E(AZURE_SECRET) or E(AZURE_CLIENT_SECRET) is used.
    type: str
  tenant:
    description:
      - >-
        Connection: the tenant (directory) ID or domain of the service principal.
      - With O(auth_source=cli), the tenant to get tokens for.
      - If omitted, the environment variable E(AZURE_TENANT) or E(AZURE_TENANT_ID) is used.
    type: str
  x509_certificate_path:
    description:
      - >-
        Connection: the path of a file in PEM or PKCS #12 format with the certificate of the service principal and its private key.
      - If omitted, the environment variable E(AZURE_X509_CERTIFICATE_PATH) or E(AZURE_CLIENT_CERTIFICATE_PATH) is used.
    type: path
  x509_certificate_password:
    description:
      - >-
        Connection: the password of O(x509_certificate_path), if it is encrypted.
      - If omitted, the environment variable E(AZURE_CLIENT_CERTIFICATE_PASSWORD) is used.
    type: str
  federated_token_file:
    description:
      - >-
        Connection: the path of a file with a token from an issuer that the service principal trusts, such as the token of a Kubernetes workload
        identity. The file is read again for each sign-in.
      - If omitted, the environment variable E(AZURE_FEDERATED_TOKEN_FILE) is used.
    type: path
  client_assertion:
    description:
      - >-
        Connection: a token from an issuer that the service principal trusts, for example the OpenID Connect token of a CI job.
      - Ignored if O(federated_token_file) is set.
      - If omitted, the environment variable E(AZURE_CLIENT_ASSERTION) is used.
    type: str
  identity_resource_id:
    description:
      - >-
        Connection: the resource ID of the managed identity to use, if the machine has more than one. Set either this or O(client_id).
    type: str
  auth_file:
    description:
      - >-
        Connection: the path of a file written by C(docker login), C(podman login) or C(oras login). Credential helpers that it names are executed.
      - If omitted, the environment variable E(REGISTRY_AUTH_FILE) is used.
    type: path
  audience:
    description:
      - >-
        Connection: the audience for which tokens are requested from Microsoft Entra ID, with C(/.default) appended.
      - If omitted, tokens are requested for V(https://containerregistry.azure.net/.default). If the registry does not accept them,
        tokens are requested for Azure Resource Manager in O(cloud), and the task issues a warning.
      - If omitted, the environment variable E(ACR_AUDIENCE) is used.
    type: str
  authority:
    description:
      - >-
        Connection: the host or URL of the sign-in endpoint of Microsoft Entra ID, if it is not the default of O(cloud).
      - If omitted, the environment variable E(AZURE_AUTHORITY_HOST) is used.
    type: str
  validate_certs:
    description:
      - >-
        Connection: whether to verify TLS certificates. With V(false), anyone on the network path can read your credentials.
    type: bool
    default: true
  ca_path:
    description:
      - >-
        Connection: the path of a file or directory with CA certificates to trust instead of the system's.
      - If omitted, the environment variable E(ACR_CA_PATH), E(REQUESTS_CA_BUNDLE), E(SSL_CERT_FILE) or E(CURL_CA_BUNDLE) is used.
    type: path
  timeout:
    description:
      - >-
        Connection: how long to wait for a connection, and for each further part of a response, such as V(30s) or V(2m).
    type: str
    default: 30s
  concurrency:
    description:
      - >-
        Connection: the maximum number of concurrent requests, from 1 to 32. When the registry throttles one request, all requests wait.
      - If omitted, the environment variable E(ACR_CONCURRENCY) is used.
    type: int
    default: 8
requirements:
  - requests >= 2.31
  - azure-identity >= 1.15 (for identities of Microsoft Entra ID)
notes:
  - An environment variable that is empty counts as not set.
  - Proxies are taken from the environment (E(HTTPS_PROXY), E(NO_PROXY)). E(NETRC) and C(~/.netrc) are never read.
"""
