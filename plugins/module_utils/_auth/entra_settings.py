# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Where and how identities of Microsoft Entra ID sign in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .clouds import CLOUDS, Cloud
from .credentials import CredentialOptions

KNOWN_AUTHORITIES = frozenset(cloud.authority for cloud in CLOUDS.values())


@dataclass(frozen=True)
class EntraSettings:
    """Where and how to sign in. ``authority``: a URL; ``verify``: what TLS is verified with.

    ``audience``: what to request tokens for. None: for the registry, and if that is refused for ``arm_audience``, with a message to ``warn``.
    """

    authority: str
    verify: bool | str
    arm_audience: str
    audience: str | None
    warn: Callable[[str], None]

    @classmethod
    def of(cls, options: CredentialOptions, cloud: Cloud, verify: bool | str, warn: Callable[[str], None]) -> EntraSettings:
        """Return the settings that the options of a task describe."""
        authority = options["authority"] or cloud.authority
        return cls(authority if "://" in authority else f"https://{authority}", verify, cloud.arm_audience, options["audience"], warn)

    @property
    def client_options(self) -> dict[str, Any]:
        """What azure-identity needs to sign in at ``authority``."""
        return {
            "authority": self.authority,
            # Discovery asks the public cloud about an authority that it does not know; a private cloud may not reach it.
            "disable_instance_discovery": self.authority.rpartition("//")[2] not in KNOWN_AUTHORITIES,
            "connection_verify": self.verify,
        }
