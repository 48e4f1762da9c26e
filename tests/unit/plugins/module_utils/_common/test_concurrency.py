# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import time

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common import concurrency
from ansible_collections.registryops.acr.plugins.module_utils._common.concurrency import concurrently


def test_results_are_in_the_order_of_the_items():
    assert concurrently(lambda number: time.sleep(0.01 * (3 - number)) or number, range(4), 4) == [0, 1, 2, 3]


def test_the_first_error_stops_what_has_not_begun():
    begun = []

    def call(number):
        begun.append(number)
        if number == 0:
            raise ValueError("the first")
        time.sleep(0.05)

    with pytest.raises(ValueError, match="the first"):
        concurrently(call, range(100), 2)
    assert len(begun) < 10


class Stopped(BaseException):
    """What ends a task from outside, as its ``timeout`` does."""


def test_a_task_that_is_stopped_begins_nothing_more(monkeypatch):
    begun, release = [], threading.Event()

    def call(number):
        begun.append(number)
        release.wait(10)

    def stop(*dummy, **more):
        raise Stopped

    monkeypatch.setattr(concurrency, "wait", stop)
    with pytest.raises(Stopped):
        concurrently(call, range(100), 2)
    release.set()
    time.sleep(0.1)
    assert len(begun) <= 3


@pytest.mark.parametrize("place", ["start", "wait", "finish"])
def test_a_task_that_is_stopped_waits_for_what_has_begun(monkeypatch, place):
    """Wherever the interrupt comes: while a thread is started, while all calls are waited for, and after an error has ended that."""
    begun, ended = threading.Event(), []

    def call(number):
        begun.set()
        if number == 0 and place == "finish":
            raise ValueError
        time.sleep(0.2)
        ended.append(number)

    owner, name = {
        "start": (concurrency.ThreadPoolExecutor, "_adjust_thread_count"),
        "wait": (concurrency, "wait"),
        "finish": (concurrency._Calls, "finish"),
    }[place]
    real = getattr(owner, name)

    def stopped_once(*arguments, **more):
        monkeypatch.setattr(owner, name, real)
        if place == "start":
            real(*arguments)
        begun.wait(10)
        raise Stopped

    monkeypatch.setattr(owner, name, stopped_once)
    with pytest.raises(Stopped):
        concurrently(call, range(4), 2, finishes=True)
    found = list(ended)
    time.sleep(0.3)
    assert found == ended
    assert found or place == "finish"
