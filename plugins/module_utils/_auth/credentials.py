# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Credentials: who the task acts as, one small class for each way to prove it.

Login files are in auth_file.py and identities of Microsoft Entra ID in entra.py. These are loaded only when a task uses them.
"""

from __future__ import annotations

from typing import Protocol, TypedDict

from .token_endpoint import TokenEndpoint
from .tokens import Token

# With this user name, the password is a token (Azure/acr, docs/AAD-OAuth.md).
TOKEN_USER = "00000000-0000-0000-0000-000000000000"


class CredentialOptions(TypedDict):
    """The options of a task that describe its credential; plugins/doc_fragments/_registry.py says what each means."""

    auth_source: str
    refresh_token: str | None
    username: str | None
    password: str | None
    auth_file: str | None
    client_id: str | None
    secret: str | None
    tenant: str | None
    x509_certificate_path: str | None
    x509_certificate_password: str | None
    federated_token_file: str | None
    client_assertion: str | None
    identity_resource_id: str | None
    authority: str | None
    audience: str | None


class Credential(Protocol):
    """A way to get tokens."""

    def access_token(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return an access token for ``scope``; AuthenticationError or CredentialError when it is refused."""

    def refresh_token(self, endpoint: TokenEndpoint) -> Token | None:
        """Return a refresh token of the registry, or None if this kind of credential gets none."""


class Anonymous:
    """No credential: for registries that allow anonymous pull."""

    def access_token(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return an anonymous access token."""
        return endpoint.anonymous(scope)

    def refresh_token(self, endpoint: TokenEndpoint) -> None:
        """Return None."""


class UsernamePassword:
    """The admin user, or a token of a scope map."""

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password

    def access_token(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return an access token for the user."""
        return endpoint.password(self._username, self._password, scope)

    def refresh_token(self, endpoint: TokenEndpoint) -> None:
        """Return None: the registry issues refresh tokens only to identities of Microsoft Entra ID."""


class RefreshToken:
    """An ACR refresh token that the user has obtained."""

    def __init__(self, value: str) -> None:
        self._value = value

    def access_token(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return an access token for the owner of the refresh token."""
        return endpoint.refresh(self._value, scope)

    def refresh_token(self, endpoint: TokenEndpoint) -> Token:
        """Return the refresh token itself."""
        return Token.from_jwt(self._value, endpoint.now())
