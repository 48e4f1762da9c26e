# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One name, one type: the options of all modules and the keys of their results, as documented, compared with the tables in tests/words.yml.

What modules really return is compared with the same table by tests/unit/plugins/modules/test_results.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.registryops.acr.tests import words

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))
FRAGMENTS = ROOT / "plugins" / "doc_fragments" / "_registry.py"
# ``result.items`` is the method of a dictionary in a template, not the value of this key.
METHODS = {name for name in dir(dict) if not name.startswith("_")}


def part(path: Path, name: str) -> dict[str, Any]:
    """Return the YAML text ``name`` of a module, or of a documentation fragment."""
    match = re.search(rf'^ *{name} = r"""(.*?)"""', path.read_text(), re.MULTILINE | re.DOTALL)
    assert match, path
    return yaml.safe_load(match.group(1))


def options(document: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Give each option and suboption with its type; a suboption has a name with dots."""
    for name, option in document.items():
        kind = option.get("type", "str")
        yield before + name, f"list of {option['elements']}" if kind == "list" else kind
        yield from options(option.get("suboptions", {}), f"{before}{name}.")


def returned(document: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str, Any]]:
    """Give each key of a result with its type and its sample; a key inside of another one has a name with dots."""
    for key, value in document.items():
        yield before + key, f"list of {value['elements']}" if value["type"] == "list" else value["type"], value.get("sample")
        if key not in words.FOREIGN:
            yield from returned(value.get("contains", {}), f"{before}{key}.")


OPTIONS = [(path.stem, *option) for path in (*MODULES, FRAGMENTS) for option in options(part(path, "DOCUMENTATION")["options"])]
RETURNED = [(path.stem, *key) for path in MODULES for key in returned(part(path, "RETURN"))]


@pytest.mark.parametrize(("module", "option", "kind"), OPTIONS)
def test_an_option_has_the_type_of_its_name(module, option, kind):
    expected, meaning = words.OPTIONS[words.entry(words.OPTIONS, option)]
    assert kind == expected, meaning


@pytest.mark.parametrize(("module", "key", "kind", "sample"), RETURNED)
def test_a_result_key_has_the_type_of_its_name(module, key, kind, sample):
    assert kind == words.RESULTS[words.entry(words.RESULTS, f"{module}.{key}")][0]
    assert words.unknown({key: sample}, f"{module}.") == []


def test_the_tables_hold_nothing_that_is_gone():
    used = {words.entry(words.OPTIONS, option) for dummy, option, kind in OPTIONS}
    assert set(words.OPTIONS) - used == set()
    keys = {f"{module}.{key}" for module, key, kind, sample in RETURNED}
    keys |= {path for module, key, kind, sample in RETURNED for path, dummy in words.nested({key: sample}, f"{module}.")}
    # Samples show no failure, and so no text of one.
    assert set(words.RESULTS) - {words.entry(words.RESULTS, key) for key in keys} == {"msg"}


@pytest.mark.parametrize("table", [words.OPTIONS, words.RESULTS], ids=["options", "results"])
def test_each_word_has_a_meaning(table):
    assert [name for name, (kind, meaning) in table.items() if not re.fullmatch(r"[A-Z`].*[^.]", meaning)] == []


def test_no_result_key_is_a_method_of_a_dictionary():
    assert METHODS & (set(words.RESULTS) | {key.rpartition(".")[2] for dummy, key, *more in RETURNED}) == set()


def test_a_difference_is_found(monkeypatch):
    monkeypatch.setattr(words, "RESULTS", {"tags": ["list of dict", "Tags"], "name": ["str", "A name"]})
    assert words.unknown({"tags": [{"name": "v1"}], "name": None}) == []
    assert words.unknown({"tags": ["v1"], "name": 1, "other": {}}) == ["name: int, not str", "other: dict, not no key", "tags: list of str, not list of dict"]
