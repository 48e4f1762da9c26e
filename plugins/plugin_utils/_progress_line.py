# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it can change in any release.

"""Shows the progress of a long task on the controller's terminal, at most once a second. It is never part of a result."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator

from ansible_collections.registryops.acr.plugins.module_utils._common import progress

VARIABLE = "acr_progress"
ENVIRONMENT = "ACR_PROGRESS"
SECONDS = 1.0

# Worker processes have no terminal, so this is read when the main process imports this file, before it starts them.
TERMINAL = sys.stdout.isatty()


@contextlib.contextmanager
def shown(name: str, wanted: bool, display: Callable[[str], object]) -> Iterator[None]:
    """Pass what the task ``name`` reports to ``display`` while the context lasts, if ``wanted``."""
    if not wanted:
        yield
        return
    progress.LISTENER = _Line(name.rpartition(".")[2], display).show
    try:
        yield
    finally:
        progress.LISTENER = None


class _Line:
    """Prints at most one line a second, and none in the first second."""

    def __init__(self, name: str, display: Callable[[str], object]) -> None:
        self._name = name
        self._display = display
        self._next = time.monotonic() + SECONDS
        self._lock = threading.Lock()

    def show(self, text: str) -> None:
        with self._lock:
            now = time.monotonic()
            if now < self._next:
                return
            self._next = now + SECONDS
        self._display(f"{self._name}: {text}")
