# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_tag_info: tags of a repository, and what their locks really allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from .._changes.effective_locks import described_tag
from .._common.errors import UsageError
from .._common.names import digest_name, repository_name
from .._common.plan import Plan
from .._common.times import parse_time
from .._registry.client import RegistryClient
from .._registry.properties import RepositoryProperties, TagProperties
from .chosen_tags import ChosenTags, TagChoice
from .option_rules import refuse_below

if TYPE_CHECKING:
    from .._common.patterns import Selection


class Options(TypedDict):
    """The options of acr_tag_info."""

    repository: str
    tags: list[str] | None
    include: list[str] | None
    exclude: list[str] | None
    pattern_type: str
    digest: str | None
    order_by: str
    limit: int | None
    on_missing: str


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return the chosen tags of the repository."""
    name = repository_name(params["repository"])
    refuse_below(1, params, "limit")
    if params["digest"] is not None:
        digest_name(params["digest"])
    if params["tags"] is not None and params["exclude"] and not params["include"]:
        raise UsageError("exclude only leaves out tags that include chooses. Set include as well, or remove tags.")
    choice = TagChoice.of(params)
    repository = client.repositories.get(name)
    by_list = repository is not None and params["tags"] is None
    found = _list(client, name, params, choice.selection) if by_list else choice.read(client, name, repository)
    tags = list(found.tags.values())
    if not by_list:
        tags = _sorted(tags, params["order_by"])
    return Plan(
        result={"tags": _described(client, repository, tags), "missing": found.missing, "truncated": found.truncated},
        warnings=found.warnings,
        problem=found.problem,
    )


def _list(client: RegistryClient, name: str, params: Options, selection: Selection | None) -> ChosenTags:
    """Return the tags that the list of the repository shows, in the order that the task sets."""
    limit = params["limit"]
    found = client.tags.list(name, order_by=params["order_by"], digest=params["digest"], limit=None if selection else limit)
    if selection is None:
        return ChosenTags({tag.name: tag for tag in found.items}, [], truncated=found.truncated)
    chosen = [tag for tag in found.items if tag.name in selection]
    warnings = selection.unmatched_warnings([tag.name for tag in found.items], f"tags of {name}")
    return ChosenTags({tag.name: tag for tag in chosen[:limit]}, [], warnings, truncated=limit is not None and len(chosen) > limit)


def _sorted(tags: Sequence[TagProperties], order_by: str) -> list[TagProperties]:
    """Return tags that were not listed in the order that the task sets."""
    by_name = sorted(tags, key=lambda tag: tag.name)
    if order_by == "name":
        return by_name
    return sorted(by_name, key=lambda tag: parse_time(tag.last_updated_on) or 0.0, reverse=order_by == "last_updated_desc")


def _described(client: RegistryClient, repository: RepositoryProperties | None, tags: Sequence[TagProperties]) -> list[dict[str, Any]]:
    """Return ``tags`` as a task returns them; their manifests are read for that."""
    if repository is None:
        return []
    manifests = client.manifests.get_many(repository, list(dict.fromkeys(tag.digest for tag in tags)))
    return [described_tag(tag, manifests.get(tag.digest), repository) for tag in tags]
