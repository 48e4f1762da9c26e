# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Result keys of the same name are described in the same words, whichever module returns them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

MODULES = sorted((Path(__file__).resolve().parent.parent.parent / "plugins" / "modules").glob("*.py"))
# What a key holds differs where modules do different things; these have at least a pattern of their own.
PATTERNS = {
    "diff": r".*, before and after\.",
    "image": r"The image, with its digest, as it can be pulled\.( V\(null\) if .*\.)?",
    "missing": r"The .* that do not exist\.",
    "not_attempted": r"The changes that were not attempted because another one failed(, or because O\(max_runtime\) ended)?\.",
    "repositories": r"The repositories.*",
}
# Others mean something else in these modules.
OWN = {
    ("acr_blob", "blocked"),
    ("acr_blob", "digest"),
    ("acr_fetch", "digest"),
    ("acr_fetch", "media_type"),
    ("acr_fetch", "size"),
    ("acr_tag", "digest"),
    ("acr_repository", "tags"),
    ("acr_manifest_properties", "kept"),
    ("acr_tag_properties", "kept"),
    ("acr_tag_info", "tags"),
    ("acr_tag_info", "truncated"),
    ("acr_tag_properties", "tags"),
    ("acr_manifest_info", "manifests"),
    ("acr_manifest_properties", "manifests"),
    ("acr_tag_properties", "manifests"),
    ("acr_blob", "size"),
    ("acr_retention", "summary"),
    ("acr_retention", "totals"),
    ("acr_repository", "undo"),
}


def returned() -> dict[str, dict[str, dict[str, Any]]]:
    """Return what the documents say of each key, by module."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for path in MODULES:
        match = re.search(r'^RETURN = r"""(.*?)"""', path.read_text(), re.MULTILINE | re.DOTALL)
        assert match
        for key, value in yaml.safe_load(match.group(1)).items():
            found.setdefault(key, {})[path.stem] = value
    return found


RETURNED = returned()


@pytest.mark.parametrize("key", RETURNED)
def test_a_key_is_described_in_the_same_words_everywhere(key):
    words = {module: value["description"] for module, value in RETURNED[key].items() if (module, key) not in OWN}
    if key in PATTERNS:
        assert [text for text in words.values() if not re.fullmatch(PATTERNS[key], text)] == []
    else:
        assert len({str(text) for text in words.values()}) <= 1


@pytest.mark.parametrize("key", ["done", "failures", "not_attempted", "error", "diff"])
def test_every_module_that_changes_something_tells_what_became_of_it(key):
    changing = {path.stem for path in MODULES if not path.stem.endswith("_info")}
    assert changing <= set(RETURNED[key])


def test_no_exception_is_for_nothing():
    assert [(module, key) for module, key in OWN if module not in RETURNED.get(key, {})] == []
    assert set(PATTERNS) <= set(RETURNED)
