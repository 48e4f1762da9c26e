# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common import meter, progress
from ansible_collections.registryops.acr.plugins.module_utils._common.meter import Meter, format_bytes


@pytest.fixture
def told(monkeypatch):
    """What was reported, with a clock that only the test moves."""
    texts = []
    monkeypatch.setattr(progress, "LISTENER", texts.append)
    monkeypatch.setattr(meter.time, "monotonic", lambda: float(sum(text != "" for text in texts)))
    return texts


def test_amount_rate_and_time_left(told):
    counting = Meter("upload of x", 3 * 1024 * 1024)
    # The clock stands still during the first piece: there is no rate yet.
    counting.add(1024)
    counting.add(1024 * 1024 - 1024)
    assert told == ["upload of x: 1.0 KiB of 3.0 MiB, 0 B/s", "upload of x: 1.0 MiB of 3.0 MiB, 1.0 MiB/s, 2 s left"]


def test_what_was_transferred_before_does_not_make_the_rate_higher(told):
    told.append("begin")
    counting = Meter("download of x", 4096, done=2048)
    told.append("a second later")
    counting.add(1024)
    assert told[2:] == ["download of x: 3.0 KiB of 4.0 KiB, 1.0 KiB/s, 1 s left"]


def test_counted_pieces_pass_unchanged_even_if_nobody_listens(monkeypatch):
    monkeypatch.setattr(progress, "LISTENER", None)
    counting = Meter("reading x", 6)
    assert list(counting.count([b"ab", b"", b"cdef"])) == [b"ab", b"", b"cdef"]
    assert counting.done == 6


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1024**2, "1.0 MiB"), (5 * 1024**3, "5.0 GiB"), (1024**4, "1024.0 GiB")],
)
def test_bytes(count, text):
    assert format_bytes(count) == text
