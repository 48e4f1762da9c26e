# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Who the task is: one small class for each way to prove it. ``access`` gives an access token for a scope.

``azure.identity`` is imported only when a Microsoft Entra ID credential is really used.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Mapping
from typing import Any, Protocol

from ._clouds import ACR_AUDIENCE, KNOWN_AUTHORITIES
from ._errors import ConnectionFailure, CredentialError, MissingLibraryError, UsageError, printable
from ._tokens import Token, TokenEndpoint


class Credential(Protocol):
    """A way to get access tokens."""

    def access(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return an access token of ``scope``; AuthenticationError or CredentialError when it is refused."""


class Anonymous:
    """Nobody: for registries with anonymous pull."""

    def access(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return what everybody gets."""
        return endpoint.anonymous(scope)


class UsernamePassword:
    """The admin user, or a token of a scope map."""

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password

    def access(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return a token for the user."""
        return endpoint.password(self._username, self._password, scope)


class RefreshToken:
    """An ACR refresh token that somebody else obtained."""

    def __init__(self, value: str) -> None:
        self._value = value

    def access(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return a token for its owner."""
        return endpoint.refresh(self._value, scope)


class ServicePrincipal:
    """An application of Microsoft Entra ID with a client secret.

    One refresh token of the registry serves all scopes and threads, and is renewed from the secret before it ends.
    """

    def __init__(self, tenant: str, client_id: str, secret: str, authority: str, verify: bool | str) -> None:
        self._tenant = tenant
        self._client_id = client_id
        self._secret = secret
        self._authority = authority
        self._verify = verify
        self._lock = threading.Lock()
        self._refresh_token: Token | None = None

    def access(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return a token for the application."""
        with self._lock:
            token = self._refresh_token
            if token is None or token.renew_at <= endpoint.now():
                token = self._refresh_token = endpoint.exchange(self._entra_token(), self._tenant)
        return endpoint.refresh(token.value, scope)

    def _entra_token(self) -> str:
        try:
            from azure.core.exceptions import AzureError, ClientAuthenticationError
            from azure.identity import ClientSecretCredential
        except ImportError:
            raise MissingLibraryError("azure-identity", traceback.format_exc()) from None
        who = f"client '{self._client_id}' of tenant '{self._tenant}'"
        try:
            credential = ClientSecretCredential(
                self._tenant,
                self._client_id,
                self._secret,
                authority=self._authority,
                # Discovery asks the public cloud about an authority it does not know; a private one may not reach it.
                disable_instance_discovery=self._authority.rpartition("//")[2] not in KNOWN_AUTHORITIES,
                connection_verify=self._verify,
            )
            with credential:
                return str(credential.get_token(ACR_AUDIENCE).token)
        except ClientAuthenticationError as error:
            raise CredentialError(f"Microsoft Entra ID refused {who}: {_entra_reason(error)} Check client_id, secret and tenant.") from None
        except (AzureError, ValueError) as error:
            raise ConnectionFailure(
                f"Microsoft Entra ID at {self._authority} gave no token for {who}: {_entra_reason(error)} Check the tenant, the cloud and the network path."
            ) from None


def _entra_reason(error: Exception) -> str:
    """Return the first sentence of Entra ID's answer, which begins with an AADSTS code; the rest are trace identifiers."""
    text = printable(str(error), 1000)
    start = text.find("AADSTS")
    sentence = text[max(start, 0) :].partition(" Trace ID")[0].partition(". ")[0]
    return printable(sentence.rstrip("."), 250) + "."


# auth_source -> the options it needs, in the order in which "auto" looks for them.
SOURCES: dict[str, tuple[str, ...]] = {
    "refresh_token": ("refresh_token",),
    "password": ("username", "password"),
    "service_principal": ("client_id", "secret", "tenant"),
    "anonymous": (),
}


def choose(params: Mapping[str, Any], authority: str, verify: bool | str) -> Credential:
    """Return the credential that the task's options (or their environment variables) describe.

    ``auto`` takes the first source of which anything is given; UsageError names what is missing of it.
    """
    source = params["auth_source"]
    if source == "auto":
        source = next(name for name, options in SOURCES.items() if not options or any(params[option] for option in options))
    missing = [option for option in SOURCES[source] if not params[option]]
    if missing:
        raise UsageError(f"To sign in with auth_source={source}, {' and '.join(missing)} must be set as well.")
    if source == "refresh_token":
        return RefreshToken(params["refresh_token"])
    if source == "password":
        return UsernamePassword(params["username"], params["password"])
    if source == "service_principal":
        return ServicePrincipal(params["tenant"], params["client_id"], params["secret"], authority, verify)
    return Anonymous()
