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
    with pytest.raises(UsageError, match=r"^'v\(' in include is not a regular expression \(.*\)\. A literal \. or \+ is written"):
        Selection(["v("], None)


TAGS = ["v1.0.0", "v1.1.0", "v2", "latest"]


@pytest.mark.parametrize(
    ("pattern_type", "include", "unmatched"),
    [
        ("regex", None, []),
        ("regex", ["v.*", "latest"], []),
        ("regex", ["v*", "lat", "latest"], ["v*", "lat"]),
        ("regex", ["gone", "gone"], ["gone"]),
        ("glob", ["v*", "lat", "v[12]"], ["lat"]),
        ("glob", [r"v\d"], [r"v\d"]),
    ],
)
def test_a_pattern_that_matches_no_whole_name_is_unmatched(pattern_type, include, unmatched):
    assert Selection(include, None, pattern_type).unmatched(TAGS) == unmatched


def test_a_pattern_whose_names_are_all_excluded_is_not_unmatched():
    assert Selection(["v.*"], ["v.*"]).unmatched(TAGS) == []


@pytest.mark.parametrize(
    ("pattern_type", "pattern", "advice"),
    [
        ("regex", "v*", " As a glob, it would match 3: set pattern_type: glob."),
        ("regex", "x*", ""),
        ("glob", r"v\d.*", " As a regular expression, it would match 3: set pattern_type: regex."),
        ("glob", "(", ""),
    ],
)
def test_a_warning_names_an_unmatched_pattern_and_says_when_it_is_of_the_other_type(pattern_type, pattern, advice):
    expected = f"include pattern '{pattern}' ({pattern_type}) matched none of the 4 tags of library/app.{advice}"
    assert Selection([pattern], None, pattern_type).unmatched_warnings(TAGS, "tags of library/app") == [expected]


def test_patterns_that_match_give_no_warning():
    assert Selection(["v.*"], None).unmatched_warnings(TAGS, "tags of library/app") == []
