# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator's own certificate authority, and a certificate for this machine's loopback names."""

from __future__ import annotations

from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1", "::1")


def prepare(folder: Path) -> tuple[Path, Path]:
    """Return the paths of the CA's certificate and of the server's certificate with its key. They are made once for a folder."""
    authority, server = folder / "ca.pem", folder / "server.pem"
    if not (authority.exists() and server.exists()):
        ca = trustme.CA(organization_name="registryops.acr emulator")
        server.touch(mode=0o600)
        ca.issue_cert(*NAMES).private_key_and_cert_chain_pem.write_to_path(str(server))
        ca.cert_pem.write_to_path(str(authority))
    return authority, server
