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

from .._common.errors import AcrError, MissingLibraryError
from .._common.plan import Plan
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


def perform(task: Task, plan_for: PlanFor) -> dict[str, Any]:
    """Make the plan, apply it unless in check mode, and return the task's result; a failure is a result with ``failed``."""
    try:
        client = connect(task.params)
        plan = plan_for(client, task.params)
    except AcrError as error:
        return {"failed": True, "changed": error.changed, "msg": str(error), **_details(error)}
    result = {**plan.result, "changed": plan.changed}
    if task.diff and plan.header:
        # The plans of info modules have no header, because they compare nothing.
        result["diff"] = plan.diff
    problem = plan.problem
    if not task.check_mode:
        outcome = plan.apply(client.concurrency)
        problem = " ".join(filter(None, (outcome.message, problem)))
        if plan.account:
            # Such a result is true whatever became of the steps.
            result.update(outcome.to_result(), changed=outcome.changed)
        elif outcome.failures:
            # What the plan promised did not come true: only what was done is returned.
            result = {**outcome.to_result(), "changed": outcome.changed}
    if problem:
        result.update(failed=True, msg=problem)
    return {**result, "warnings": [*plan.warnings, *client.warnings]}


def run_module(plan_for: PlanFor, argument_spec: Mapping[str, Any], **constraints: Any) -> None:
    """Run ``plan_for`` as an Ansible module that has the connection options and those of ``argument_spec``."""
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule({**ARGUMENT_SPEC, **argument_spec}, supports_check_mode=True, **constraints)
    try:
        result = perform(Task(module.params, module.check_mode, module._diff), plan_for)
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
        from ansible.module_utils.basic import missing_required_lib

        return {"msg": missing_required_lib(error.library), "exception": error.trace}
    return error.to_result()
