# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._ansible.renamed import RENAMED
from ansible_collections.registryops.acr.tests import modules


@pytest.fixture
def renamed(monkeypatch):
    """Names that no module ever had."""
    monkeypatch.setitem(RENAMED, "acr_tag", {"labels": "tags", "from": "Write reference instead of from."})
    monkeypatch.setitem(RENAMED, "acr_copy", {"images.origin": "images.source", "images.a.b": "images.c"})


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        ("acr_tag", {"labels": ["v1"]}, "labels was renamed to tags."),
        ("acr_tag", {"labels": None, "nonsense": 1}, "labels was renamed to tags."),
        ("acr_tag", {"from": "v1", "repository": "app", "tags": ["v1"]}, "Write reference instead of from."),
        ("acr_copy", {"images": [{"source": "app:v1"}, {"origin": "app:v2"}]}, "images.origin was renamed to images.source."),
        ("acr_copy", {"images": [{"a": {"b": 1}}]}, "images.a.b was renamed to images.c."),
    ],
)
def test_a_task_with_an_old_name_is_told_the_new_one(renamed, module, options, message):
    result = modules.run(module, registry="r", **{name: "" if value is None else value for name, value in options.items()})
    assert result == {"failed": True, "msg": message}


@pytest.mark.parametrize("options", [{"nonsense": 1}, {"images": ["origin"]}, {"images": [{"a": [1, None]}]}])
def test_other_errors_stay_what_they_are(renamed, options):
    assert "renamed" not in modules.run("acr_copy", registry="r", **options)["msg"]
