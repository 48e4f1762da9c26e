# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Tokens of a registry, and what can be read from them (RFC 7519)."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .._common.text import printable

# Long enough for the slowest request that still carries the old token.
RENEW_BEFORE = 300.0


# For a token that does not tell: what the Docker token specification lets a client assume.
DEFAULT_LIFETIME = 60.0


@dataclass(frozen=True)
class Token:
    """``value`` is secret; ``renew_at`` is a time of this process's monotonic clock, in seconds; ``scheme`` is how it is sent."""

    value: str
    renew_at: float
    scheme: str = "Bearer"

    def __repr__(self) -> str:
        return f"Token(renew_at={self.renew_at})"

    @property
    def headers(self) -> dict[str, str]:
        """The headers by which it is sent."""
        return {"Authorization": f"{self.scheme} {self.value}"} if self.scheme else {}

    @property
    def ends_at(self) -> str | None:
        """When it ends by the registry's clock, in ISO 8601; None when it does not say so."""
        try:
            return datetime.fromtimestamp(float(_claims(self.value)["exp"]), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (LookupError, ValueError, TypeError, OverflowError):
            return None

    @property
    def granted(self) -> list[dict[str, Any]]:
        """What it allows, as ``{type, name, actions}``: the registry grants less than was asked without a word."""
        entries = _claims(self.value).get("access")
        found = []
        for entry in entries if isinstance(entries, list) else []:
            # Anonymous tokens write these names with a capital.
            fields = {str(name).lower(): value for name, value in entry.items()} if isinstance(entry, dict) else {}
            actions = fields.get("actions")
            found.append(
                {
                    "type": printable(str(fields.get("type")), 60),
                    "name": printable(str(fields.get("name")), 260),
                    "actions": sorted(printable(str(action), 60) for action in actions) if isinstance(actions, list) else [],
                }
            )
        return found

    @classmethod
    def from_jwt(cls, value: str, now: float) -> Token:
        """Return ``value`` with the time to renew it: five minutes before its end, or in the last quarter of a short life.

        The life is counted from now, as the difference of the token's own ``iat`` and ``exp``: this machine's clock may be wrong.
        """
        lifetime = _lifetime(value)
        return cls(value, now + lifetime - min(RENEW_BEFORE, lifetime / 4))


def _claims(value: str) -> dict[str, Any]:
    """Return the claims of a JSON Web Token (RFC 7519), none of any other string. The registry verifies them, not we."""
    try:
        payload = value.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (LookupError, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _lifetime(value: str) -> float:
    """Return the seconds a token lives; one that does not say so gets the default."""
    claims = _claims(value)
    try:
        return max(0.0, float(claims["exp"]) - float(claims.get("iat", claims.get("nbf", time.time()))))
    except (LookupError, ValueError, TypeError):
        return DEFAULT_LIFETIME
