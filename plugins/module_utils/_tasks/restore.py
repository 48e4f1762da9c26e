# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_restore: restores deleted manifests with their tags."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypedDict

from .._changes.tagging import ERROR, NEVER, Tagging, refuse_locked, refuse_locked_tag
from .._common.concurrency import concurrently
from .._common.errors import BlockedError, DriftError, NotFoundError
from .._common.plan import Change, Plan, Step
from .._common.text import listed, short_digest
from .._registry.client import RegistryClient
from .._registry.properties import MANIFEST, RepositoryProperties, TagProperties
from .wanted_manifests import WantedManifest, WantedRepository, undo_entries, wanted_manifests


class ManifestOptions(TypedDict):
    """One manifest to restore."""

    repository: str
    digest: str
    tags: list[str]


class Options(TypedDict):
    """The options of acr_restore."""

    manifests: list[ManifestOptions] | None
    undo: Any
    overwrite: str


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what it takes for all that is wanted to exist again: in order inside a repository, repositories beside each other."""
    manifests = params["manifests"]
    wanted = wanted_manifests(undo_entries(params["undo"]) if manifests is None else manifests)
    client.announce([want.name for want in wanted], "metadata_read", "deleted_read", "deleted_read,deleted_restore", "pull", "pull,push")
    found = concurrently(lambda want: _read(client, want, params["overwrite"]), wanted, client.concurrency)
    _refuse_lost(client.server.host, found)
    restorations = [one for repository in found for one in repository.restorations]
    if params["overwrite"] == ERROR:
        _refuse_moved(restorations)
    for repository in found:
        repository.refuse_locked()
    return Plan(
        report=lambda done: {"manifests": [one.to_result(done) for one in restorations]},
        before=[line for one in restorations for line in one.lines_before],
        after=[line for one in restorations for line in one.lines_after],
        header=client.server.host,
        steps=[step for repository in found for step in _chained(client, repository.restorations)],
    )


@dataclass(frozen=True)
class Restoration:
    """A manifest that shall exist again, with its tags; ``deleted``: it has to be restored first."""

    digest: str
    deleted: bool
    tagging: Tagging

    @property
    def name(self) -> str:
        """The manifest with its repository: ``library/app@sha256:...``."""
        return f"{self.tagging.repository}@{self.digest}"

    @property
    def changed(self) -> bool:
        """Whether anything has to be done."""
        return self.deleted or bool(self.tagging.changes)

    @property
    def change(self) -> Change:
        """The change that restores the manifest."""
        return Change(self.tagging.repository, MANIFEST, self.digest, self.digest, "restore")

    def to_result(self, done: Collection[Change]) -> dict[str, Any]:
        """Return what is true of the manifest after the changes that are ``done``. Its first tag is restored with it."""
        restored = self.change in done
        first = next(iter(self.tagging.changes), None)
        tags = self.tagging.to_result({*done, self.tagging.change_of(first)} if restored and first else done)
        return {
            "repository": self.tagging.repository,
            "digest": self.digest,
            "restored": restored,
            "tags": tags,
            "changed": restored or any(tag["changed"] for tag in tags),
        }

    @property
    def lines_before(self) -> list[str]:
        """What exists and changes, as a diff shows it."""
        return [f"{self.tagging.repository}: {line}" for line in self.tagging.lines_before]

    @property
    def lines_after(self) -> list[str]:
        """The same after the change."""
        lines = [f"manifest {short_digest(self.digest)}"] if self.deleted else []
        return [f"{self.tagging.repository}: {line}" for line in (*lines, *self.tagging.lines_after)]


@dataclass(frozen=True)
class FoundRepository:
    """What the registry has of a wanted repository: its tags by name, and which digests are ``alive`` or ``deleted``.

    ``overwrite`` says what happens to a tag that points at another manifest.
    """

    want: WantedRepository
    properties: RepositoryProperties | None
    tags: Mapping[str, TagProperties]
    alive: frozenset[str]
    deleted: frozenset[str]
    overwrite: str

    @property
    def lost(self) -> list[str]:
        """The wanted manifests that are neither alive nor deleted."""
        return [f"{self.want.name}@{digest}" for digest in self.want.digests if digest not in self.alive | self.deleted]

    @property
    def restorations(self) -> list[Restoration]:
        """What has to be done for each wanted manifest, also where that is nothing."""
        return [Restoration(one.digest, one.digest not in self.alive, self._tagging(one)) for one in self.want.manifests]

    def refuse_locked(self) -> None:
        """Raise BlockedError when a lock forbids one of the restorations."""
        for one in self.restorations:
            if one.changed:
                refuse_locked(self.properties)
            for tag in one.tagging.changes:
                refuse_locked_tag(None, self.tags.get(tag), tag, deletes=False)

    def _tagging(self, one: WantedManifest) -> Tagging:
        before = {tag: self.tags[tag].digest if tag in self.tags else None for tag in one.tags}
        stays = [tag for tag, digest in before.items() if digest not in (None, one.digest)] if self.overwrite == NEVER else []
        return Tagging(self.want.name, before, one.digest, stays)


def _refuse_lost(host: str, found: Sequence[FoundRepository]) -> None:
    lost = [name for repository in found for name in repository.lost]
    if lost:
        raise NotFoundError(
            f"{host} has no {listed(lost)}, neither alive nor deleted; nothing was restored. Check the names. "
            "What was deleted without soft delete, or longer ago than its retention time, cannot be restored."
        )


def _refuse_moved(restorations: Sequence[Restoration]) -> None:
    taggings = [one.tagging for one in restorations]
    moved = [f"{one.repository}:{tag} at {one.before[tag]}" for one in taggings for tag in one.changes if one.before[tag]]
    if moved:
        raise BlockedError(
            f"Some tags point at other manifests now: {listed(moved)}; nothing was restored. Set overwrite to always to move them, or to never to leave them."
        )


def _read(client: RegistryClient, want: WantedRepository, overwrite: str) -> FoundRepository:
    """Read what a repository has. The list of what was deleted is only read when a manifest is not alive."""
    repository = client.repositories.get(want.name)
    tags = client.tags.get_many(repository, want.tags) if repository and want.tags else {}
    alive = set(client.manifests.get_many(repository, want.digests) if repository else ())
    deleted = {manifest.digest for manifest in client.deleted.manifests(want.name)} if not alive.issuperset(want.digests) else set()
    if repository:
        # Lists leave out what is hidden (can_list: false).
        hidden = [digest for digest in want.digests if digest not in alive | deleted]
        each = concurrently(lambda digest: client.manifests.get(want.name, digest), hidden, client.concurrency)
        alive.update(manifest.digest for manifest in each if manifest)
    return FoundRepository(want, repository, tags, frozenset(alive), frozenset(deleted), overwrite)


def _chained(client: RegistryClient, restorations: Sequence[Restoration]) -> list[Step]:
    """Return the steps for one repository as a single one: each follows the one before it."""
    steps = [step for one in restorations for step in _steps(client, one)]
    return [Step(steps[0].change, steps[0].apply, steps[1:])] if steps else []


def _steps(client: RegistryClient, one: Restoration) -> list[Step]:
    """Return the steps for one manifest: it is restored with its first tag, then the other tags are pointed at it."""
    tags = list(one.tagging.changes)
    steps = []
    if one.deleted:
        first = tags.pop(0) if tags else None
        steps = [Step(one.change, partial(_restore, client, one, first))]
    return steps + [Step(one.tagging.change_of(tag), partial(_point, client, one, tag)) for tag in tags]


def _restore(client: RegistryClient, one: Restoration, tag: str | None) -> None:
    name = one.tagging.repository
    if tag:
        one.tagging.ensure_unmoved(client, tag)
    if client.deleted.restore(name, one.digest, tag, force=bool(tag and one.tagging.before[tag])):
        return
    # Somebody else was faster, or the answer to the same request was lost.
    if client.manifests.get(name, one.digest) is None:
        raise DriftError(
            f"Manifest {one.digest} of '{name}' is neither deleted nor alive any more; the retention time of soft delete may be over. Run the task again."
        )
    if tag:
        _point(client, one, tag)


def _point(client: RegistryClient, one: Restoration, tag: str) -> None:
    name = one.tagging.repository
    one.tagging.ensure_unmoved(client, tag)
    document = client.content.manifest(name, one.digest)
    if document is None:
        raise DriftError(f"Manifest {one.digest} of '{name}' was deleted during the task. Run the task again.")
    client.content.put_manifest(name, tag, document)
