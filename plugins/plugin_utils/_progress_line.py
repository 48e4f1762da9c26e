# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it can change in any release.

"""How far a long task is, shown on the controller's terminal: not more than once a second, and never part of a result."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator

from ansible.utils.display import Display
from ansible_collections.registryops.acr.plugins.module_utils._common import progress

VARIABLE = "acr_progress"
ENVIRONMENT = "ACR_PROGRESS"
SECONDS = 1.0

# Workers have no terminal; this is read where they come from.
TERMINAL = sys.stdout.isatty()

display = Display()


@contextlib.contextmanager
def shown(name: str, wanted: bool) -> Iterator[None]:
    """Show what tasks report while this lasts, if wanted."""
    if not wanted:
        yield
        return
    progress.LISTENER = _Line(name.rpartition(".")[2]).show
    try:
        yield
    finally:
        progress.LISTENER = None


class _Line:
    """Prints at most one line a second; the first second is silent."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._next = time.monotonic() + SECONDS
        self._lock = threading.Lock()

    def show(self, text: str) -> None:
        with self._lock:
            now = time.monotonic()
            if now < self._next:
                return
            self._next = now + SECONDS
        display.display(f"{self._name}: {text}")
