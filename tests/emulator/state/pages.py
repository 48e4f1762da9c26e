# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One page of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .database import Database, Row


@dataclass(frozen=True)
class Page:
    """At most ``limit`` items after the item with the key ``after`` (and the time ``after_ticks``, in an order of time).

    ``order`` is ``timeasc``, ``timedesc`` or empty: by key. Without ``after`` the page is the first.
    """

    limit: int
    order: str = ""
    after: str = ""
    after_ticks: int = 0


def read_page(database: Database, table: str, columns: str, key: str, page: Page, where: str, *values: Any) -> list[Row]:
    """Return the rows of a page of ``table``. ``key`` is a column that is unique among the rows that ``where`` selects."""
    condition, arguments, ordering = where, values, key
    if page.order:
        comparison, direction = ("<", "DESC") if page.order == "timedesc" else (">", "ASC")
        ordering = f"updated {direction}, {key} {direction}"
        if page.after:
            condition += f" AND (updated, {key}) {comparison} (?, ?)"
            arguments = (*values, page.after_ticks, page.after)
    elif page.after:
        condition += f" AND {key} > ?"
        arguments = (*values, page.after)
    return database.rows(f"SELECT {columns} FROM {table} WHERE {condition} ORDER BY {ordering} LIMIT ?", *arguments, page.limit)
