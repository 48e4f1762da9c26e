# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_tag_properties: attributes of tags, and of the manifests that they point at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, TypedDict

from .._changes.locks import AttributeChange, manifest_change, tag_change, wanted_attributes
from .._common.errors import BlockedError, DriftError, UsageError
from .._common.names import repository_name
from .._common.plan import Plan, Step
from .._registry.client import RegistryClient
from .._registry.properties import TAG, RepositoryProperties, TagProperties
from .chosen_tags import TagChoice


class Options(TypedDict):
    """The options of acr_tag_properties."""

    repository: str
    tags: list[str] | None
    include: list[str] | None
    exclude: list[str] | None
    can_delete: bool | None
    can_write: bool | None
    can_list: bool | None
    can_read: bool | None
    apply_to: str
    pattern_type: str
    on_missing: str


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what it takes for the chosen tags to have the attributes that the task sets."""
    name = repository_name(params["repository"])
    if params["exclude"] and not params["include"]:
        raise UsageError("exclude only leaves out tags that include chooses. Set include as well.")
    choice = TagChoice.of(params)
    repository = client.repositories.get(name)
    found = choice.read(client, name, repository)
    changes, lost = _diff(client, repository, found.tags, params) if repository else ([], set())
    needed = [change for change in changes if change.changed]
    return Plan(
        result={**_result(changes), "missing": found.missing},
        before=[line for change in needed for line in change.lines(change.before)],
        after=[line for change in needed for line in change.lines(change.after)],
        header=f"{client.server.host}/{name}",
        steps=[Step(change.change_in(name), partial(_apply, client, name, change)) for change in needed],
        warnings=[
            *found.warnings,
            *(f"An index of '{name}' lists manifest {digest}, which the registry does not have; it was skipped." for digest in sorted(lost)),
        ],
        problem=found.problem,
    )


def _diff(
    client: RegistryClient, repository: RepositoryProperties, tags: Mapping[str, TagProperties], params: Options
) -> tuple[list[AttributeChange], set[str]]:
    """Return the changes of tags and manifests, also where nothing changes, and the digests of an index that the registry does not have."""
    wanted = wanted_attributes(params)
    changes = [tag_change(tags[name], wanted) for name in sorted(tags)]
    manifests, lost = client.manifests.with_children(repository, {tag.digest for tag in tags.values() if params["apply_to"] == "image"})
    changes += [manifest_change(manifests[digest], wanted) for digest in sorted(manifests)]
    count = sum(change.changed for change in changes)
    if count and not repository.attributes.can_write:
        raise BlockedError(
            f"Repository '{repository.name}' has can_write: false, which forbids {count} changes in it; nothing was changed. Set can_write: true on it first."
        )
    return changes, lost


def _result(changes: Collection[AttributeChange]) -> dict[str, Any]:
    tags = [{"name": change.name, **change.to_result()} for change in changes if change.kind == TAG]
    return {"tags": tags, "manifests": [change.to_result() for change in changes if change.kind != TAG]}


def _apply(client: RegistryClient, repository: str, change: AttributeChange) -> None:
    item = client.metadata_of(change.kind).set_attributes(repository, change.name, change.after, change.wanted)
    if item.digest != change.digest:
        raise DriftError(f"Tag '{change.name}' was moved from {change.digest} to {item.digest} during the task. Run the task again.")
