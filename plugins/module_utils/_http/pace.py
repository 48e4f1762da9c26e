# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The pace of requests: how a task slows down when the registry asks for it. All workers share one, because they share a quota."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from email.utils import parsedate_to_datetime

# In seconds.
LONGEST_WAIT = 60.0
FIRST_BACKOFF = 0.5
_FIRST_INTERVAL = 0.02
_LONGEST_INTERVAL = 1.0
_SHORTEST_INTERVAL = 0.001


class Pace:
    """A gate that all requests pass.

    After an answer that asks to wait, no request passes for that time. Then they pass one by one, at an interval that doubles with
    each further such answer and shrinks with each success (additive increase of the rate, multiplicative decrease).
    """

    def __init__(self, now: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = 0.0
        self._interval = 0.0

    def enter(self) -> None:
        """Wait until a request may be sent."""
        with self._lock:
            if not self._next:
                return
            now = self._now()
            slot = max(now, self._next)
            self._next = slot + self._interval if self._interval or slot > now else 0.0
        if slot > now:
            self._sleep(slot - now)

    def hold(self, seconds: float) -> None:
        """Let no request pass for ``seconds``, and then one at a time."""
        with self._lock:
            self._interval = min(_LONGEST_INTERVAL, self._interval * 2 or _FIRST_INTERVAL)
            self._next = max(self._next, self._now() + seconds)

    def succeeded(self) -> None:
        """Speed up, because a request succeeded."""
        if self._interval:
            with self._lock:
                self._interval = self._interval * 0.95 if self._interval > _SHORTEST_INTERVAL else 0.0


def wait_before_retry(retry_after: str | None, attempt: int, utc_now: float) -> float:
    """Return the seconds to wait before try ``attempt`` + 1 (the first is 1).

    ``retry_after`` is the value of that header: seconds or an HTTP date (RFC 9110, 10.2.3), and counts up to one minute. If it is missing,
    in the past or invalid, the wait is exponential backoff with jitter.
    """
    asked = _seconds(retry_after, utc_now)
    if asked is not None and asked > 0:
        return min(asked, LONGEST_WAIT)
    return min(FIRST_BACKOFF * 2.0 ** (attempt - 1), LONGEST_WAIT) * random.uniform(0.8, 1.2)


def _seconds(retry_after: str | None, utc_now: float) -> float | None:
    if not retry_after:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after.strip()[:9])
    try:
        return parsedate_to_datetime(retry_after).timestamp() - utc_now
    except (TypeError, ValueError, OverflowError):
        return None
