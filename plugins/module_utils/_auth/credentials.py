# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Who the task is: one small class for each way to prove it. ``access`` gives an access token for a scope.

Those of Microsoft Entra ID are in _entra.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from .._common.errors import UsageError
from .._common.names import LoginServer
from .clouds import EntraSettings
from .token_endpoint import TokenEndpoint
from .tokens import Token

# Who has this name has a token in place of a password (Azure/acr, docs/AAD-OAuth.md).
TOKEN_USER = "00000000-0000-0000-0000-000000000000"


class Credential(Protocol):
    """A way to get access tokens."""

    def access(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return an access token of ``scope``; AuthenticationError or CredentialError when it is refused."""

    def refresh_token(self, endpoint: TokenEndpoint) -> Token | None:
        """Return a refresh token of the registry; None where the way in has none."""


class Anonymous:
    """Nobody: for registries with anonymous pull."""

    def access(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return what everybody gets."""
        return endpoint.anonymous(scope)

    def refresh_token(self, endpoint: TokenEndpoint) -> None:
        """There is none."""


class UsernamePassword:
    """The admin user, or a token of a scope map."""

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password

    def access(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return a token for the user."""
        return endpoint.password(self._username, self._password, scope)

    def refresh_token(self, endpoint: TokenEndpoint) -> None:
        """There is none: the registry gives one only for identities of Microsoft Entra ID."""


class RefreshToken:
    """An ACR refresh token that somebody else obtained."""

    def __init__(self, value: str) -> None:
        self._value = value

    def access(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return a token for its owner."""
        return endpoint.refresh(self._value, scope)

    def refresh_token(self, endpoint: TokenEndpoint) -> Token:
        """Return what was given."""
        return Token.from_jwt(self._value, endpoint.now())


class AuthFile:
    """What docker, podman and oras keep after a login (containers-auth.json, config.json of docker), read again for each token."""

    def __init__(self, path: str, host: str) -> None:
        self._path = path
        self._host = host

    def access(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return a token for whoever the file names for this registry."""
        return self._login().access(endpoint, scope)

    def refresh_token(self, endpoint: TokenEndpoint) -> Token | None:
        """Return the one that the file holds, if it does."""
        return self._login().refresh_token(endpoint)

    def _login(self) -> Credential:
        from .auth_file import read_login

        username, secret = read_login(self._path, self._host)
        return RefreshToken(secret) if username in ("", TOKEN_USER) else UsernamePassword(username, secret)


# auth_source -> the options it needs; auto takes the first that has one of its own.
SOURCES: dict[str, tuple[str, ...]] = {
    "refresh_token": ("refresh_token",),
    "password": ("username", "password"),
    "auth_file": ("auth_file",),
    "service_principal": ("client_id", "secret", "tenant"),
    "certificate": ("client_id", "tenant", "x509_certificate_path"),
    "federated_token": ("client_id", "tenant"),
    "managed_identity": (),
    "cli": (),
    "anonymous": (),
}


# Which option of its own shows that a source is meant; the others are shared.
_SIGNS = {
    "refresh_token": ("refresh_token",),
    "password": ("username", "password"),
    "auth_file": ("auth_file",),
    "service_principal": ("secret",),
    "certificate": ("x509_certificate_path",),
    "federated_token": ("federated_token_file", "client_assertion"),
}


def choose_credential(params: Mapping[str, Any], server: LoginServer, entra: EntraSettings) -> Credential:
    """Return the credential that the task's options (or their environment variables) describe.

    ``auto`` takes the first source that shows; UsageError names what is missing of it. It never guesses that this machine has an identity.
    """
    source = params["auth_source"]
    if source == "auto":
        incomplete = "service_principal" if params["client_id"] or params["tenant"] else "anonymous"
        source = next((name for name, options in _SIGNS.items() if any(params[option] for option in options)), incomplete)
    missing = [option for option in SOURCES[source] if not params[option]]
    if source == "federated_token" and not any(params[option] for option in _SIGNS[source]):
        missing.append("federated_token_file or client_assertion")
    if missing:
        raise UsageError(f"To sign in with auth_source={source}, {' and '.join(missing)} must be set as well.")
    if source in ("service_principal", "certificate", "federated_token", "managed_identity", "cli"):
        return _of_entra(source, params, entra)
    if source == "refresh_token":
        return RefreshToken(params["refresh_token"])
    if source == "password":
        return UsernamePassword(params["username"], params["password"])
    return AuthFile(params["auth_file"], server.host) if source == "auth_file" else Anonymous()


def _of_entra(source: str, params: Mapping[str, Any], settings: EntraSettings) -> Credential:
    # azure-identity is not all that takes time to load.
    from . import entra

    if source == "cli":
        return entra.AzureCli(settings, params["tenant"])
    if source == "managed_identity":
        return entra.ManagedIdentity(settings, params["client_id"], params["identity_resource_id"])
    tenant, client_id = params["tenant"], params["client_id"]
    if source == "certificate":
        return entra.ClientCertificate(settings, tenant, client_id, params["x509_certificate_path"], params["x509_certificate_password"])
    if source == "federated_token":
        return entra.FederatedToken(settings, tenant, client_id, params["federated_token_file"], params["client_assertion"])
    return entra.ClientSecret(settings, tenant, client_id, params["secret"])
