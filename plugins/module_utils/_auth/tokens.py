# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Tokens: what authenticates a request, and when to renew it (RFC 7519)."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

# Long enough for the slowest request that still carries the old token.
RENEW_BEFORE = 300.0
# The Docker registry token authentication specification lets a client assume this for a token without an expiry.
DEFAULT_LIFETIME = 60.0


@dataclass(frozen=True)
class Token:
    """``value`` is secret; ``renew_at`` is a time of this process's monotonic clock, in seconds; without a ``scheme`` it is not sent."""

    value: str
    renew_at: float
    scheme: str = "Bearer"

    def __repr__(self) -> str:
        return f"Token(renew_at={self.renew_at})"

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request that carries the token."""
        return {"Authorization": f"{self.scheme} {self.value}"} if self.scheme else {}

    @classmethod
    def from_jwt(cls, value: str, now: float) -> Token:
        """Return a JSON Web Token, to be renewed five minutes before it expires, or in the last quarter of a short life.

        Its lifetime is the difference of its own ``iat`` and ``exp``, counted from ``now``: the clock of this machine may be wrong.
        """
        lifetime = _lifetime(read_claims(value))
        return cls(value, now + lifetime - min(RENEW_BEFORE, lifetime / 4))

    @classmethod
    def basic(cls, username: str, password: str) -> Token:
        """Return a user name and password in the form in which they are sent (RFC 7617). They do not expire."""
        return cls(base64.b64encode(f"{username}:{password}".encode()).decode(), float("inf"), "Basic")


def read_claims(value: str) -> dict[str, Any]:
    """Return the claims of a JSON Web Token, and no claims of any other string. Its signature is for the registry to verify."""
    try:
        payload = value.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (LookupError, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _lifetime(claims: dict[str, Any]) -> float:
    """Return for how many seconds a token with these ``claims`` is valid."""
    try:
        return max(0.0, float(claims["exp"]) - float(claims.get("iat", claims.get("nbf", time.time()))))
    except (LookupError, ValueError, TypeError):
        return DEFAULT_LIFETIME
