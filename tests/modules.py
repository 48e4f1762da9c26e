# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module's own ``main``, run in this process."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from unittest import mock

from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.common.text.converters import to_bytes

try:
    from ansible.module_utils import _internal
    from ansible.module_utils._internal._json import _profiles
    from ansible.module_utils.testing import patch_module_args
except ImportError:
    _internal = _profiles = None

    @contextlib.contextmanager
    def patch_module_args(args: dict[str, Any]) -> Iterator[None]:
        """Before ansible-core 2.19."""
        with mock.patch.object(basic, "_ANSIBLE_ARGS", to_bytes(json.dumps({"ANSIBLE_MODULE_ARGS": args}))):
            yield


MODULES = "ansible_collections.registryops.acr.plugins.modules"


@contextlib.contextmanager
def _process_of_its_own() -> Iterator[None]:
    """Undo what other tests left behind: the warnings of modules, and the import of code that only a controller has.

    Where that was imported, AnsibleModule displays warnings instead of returning them, and refuses strings that are not UTF-8.
    """
    warnings._global_warnings.clear()
    warnings._global_deprecations.clear()
    with contextlib.ExitStack() as patches:
        if _internal:
            patches.enter_context(mock.patch.object(_internal, "is_controller", False))
            patches.enter_context(mock.patch.object(_profiles, "_string_encoding_check_enabled", lambda: False))
        yield


def go(module: str, *, check: bool = False, diff: bool = True, **options: Any) -> None:
    """Run a module as Ansible does: its result goes to standard output, and then this process ends."""
    internal = {"_ansible_check_mode": check, "_ansible_diff": diff}
    with patch_module_args({**options, **internal}), _process_of_its_own():
        import_module(f"{MODULES}.{module}").main()


def run(module: str, *, check: bool = False, diff: bool = True, **options: Any) -> dict[str, Any]:
    """Run a module and return its result; options that are None are left out."""
    output = io.StringIO()
    given = {name: value for name, value in options.items() if value is not None}
    with mock.patch.object(sys, "stdout", output), contextlib.suppress(SystemExit):
        go(module, check=check, diff=diff, **given)
    result: dict[str, Any] = json.loads(output.getvalue())
    result.pop("invocation", None)
    return result


def told(changes: list[dict[str, Any]]) -> list[str]:
    """Return the changes of a result (done, failures, not_attempted, drifted) as short texts: ``delete tag library/app:v1``."""
    separators = {"tag": ":", "manifest": "@", "blob": "@"}
    return [
        f"{change['action']} {change['kind']} {change['repository']}{separators[change['kind']]}{change['name']}"
        if change["kind"] in separators
        else f"{change['action']} {change['kind']} {change['name']}"
        for change in changes
    ]
