# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The progress of one transfer: its bytes, their rate and the time left."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from . import progress


class Meter:
    """Counts the bytes of one transfer of ``size`` bytes and reports them: ``upload of x: 1.2 GiB of 5.0 GiB, 110.0 MiB/s, 35 s left``.

    ``done`` bytes of it have been transferred before.
    """

    def __init__(self, label: str, size: int, done: int = 0) -> None:
        self.done = done
        self._label = label
        self._size = size
        self._begun = (time.monotonic(), done)

    def add(self, count: int) -> None:
        """Count ``count`` more bytes."""
        self.done += count
        if progress.LISTENER is None:
            return
        seconds = time.monotonic() - self._begun[0]
        rate = (self.done - self._begun[1]) / seconds if seconds > 0 else 0
        left = f", {(self._size - self.done) / rate:,.0f} s left" if rate > 0 else ""
        progress.report(f"{self._label}: {format_bytes(self.done)} of {format_bytes(self._size)}, {format_bytes(rate)}/s{left}")

    def count(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pass ``pieces`` on, and count them."""
        for piece in pieces:
            self.add(len(piece))
            yield piece


def format_bytes(count: float) -> str:
    """Return a number of bytes in a readable unit: ``1.5 MiB``."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"
