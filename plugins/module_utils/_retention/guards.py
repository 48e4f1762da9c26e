# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Limits that stop a retention plan before its first change. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .._common.text import listed


@dataclass(frozen=True)
class Guards:
    """The limits of a task; ``None`` is no limit."""

    max_delete: int | None = None
    max_delete_percent: float | None = None
    min_remaining: int | None = None

    def problem(self, deleted: int, total: int, remaining: Mapping[str, int]) -> str:
        """Return what the task fails with because the plan exceeds a limit; an empty string if it does not.

        ``deleted`` and ``total`` count tags and manifests. ``remaining`` is the number of tags that each repository keeps in which something
        is deleted.
        """
        excess = self._excess(deleted, total, remaining)
        return f"{excess}; nothing was changed. Look at plan in the result, then narrow the rules or change the limit." if excess else ""

    def _excess(self, deleted: int, total: int, remaining: Mapping[str, int]) -> str | None:
        if self.max_delete is not None and deleted > self.max_delete:
            return f"The plan deletes {deleted:,} tags and manifests, more than max_delete allows ({self.max_delete:,})"
        percent = 100 * deleted / total if total else 0
        if self.max_delete_percent is not None and percent > self.max_delete_percent:
            limit = f"more than max_delete_percent allows ({self.max_delete_percent:g}%)"
            return f"The plan deletes {deleted:,} of {total:,} tags and manifests, {percent:.1f}%, {limit}"
        few = [f"'{name}' ({count})" for name, count in remaining.items() if self.min_remaining is not None and count < self.min_remaining]
        return f"The plan leaves fewer tags than min_remaining requires ({self.min_remaining}) in {listed(few)}" if few else None
