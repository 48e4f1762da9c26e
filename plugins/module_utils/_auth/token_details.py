# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What a token says about itself: when it expires, and which actions it permits. Only tasks that report it need it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .._common.text import printable
from .tokens import Token, read_claims


@dataclass(frozen=True)
class Grant:
    """The ``actions`` that a token permits, in alphabetical order, on a resource such as ``repository`` ``library/app``."""

    type: str
    name: str
    actions: tuple[str, ...]

    def to_result(self) -> dict[str, Any]:
        """Return the grant as a task returns it."""
        return {"type": self.type, "name": self.name, "actions": list(self.actions)}


@dataclass(frozen=True)
class TokenDetails:
    """``expires_at``: in ISO 8601, by the registry's clock, None if the token does not say; ``grants``: may be less than was requested."""

    expires_at: str | None
    grants: tuple[Grant, ...]

    @classmethod
    def of(cls, token: Token) -> TokenDetails:
        """Read the claims of a token. What they should not contain is left out."""
        claims = read_claims(token.value)
        access = claims.get("access")
        return cls(_iso_time(claims.get("exp")), tuple(_grant(entry) for entry in access if isinstance(entry, dict)) if isinstance(access, list) else ())


def _iso_time(seconds: Any) -> str | None:
    try:
        return datetime.fromtimestamp(float(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _grant(entry: dict[str, Any]) -> Grant:
    # In the anonymous tokens of the service these names begin with a capital letter.
    fields = {name.lower(): value for name, value in entry.items()}
    actions = fields.get("actions")
    return Grant(
        printable(str(fields.get("type")), 60),
        printable(str(fields.get("name")), 260),
        tuple(sorted(printable(str(action), 60) for action in actions)) if isinstance(actions, list) else (),
    )
