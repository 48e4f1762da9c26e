# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON Web Tokens of the registry and of Microsoft Entra ID: lifetimes and claims as the service's own tokens have them."""

from __future__ import annotations

import uuid
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ..state.clock import Clock

REFRESH_LIFETIME = 11_700
ACCESS_LIFETIME = 4_500
ANONYMOUS_LIFETIME = 1_200
ENTRA_LIFETIME = 3_599

# How many verified tokens are remembered.
SIGNATURES = 1000

ISSUER = "Azure Container Registry"


class Tokens:
    """Signs and reads tokens with one key."""

    def __init__(self, clock: Clock, key: bytes) -> None:
        self._clock = clock
        # Loaded once: checking a key takes longer than signing with it.
        private = serialization.load_pem_private_key(key, None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise ValueError("The signing key is not an RSA key.")
        self._private = private
        self._public = private.public_key()
        self._generation = 0
        # A client sends the same token with each request, and its signature stays what it is.
        self._verified = lru_cache(SIGNATURES)(self._decode)

    def expire_all(self) -> None:
        """Make all tokens issued so far invalid."""
        self._generation += 1

    def refresh(self, service: str, principal: str, tenant: str, abac: bool) -> str:
        """Return an ACR refresh token."""
        permissions = {"Actions": ["read", "write", "delete", "deleted/read", "deleted/restore/action"], "NotActions": None}
        claims = {"grant_type": "refresh_token", "appid": principal, "tenant": tenant, "permissions": permissions, "roles": [], "version": "1.0"}
        if abac:
            claims["aad_identity"] = principal
        return self._sign(service, principal, REFRESH_LIFETIME, claims)

    def access(self, service: str, principal: str, access: list[dict[str, Any]], lifetime: int) -> str:
        """Return an ACR access token."""
        version = "1.0" if lifetime == ANONYMOUS_LIFETIME else "2.0"
        claims = {"grant_type": "access_token", "access": access, "roles": [], "version": version}
        return self._sign(service, principal, lifetime, claims)

    def entra(self, issuer: str, audience: str, tenant: str, client_id: str) -> str:
        """Return an access token of Microsoft Entra ID."""
        return self._sign(audience, client_id, ENTRA_LIFETIME, {"iss": issuer, "tid": tenant, "appid": client_id, "oid": client_id})

    def _sign(self, audience: str, subject: str, lifetime: int, claims: dict[str, Any]) -> str:
        # The service counts the lifetime from iat; its nbf lies a quarter of an hour before.
        now = int(self._clock.now())
        payload = {
            "jti": f"{uuid.uuid4()}/{self._generation}",
            "sub": subject,
            "nbf": now - 900,
            "exp": now + lifetime,
            "iat": now,
            "iss": ISSUER,
            "aud": audience,
            **claims,
        }
        token: str = jwt.encode(payload, self._private, "RS256", headers={"kid": "EMUL:ATED"})
        return token

    def read(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token that this emulator signed; None when another one signed it, or it has expired."""
        try:
            claims = self._verified(token)
        except jwt.PyJWTError:
            return None
        issued = int(str(claims.get("jti")).rpartition("/")[2] or 0)
        return claims if claims.get("exp", 0) > self._clock.now() and issued >= self._generation else None

    def _decode(self, token: str) -> dict[str, Any]:
        # Whether it has expired depends on the emulator's clock, not on the machine's.
        claims: dict[str, Any] = jwt.decode(
            token, self._public, ["RS256"], options={"verify_exp": False, "verify_aud": False, "verify_nbf": False, "verify_iat": False}
        )
        return claims

    def read_any(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token, whoever signed it; None when it is malformed, or has expired."""
        try:
            claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False, "verify_exp": False, "verify_aud": False})
            return claims if float(claims.get("exp", 0)) > self._clock.now() else None
        except (jwt.PyJWTError, TypeError, ValueError):
            return None


@cache
def new_key() -> bytes:
    """Return a signing key, the same for the whole process: making one takes longer than most tests."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def kept_key(folder: Path) -> bytes:
    """Return the signing key kept in ``folder``, so that tokens outlive a restart."""
    path = folder / "signing-key.pem"
    if not path.exists():
        path.write_bytes(new_key())
        path.chmod(0o600)
    return path.read_bytes()
