# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Text for messages: untrusted text made printable, URLs without secrets, enumerations, short digests."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

MESSAGE_LIMIT = 300


def redact(url: str) -> str:
    """Return ``url`` without user information, query and fragment, which can contain signatures and tokens."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def printable(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """Return untrusted ``text`` on one line, without control characters, at most ``limit`` characters long."""
    line = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def listed(texts: Sequence[str], most: int = 5, separator: str = ", ") -> str:
    """Return ``texts`` as an enumeration that names the first ``most`` and counts the others: ``a, b and 3 more``."""
    named = separator.join(texts[:most])
    return f"{named} and {len(texts) - most:,} more" if len(texts) > most else named


def short_digest(digest: str) -> str:
    """Return the first 12 hexadecimal digits of a digest, which are enough to recognise it: ``sha256:0123456789ab``."""
    return digest[: len("sha256:") + 12]
