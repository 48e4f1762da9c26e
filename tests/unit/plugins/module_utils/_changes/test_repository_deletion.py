# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._changes.repository_deletion import restore_order
from ansible_collections.registryops.acr.plugins.module_utils._registry.properties import ManifestProperties

FLAGS = {"deleteEnabled": True, "writeEnabled": True, "listEnabled": True, "readEnabled": True}


def manifest(letter, created="2026-05-20T17:20:15Z"):
    return ManifestProperties.from_json({"digest": f"sha256:{letter * 64}", "createdTime": created, "lastUpdateTime": created, "changeableAttributes": FLAGS})


def order(letters, needs, **created):
    manifests = [manifest(letter, **({"created": created[letter]} if letter in created else {})) for letter in letters]
    wanted = {f"sha256:{letter * 64}": [f"sha256:{needed * 64}" for needed in group] for letter, group in needs.items()}
    return "".join(one.digest[-1] for one in restore_order(manifests, wanted))


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({}, "abcd"),
        ({"a": "d"}, "bcda"),
        ({"a": "b", "b": "c", "c": "d"}, "dcba"),
        ({"a": "bc", "b": "d", "c": "d"}, "dbca"),
        # What is not in the repository cannot be waited for.
        ({"a": "e"}, "abcd"),
    ],
)
def test_what_is_needed_comes_before(needs, expected):
    assert order("abcd", needs) == expected


def test_else_the_oldest_comes_first():
    """The service leaves out trailing zeros, so text does not sort as time does: .1Z is before .1000001Z."""
    assert order("abc", {}, a="2026-05-20T17:20:15.1000001Z", b="2026-05-20T17:20:15.1Z", c="2025-01-01T00:00:00Z") == "cba"


def test_what_needs_itself_in_a_circle_ends_too():
    assert sorted(order("abc", {"a": "b", "b": "a"})) == ["a", "b", "c"]


def test_a_long_chain_of_referrers():
    letters = "0123456789abcdef"
    assert order(letters, dict(zip(letters, letters[1:]))) == letters[::-1]
