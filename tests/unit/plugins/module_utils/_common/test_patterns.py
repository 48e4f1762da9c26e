# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import UsageError
from ansible_collections.registryops.acr.plugins.module_utils._common.patterns import Selection


def test_a_pattern_matches_whole_names():
    chosen = Selection(["app|web"], None)
    assert chosen.of(["app", "application", "my-web", "web"]) == ["app", "web"]


def test_exclude_wins_over_include():
    assert Selection([r"v\d.*"], [r".*-rc\d+"]).of(["v1", "v2-rc1", "x"]) == ["v1"]


def test_without_include_every_name_is_in():
    assert Selection(None, ["b"]).of(["a", "b"]) == ["a"]


def test_a_broken_pattern_is_named_with_its_option():
    with pytest.raises(UsageError, match=r"^'v\(' in include is not a regular expression \(.*\); a literal \. or \+ is written"):
        Selection(["v("], None)
