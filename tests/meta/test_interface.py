# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people write with the results of tasks: each snippet of docs/interface.md runs, in check mode and in a real run, and shows the same.

test_examples.py runs the YAML blocks of all texts; these run one by one, each with a registry of its own, and what they show is compared.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.registryops.acr.tests import images, started
from ansible_collections.registryops.acr.tests.meta.test_examples import blocks, plays, run_plays

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "interface.md"
# What each snippet shows, by its heading.
SHOWN = {
    "Which releases can still be lost?": [r'"v1\.0\.0 of 20', r'"v1\.1\.0 of 20'],
    "Loop over what was deleted": [r'"tag v2\.0\.0-rc1 of library/app"', r'"manifest sha256:\w+ of library/app"'],
    "Look at a plan": [r'"delete tag v2\.0\.0-rc1 of library/app: .+"'],
    "Raise an alert when something drifts": [r'"Not locked: v1\.0\.0, v1\.1\.0, sha256:\w+, '],
    "Deploy what was pushed": [r'"image: localhost:\d+/team/hello@sha256:\w{64}"'],
    "Tag what was pushed": [],
    "Lock the releases of all repositories": [r'"v1\.0\.0",', r'"sha256:\w{64}"'],
    "Did anything move?": [r'"latest: sha256:\w{64} -> sha256:\w{64}"', r'"stable: new -> sha256:\w{64}"'],
    "Plan, approve, apply": [],
    "Undo in a rescue": [],
    "Is the release complete?": [r'"v1\.1\.0 is complete\."'],
    "Copy what was found": [r'"localhost:\d+/mirror/app@sha256:\w{64}"'],
}
SNIPPETS = dict(zip(SHOWN, blocks(PAGE)))
# How many tasks report a change, in check mode and in a real run, where a snippet shows nothing.
CHANGES = {"Tag what was pushed": (2, 3), "Plan, approve, apply": (3, 3), "Undo in a rescue": (1, 2)}
TEXT_FILTERS = re.compile(r"\[\d+\]|\bfirst\b|\blast\b|search|match\(|regex_|\bin item\.|\.msg\b|split\(")


def test_each_heading_has_its_snippet():
    headings = re.findall(r"^## (.*)$", PAGE.read_text(), re.MULTILINE)
    assert headings == ["Shapes", *SHOWN]
    assert len(blocks(PAGE)) == len(SHOWN) == 12


@pytest.mark.parametrize("heading", SNIPPETS)
def test_a_snippet_reads_data_not_sentences(heading):
    assert TEXT_FILTERS.findall(SNIPPETS[heading]) == []


@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
@pytest.mark.parametrize("heading", SNIPPETS)
def test_a_snippet_runs_and_shows_the_same_in_check_mode(tmp_path, heading, check):
    (tmp_path / "smoke_test.yml").write_text("- name: Fail\n  ansible.builtin.command: /bin/false\n  check_mode: false\n")
    with started.emulator() as registry:
        registry.control("POST", "settings", {"soft_delete": True})
        for repository in ("library/app", "team/tool"):
            images.push_releases(registry.url, registry.ca, registry.username, registry.password, repository)
        before = registry.journal()[-1]["seq"]
        snippet = re.sub(r"/tmp\b", str(tmp_path), SNIPPETS[heading])
        arguments = ["-e", "approved=true", *(["--check"] if check else [])]
        printed = run_plays(tmp_path / "snippet.yml", registry, plays(snippet, registry), *arguments)
        written = [entry for entry in registry.journal(before) if entry["method"] not in ("GET", "HEAD") and "/oauth2/" not in entry["target"]]
    for pattern in SHOWN[heading]:
        assert re.search(pattern, printed), printed
    if heading in CHANGES:
        assert f"changed={CHANGES[heading][0 if check else 1]} " in printed
    assert not (check and written)
