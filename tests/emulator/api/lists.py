# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of lists: cursors, sizes and the Link header."""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import quote

from ..front.messages import Request
from ..state.store import Store

DEFAULT_SIZE = 100
LARGEST_SIZE = 1000
# 2^63 - 1: lists ordered by time, newest first, count down from it.
LAST_TICK = 9_223_372_036_854_775_807


def size(request: Request) -> int:
    """Return how many items a page may have: 100 unless asked, never more than 1,000."""
    try:
        return min(max(int(request.parameter("n") or 0), 0), LARGEST_SIZE) or DEFAULT_SIZE
    except ValueError:
        return DEFAULT_SIZE


def page(
    store: Store, request: Request, table: str, key: str, where: str, values: tuple[Any, ...], *, timed: bool = True
) -> tuple[list[sqlite3.Row], list[tuple[str, str]]]:
    """Return the rows of one page of ``table`` and the Link header to the next.

    Ordered by time, the cursor is ``number&key``: a bare key is no cursor there, and answers the first page again.
    """
    number = size(request)
    order = request.parameter("orderby") or ""
    order = order if timed and order in ("timeasc", "timedesc") else ""
    last = request.parameter("last") or ""
    condition, arguments, ordering = where, values, key
    if order:
        descending = order == "timedesc"
        comparison, direction = ("<", "DESC") if descending else (">", "ASC")
        ordering = f"updated {direction}, {key} {direction}"
        stamp, dummy, name = last.partition("&")
        if name and stamp.isdecimal():
            ticks = LAST_TICK - int(stamp) if descending else int(stamp)
            condition += f" AND (updated, {key}) {comparison} (?, ?)"
            arguments = (*values, ticks, name)
    elif last:
        condition += f" AND {key} > ?"
        arguments = (*values, last)
    rows = store.rows(f"SELECT * FROM {table} WHERE {condition} ORDER BY {ordering} LIMIT ?", *arguments, number + 1)
    if len(rows) <= number:
        return rows, []
    rows = rows[:number]
    cursor = str(rows[-1][key])
    if order:
        ticks = rows[-1]["updated"]
        cursor = f"{LAST_TICK - ticks if order == 'timedesc' else ticks}&{cursor}"
    # The path is the request's own, escaped or not; other parameters, such as digest, are dropped.
    link = f'<{request.path}?last={quote(cursor, safe="")}&n={number}&orderby={order}>; rel="next"'
    return rows, [("Link", link)]
