# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""How far a long task is: reported to a listener, if the host of the task has set one."""

from __future__ import annotations

import time
from collections.abc import Callable

# Set by the host of a task; called from any thread, as often as there is something to say.
LISTENER: Callable[[str], None] | None = None


def report(text: str) -> None:
    """Say how far the task is: ``120 of 4,000 changes made``."""
    if LISTENER is not None:
        LISTENER(text)


class Meter:
    """Counts the bytes of one transfer, and tells how far it is: ``upload of x: 1.2 of 5.0 GiB, 110 MiB/s, 35 s left``."""

    def __init__(self, what: str, size: int, done: int = 0) -> None:
        self.done = done
        self._what = what
        self._size = size
        self._begun = (time.monotonic(), done)

    def add(self, count: int) -> None:
        """Take note that ``count`` more bytes have passed."""
        self.done += count
        if LISTENER is None:
            return
        seconds = time.monotonic() - self._begun[0]
        rate = (self.done - self._begun[1]) / seconds if seconds > 0 else 0
        left = f", {(self._size - self.done) / rate:,.0f} s left" if rate > 0 else ""
        report(f"{self._what}: {_bytes(self.done)} of {_bytes(self._size)}, {_bytes(rate)}/s{left}")


def _bytes(count: float) -> str:
    """Return a number of bytes as a person reads it."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"
