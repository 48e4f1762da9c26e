# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the emulator is built: folders that know only what lies below them, small files and functions, everything described."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

EMULATOR = Path(__file__).resolve().parent.parent / "emulator"
FILES = sorted(EMULATOR.rglob("*.py"))

LINES_OF_A_FILE = 250
LINES_OF_A_FUNCTION = 40

# What a folder may import from besides itself; the files beside the folders connect all of them.
BELOW = {
    "front": set(),
    "state": set(),
    "identity": {"front", "state"},
    "api": {"front", "identity", "state"},
    "control": {"api", "front", "identity", "state"},
    "": {"api", "control", "core", "front", "identity", "state"},
}

# Statements begin with these words, in capitals, inside a text.
SQL = re.compile(r"\b(SELECT .* FROM|INSERT (OR \w+ )?INTO|UPDATE \w+ SET|DELETE FROM|CREATE (TABLE|INDEX))\b", re.DOTALL)


def name_of(path: Path) -> str:
    return path.relative_to(EMULATOR).as_posix()


def folder_of(path: Path) -> str:
    parent = path.parent.relative_to(EMULATOR).as_posix()
    return "" if parent == "." else parent


def imported_folders(tree: ast.Module, folder: str) -> Iterator[str]:
    """The folders (or files beside them) that relative imports name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            root = node.level == 2 or not folder
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from (name.partition(".")[0] for name in names) if root else (folder,)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_the_folders_are_those_with_a_place():
    assert {folder_of(path) for path in FILES} == set(BELOW)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_knows_only_what_lies_below_it(path):
    folder = folder_of(path)
    assert set(imported_folders(ast.parse(path.read_text()), folder)) - {folder} <= BELOW[folder]


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
    # A function inside another one is part of that.
    inner = {id(node) for function in functions(tree) for node in ast.walk(function) if node is not function}
    assert [node.name for node in described if id(node) not in inner and not ast.get_docstring(node)] == []


@pytest.mark.parametrize("path", [path for path in FILES if folder_of(path) != "state"], ids=name_of)
def test_only_the_state_speaks_sql(path):
    texts = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [text for text in texts if SQL.search(text)] == []


def test_sql_would_be_seen():
    texts = [node.value for path in FILES for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert len([text for text in texts if SQL.search(text)]) > 30
