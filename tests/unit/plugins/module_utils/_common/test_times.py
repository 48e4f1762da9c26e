# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import UsageError
from ansible_collections.registryops.acr.plugins.module_utils._common.times import parse_span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("2m", 120), ("1m30s", 90), ("12h", 43200), ("30d", 2592000), ("2w", 1209600), ("1w1d1h1m1s", 694861), (" 5s ", 5)],
)
def test_a_span_has_units_from_weeks_to_seconds(text, seconds):
    assert parse_span(text, "timeout") == seconds


@pytest.mark.parametrize("text", ["", "0s", "s", "1s1m", "1.5s", "5S", "1m 5s", "-5s", "9999999999s", "0"])
def test_what_is_no_span_is_refused(text):
    with pytest.raises(UsageError, match="in timeout is not a span of time: write weeks, days, hours, minutes and seconds as in "):
        parse_span(text, "timeout")


def test_a_number_without_a_unit_is_told_how_to_write_one():
    with pytest.raises(UsageError) as error:
        parse_span("30", "timeout")
    assert str(error.value) == "'30' in timeout has no unit: write 30s for seconds, 30m for minutes, 30h for hours or 30d for days."
