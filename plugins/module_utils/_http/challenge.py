# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Challenges: how a server says which authentication it wants (``WWW-Authenticate``, RFC 9110, 11.3 and 11.6.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.request import parse_http_list


@dataclass(frozen=True)
class Challenge:
    """``scheme`` and the names of ``parameters`` are in lower case, because case does not matter there (RFC 9110, 11.1 and 11.2)."""

    scheme: str
    parameters: Mapping[str, str]


def parse_challenges(header: str) -> list[Challenge]:
    """Return the challenges of a header's value, in its order. What is not a challenge is left out; nothing raises.

    Commas separate parameters as well as challenges: an item that begins with two words, or that is one word without ``=``, begins a
    challenge. Values may be quoted or not. Of a parameter that is repeated the first counts. A ``token68`` is not returned.
    """
    challenges: list[Challenge] = []
    parameters: dict[str, str] = {}
    for item in parse_http_list(header):
        name, equals, value = item.partition("=")
        words, value = name.split(), value.strip()
        if not words:
            continue
        if len(words) > 1 or not equals:
            parameters = {}
            challenges.append(Challenge(words[0].lower(), parameters))
        # A token68 may end in "=" or "==", a parameter has a value.
        if value.strip("="):
            parameters.setdefault(words[-1].lower(), _unquoted(value))
    return challenges


def _unquoted(value: str) -> str:
    """Return a value without its quotes; ``parse_http_list`` has already taken the backslashes out."""
    return value[1:].removesuffix('"') if value.startswith('"') else value
