# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_repository_info: repositories with their tags and manifests, and what their locks really allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from .._changes.effective_locks import described_manifest, described_tag, effective_of_repository
from .._common.concurrency import concurrently
from .._common.names import repository_name
from .._common.plan import Plan
from .._common.text import listed
from .._http.paging import Listing
from .._registry.client import RegistryClient
from .._registry.properties import ManifestProperties, RepositoryProperties, TagProperties
from .option_rules import absence, refuse_below


class Options(TypedDict):
    """The options of acr_repository_info."""

    repositories: list[str] | None
    include: list[str] | None
    exclude: list[str] | None
    pattern_type: str
    gather: list[str]
    order_by: str
    limit: int | None
    limit_repositories: int | None
    on_missing: str


@dataclass(frozen=True)
class RepositoryReport:
    """A repository with its tags and manifests; None is what the task does not gather. ``pointed_at`` are the tags' manifests by digest."""

    repository: RepositoryProperties
    tags: Listing[TagProperties] | None
    manifests: Listing[ManifestProperties] | None
    pointed_at: Mapping[str, ManifestProperties]

    def to_result(self) -> dict[str, Any]:
        """Return the report as a task returns it."""
        listings = [listing for listing in (self.tags, self.manifests) if listing is not None]
        content = [item for listing in listings for item in listing.items]
        result = {**self.repository.to_result(), "effective": effective_of_repository(self.repository, content).to_result()}
        if self.tags is not None:
            result["tags"] = [described_tag(tag, self.pointed_at.get(tag.digest), self.repository) for tag in self.tags.items]
        if self.manifests is not None:
            result["manifests"] = [described_manifest(manifest, self.repository) for manifest in self.manifests.items]
        if listings:
            result["truncated"] = any(listing.truncated for listing in listings)
        return result


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return the chosen repositories, with what the task gathers of them."""
    refuse_below(1, params, "limit", "limit_repositories")
    names, warnings = _choose(client, params)
    if not params["gather"] and params["repositories"] is None:
        found = [{"name": name} for name in names.items]
        return Plan(result={"repositories": found, "missing": [], "truncated": names.truncated}, warnings=warnings)
    client.announce(names.items, "metadata_read")
    reports = concurrently(lambda name: _read(client, params, name), names.items, client.concurrency)
    missing = [name for name, report in zip(names.items, reports) if report is None and params["repositories"] is not None]
    sentence = f"Registry {client.server.host} has no repository {listed(missing)}. Check the names, or set on_missing to skip."
    lacks = absence(params["on_missing"], missing, sentence)
    return Plan(
        result={"repositories": [report.to_result() for report in reports if report], "missing": missing, "truncated": names.truncated},
        warnings=[*lacks.warnings, *warnings],
        problem=lacks.problem,
    )


def _choose(client: RegistryClient, params: Options) -> tuple[Listing[str], list[str]]:
    """Return the names of the chosen repositories, and warnings about patterns."""
    if params["repositories"] is not None:
        return Listing([repository_name(name) for name in dict.fromkeys(params["repositories"])]), []
    limit = params["limit_repositories"]
    if not (params["include"] or params["exclude"]):
        return client.repositories.names(limit), []
    from .._common.patterns import Selection

    selection = Selection(params["include"], params["exclude"], params["pattern_type"])
    every = client.repositories.names().items
    chosen = selection.of(every)
    return Listing(chosen[:limit], limit is not None and len(chosen) > limit), selection.unmatched_warnings(every, f"repositories of {client.server.host}")


def _read(client: RegistryClient, params: Options, name: str) -> RepositoryReport | None:
    """Read one repository; None when it does not exist."""
    repository = client.repositories.get(name)
    if repository is None:
        return None
    order, limit = params["order_by"], params["limit"]
    tags = manifests = None
    if "tags" in params["gather"]:
        tags = client.tags.list(name, order_by=order, limit=limit)
    if "manifests" in params["gather"]:
        manifests = client.manifests.list(name, order_by=order, limit=limit)
    known = {manifest.digest: manifest for manifest in manifests.items} if manifests else {}
    unknown = {tag.digest for tag in tags.items} - known.keys() if tags else set()
    return RepositoryReport(repository, tags, manifests, {**known, **(client.manifests.get_many(repository, unknown) if unknown else {})})
