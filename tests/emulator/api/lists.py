# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of lists: cursors, sizes and the Link header."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar
from urllib.parse import quote

from ..front.messages import Request
from ..state.pages import Page

DEFAULT_SIZE = 100
LARGEST_SIZE = 1000
# 2^63 - 1: lists ordered by time, newest first, count down from it.
LAST_TICK = 9_223_372_036_854_775_807


class Listed(Protocol):
    """An item of a list."""

    @property
    def updated(self) -> int:
        """The time of its last update, in ticks."""


Item = TypeVar("Item", bound=Listed)


def page(request: Request, *, timed: bool = True) -> Page:
    """Return the page that a request asks for, plus one item, whose presence says that there is a next page.

    Ordered by time, the cursor is ``number&key``. A bare key is no cursor there: it gets the first page again.
    """
    limit, order = _size(request) + 1, _order(request, timed)
    last = request.parameter("last") or ""
    if not order:
        return Page(limit, after=last)
    stamp, dummy, key = last.partition("&")
    if not (key and stamp.isdecimal()):
        return Page(limit, order)
    return Page(limit, order, key, LAST_TICK - int(stamp) if order == "timedesc" else int(stamp))


def cut(request: Request, found: list[Item], key: Callable[[Item], str], *, timed: bool = True) -> tuple[list[Item], list[tuple[str, str]]]:
    """Return the items to show of those that were found, and the Link header to the next page, if there is one."""
    size, order = _size(request), _order(request, timed)
    if len(found) <= size:
        return found, []
    shown = found[:size]
    cursor = key(shown[-1])
    if order:
        ticks = shown[-1].updated
        cursor = f"{LAST_TICK - ticks if order == 'timedesc' else ticks}&{cursor}"
    # The path is as the client wrote it, escaped or not. Other parameters, such as digest, are dropped.
    return shown, [("Link", f'<{request.path}?last={quote(cursor, safe="")}&n={size}&orderby={order}>; rel="next"')]


def _size(request: Request) -> int:
    """Return how many items a page may have: 100 unless asked, never more than 1,000."""
    try:
        return min(max(int(request.parameter("n") or 0), 0), LARGEST_SIZE) or DEFAULT_SIZE
    except ValueError:
        return DEFAULT_SIZE


def _order(request: Request, timed: bool) -> str:
    order = request.parameter("orderby") or ""
    return order if timed and order in ("timeasc", "timedesc") else ""
