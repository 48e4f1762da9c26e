# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module file holds, and that the options that its task is typed with are those that Ansible gives it."""

from __future__ import annotations

import ast
import types
import typing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._ansible.options import ARGUMENT_SPEC

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = "ansible_collections.registryops.acr.plugins"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
SIMPLE = {"str": str, "path": str, "bool": bool, "int": int, "float": float, "raw": Any}


def arguments_of_run(monkeypatch: pytest.MonkeyPatch, module: str) -> tuple[Any, dict[str, Any]]:
    """Return the plan function and the argument spec that a module gives to run_module."""
    calls: list[tuple[Any, dict[str, Any]]] = []
    imported = import_module(f"{PACKAGE}.modules.{module}")
    monkeypatch.setattr(imported, "run_module", lambda plan, argument_spec, **dummy: calls.append((plan, argument_spec)))
    imported.main()
    assert len(calls) == 1
    return calls[0]


def options_of(plan: Any) -> Any:
    """Return the TypedDict that a task's plan takes."""
    return typing.get_type_hints(plan)["params"]


def type_of(option: dict[str, Any], hint: Any) -> Any:
    """Return the type of an option that is set; that of suboptions is ``hint``, if it has the same keys and types."""
    kind = option.get("type", "str")
    if kind in SIMPLE:
        return SIMPLE[kind]
    if kind == "list":
        (element,) = typing.get_args(hint)
        return list[type_of({**option, "type": option["elements"]}, element)]
    assert kind == "dict"
    if "options" not in option:
        return dict[str, Any]
    compare(option["options"], hint)
    return hint


def compare(spec: dict[str, dict[str, Any]], options: Any) -> None:
    """Compare an argument spec with a TypedDict, with all that is inside of it."""
    assert typing.is_typeddict(options)
    hints = typing.get_type_hints(options)
    assert set(hints) == set(spec)
    assert options.__required_keys__ == frozenset(hints)
    for name, option in spec.items():
        hint = hints[name]
        may_be_none = not (option.get("required") or option.get("default") is not None or option["type"] == "raw")
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        if may_be_none:
            assert typing.get_origin(hint) in (types.UnionType, typing.Union), name
            assert (len(inner), len(typing.get_args(hint))) == (1, 2), name
            hint = inner[0]
        assert hint == type_of(option, hint), name


@pytest.mark.parametrize("module", MODULES)
def test_a_task_is_typed_with_its_modules_options(monkeypatch, module):
    plan, spec = arguments_of_run(monkeypatch, module)
    # A task that needs connection options as well names them.
    shared = {name: ARGUMENT_SPEC[name] for name in typing.get_type_hints(options_of(plan)) if name in ARGUMENT_SPEC}
    assert set(spec) & set(ARGUMENT_SPEC) == set()
    compare({**spec, **shared}, options_of(plan))


@pytest.mark.parametrize(
    ("spec", "options"),
    [
        ({"a": {"type": "str"}}, {"a": str}),
        ({"a": {"type": "str", "default": "b"}}, {"a": typing.Optional[str]}),
        ({"a": {"type": "int", "required": True}}, {"a": str}),
        ({"a": {"type": "list", "elements": "str", "required": True}}, {"a": list[int]}),
        ({"a": {"type": "dict", "required": True, "options": {"b": {"type": "bool"}}}}, {"a": typing.TypedDict("a", {"b": bool})}),
        ({"a": {"type": "bool", "required": True}}, {"a": bool, "b": bool}),
        ({"a": {"type": "bool", "required": True}, "b": {"type": "raw"}}, {"a": bool}),
    ],
)
def test_each_difference_between_options_and_their_types_is_found(spec, options):
    with pytest.raises(AssertionError):
        compare(spec, typing.TypedDict("Options", options))


@pytest.mark.parametrize("module", MODULES)
def test_a_task_is_planned_in_the_file_of_its_name(monkeypatch, module):
    plan, dummy = arguments_of_run(monkeypatch, module)
    assert plan.__module__ == f"{PACKAGE}.module_utils._tasks.{module.removeprefix('acr_')}"
    assert plan.__name__ == "plan"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_documents_options_and_one_call(module):
    body = ast.parse((ROOT / "plugins" / "modules" / f"{module}.py").read_text()).body
    imports = [node for node in body if isinstance(node, ast.ImportFrom) and node.module != "__future__"]
    assert {"module_utils._ansible.run", f"module_utils._tasks.{module.removeprefix('acr_')}"} <= {node.module for node in imports}
    # What else it imports are words to choose from.
    names = [alias.name for node in imports for alias in node.names]
    assert [name for name in names if not name.isupper()] == ["run_module", "plan"]
    others = [node for node in body if not isinstance(node, ast.ImportFrom)]
    assert [type(node).__name__ for node in others] == ["Assign", "Assign", "Assign", "FunctionDef", "If"]
    main = others[3].body
    assert {type(node) for node in main[:-1]} <= {ast.Assign}
    assert isinstance(main[-1], ast.Expr) and main[-1].value.func.id == "run_module"
