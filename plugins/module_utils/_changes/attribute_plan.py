# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What it takes for tags and manifests of a repository to have the attributes that a task sets, and what they have then."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from .._common.errors import BlockedError, DriftError
from .._common.plan import Change, Plan, Step
from .._registry.client import RegistryClient
from .._registry.properties import ManifestProperties, RepositoryProperties, TagProperties
from .effective_locks import described_manifest, described_tag
from .locks import AttributeChange, manifest_change, tag_change


@dataclass(frozen=True)
class AttributePlan:
    """The ``tags`` and ``manifests`` that a task sets attributes of, by name and digest, each with its change, even if nothing changes.

    ``others`` are the manifests that the tags point at and that stay as they are.
    """

    repository: RepositoryProperties
    tags: Mapping[str, tuple[TagProperties, AttributeChange]]
    manifests: Mapping[str, tuple[ManifestProperties, AttributeChange]]
    others: Mapping[str, ManifestProperties]

    @classmethod
    def of(
        cls,
        repository: RepositoryProperties,
        wanted: Mapping[str, bool],
        *,
        tags: Mapping[str, TagProperties] | None = None,
        manifests: Mapping[str, ManifestProperties] | None = None,
        others: Mapping[str, ManifestProperties] | None = None,
        kept: Collection[str] = (),
    ) -> AttributePlan:
        """Return what it takes for ``tags`` and ``manifests`` to have the attributes ``wanted``; those that are ``kept`` stay locked."""
        without = {flag: value for flag, value in wanted.items() if not (value and flag in ("can_delete", "can_write"))}
        return cls(
            repository,
            {name: (tag, tag_change(tag, wanted)) for name, tag in sorted((tags or {}).items())},
            {digest: (one, manifest_change(one, without if digest in kept else wanted)) for digest, one in sorted((manifests or {}).items())},
            others or {},
        )

    @property
    def changes(self) -> list[AttributeChange]:
        """The changes, without those where nothing changes."""
        return [change for dummy, change in [*self.tags.values(), *self.manifests.values()] if change.changed]

    def tags_after(self, done: Collection[Change]) -> list[dict[str, Any]]:
        """Return the tags as a task returns them after the changes that are ``done``."""
        manifests = {**self.others, **{digest: replace(one, attributes=self._now(change, done)) for digest, (one, change) in self.manifests.items()}}
        return [
            {**described_tag(replace(tag, attributes=self._now(change, done)), manifests.get(tag.digest), self.repository), **self._past(change, done)}
            for tag, change in self.tags.values()
        ]

    def manifests_after(self, done: Collection[Change]) -> list[dict[str, Any]]:
        """Return the manifests as a task returns them after the changes that are ``done``."""
        return [
            {**described_manifest(replace(one, attributes=self._now(change, done)), self.repository), **self._past(change, done)}
            for one, change in self.manifests.values()
        ]

    def plan(self, client: RegistryClient, reports: Sequence[str], result: Mapping[str, Any], warnings: Sequence[str], problem: str) -> Plan:
        """Return the plan; ``reports`` are the keys of its result that depend on the changes. BlockedError when the repository forbids them."""
        name, changes = self.repository.name, self.changes
        if changes and not self.repository.attributes.can_write:
            raise BlockedError(
                f"Repository '{name}' has can_write: false, which forbids {len(changes)} changes in it; nothing was changed. Set can_write: true on it first."
            )
        parts = {"tags": self.tags_after, "manifests": self.manifests_after}
        return Plan(
            result=result,
            report=lambda done: {key: parts[key](done) for key in reports},
            before=[line for change in changes for line in change.lines(change.before)],
            after=[line for change in changes for line in change.lines(change.after)],
            header=f"{client.server.host}/{name}",
            steps=[Step(change.change_in(name), partial(_apply, client, name, change)) for change in changes],
            warnings=warnings,
            problem=problem,
        )

    def _now(self, change: AttributeChange, done: Collection[Change]) -> Any:
        return change.now(self.repository.name, done)

    def _past(self, change: AttributeChange, done: Collection[Change]) -> dict[str, Any]:
        return {"before": change.before.to_result(), "changed": self._now(change, done) != change.before}


def _apply(client: RegistryClient, repository: str, change: AttributeChange) -> None:
    item = client.metadata_of(change.kind).set_attributes(repository, change.name, change.after, change.wanted)
    if item.digest != change.digest:
        raise DriftError(f"Tag '{change.name}' was moved from {change.digest} to {item.digest} during the task. Run the task again.")
