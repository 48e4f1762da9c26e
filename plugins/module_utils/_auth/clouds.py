# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The clouds of Azure: the suffix of their login servers, and where identities sign in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cloud:
    """``suffix``: of login servers; ``authority``: host name of Microsoft Entra ID; ``arm_audience``: scope of Azure Resource Manager."""

    suffix: str
    authority: str
    arm_audience: str


# By their names in azure.azcollection and the Azure CLI.
CLOUDS = {
    "AzureCloud": Cloud("azurecr.io", "login.microsoftonline.com", "https://management.azure.com/.default"),
    "AzureChinaCloud": Cloud("azurecr.cn", "login.chinacloudapi.cn", "https://management.chinacloudapi.cn/.default"),
    "AzureUSGovernment": Cloud("azurecr.us", "login.microsoftonline.us", "https://management.usgovcloudapi.net/.default"),
}
