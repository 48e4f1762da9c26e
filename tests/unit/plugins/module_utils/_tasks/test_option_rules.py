# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._tasks.option_rules import Absence, absence

SENTENCE = "library/app has no tag v9."


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("error", Absence(problem=SENTENCE)), ("warn", Absence(warnings=(SENTENCE,))), ("skip", Absence())],
)
def test_the_option_decides_what_it_means_that_something_is_absent(policy, expected):
    assert absence(policy, ["v9"], SENTENCE) == expected
    assert absence(policy, [], SENTENCE) == Absence()
