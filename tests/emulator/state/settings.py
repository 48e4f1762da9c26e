# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON values by name, and the registry's settings, which are one of them."""

from __future__ import annotations

import json
from typing import Any

from .database import Database

DEFAULTS = {"anonymous": False, "abac": False, "soft_delete": False, "arm_audience": True, "firewall": False}


class KeptValues:
    """The table of JSON values by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> dict[str, Any]:
        """Return a value, or an empty one when there is none."""
        row = self._database.row("SELECT value FROM settings WHERE name = ?", name)
        value: dict[str, Any] = json.loads(row[0]) if row else {}
        return value

    def put(self, name: str, value: dict[str, Any]) -> None:
        """Keep a value."""
        self._database.run("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, json.dumps(value))


class Settings:
    """The settings of the registry, each true or false."""

    def __init__(self, kept: KeptValues) -> None:
        self._kept = kept
        self._values: dict[str, bool] = {**DEFAULTS, **kept.get("settings")}

    def __getitem__(self, name: str) -> bool:
        return self._values[name]

    def values(self) -> dict[str, bool]:
        """Return all settings by name."""
        return self._values

    def change(self, changes: dict[str, bool]) -> None:
        """Change settings, and keep them."""
        unknown = set(changes) - set(DEFAULTS)
        if unknown or not all(isinstance(value, bool) for value in changes.values()):
            raise ValueError(f"settings are {', '.join(DEFAULTS)}, each true or false")
        self._values = {**self._values, **changes}
        self._kept.put("settings", self._values)
