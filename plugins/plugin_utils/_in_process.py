# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it can change in any release.

"""Runs modules of this collection in the controller's own worker process, where possible.

A registry is always another host, so the controller can talk to it itself. That saves packing, starting and importing a module in a
process of its own, which is most of what a task costs. The module is the same, with its ``main()`` and AnsibleModule, and gets the
same arguments; only the way it is called differs. Where the result could differ, Ansible runs the module in its usual way: on other
hosts, as other users, with other interpreters, and asynchronously.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalActionModule
from ansible.utils.display import Display

from . import _progress_line

try:
    # ansible-core 2.19 and later: how arguments are encoded, and how code knows whether it runs as a module.
    from ansible.module_utils import _internal
    from ansible.module_utils.common.json import Direction, get_module_encoder

    PROFILE = ["legacy"]
    ENCODER = {"cls": get_module_encoder(PROFILE[0], Direction.CONTROLLER_TO_MODULE)}
except ImportError:
    from ansible.parsing.ajson import AnsibleJSONEncoder

    _internal = None
    PROFILE = []
    ENCODER = {"cls": AnsibleJSONEncoder, "vault_to_text": True}

VARIABLE = "acr_import_modules"
ENVIRONMENT = "ACR_IMPORT_MODULES"
DISCOVERED = ("auto", "auto_silent", "auto_legacy", "auto_legacy_silent")

display = Display()


class InProcessAction(NormalActionModule):
    """Base class of the action plugins; ``module`` is the module that one runs."""

    module: ModuleType

    def _execute_module(self, *args: Any, task_vars: Mapping[str, Any] | None = None, wrap_async: bool = False, **kwargs: Any) -> Any:
        name = self._task.action
        environment: dict[str, Any] = {}
        obstacle = self._obstacle(task_vars or {}, wrap_async, environment)
        if obstacle:
            display.vvv(f"{name} runs as a module: {obstacle}")
            return super()._execute_module(*args, task_vars=task_vars, wrap_async=wrap_async, **kwargs)
        display.vvv(f"{name} runs in the controller's process ({VARIABLE})")
        self._update_module_args(name, self._task.args, task_vars)
        arguments = json.dumps({"ANSIBLE_MODULE_ARGS": self._task.args}, **ENCODER)
        wanted = self._value(_progress_line.VARIABLE, _progress_line.ENVIRONMENT, task_vars or {}, _progress_line.TERMINAL)
        with _progress_line.shown(name, wanted, display.display):
            printed = _run(self.module, arguments.encode(), environment, self._loader.get_basedir())
        data = self._parse_returned_data({"rc": 0, "stdout": printed, "stderr": ""}, *PROFILE)
        # ansible-core 2.21 returns an object instead of a dictionary.
        return data if isinstance(data, dict) else data.as_result_dict(for_round_trip=True)

    def _obstacle(self, task_vars: Mapping[str, Any], wrap_async: bool, environment: dict[str, Any]) -> str:
        """Return why the module cannot run in this process, or an empty string. The task's variables are added to ``environment``."""
        if not self._value(VARIABLE, ENVIRONMENT, task_vars, True):
            return f"{VARIABLE} is false"
        if self._connection.transport != "local":
            return f"the connection is {self._connection.transport}"
        if self._connection.become is not None:
            return "it becomes another user"
        if wrap_async or self._task.async_val:
            return "it is asynchronous"
        interpreter = self._templar.template(constants.config.get_config_value("INTERPRETER_PYTHON", variables=task_vars))
        if interpreter not in (*DISCOVERED, sys.executable):
            return f"the interpreter is {interpreter}"
        if importlib.util.find_spec("requests") is None:
            return "the controller's Python has no requests"
        self._compute_environment_string(environment)
        if any(variable.startswith("PYTHON") for variable in environment):
            return "its environment is meant for another Python"
        return ""

    def _value(self, variable: str, environment: str, task_vars: Mapping[str, Any], default: bool) -> bool:
        """Return a switch: the Ansible variable if it is set, else the environment variable, else the default."""
        value = self._templar.template(task_vars[variable]) if variable in task_vars else os.environ.get(environment, default)
        try:
            return bool(boolean(value))
        except TypeError:
            raise AnsibleActionFail(f"{variable if variable in task_vars else environment} is {value!r}, but must be true or false.") from None


def _run(module: ModuleType, arguments: bytes, environment: Mapping[str, Any], folder: str) -> str:
    """Call a module's ``main()`` as if it ran in a process of its own, started in ``folder``. Return what it prints, which is its result."""
    with _as_module(arguments), _surroundings(environment, folder), contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.suppress(SystemExit):
        module.main()
    return printed.getvalue()


@contextlib.contextmanager
def _as_module(arguments: bytes) -> Iterator[None]:
    """Give AnsibleModule its arguments, and let it put its warnings into the result, as in a process of its own."""
    changes: list[tuple[Any, str, Any]] = [(basic, "_ANSIBLE_ARGS", arguments)]
    if _internal:
        changes += [(basic, "_ANSIBLE_PROFILE", PROFILE[0]), (_internal, "is_controller", False)]
    saved = [(owner, name, getattr(owner, name)) for owner, name, dummy in changes]
    for owner, name, value in changes:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in saved:
            setattr(owner, name, value)
        # The next task of a loop runs in this process too.
        warnings._global_warnings.clear()
        warnings._global_deprecations.clear()


@contextlib.contextmanager
def _surroundings(environment: Mapping[str, Any], folder: str) -> Iterator[None]:
    """Add ``environment`` to the environment variables and work in ``folder`` while the task runs."""
    variables, before = dict(os.environ), os.getcwd()
    os.environ.update({str(name): str(value) for name, value in environment.items()})
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(variables)
