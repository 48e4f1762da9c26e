# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_deleted_info: what was deleted softly and can be restored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypedDict

from .._common.concurrency import concurrently
from .._common.names import repository_name
from .._common.patterns import Selection
from .._common.plan import Plan
from .._registry.client import RegistryClient


class Options(TypedDict):
    """The options of acr_deleted_info."""

    names: list[str] | None
    include: list[str] | None
    exclude: list[str] | None
    gather: list[str]


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return the chosen repositories, with their deleted manifests and tags."""
    chosen = _choose(client, params)
    if params["gather"]:
        client.announce([item["name"] for item in chosen], "deleted_read")
    return Plan(result={"repositories": concurrently(lambda item: _read(client, params["gather"], item), chosen, client.concurrency)})


def _choose(client: RegistryClient, params: Options) -> list[dict[str, Any]]:
    """Return each repository as a task returns it; the times are only known where the list was read."""
    if params["names"] is not None:
        return [{"name": repository_name(name)} for name in dict.fromkeys(params["names"])]
    selection = Selection(params["include"], params["exclude"])
    return [repository.to_result() for repository in client.deleted.catalog() if repository.name in selection]


def _read(client: RegistryClient, gather: Collection[str], repository: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(repository)
    if "manifests" in gather:
        result["manifests"] = [manifest.to_result() for manifest in client.deleted.manifests(repository["name"])]
    if "tags" in gather:
        result["tags"] = [tag.to_result() for tag in client.deleted.tags(repository["name"])]
    return result
