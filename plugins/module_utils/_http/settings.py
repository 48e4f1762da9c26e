# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""How requests are sent: TLS, timeouts, number of tries, size of pages."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "0.1.0"
USER_AGENT = f"registryops.acr/{VERSION} ansible"

TRIES = 5
# A registry that does not answer is given up sooner than one that is busy.
CONNECTION_TRIES = 3
# After these statuses the request was not carried out, or repeating it leads to the same state.
RETRY_STATUSES = frozenset({408, 429, 500, 502, 503, 504})

# The items of a page of a list. The service gives 100 unless asked for more, and at most 1,000; a registry may give fewer.
PAGE_SIZE = 1000


@dataclass(frozen=True)
class TransportSettings:
    """``verify``: True, False or the path of CA certificates; ``timeout``: seconds to connect, and for each piece of an answer."""

    verify: bool | str = True
    timeout: float = 30.0
    concurrency: int = 8
