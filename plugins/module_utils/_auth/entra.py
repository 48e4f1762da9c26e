# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Identities of Microsoft Entra ID. azure-identity, which signs them in, is imported for the first sign-in."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Mapping
from typing import Any

from .._common.errors import AuthenticationError, CredentialError, MissingLibraryError, TransportError
from .._common.text import printable
from .credentials import CredentialOptions
from .entra_settings import EntraSettings
from .token_endpoint import TokenEndpoint
from .tokens import Token

# The audience that the registries of every cloud accept; the Azure CLI uses the same constant for all of them.
ACR_AUDIENCE = "https://containerregistry.azure.net/.default"
ARM_REFUSED = (
    "The registry does not accept a token for Azure Resource Manager: its policy azureADAuthenticationAsArmPolicy may be disabled "
    "(leave audience out), or the identity may have no role on the registry (AcrPull, AcrPush, …)."
)


def entra_credential(source: str, required: Mapping[str, str], options: CredentialOptions, settings: EntraSettings) -> EntraCredential:
    """Return the identity of an ``auth_source``; ``required`` are those of the task's options that it requires."""
    if source == "cli":
        return AzureCli(settings, options["tenant"])
    if source == "managed_identity":
        return ManagedIdentity(settings, options["client_id"], options["identity_resource_id"])
    tenant, client_id = required["tenant"], required["client_id"]
    if source == "certificate":
        return ClientCertificate(settings, tenant, client_id, required["x509_certificate_path"], options["x509_certificate_password"])
    if source == "federated_token":
        return FederatedToken(settings, tenant, client_id, options["federated_token_file"], options["client_assertion"])
    return ClientSecret(settings, tenant, client_id, required["secret"])


class EntraCredential:
    """An identity. It has one refresh token of the registry, which serves all scopes and threads and is renewed before it expires.

    ``who`` and ``advice`` are for messages.
    """

    who = "the identity"
    advice = ""
    tenant: str | None = None

    def __init__(self, settings: EntraSettings) -> None:
        self._settings = settings
        self._audience = settings.audience or ACR_AUDIENCE
        self._lock = threading.Lock()
        self._refresh_token: Token | None = None

    def access_token(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return an access token for the identity. A refresh token that is refused before it expires is renewed once."""
        token = self._valid_refresh_token(endpoint, None)
        try:
            return endpoint.refresh(token.value, scope)
        except AuthenticationError:
            return endpoint.refresh(self._valid_refresh_token(endpoint, token).value, scope)

    def refresh_token(self, endpoint: TokenEndpoint) -> Token:
        """Return a refresh token of the registry."""
        return self._valid_refresh_token(endpoint, None)

    def _valid_refresh_token(self, endpoint: TokenEndpoint, refused: Token | None) -> Token:
        """Return the refresh token, or a new one if it is about to expire or was ``refused``."""
        with self._lock:
            token = self._refresh_token
            if token is None or token is refused or token.renew_at <= endpoint.now():
                token = self._refresh_token = self._exchange(endpoint)
            return token

    def _exchange(self, endpoint: TokenEndpoint) -> Token:
        try:
            return endpoint.exchange(self._entra_token(), self.tenant)
        except (AuthenticationError, CredentialError) as error:
            if self._audience == self._settings.arm_audience and isinstance(error, AuthenticationError):
                raise AuthenticationError(error.answer, ARM_REFUSED) from None
            if self._settings.audience or not _may_be_the_audience(error):
                raise
            refused = error
        self._audience = self._settings.arm_audience
        try:
            token = endpoint.exchange(self._entra_token(), self.tenant)
        except AuthenticationError:
            # The answer for the registry's own audience tells more.
            raise refused from None
        self._settings.warn(
            f"The registry refused a token for {ACR_AUDIENCE} and accepted one for {self._settings.arm_audience}. This works only while its policy "
            f"azureADAuthenticationAsArmPolicy is enabled. Set audience to {self._settings.arm_audience} to request such a token at once."
        )
        return token

    def _entra_token(self) -> str:
        try:
            import azure.identity
            from azure.core.exceptions import AzureError, ClientAuthenticationError
        except ImportError:
            raise MissingLibraryError("azure-identity", traceback.format_exc()) from None
        try:
            with self._credential(azure.identity) as credential:
                return str(credential.get_token(self._audience).token)
        except azure.identity.CredentialUnavailableError as error:
            raise CredentialError(f"There is no {self.who} here: {_reason(error)} {self.advice}") from None
        except ClientAuthenticationError as error:
            raise CredentialError(f"Microsoft Entra ID refused {self.who}: {_reason(error)} {self.advice}") from None
        except (AzureError, ValueError, OSError) as error:
            where = f"Microsoft Entra ID at {self._settings.authority} gave no token for {self.who}"
            raise TransportError(f"{where}: {_reason(error)} Check the tenant, the cloud and the network path.") from None

    def _credential(self, library: Any) -> Any:
        """Return a credential of azure-identity, which is ``library``."""
        raise NotImplementedError


class _Application(EntraCredential):
    def __init__(self, settings: EntraSettings, tenant: str, client_id: str) -> None:
        super().__init__(settings)
        self.tenant = tenant
        self._client_id = client_id
        self.who = f"client '{client_id}' of tenant '{tenant}'"


class ClientSecret(_Application):
    """An application with a client secret."""

    advice = "Check client_id, secret and tenant."

    def __init__(self, settings: EntraSettings, tenant: str, client_id: str, secret: str) -> None:
        super().__init__(settings, tenant, client_id)
        self._secret = secret

    def _credential(self, library: Any) -> Any:
        return library.ClientSecretCredential(self.tenant, self._client_id, self._secret, **self._settings.client_options)


class ClientCertificate(_Application):
    """An application with a certificate: a file in PEM or PKCS #12 format that holds its private key too."""

    advice = "Check client_id, tenant and x509_certificate_path."

    def __init__(self, settings: EntraSettings, tenant: str, client_id: str, path: str, password: str | None) -> None:
        super().__init__(settings, tenant, client_id)
        self._path = path
        self._password = password

    def _credential(self, library: Any) -> Any:
        options = {**self._settings.client_options, "password": self._password}
        return library.CertificateCredential(self.tenant, self._client_id, self._path, **options)


class FederatedToken(_Application):
    """An application that trusts another issuer: a workload identity's token file, or an assertion of a CI system."""

    advice = "Check client_id and tenant, that the token has not expired, and that the application trusts its issuer and subject."

    def __init__(self, settings: EntraSettings, tenant: str, client_id: str, path: str | None, assertion: str | None) -> None:
        super().__init__(settings, tenant, client_id)
        self._path = path
        self._assertion = assertion

    def _credential(self, library: Any) -> Any:
        if self._path:
            options = {**self._settings.client_options, "token_file_path": self._path}
            return library.WorkloadIdentityCredential(tenant_id=self.tenant, client_id=self._client_id, **options)
        return library.ClientAssertionCredential(self.tenant, self._client_id, lambda: self._assertion, **self._settings.client_options)


class ManagedIdentity(EntraCredential):
    """An identity that Azure has assigned to the machine where the task runs: its own, or one of the user-assigned."""

    advice = "Check that the machine has a managed identity, and client_id or identity_resource_id if it has several."

    def __init__(self, settings: EntraSettings, client_id: str | None, resource_id: str | None) -> None:
        super().__init__(settings)
        self._client_id = client_id
        self._resource_id = resource_id
        self.who = f"managed identity{f' {client_id or resource_id}' if client_id or resource_id else ''}"

    def _credential(self, library: Any) -> Any:
        options: dict[str, Any] = {"connection_verify": self._settings.verify}
        if self._resource_id:
            options["identity_config"] = {"resource_id": self._resource_id}
        elif self._client_id:
            options["client_id"] = self._client_id
        return library.ManagedIdentityCredential(**options)


class AzureCli(EntraCredential):
    """The user that signed in with ``az login`` on the machine where the task runs."""

    who = "sign-in of the Azure CLI"
    advice = "Run az login where the task runs, as the user that runs it."

    def __init__(self, settings: EntraSettings, tenant: str | None) -> None:
        super().__init__(settings)
        self.tenant = tenant

    def _credential(self, library: Any) -> Any:
        return library.AzureCliCredential(tenant_id=self.tenant or "")


def _may_be_the_audience(error: AuthenticationError | CredentialError) -> bool:
    """Whether another audience may be accepted: the registry refused the token, or Entra ID does not know the registry's audience."""
    return isinstance(error, AuthenticationError) or any(code in str(error) for code in ("AADSTS500011", "AADSTS650052"))


def _reason(error: Exception) -> str:
    """Return the first sentence of an error, from its AADSTS code on. The rest are trace identifiers, and advice for developers."""
    text = printable(str(error), 1000)
    start = text.find("AADSTS")
    sentence = text[max(start, 0) :].partition(" Trace ID")[0].partition(". ")[0]
    return printable(sentence.rstrip("."), 250) + "."
