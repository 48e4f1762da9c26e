# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_manifest_properties: attributes of manifests, and of those that they list."""

from __future__ import annotations

from typing import Any, TypedDict

from .._changes.attribute_plan import AttributePlan
from .._changes.kept_locks import kept_result, read_kept
from .._changes.locks import wanted_attributes
from .._common.names import digest_name, repository_name
from .._common.plan import Plan
from .._common.text import listed
from .._registry.client import RegistryClient
from .._registry.manifest_tree import ManifestTree, lost_children, read_tree
from .._registry.properties import RepositoryProperties
from .option_rules import absence


class Options(TypedDict):
    """The options of acr_manifest_properties."""

    repository: str
    digests: list[str]
    children: bool
    can_delete: bool | None
    can_write: bool | None
    can_list: bool | None
    can_read: bool | None
    on_missing: str


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what it takes for the manifests to have the attributes that the task sets."""
    name = repository_name(params["repository"])
    named = [digest_name(digest) for digest in dict.fromkeys(params["digests"])]
    repository = client.repositories.get(name)
    place = f"Repository '{name}' of {client.server.host}"
    if repository is None:
        lacks = absence(params["on_missing"], place, f"{place} does not exist. Check the name, or set on_missing to skip.")
        return Plan(
            result={"manifests": [], "kept": [], "missing": named}, header=f"{client.server.host}/{name}", warnings=lacks.warnings, problem=lacks.problem
        )
    tree = _read(client, repository, named, params["children"])
    missing = [digest for digest in named if digest not in tree.manifests]
    lacks = absence(params["on_missing"], missing, f"{place} has no manifest {listed(missing)}. Check the digests, or set on_missing to skip.")
    wanted = wanted_attributes(params)
    # What the task names is unlocked, whatever needs it. Of what comes with it, only what no locked tag of another manifest needs.
    children = [manifest for digest, manifest in tree.manifests.items() if digest not in named]
    kept = read_kept(client, repository, children, wanted, lambda tag: tag.digest in named)
    attributes = AttributePlan.of(repository, wanted, manifests=tree.manifests, kept=kept)
    result: dict[str, Any] = {"kept": kept_result(name, kept), "missing": missing}
    warnings = [*lacks.warnings, *lost_children(name, tree.missing.difference(missing))]
    return attributes.plan(client, ["manifests"], result, warnings, lacks.problem)


def _read(client: RegistryClient, repository: RepositoryProperties, named: list[str], children: bool) -> ManifestTree:
    if children:
        return read_tree(client, repository, named)
    found = client.manifests.get_many(repository, named)
    return ManifestTree(found, frozenset(named).difference(found), {digest: digest for digest in named})
