# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the code is built: folders that know only what lies below them, small files and functions, everything public described."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from ansible_collections.registryops.acr.tests.meta.imports import COLLECTION, EMULATOR, ROOT, files, floors, folders

# What a folder of plugins may import from. An arrow more is a decision: it is made here.
BELOW = {
    "_common": set(),
    "_oci": {"_common"},
    "_http": {"_common"},
    "_auth": {"_http", "_common"},
    "_registry": {"_auth", "_http", "_oci", "_common"},
    "_content": {"_registry", "_auth", "_http", "_oci", "_common"},
    "_changes": {"_content", "_registry", "_oci", "_common"},
    "_retention": {"_changes", "_content", "_registry", "_auth", "_oci", "_common"},
    "_tasks": {"_retention", "_changes", "_content", "_registry", "_auth", "_http", "_oci", "_common"},
    "_ansible": {"_registry", "_auth", "_common"},
    "modules": {"_ansible", "_tasks", "_retention", "_registry", "_common"},
    "plugin_utils": {"_common"},
    "action": {"modules", "plugin_utils"},
    "doc_fragments": set(),
}
# The same for the emulator; the files beside its folders connect all of them.
EMULATOR_BELOW = {
    "front": set(),
    "state": set(),
    "identity": {"front", "state"},
    "api": {"front", "identity", "state"},
    "control": {"api", "front", "identity", "state"},
    ".": {"api", "control", "front", "identity", "state"},
}
MOST_FLOORS = 10
LINES_OF_A_FILE = 250
LINES_OF_A_FUNCTION = 40

TREES = [(COLLECTION, BELOW), (EMULATOR, EMULATOR_BELOW)]
FILES = [
    path
    for folder in ("plugins/module_utils", "plugins/plugin_utils", "tests/emulator")
    for path in sorted((ROOT / folder).rglob("*.py"))
]  # fmt: skip

# Statements begin with these words, in capitals, inside a text.
SQL = re.compile(r"\b(SELECT .* FROM|INSERT (OR \w+ )?INTO|UPDATE \w+ SET|DELETE FROM|CREATE (TABLE|INDEX))\b", re.DOTALL)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("tree", "below"), TREES, ids=[COLLECTION, EMULATOR])
def test_a_folder_imports_only_what_it_may(tree, below):
    found = folders(tree)
    assert set(found) == set(below)
    assert {name: targets - below[name] for name, targets in found.items() if targets - below[name]} == {}


@pytest.mark.parametrize(("tree", "below"), TREES, ids=[COLLECTION, EMULATOR])
def test_the_house_has_few_floors_and_no_circles(tree, below):
    assert len(floors(folders(tree))) <= MOST_FLOORS
    assert len(floors(below)) <= MOST_FLOORS, "what is allowed goes in no circle either"


@pytest.mark.parametrize("tree", [COLLECTION, EMULATOR])
def test_files_do_not_import_each_other_in_circles(tree):
    assert len(list(TopologicalSorter(files(tree)).static_order())) > 40


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_and_functions_are_small(path):
    text = path.read_text()
    assert len(text.splitlines()) <= LINES_OF_A_FILE
    assert [function.name for function in functions(ast.parse(text)) if function.end_lineno - function.lineno >= LINES_OF_A_FUNCTION] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_everything_public_is_described(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    described = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")]
    # A function inside another one is part of that, and so is what a private class has.
    private = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name.startswith("_")]
    inner = {id(node) for owner in (*functions(tree), *private) for node in ast.walk(owner) if node is not owner}
    assert [node.name for node in described if id(node) not in inner and not ast.get_docstring(node)] == []


def test_what_module_utils_holds_is_private_to_the_collection():
    assert [name_of(path) for path in (ROOT / "plugins" / "module_utils").rglob("*.py") if not path.parent.name.startswith("_")] == []


def test_only_the_state_of_the_emulator_speaks_sql():
    found = {}
    for path in files(EMULATOR):
        texts = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        found[path] = sum(bool(SQL.search(text)) for text in texts)
    assert sum(found.values()) > 30
    assert {name_of(path) for path, count in found.items() if count and path.parent.name != "state"} == set()
