# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator's clock, which tests can set, and times as the service writes them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

# .NET counts time in ticks of 100 ns since the year 1; the service's list cursors show it.
TICKS_PER_SECOND = 10_000_000
UNIX_EPOCH = 621_355_968_000_000_000


class Clock:
    """Real time plus an offset."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Return seconds since 1970."""
        return time.time() + self._offset

    def ticks(self) -> int:
        """Return .NET ticks."""
        return ticks_of(self.now())

    def set(self, seconds: float) -> None:
        """Set the time to ``seconds`` since 1970."""
        self._offset = seconds - time.time()

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self._offset += seconds


def ticks_of(seconds: float) -> int:
    """Return seconds since 1970 as .NET ticks."""
    return UNIX_EPOCH + int(seconds * TICKS_PER_SECOND)


def written(ticks: int) -> str:
    """Return ``ticks`` as the service writes times: seven digits of a second, trailing zeros dropped, UTC."""
    seconds, fraction = divmod(ticks - UNIX_EPOCH, TICKS_PER_SECOND)
    stamp = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    digits = f"{fraction:07d}".rstrip("0")
    return f"{stamp}.{digits}Z" if digits else f"{stamp}Z"


def seconds_of(stamp: str) -> float:
    """Return an ISO 8601 time as seconds since 1970."""
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()
