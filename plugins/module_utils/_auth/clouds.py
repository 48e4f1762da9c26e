# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The national clouds: the suffix of their registries, and where and how identities sign in there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# The one audience that registries of every cloud accept; Azure CLI uses the same constant everywhere.
ACR_AUDIENCE = "https://containerregistry.azure.net/.default"


@dataclass(frozen=True)
class Cloud:
    """``suffix`` of login servers, ``authority``: the host name of Microsoft Entra ID, ``arm_audience``: Azure Resource Manager's."""

    suffix: str
    authority: str
    arm_audience: str


# The names that azure.azcollection and Azure CLI give them.
CLOUDS = {
    "AzureCloud": Cloud("azurecr.io", "login.microsoftonline.com", "https://management.azure.com/.default"),
    "AzureChinaCloud": Cloud("azurecr.cn", "login.chinacloudapi.cn", "https://management.chinacloudapi.cn/.default"),
    "AzureUSGovernment": Cloud("azurecr.us", "login.microsoftonline.us", "https://management.usgovcloudapi.net/.default"),
}


KNOWN_AUTHORITIES = frozenset(cloud.authority for cloud in CLOUDS.values())


@dataclass(frozen=True)
class EntraSettings:
    """Where and how to sign in: ``authority`` is a URL, ``verify`` what TLS is verified with.

    ``audience`` is what to ask Entra ID a token for; None: the registry's, then ``fallback``, with a word to ``warn``.
    """

    authority: str
    verify: bool | str
    fallback: str
    audience: str | None
    warn: Callable[[str], None]

    @property
    def client_options(self) -> dict[str, Any]:
        """What azure-identity needs to know to sign in at ``authority``."""
        return {
            "authority": self.authority,
            # Discovery asks the public cloud about an authority it does not know; a private one may not reach it.
            "disable_instance_discovery": self.authority.rpartition("//")[2] not in KNOWN_AUTHORITIES,
            "connection_verify": self.verify,
        }
