# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every request that was answered: tests prove with it which requests were sent, and which were not."""

from __future__ import annotations

import re
import threading
from typing import Any

SECRET = re.compile(r"((?:^|[?&])(?:sig|_state|access_token|refresh_token|password|client_secret)=)[^&]*")
LONGEST = 200_000


class Journal:
    """The latest requests, numbered from 1. Secrets in addresses are masked; bodies are not kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[dict[str, Any]] = []
        self._number = 0

    def add(self, **entry: Any) -> None:
        """Add an entry; ``target`` is masked."""
        entry["target"] = SECRET.sub(r"\1***", entry["target"])
        with self._lock:
            self._number += 1
            self._entries.append({"seq": self._number, **entry})
            if len(self._entries) > LONGEST:
                del self._entries[: LONGEST // 2]

    @property
    def last(self) -> int:
        """The number of the last request."""
        with self._lock:
            return self._number

    def after(self, number: int) -> list[dict[str, Any]]:
        """Return the entries after ``number``."""
        with self._lock:
            return [entry for entry in self._entries if entry["seq"] > number]

    def clear(self) -> None:
        """Forget the entries; numbering goes on."""
        with self._lock:
            self._entries.clear()
