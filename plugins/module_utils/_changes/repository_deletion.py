# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Deleting a repository with all it holds: what goes, what is in the way, and what it takes to bring it back."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._common.concurrency import concurrently
from .._common.errors import BlockedError, InvalidManifestError, PermissionDeniedError, ProtocolError, RegistryError
from .._common.plan import Plan, Step
from .._common.text import listed
from .._common.times import parse_time
from .._oci.graph import Edges
from .._registry.client import RegistryClient
from .._registry.properties import ManifestProperties, RepositoryProperties, TagProperties
from .locks import UNLOCKED, AttributeChange, manifest_change, repository_change, tag_change
from .unlocking import with_unlocked

LONGEST_DIFF = 50


@dataclass(frozen=True)
class RepositoryDeletion:
    """A repository that is to go; ``manifests`` in the order in which they can be restored."""

    repository: RepositoryProperties
    tags: Sequence[TagProperties]
    manifests: Sequence[ManifestProperties]

    @property
    def tag_count(self) -> int:
        """How many tags go, with those that lists hide."""
        return max(self.repository.tag_count, len(self.tags))

    @property
    def manifest_count(self) -> int:
        """How many manifests go, with those that lists hide."""
        return max(self.repository.manifest_count, len(self.manifests))

    @property
    def is_ghost(self) -> bool:
        """Whether it holds nothing: then the registry lists it, and does not know it when it is to be deleted."""
        return not (self.tag_count or self.manifest_count)

    @property
    def content(self) -> list[AttributeChange]:
        """What it holds, each as it is and unlocked."""
        return [
            *(tag_change(tag, UNLOCKED) for tag in self.tags),
            *(manifest_change(one, UNLOCKED) for one in sorted(self.manifests, key=lambda one: one.digest)),
        ]

    @property
    def locks(self) -> list[AttributeChange]:
        """What is locked; the repository comes first, because it can forbid to unlock what it holds."""
        return [change for change in (repository_change(self.repository, UNLOCKED), *self.content) if change.changed]

    @property
    def locked(self) -> str:
        """The same for people."""
        names = ["the repository" if lock.kind == "repository" else f"{lock.kind} {lock.name}" for lock in self.locks]
        return listed(names)

    def to_result(self) -> dict[str, Any]:
        """Return what goes, and what ``acr_restore`` needs to bring it back."""
        tags: dict[str, list[str]] = {}
        for tag in self.tags:
            tags.setdefault(tag.digest, []).append(tag.name)
        name = self.repository.name
        return {
            "digests": sorted(manifest.digest for manifest in self.manifests),
            "tags": [tag.name for tag in self.tags],
            "manifest_count": self.manifest_count,
            "tag_count": self.tag_count,
            "unlocked": [f"{lock.kind} '{lock.name}'" for lock in self.locks],
            "undo": [{"repository": name, "digest": manifest.digest, "tags": tags.get(manifest.digest, [])} for manifest in self.manifests],
        }

    def lines(self) -> list[str]:
        """Return what goes as lines of a diff, not more than a person reads."""
        own = " (locked)" if repository_change(self.repository, UNLOCKED).changed else ""
        lines = [f"repository {self.repository.name}: {self.tag_count} tags, {self.manifest_count} manifests{own}"]
        lines += [change.label + (" (locked)" if change.changed else "") for change in self.content]
        return lines[:LONGEST_DIFF] + ([f"and {len(lines) - LONGEST_DIFF} more"] if len(lines) > LONGEST_DIFF else [])


NO_DELETION: Mapping[str, Any] = {"digests": [], "tags": [], "manifest_count": 0, "tag_count": 0, "unlocked": [], "undo": []}


def plan_deletion(client: RegistryClient, name: str, confirmed: bool, most_tags: int, override_locks: bool) -> Plan:
    """Return what it takes for a repository to be gone; BlockedError when it holds more than was thought of, or a lock forbids it."""
    client.announce([name], "metadata_read", "delete", *(["metadata_write"] if override_locks else []))
    header = f"{client.server.host}/{name}"
    what = f"Repository '{name}' of {client.server.host}"
    repository = client.repositories.get(name)
    if repository is None:
        return Plan(result={"repository": name, **NO_DELETION}, header=header)
    removal = _look(client, repository)
    if removal.is_ghost:
        warning = f"{what} is listed, but holds nothing and cannot be deleted: the registry counts it as gone."
        return Plan(result={"repository": name, **NO_DELETION}, header=header, warnings=[warning])
    if removal.locks and not override_locks:
        raise BlockedError(
            f"{what} cannot be deleted, because of locks on {removal.locked}; nothing was deleted. "
            "Take them away first, or set override_locks and confirm if that is meant."
        )
    holds = f"holds {removal.tag_count} tags and {removal.manifest_count} manifests"
    if (removal.locks or removal.tag_count > most_tags) and not confirmed:
        locks = f", with locks on {removal.locked}" if removal.locks else ""
        raise BlockedError(f"{what} {holds}{locks}; nothing was deleted. If all of that is to go, set confirm to '{name}'.")
    warnings = []
    if removal.tag_count > len(removal.tags) or removal.manifest_count > len(removal.manifests):
        lists = f"lists {len(removal.tags)} and {len(removal.manifests)}"
        warnings = [f"Repository '{name}' {holds}, but {lists}: what it hides (can_list: false) goes too, and is not in the result."]
    step = Step(f"repository '{name}'", lambda: with_unlocked(client, name, removal.locks, lambda: client.repositories.delete(name)))
    return Plan(result={"repository": name, **removal.to_result()}, header=header, before=removal.lines(), steps=[step], warnings=warnings)


def restore_order(manifests: Iterable[ManifestProperties], needs: Mapping[str, Collection[str]]) -> list[ManifestProperties]:
    """Return manifests in an order in which each comes after those that it ``needs``, else by age."""
    waiting = {one.digest: one for one in sorted(manifests, key=lambda one: (parse_time(one.created_on) or 0.0, one.digest))}
    ordered: dict[str, ManifestProperties] = {}
    seen: set[str] = set()
    for first in waiting:
        stack = [first]
        while stack:
            digest = stack[-1]
            before = [] if digest in seen else [needed for needed in needs.get(digest, ()) if needed in waiting and needed not in ordered]
            seen.add(digest)
            if before:
                stack += before
            else:
                ordered.setdefault(stack.pop(), waiting[digest])
    return list(ordered.values())


def _look(client: RegistryClient, repository: RepositoryProperties) -> RepositoryDeletion:
    name = repository.name
    tags = client.tags.list(name).items
    manifests = client.manifests.list(name).items
    unreadable = threading.Event()
    needs = concurrently(lambda one: _needs(client, name, one, unreadable), manifests, client.concurrency)
    return RepositoryDeletion(repository, tags, restore_order(manifests, {one.digest: group for one, group in zip(manifests, needs)}))


def _needs(client: RegistryClient, name: str, manifest: ManifestProperties, unreadable: threading.Event) -> tuple[str, ...]:
    """Return what must be there before a manifest can be: what an index lists, and what an artifact is about (its subject).

    Images, which have an architecture, are taken to be about nothing. Where a manifest cannot be pulled, its properties say what it
    lists, and its age has to do for the rest: it only is for a restoring that may never come.
    """
    if manifest.architecture:
        return ()
    try:
        document = None if unreadable.is_set() else client.content.manifest(name, manifest.digest)
        if document:
            return Edges.of(document).needed
    except (RegistryError, ProtocolError, InvalidManifestError) as error:
        # Who may not pull this one may pull none.
        if isinstance(error, PermissionDeniedError):
            unreadable.set()
    found = client.manifests.get(name, manifest.digest) if manifest.is_index else None
    return tuple(child.digest for child in (found.children if found and found.children else ()))
