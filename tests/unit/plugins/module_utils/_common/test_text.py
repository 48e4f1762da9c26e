# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.text import listed, printable, redact, short_digest


@pytest.mark.parametrize(
    ("texts", "most", "expected"),
    [
        ([], 5, ""),
        (["a"], 5, "a"),
        (["a", "b"], 2, "a, b"),
        (["a", "b", "c"], 2, "a, b and 1 more"),
        (("a", "b", "c"), 1, "a and 2 more"),
        ([str(number) for number in range(1239)], 5, "0, 1, 2, 3, 4 and 1,234 more"),
    ],
)
def test_an_enumeration_names_the_first_and_counts_the_others(texts, most, expected):
    assert listed(texts, most) == expected


def test_an_enumeration_with_another_separator():
    assert listed(["a", "b", "c"], 2, "; ") == "a; b and 1 more"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("plain", 10, "plain"),
        ("two\n lines\tand\r\x1b[31mcolour", 40, "two lines and [31mcolour"),
        ("right\u202eto left", 40, "right to left"),
        ("1234567890", 10, "1234567890"),
        ("12345678901", 10, "123456789…"),
        ("\x00\x00", 10, ""),
    ],
)
def test_untrusted_text_is_one_printable_line(text, limit, expected):
    assert printable(text, limit) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://r.azurecr.io/v2/?a=b", "https://r.azurecr.io/v2/"),
        ("https://user:secret@r.azurecr.io/v2/#c", "https://r.azurecr.io/v2/"),
        ("https://account.blob.core.windows.net/x?sig=secret&se=1", "https://account.blob.core.windows.net/x"),
        ("https://a@b:secret@[::1]:5000/p", "https://[::1]:5000/p"),
    ],
)
def test_a_url_without_its_secrets(url, expected):
    assert redact(url) == expected


def test_a_short_digest():
    assert short_digest("sha256:" + "0123456789abcdef" * 4) == "sha256:0123456789ab"
    assert short_digest("") == ""
