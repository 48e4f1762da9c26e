# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Microsoft's Python client signs in to the emulator."""

from __future__ import annotations

import os

from azure.identity import ClientSecretCredential


def application(url: str) -> ClientSecretCredential:
    """Return the credential of the application whose secret is SECRET in the environment; CA there is the path of the authority's certificate."""
    # The emulator also plays Entra ID: the identity library discovers it and asks it for a token over the same TLS.
    return ClientSecretCredential(
        "11111111-1111-1111-1111-111111111111",
        "22222222-2222-2222-2222-222222222222",
        os.environ["SECRET"],
        authority=url,
        disable_instance_discovery=True,
        connection_verify=os.environ["CA"],
    )
