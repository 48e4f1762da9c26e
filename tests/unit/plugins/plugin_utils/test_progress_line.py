# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common import progress
from ansible_collections.registryops.acr.plugins.plugin_utils import _progress_line


@pytest.fixture
def lines(monkeypatch):
    """What is displayed, and a clock: ``lines.now``."""

    class Lines(list):
        now = 0.0

    shown = Lines()
    monkeypatch.setattr(_progress_line.time, "monotonic", lambda: shown.now)
    return shown


def test_a_line_a_second_at_most_and_none_in_the_first(lines):
    with _progress_line.shown("registryops.acr.acr_tag_properties", wanted=True, display=lines.append):
        for tenth in range(35):
            lines.now = tenth / 10
            progress.report(f"{tenth} of 35")
    assert lines == [f"acr_tag_properties: {tenth} of 35" for tenth in (10, 20, 30)]


def test_nobody_listens_afterwards_nor_unless_asked_for(lines):
    with _progress_line.shown("acr_tag_properties", wanted=False, display=lines.append):
        lines.now = 5.0
        progress.report("unheard")
    with _progress_line.shown("acr_tag_properties", wanted=True, display=lines.append):
        pass
    assert progress.LISTENER is None
    assert lines == []
