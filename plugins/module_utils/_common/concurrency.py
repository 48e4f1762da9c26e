# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The same call for many items, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def concurrently(call: Callable[[ItemT], ResultT], items: Iterable[ItemT], workers: int, finishes: bool = False) -> list[ResultT]:
    """Return the results of ``call(item)`` in the order of ``items``. The first error cancels the calls that have not begun, and is raised.

    An interrupt cancels them, too. It waits for those that run only if ``finishes`` is set: because they leave something to restore.
    """
    todo = list(items)
    if len(todo) < 2 or workers < 2:
        return [call(item) for item in todo]
    pool = ThreadPoolExecutor(min(workers, len(todo)))
    try:
        futures = [pool.submit(call, item) for item in todo]
        wait(futures, return_when=FIRST_EXCEPTION)
        # An interrupt can come here as well, while calls that an error did not cancel still run.
        pool.shutdown(cancel_futures=True)
    except BaseException:
        pool.shutdown(wait=finishes, cancel_futures=True)
        raise
    failed = next((future for future in futures if not future.cancelled() and future.exception()), None)
    return [failed.result()] if failed else [future.result() for future in futures]
