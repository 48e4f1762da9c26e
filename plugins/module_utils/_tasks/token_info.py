# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_token_info: tokens of a registry."""

from __future__ import annotations

from typing import TypedDict

from .._auth.credentials import TOKEN_USER
from .._auth.token_details import TokenDetails
from .._common.names import repository_name
from .._common.plan import Plan
from .._registry.client import RegistryClient


class Options(TypedDict):
    """The options of acr_token_info."""

    repositories: list[str]
    actions: list[str]
    catalog: bool


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return a refresh token, if the credential has one, and an access token for what the task asks for."""
    repositories = [name if name == "*" else repository_name(name) for name in dict.fromkeys(params["repositories"])]
    refresh, access = client.login(repositories, params["actions"], params["catalog"])
    details = TokenDetails.of(access) if access else None
    return Plan(
        result={
            "refresh_token": refresh and refresh.value,
            "refresh_token_expires_at": TokenDetails.of(refresh).expires_at if refresh else None,
            "access_token": access and access.value,
            "access_token_expires_at": details and details.expires_at,
            "granted": [grant.to_result() for grant in details.grants] if details else [],
            "login_server": client.server.host,
            "login_username": TOKEN_USER,
        }
    )
