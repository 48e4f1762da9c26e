# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The national clouds: the suffix of their registries, and who signs in there."""

from __future__ import annotations

from dataclasses import dataclass

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
