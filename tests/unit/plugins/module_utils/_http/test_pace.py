# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._http.pace import Pace, wait_before_retry

NOON = 1_767_268_800.0  # Thu, 01 Jan 2026 12:00:00 GMT


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("5", 5, 5),
        ("86400", 60, 60),
        ("9" * 400, 60, 60),
        ("Thu, 01 Jan 2026 12:00:10 GMT", 10, 10),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.8, 1.2),
        ("0", 0.8, 1.2),
        ("-5", 0.8, 1.2),
        ("soon", 0.8, 1.2),
        ("", 0.8, 1.2),
        (None, 0.8, 1.2),
    ],
)
def test_a_registry_can_neither_put_us_to_sleep_nor_make_us_hammer_it(header, low, high):
    assert low <= wait_before_retry(header, 2, NOON) <= high


class Clock:
    def __init__(self):
        self.now = 100.0
        self.slept = []

    def read(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(round(seconds, 3))
        self.now += seconds


def test_an_open_gate_costs_nothing():
    clock = Clock()
    pace = Pace(clock.read, clock.sleep)
    pace.enter()
    pace.succeeded()
    pace.enter()
    assert clock.slept == []


def test_after_throttling_nobody_passes_and_then_one_by_one():
    clock = Clock()
    pace = Pace(clock.read, clock.sleep)
    pace.hold(2)
    pace.enter()
    pace.enter()
    assert clock.slept == [2.0, 0.02]
    pace.hold(1)
    pace.enter()
    pace.enter()
    assert clock.slept[2:] == [1.0, 0.04]


def test_the_pace_recovers():
    clock = Clock()
    pace = Pace(clock.read, clock.sleep)
    pace.hold(1)
    pace.enter()
    for dummy in range(100):
        pace.succeeded()
    clock.now += 10
    pace.enter()
    slept = list(clock.slept)
    pace.enter()
    assert clock.slept == slept
