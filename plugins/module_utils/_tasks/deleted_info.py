# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_deleted_info: what was deleted softly and can be restored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from .._common.concurrency import concurrently
from .._common.names import repository_name
from .._common.patterns import Selection
from .._common.plan import Plan
from .._common.text import listed
from .._registry.client import RegistryClient
from .._registry.deleted import DeletedManifest, DeletedTag
from .option_rules import absence

KINDS = ("manifests", "tags")


class Options(TypedDict):
    """The options of acr_deleted_info."""

    repositories: list[str] | None
    on_missing: str
    include: list[str] | None
    exclude: list[str] | None
    pattern_type: str
    gather: list[str]


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return the chosen repositories, with their deleted manifests and tags."""
    warnings: list[str] = []
    if params["repositories"] is None:
        selection = Selection(params["include"], params["exclude"], params["pattern_type"])
        catalog = client.deleted.catalog()
        chosen = [repository.to_result() for repository in catalog if repository.name in selection]
        # Where nothing is deleted, no pattern is at fault.
        names = [repository.name for repository in catalog]
        warnings = selection.unmatched_warnings(names, "repositories with deleted content") if names else []
    else:
        # The times are only in the list, which is not read.
        chosen = [{"name": repository_name(name)} for name in dict.fromkeys(params["repositories"])]
    if params["gather"]:
        client.announce([item["name"] for item in chosen], "deleted_read")
    found = concurrently(lambda item: _read(client, params, item), chosen, client.concurrency)
    missing = [item["name"] for item, result in zip(chosen, found) if result is None]
    effect = absence(params["on_missing"], missing, f"{client.server.host} has no repository {listed(missing)}, neither alive nor deleted. Check the names.")
    return Plan(result={"repositories": [one for one in found if one], "missing": missing}, warnings=[*warnings, *effect.warnings], problem=effect.problem)


def _read(client: RegistryClient, params: Options, repository: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a repository as a task returns it; None if the task names it and nothing is known of it, neither alive nor deleted."""
    name = repository["name"]
    lists = {kind: _list(client, kind, name) for kind in KINDS if kind in params["gather"]}
    if params["repositories"] is not None and not any(lists.values()) and _is_missing(client, name, [kind for kind in KINDS if kind not in lists]):
        return None
    return {**repository, **{kind: [item.to_result() for item in items] for kind, items in lists.items()}}


def _is_missing(client: RegistryClient, name: str, kinds: Sequence[str]) -> bool:
    """Whether a repository does not exist and holds nothing deleted of these ``kinds``."""
    return client.repositories.get(name) is None and not any(_list(client, kind, name) for kind in kinds)


def _list(client: RegistryClient, kind: str, name: str) -> list[DeletedManifest] | list[DeletedTag]:
    return client.deleted.manifests(name) if kind == "manifests" else client.deleted.tags(name)
