# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_tag_properties: attributes of tags, and of the manifests that they point at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from .._changes.attribute_plan import AttributePlan
from .._changes.locks import wanted_attributes
from .._common.errors import UsageError
from .._common.names import repository_name
from .._common.plan import Plan
from .._common.text import listed
from .._registry.client import RegistryClient
from .._registry.properties import RepositoryProperties
from .chosen_tags import ChosenTags, TagChoice


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
    result: dict[str, Any] = {"missing": found.missing, "kept": []}
    if repository is None:
        return Plan(result={**result, "tags": [], "manifests": []}, header=f"{client.server.host}/{name}", warnings=found.warnings, problem=found.problem)
    wanted = wanted_attributes(params)
    if params["apply_to"] == "image":
        return _plan_images(client, repository, wanted, found, result)
    pointed_at = client.manifests.get_many(repository, {tag.digest for tag in found.tags.values()})
    attributes = AttributePlan.of(repository, wanted, tags=found.tags, others=pointed_at)
    warnings = [*found.warnings, *_hollow_locks(attributes, wanted)]
    return attributes.plan(client, ["tags", "manifests"], result, warnings, found.problem)


def _hollow_locks(attributes: AttributePlan, wanted: Mapping[str, bool]) -> list[str]:
    """Return a warning if tags can still be lost although the task locks them."""
    if wanted.get("can_delete", True) and wanted.get("can_write", True):
        return []
    name = attributes.repository.name
    after = attributes.tags_after([change.change_in(name) for change in attributes.changes])
    lost = [tag["name"] for tag in after if tag["effective"]["can_delete"]]
    if not lost:
        return []
    return [f"Tags of '{name}' are locked, but lost when their manifests are deleted: {listed(lost)}. Set apply_to: image to lock the manifests too."]


def _plan_images(client: RegistryClient, repository: RepositoryProperties, wanted: Mapping[str, bool], found: ChosenTags, result: Mapping[str, Any]) -> Plan:
    """Return what it takes for the tags, their manifests and all that these list to have the attributes ``wanted``."""
    # Tasks that set attributes of tags only do not load this code.
    from .._changes.kept_locks import kept_result, read_kept
    from .._registry.manifest_tree import lost_children, read_tree

    tree = read_tree(client, repository, {tag.digest for tag in found.tags.values()})
    kept = read_kept(client, repository, tree.manifests.values(), wanted, lambda tag: tag.name in found.tags)
    attributes = AttributePlan.of(repository, wanted, tags=found.tags, manifests=tree.manifests, kept=kept)
    warnings = [*found.warnings, *lost_children(repository.name, tree.missing)]
    return attributes.plan(client, ["tags", "manifests"], {**result, "kept": kept_result(repository.name, kept)}, warnings, found.problem)
