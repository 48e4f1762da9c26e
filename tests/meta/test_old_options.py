# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An option that had another name is refused under that name, with one sentence that says what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._ansible.renamed import RENAMED
from ansible_collections.registryops.acr.tests import modules
from ansible_collections.registryops.acr.tests.meta.test_task_options import MODULES, arguments_of_run

OLD = [(module, old) for module, options in RENAMED.items() for old in options]


def option_at(spec: dict[str, Any], path: Sequence[str]) -> dict[str, Any] | None:
    """Return the option at a path in an argument spec; None if there is none."""
    option = spec.get(path[0])
    return option if option is None or len(path) == 1 else option_at(option.get("options", {}), path[1:])


def nested(spec: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """Return a task's options in which the option at a path is set."""
    if len(path) == 1:
        return {path[0]: "x"}
    option = spec[path[0]]
    inner = nested(option.get("options", {}), path[1:])
    return {path[0]: [inner] if option["type"] in ("list", "raw") else inner}


def test_only_modules_that_exist_have_old_names():
    assert set(RENAMED) <= set(MODULES)


@pytest.mark.parametrize(("module", "old"), OLD)
def test_an_old_name_is_refused_and_the_new_one_is_named(monkeypatch, module, old):
    dummy, spec = arguments_of_run(monkeypatch, module)
    monkeypatch.undo()
    path, new = old.split("."), RENAMED[module][old]
    assert option_at(spec, path) is None, "it is still an option"
    if " " in new:
        assert new.endswith(".") and ". " not in new, "it is not one sentence"
        assert path[-1] in new
    else:
        assert option_at(spec, [*path[:-1], new]) or option_at(spec, new.split(".")), "the new name is not an option"
    result = modules.run(module, registry="r", **nested(spec, path))
    assert result["msg"] == (new if " " in new else f"{old} was renamed to {new}.")
