# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Digests: sha256, as OCI writes them (``sha256:<hex>``)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from .progress import Meter


def hash_pieces(pieces: Iterable[bytes], meter: Meter) -> str:
    """Return the digest of some content."""
    hasher = hashlib.sha256()
    for piece in pieces:
        hasher.update(piece)
        meter.add(len(piece))
    return f"sha256:{hasher.hexdigest()}"


def digest_of(content: bytes) -> str:
    """Return the digest of some bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
