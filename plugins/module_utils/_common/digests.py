# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Digests: SHA-256, written as OCI does (``sha256:<hex>``). The only place that computes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


class Digester:
    """Computes the digest of content that arrives in pieces."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def update(self, piece: bytes) -> None:
        """Add the next piece."""
        self._hash.update(piece)

    @property
    def digest(self) -> str:
        """The digest of all pieces so far."""
        return f"sha256:{self._hash.hexdigest()}"


def digest_of(content: bytes) -> str:
    """Return the digest of ``content``."""
    return digest_of_pieces([content])


def digest_of_pieces(pieces: Iterable[bytes]) -> str:
    """Return the digest of content that is given in pieces."""
    digester = Digester()
    for piece in pieces:
        digester.update(piece)
    return digester.digest
