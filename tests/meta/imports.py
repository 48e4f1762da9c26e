# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which folder of the collection imports which, read from the code: ``python tests/meta/imports.py`` prints it, floor by floor.

Imports inside functions and for type checking count as well: whoever reads a file has to know what they name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = "ansible_collections.registryops.acr."
# Each is read on its own; the emulator has no part in what is installed.
COLLECTION, EMULATOR = "plugins", "tests/emulator"


def imported(path: Path, top: Path) -> set[Path]:
    """Return the files below ``top`` that the file ``path`` imports."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            found |= {target for target in map(_file_of, _candidates(node, path)) if target and top in target.parents}
    return found - {path}


def _candidates(node: ast.ImportFrom, path: Path) -> Iterator[Path]:
    """Give what an import may name: the module itself, and each name as a module in it."""
    if node.level:
        base = path.parents[node.level - 1]
    elif (node.module or "").startswith(PACKAGE):
        base = ROOT
    else:
        return
    module = (node.module or "").removeprefix(PACKAGE if not node.level else "")
    base = base.joinpath(*module.split(".")) if module else base
    yield base
    yield from (base / alias.name for alias in node.names)


def _file_of(module: Path) -> Path | None:
    file = module.with_name(f"{module.name}.py")
    return file if file.is_file() else None


def files(tree: str) -> dict[Path, set[Path]]:
    """Return each file of a tree with the files of the tree that it imports."""
    top = ROOT / tree
    return {path: imported(path, top) for path in sorted(top.rglob("*.py"))}


def folders(tree: str) -> dict[str, set[str]]:
    """Return each folder of a tree that holds code with the other folders that its files import, both as paths below the tree."""
    found: dict[str, set[str]] = {}
    for path, targets in files(tree).items():
        own = _name(path, tree)
        found.setdefault(own, set()).update(name for name in (_name(target, tree) for target in targets) if name != own)
    return found


def _name(path: Path, tree: str) -> str:
    return path.parent.relative_to(ROOT / tree).as_posix().removeprefix("module_utils/")


def floors(arrows: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the folders from the ground up: each stands one floor above the highest that it imports; CycleError when they go in a circle."""
    floor: dict[str, int] = {}
    for name in TopologicalSorter(arrows).static_order():
        floor[name] = max((floor[below] + 1 for below in arrows.get(name, ())), default=0)
    return [sorted(name for name in floor if floor[name] == level) for level in range(max(floor.values()) + 1)]


def main() -> None:
    """Print the floors of the collection and of the emulator, the top first."""
    for tree in (COLLECTION, EMULATOR):
        arrows = folders(tree)
        print(f"{tree}:")
        stack = floors(arrows)
        for level in reversed(range(len(stack))):
            for name in stack[level]:
                print(f"  {level + 1:2} {name:14} -> {' '.join(sorted(arrows[name])) or '-'}")


if __name__ == "__main__":
    main()
