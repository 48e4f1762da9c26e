# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may do what: anonymous users, the admin user, tokens with a scope map, and applications of Microsoft Entra ID."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ..state.settings import KeptValues

ADMIN = "admin"
ADMIN_PASSWORD = "emulator-admin-password"
# Docker clients send a token as the password of this user.
TOKEN_USER = "00000000-0000-0000-0000-000000000000"

ALL = frozenset({"pull", "push", "delete", "metadata_read", "metadata_write", "deleted_read", "deleted_restore"})
EVERYBODY = frozenset({"pull", "metadata_read"})

# Actions of a scope map -> actions of a token.
SCOPE_MAP = {
    "content/read": "pull",
    "content/write": "push",
    "content/delete": "delete",
    "metadata/read": "metadata_read",
    "metadata/write": "metadata_write",
}


@dataclass(frozen=True)
class Principal:
    """Somebody who may do something. ``repositories``: pairs of a name, or a prefix ending in ``*``, and the actions allowed there.

    ``catalog``: may list the repositories.
    """

    name: str
    repositories: tuple[tuple[str, frozenset[str]], ...] = (("*", ALL),)
    catalog: bool = True

    def actions(self, repository: str) -> frozenset[str]:
        """Return the actions that are allowed in a repository; for ``*``, those that are allowed in all repositories."""
        allowed: frozenset[str] = frozenset()
        for pattern, actions in self.repositories:
            if pattern == repository or (pattern.endswith("*") and repository.startswith(pattern[:-1])):
                allowed |= actions
        return allowed


NOBODY = Principal("anonymous", (("*", EVERYBODY),))


def _assertion_error(data: dict[str, Any], assertion: str) -> str:
    """Return an empty string for the right client assertion, otherwise the number of Entra ID's error."""
    if data.get("certificate"):
        return "" if _signed_by(assertion, data["certificate"]) else "700027"
    return "" if data.get("assertion") == assertion else "700213"


def _signed_by(assertion: str, certificate: str) -> bool:
    """Whether a client assertion (RFC 7523) was signed with the key of a certificate."""
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        jwt.decode(assertion, key, ["RS256", "PS256"], options={"verify_aud": False})
    except jwt.PyJWTError:
        return False
    return True


class Identities:
    """The registered applications and tokens; without ``strict``, any other application has full access."""

    def __init__(self, kept: KeptValues, strict: bool, admin_password: str) -> None:
        self._kept = kept
        self.strict = strict
        self._admin_password = admin_password

    def register_application(self, data: dict[str, Any]) -> None:
        """Register ``{tenant, client_id, secret?, certificate?, assertion?, repositories?: {pattern: [action]}, catalog?}``.

        ``certificate`` is its PEM text, ``assertion`` a token of another issuer; the actions are those of tokens.
        """
        known = self._kept.get("applications")
        known[data["client_id"]] = data
        self._kept.put("applications", known)

    def register_token(self, data: dict[str, Any]) -> None:
        """Register a scope map's token ``{name, password, repositories: {pattern: ["content/read", ...]}}``."""
        known = self._kept.get("tokens")
        known[data["name"]] = data
        self._kept.put("tokens", known)

    def application(self, client_id: str) -> Principal | None:
        """Return the principal of an application; None when ``strict`` and it is not registered."""
        data = self._kept.get("applications").get(client_id)
        if data is None:
            return None if self.strict else Principal(client_id)
        repositories = data.get("repositories", {"*": sorted(ALL)})
        return Principal(client_id, tuple((name, frozenset(actions)) for name, actions in repositories.items()), data.get("catalog", True))

    def sign_in(self, tenant: str, client_id: str, secret: str, assertion: str) -> str:
        """Return an empty string when an application may sign in, otherwise the number of Entra ID's error."""
        known = self._kept.get("applications")
        data = known.get(client_id)
        if data is None:
            return "700016" if self.strict else ""
        if data.get("tenant", tenant) != tenant:
            return "90002" if tenant not in {other.get("tenant") for other in known.values()} else "700016"
        if assertion:
            return _assertion_error(data, assertion)
        return "" if secret and data.get("secret") == secret else "7000215"

    def password(self, username: str, password: str) -> Principal | None:
        """Return who has this user name and password, None when they are wrong."""
        if username == ADMIN:
            return Principal(ADMIN) if password == self._admin_password else None
        data = self._kept.get("tokens").get(username)
        if data is None or data["password"] != password:
            return None
        repositories = tuple((name, frozenset(SCOPE_MAP[action] for action in actions)) for name, actions in data["repositories"].items())
        return Principal(username, repositories, catalog=False)

    def named(self, name: str) -> Principal | None:
        """Return the principal that a token of this registry names, None when it is not known any more."""
        if name == NOBODY.name:
            return NOBODY
        if name == ADMIN:
            return Principal(ADMIN)
        data = self._kept.get("tokens").get(name)
        return self.password(name, data["password"]) if data else self.application(name)
