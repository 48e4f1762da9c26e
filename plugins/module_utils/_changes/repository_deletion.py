# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Deleting a repository with everything in it, and what it takes to restore that."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._common.concurrency import concurrently
from .._common.errors import BlockedError, InvalidManifestError, PermissionDeniedError, ProtocolError, RegistryError
from .._common.plan import Change, Plan, Step
from .._common.text import listed
from .._common.times import parse_time
from .._oci.graph import Edges, topological_order
from .._registry.client import RegistryClient
from .._registry.properties import REPOSITORY, ManifestProperties, RepositoryProperties, TagProperties
from .locks import UNLOCKED, AttributeChange, manifest_change, repository_change, tag_change
from .unlocking import with_unlocked

LONGEST_DIFF = 50


@dataclass(frozen=True)
class RepositoryDeletion:
    """A repository to delete, with the tags and manifests that lists show; ``manifests`` in an order in which they can be restored."""

    repository: RepositoryProperties
    tags: Sequence[TagProperties]
    manifests: Sequence[ManifestProperties]

    @property
    def tag_count(self) -> int:
        """The number of tags, including those that lists hide."""
        return max(self.repository.tag_count, len(self.tags))

    @property
    def manifest_count(self) -> int:
        """The number of manifests, including those that lists hide."""
        return max(self.repository.manifest_count, len(self.manifests))

    @property
    def is_ghost(self) -> bool:
        """Whether it is empty: the registry lists such a repository, but says that it does not exist when it is to be deleted."""
        return not (self.tag_count or self.manifest_count)

    @property
    def content_changes(self) -> list[AttributeChange]:
        """The tags and manifests, each as it is and unlocked."""
        return [
            *(tag_change(tag, UNLOCKED) for tag in self.tags),
            *(manifest_change(manifest, UNLOCKED) for manifest in sorted(self.manifests, key=lambda manifest: manifest.digest)),
        ]

    @property
    def unlocking(self) -> list[AttributeChange]:
        """The changes that unlock everything locked; the repository comes first, because it can forbid to unlock what it holds."""
        return [change for change in (repository_change(self.repository, UNLOCKED), *self.content_changes) if change.changed]

    @property
    def locked(self) -> str:
        """What is locked, as a sentence names it."""
        return listed(["the repository" if change.kind == REPOSITORY else f"{change.kind} {change.name}" for change in self.unlocking])

    @property
    def size(self) -> str:
        """What it holds, as a sentence says it."""
        return f"holds {self.tag_count} tags and {self.manifest_count} manifests"

    @property
    def hides_content(self) -> bool:
        """Whether it holds more than lists show."""
        return self.tag_count > len(self.tags) or self.manifest_count > len(self.manifests)

    def to_result(self) -> dict[str, Any]:
        """Return what is deleted, and what acr_restore needs to restore it."""
        tags: dict[str, list[str]] = {}
        for tag in self.tags:
            tags.setdefault(tag.digest, []).append(tag.name)
        name = self.repository.name
        return {
            "digests": sorted(manifest.digest for manifest in self.manifests),
            "tags": [tag.name for tag in self.tags],
            "manifest_count": self.manifest_count,
            "tag_count": self.tag_count,
            "unlocked": [f"{change.kind} '{change.name}'" for change in self.unlocking],
            "undo": [{"repository": name, "digest": manifest.digest, "tags": tags.get(manifest.digest, [])} for manifest in self.manifests],
        }

    def lines(self) -> list[str]:
        """Return what is deleted as lines of a diff, at most LONGEST_DIFF of them and one that counts the others."""
        own = " (locked)" if repository_change(self.repository, UNLOCKED).changed else ""
        lines = [f"repository {self.repository.name}: {self.tag_count} tags, {self.manifest_count} manifests{own}"]
        lines += [change.label + (" (locked)" if change.changed else "") for change in self.content_changes]
        return lines[:LONGEST_DIFF] + ([f"and {len(lines) - LONGEST_DIFF} more"] if len(lines) > LONGEST_DIFF else [])


NO_DELETION: Mapping[str, Any] = {"digests": [], "tags": [], "manifest_count": 0, "tag_count": 0, "unlocked": [], "undo": []}


def plan_repository_deletion(client: RegistryClient, name: str, confirmed: bool, most_tags: int, override_locks: bool) -> Plan:
    """Return what it takes to delete a repository.

    BlockedError when it is locked, unless ``override_locks`` is set, and when it has locks or more than ``most_tags`` tags, unless that is
    ``confirmed``.
    """
    client.announce([name], "metadata_read", "delete", *(["metadata_write"] if override_locks else []))
    header = f"{client.server.host}/{name}"
    repository = client.repositories.get(name)
    if repository is None:
        return Plan(result={"repository": name, **NO_DELETION}, header=header)
    deletion = _read_deletion(client, repository)
    if deletion.is_ghost:
        warning = f"Repository '{name}' of {client.server.host} is still listed, but it is empty and cannot be deleted. It counts as absent."
        return Plan(result={"repository": name, **NO_DELETION}, header=header, warnings=[warning])
    _refuse(deletion, f"Repository '{name}' of {client.server.host}", confirmed, most_tags, override_locks)
    warnings = []
    if deletion.hides_content:
        lists = f"lists {len(deletion.tags)} and {len(deletion.manifests)}"
        warnings = [f"Repository '{name}' {deletion.size}, but {lists}: the hidden ones (can_list: false) are deleted too, and are not in the result."]
    step = Step(
        Change(name, REPOSITORY, name, None, "delete"), lambda: with_unlocked(client, name, deletion.unlocking, lambda: client.repositories.delete(name))
    )
    return Plan(result={"repository": name, **deletion.to_result()}, header=header, before=deletion.lines(), steps=[step], warnings=warnings)


def _refuse(deletion: RepositoryDeletion, label: str, confirmed: bool, most_tags: int, override_locks: bool) -> None:
    locked = deletion.locked
    if locked and not override_locks:
        raise BlockedError(
            f"{label} cannot be deleted because of locks on {locked}. Nothing was deleted. "
            "Remove the locks first, or set override_locks and confirm to delete it all the same."
        )
    if (locked or deletion.tag_count > most_tags) and not confirmed:
        locks = f", with locks on {locked}" if locked else ""
        raise BlockedError(f"{label} {deletion.size}{locks}. Nothing was deleted. To delete all of them, set confirm to '{deletion.repository.name}'.")


def restore_order(manifests: Iterable[ManifestProperties], needs: Mapping[str, Collection[str]]) -> list[ManifestProperties]:
    """Return ``manifests`` so that each comes after those that it ``needs`` (digests), and otherwise in the order of their age, oldest first."""
    by_age = {one.digest: one for one in sorted(manifests, key=lambda one: (parse_time(one.created_on) or 0.0, one.digest))}
    return [by_age[digest] for digest in topological_order(by_age, lambda digest: needs.get(digest, ()))]


def _read_deletion(client: RegistryClient, repository: RepositoryProperties) -> RepositoryDeletion:
    name = repository.name
    tags = client.tags.list(name).items
    manifests = client.manifests.list(name).items
    unreadable = threading.Event()
    needs = concurrently(lambda manifest: _read_needs(client, name, manifest, unreadable), manifests, client.concurrency)
    return RepositoryDeletion(repository, tags, restore_order(manifests, {manifest.digest: group for manifest, group in zip(manifests, needs)}))


def _read_needs(client: RegistryClient, name: str, manifest: ManifestProperties, unreadable: threading.Event) -> tuple[str, ...]:
    """Return the digests that must exist before a manifest can be restored: the children of an index, the subject of a referrer.

    Images are taken to have no subject: they are recognised by their architecture, and are not read. If a manifest cannot be read, its
    properties name its children, and its age is all there is to go by otherwise: the order only serves a possible acr_restore.
    ``unreadable`` is set once the credential lacks the right to pull.
    """
    if manifest.architecture:
        return ()
    try:
        document = None if unreadable.is_set() else client.content.manifest(name, manifest.digest)
        if document:
            return Edges.of(document).needed
    except PermissionDeniedError:
        # The right to pull is given for a whole repository.
        unreadable.set()
    except (RegistryError, ProtocolError, InvalidManifestError):
        pass
    found = client.manifests.get(name, manifest.digest) if manifest.is_index else None
    return tuple(child.digest for child in (found.children if found and found.children else ()))
