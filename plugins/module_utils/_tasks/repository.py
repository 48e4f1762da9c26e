# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_repository: attributes of a repository, or its deletion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from .._changes.locks import repository_change, wanted_attributes
from .._common.errors import NotFoundError, UsageError
from .._common.names import repository_name
from .._common.plan import Plan, Step
from .._registry.client import RegistryClient
from .option_rules import refuse_below, refuse_options

# A repository with more tags than this has to be confirmed, unless the task says how many.
CONFIRM_ABOVE = 10


class Options(TypedDict):
    """The options of acr_repository."""

    repository: str
    state: str
    can_delete: bool | None
    can_write: bool | None
    can_list: bool | None
    can_read: bool | None
    confirm: str | None
    confirm_above: int | None
    override_locks: bool


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what it takes for a repository to have the attributes that the task sets, or to be absent."""
    name = repository_name(params["repository"])
    wanted = wanted_attributes(params)
    if params["state"] == "present":
        refuse_options(params, "confirm", "confirm_above", "override_locks")
        return _plan_attributes(client, name, wanted)
    if wanted:
        raise UsageError(f"{', '.join(wanted)} cannot be set with state=absent. To delete a locked repository, set override_locks.")
    refuse_below(0, params, "confirm_above")
    if params["confirm"] not in (None, name):
        raise UsageError(f"confirm is '{params['confirm']}', but the repository is '{name}'. Set confirm to that name to delete it. Nothing was deleted.")
    # Its code is not loaded by tasks that only set attributes.
    from .._changes.repository_deletion import plan_repository_deletion

    most_tags = CONFIRM_ABOVE if params["confirm_above"] is None else params["confirm_above"]
    return plan_repository_deletion(client, name, params["confirm"] == name, most_tags, params["override_locks"])


def _plan_attributes(client: RegistryClient, name: str, wanted: Mapping[str, bool]) -> Plan:
    repository = client.repositories.get(name)
    if repository is None:
        raise NotFoundError(f"Repository '{name}' does not exist in {client.server.host}. Check the name. The first push into a repository creates it.")
    change = repository_change(repository, wanted)
    step = Step(change.change_in(name), lambda: client.repositories.set_attributes(name, change.after, change.wanted))
    return Plan(
        result={"repository": name, "before": change.before.to_result()},
        report=lambda done: change.now(name, done).to_result(),
        before=change.lines(change.before) if change.changed else [],
        after=change.lines(change.after) if change.changed else [],
        header=f"{client.server.host}/{name}",
        steps=[step] if change.changed else [],
    )
