# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""How a task runs: the only place that knows check mode, diff mode, failures and missing libraries.

``perform`` takes what an Ansible task is given and returns what a task returns; it does not know where it runs.
``run_module`` calls it from a module, which may run in a process of its own or in the controller's.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._common.errors import AcrError, MissingLibraryError
from .._common.plan import Outcome, Plan
from .._registry.client import RegistryClient
from .._registry.connect import connect
from .options import ARGUMENT_SPEC

# The options are a TypedDict of the task's own, which its argument specification fills: tests/meta compares the two.
PlanFor = Callable[[RegistryClient, Any], Plan]


@dataclass(frozen=True)
class Task:
    """What an Ansible task is given: its validated options, and how to behave."""

    params: Mapping[str, Any]
    check_mode: bool
    diff: bool
    reads_only: bool = False


def perform(task: Task, plan_for: PlanFor) -> dict[str, Any]:
    """Make the plan, apply it unless in check mode, and return the task's result; a failure is a result with ``failed``.

    The result has the same keys in check mode and in a real run, whether all changes succeed or some fail.
    """
    result: dict[str, Any] = {} if task.reads_only else Outcome(total=0).to_result()
    try:
        client = connect(task.params)
        result["registry"] = client.server.host
        plan = plan_for(client, task.params)
    except AcrError as error:
        return {**result, "failed": True, "changed": error.changed, "msg": str(error), **_details(error)}
    outcome = plan.prediction if task.check_mode else plan.apply(client.concurrency)
    result = {**result, **plan.to_result(outcome), "changed": outcome.changed}
    if not task.reads_only:
        result.update(outcome.to_result())
        if task.diff:
            result["diff"] = plan.diff
    problem = " ".join(filter(None, (outcome.message, plan.problem)))
    if problem:
        result.update(failed=True, msg=problem)
    return {**result, "warnings": [*plan.warnings, *client.warnings]}


class _Module(AnsibleModule):
    """A module that names the new option when a task uses an old one, instead of listing all that it supports."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        self._acr_name = name
        super().__init__(*args, **kwargs)

    def fail_json(self, msg: str, **kwargs: Any) -> None:
        from .renamed import renamed_option

        super().fail_json(msg=renamed_option(self._acr_name, self.params) or msg, **kwargs)


def run_module(plan_for: PlanFor, argument_spec: Mapping[str, Any], reads_only: bool = False, **constraints: Any) -> None:
    """Run ``plan_for`` as an Ansible module that has the connection options and those of ``argument_spec``.

    ``reads_only``: the module never changes anything, so that there is no outcome to return and no diff.
    """
    # acr_X is planned in the file X.
    name = f"acr_{plan_for.__module__.rpartition('.')[2]}"
    module = _Module(name, {**ARGUMENT_SPEC, **argument_spec}, supports_check_mode=True, **constraints)
    try:
        result = perform(Task(module.params, module.check_mode, module._diff, reads_only), plan_for)
    except Exception as error:  # pylint: disable=broad-except
        result = {
            "failed": True,
            "msg": f"Unexpected error in registryops.acr ({type(error).__name__}): please report it with the output of -vvv.",
            "exception": traceback.format_exc(),
        }
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


def _details(error: AcrError) -> dict[str, Any]:
    if isinstance(error, MissingLibraryError):
        return {"msg": missing_required_lib(error.library), "exception": error.trace}
    return error.to_result()
