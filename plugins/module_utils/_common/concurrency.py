# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The same call for many items, several at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, CancelledError, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def concurrently(call: Callable[[ItemT], ResultT], items: Iterable[ItemT], workers: int, finishes: bool = False) -> list[ResultT]:
    """Return the results of ``call(item)`` in the order of ``items``. The first error cancels the calls that have not begun, and is raised.

    An interrupt cancels them, too. It waits for those that run only if ``finishes`` is set: because they leave something to restore.
    """
    todo = list(items)
    if len(todo) < 2 or workers < 2:
        return [call(item) for item in todo]
    calls = _Calls(call)
    pool = ThreadPoolExecutor(min(workers, len(todo)))
    try:
        futures = [pool.submit(calls, item) for item in todo]
        wait(futures, return_when=FIRST_EXCEPTION)
        calls.finish()
    except BaseException:
        # An interrupt can come in any of these lines.
        if finishes:
            calls.finish()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    errors = (future.exception() for future in futures if future.done() and not future.cancelled())
    failed = next((error for error in errors if error and not isinstance(error, CancelledError)), None)
    if failed:
        raise failed
    return [future.result() for future in futures]


class _Calls(Generic[ItemT, ResultT]):
    """Counts the calls that run.

    The pool cannot tell: an interrupt while it starts a thread makes it forget the thread, and one while it joins a thread makes it believe
    that the thread has ended (python/cpython#90882).
    """

    def __init__(self, call: Callable[[ItemT], ResultT]) -> None:
        self._call = call
        self._condition = threading.Condition()
        self._running = 0
        self._finished = False

    def __call__(self, item: ItemT) -> ResultT:
        with self._condition:
            if self._finished:
                raise CancelledError
            self._running += 1
        try:
            return self._call(item)
        finally:
            with self._condition:
                self._running -= 1
                self._condition.notify_all()

    def finish(self) -> None:
        """Let no further call begin, and wait for those that run."""
        with self._condition:
            self._finished = True
            self._condition.wait_for(lambda: not self._running)
