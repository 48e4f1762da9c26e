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
from ansible.module_utils.common.text.converters import to_bytes

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:

    @contextlib.contextmanager
    def patch_module_args(args: dict[str, Any]) -> Iterator[None]:
        """Before ansible-core 2.19."""
        with mock.patch.object(basic, "_ANSIBLE_ARGS", to_bytes(json.dumps({"ANSIBLE_MODULE_ARGS": args}))):
            yield


MODULES = "ansible_collections.registryops.acr.plugins.modules"


def go(module: str, *, check: bool = False, diff: bool = True, **options: Any) -> None:
    """Run a module as Ansible does: its result goes to standard output, and then this process ends."""
    internal = {"_ansible_check_mode": check, "_ansible_diff": diff}
    with patch_module_args({**options, **internal}):
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
