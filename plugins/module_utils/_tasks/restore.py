# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_restore: what is wanted, what of it is there, and what remains to be done."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._changes.tagging import Tagging, refuse_locked, refuse_locked_tag
from .._common.concurrency import concurrently
from .._common.errors import BlockedError, DriftError, NotFoundError, UsageError
from .._common.names import digest_name, repository_name, tag_name
from .._common.plan import Plan, Step
from .._common.text import listed, short_digest
from .._registry.client import RegistryClient
from .._registry.properties import RepositoryProperties, TagProperties

# Repository -> digest -> tags, in the order in which they are to come back.
WantedManifests = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class Restoration:
    """A manifest that is to be there, with its tags; ``deleted``: it is among what was deleted."""

    digest: str
    deleted: bool
    tagging: Tagging

    @property
    def name(self) -> str:
        """The manifest as people write it: ``library/app@sha256:...``."""
        return f"{self.tagging.repository}@{self.digest}"

    @property
    def changed(self) -> bool:
        """Whether anything is to be done."""
        return self.deleted or bool(self.tagging.changes)

    def to_result(self) -> dict[str, Any]:
        """Return it as a task returns it."""
        return {
            "repository": self.tagging.repository,
            "digest": self.digest,
            "restored": self.deleted,
            "tags": self.tagging.to_result(),
            "changed": self.changed,
        }

    @property
    def lines_before(self) -> list[str]:
        """What is there and changes, as a diff shows it."""
        return [f"{self.tagging.repository}: {line}" for line in self.tagging.lines_before]

    @property
    def lines_after(self) -> list[str]:
        """The same, as it will be."""
        lines = [f"manifest {short_digest(self.digest)}"] if self.deleted else []
        return [f"{self.tagging.repository}: {line}" for line in (*lines, *self.tagging.lines_after)]


@dataclass(frozen=True)
class FoundManifests:
    """What a registry knows of the manifests and tags that are wanted of one repository."""

    repository: RepositoryProperties | None
    tags: Mapping[str, TagProperties]
    alive: frozenset[str]
    deleted: frozenset[str]


def undo_entries_of(undo: Any) -> list[Mapping[str, Any]]:
    """Return what ``undo`` lists: it is such a list, the result of a task that holds one or of a loop of such tasks, or that as JSON."""
    wrong = UsageError("undo has to be the result of a task that deletes, or its undo: a list of repository, digest and tags.")
    if isinstance(undo, str):
        try:
            undo = json.loads(undo)
        except ValueError:
            raise wrong from None
    if isinstance(undo, Mapping) and isinstance(undo.get("results"), list):
        return [entry for result in undo["results"] for entry in undo_entries_of(result)]
    listed = undo.get("undo") if isinstance(undo, Mapping) else undo
    if not isinstance(listed, list):
        raise wrong
    for entry in listed:
        named = isinstance(entry, Mapping) and isinstance(entry.get("repository"), str) and isinstance(entry.get("digest"), str)
        if not named or not isinstance(entry.get("tags") or [], list):
            raise wrong
    return listed


def wanted_manifests(items: Iterable[Mapping[str, Any]]) -> WantedManifests:
    """Return what ``items`` say, checked; UsageError when it cannot be meant. A manifest that comes twice is one."""
    found: dict[str, dict[str, list[str]]] = {}
    owners: dict[tuple[str, str], str] = {}
    for item in items:
        name, digest = repository_name(item["repository"]), digest_name(item["digest"])
        tags = found.setdefault(name, {}).setdefault(digest, [])
        for text in item.get("tags") or ():
            tag = tag_name(str(text))
            owner = owners.setdefault((name, tag), digest)
            if owner != digest:
                raise UsageError(f"Tag '{tag}' of '{name}' is to point at two manifests, {owner} and {digest}: say which.")
            if tag not in tags:
                tags.append(tag)
    return found


def decide_restorations(host: str, want: WantedManifests, found: Mapping[str, FoundManifests], overwrite: bool) -> list[Restoration]:
    """Return what becomes of each manifest; an error when one is nowhere, or a tag or a lock is in the way."""
    nowhere = [f"{name}@{digest}" for name, digests in want.items() for digest in digests if digest not in found[name].alive | found[name].deleted]
    if nowhere:
        raise NotFoundError(
            f"{host} has no {listed(nowhere)}, neither alive nor among what was deleted; nothing was restored. "
            "Check the names; what was deleted without soft delete, or longer ago than it keeps, cannot be restored."
        )
    restorations = [
        Restoration(digest, digest not in found[name].alive, Tagging(name, {tag: _digest(found[name].tags.get(tag)) for tag in tags}, digest))
        for name, digests in want.items()
        for digest, tags in digests.items()
    ]
    taggings = [one.tagging for one in restorations]
    moved = [f"{one.repository}:{tag} at {one.before[tag]}" for one in taggings for tag in one.changes if one.before[tag]]
    if moved and not overwrite:
        raise BlockedError(
            f"Tags that are to come back point elsewhere by now: {listed(moved)}; nothing was restored. Set overwrite to move them, or leave them out."
        )
    for one in restorations:
        there = found[one.tagging.repository]
        if one.changed:
            refuse_locked(there.repository)
        for tag in one.tagging.changes:
            refuse_locked_tag(None, there.tags.get(tag), tag, deletes=False)
    return restorations


def plan_restore(client: RegistryClient, want: WantedManifests, overwrite: bool) -> Plan:
    """Return what it takes for all that is wanted to be there again: in order inside a repository, repositories beside each other."""
    client.announce(want, "metadata_read", "deleted_read", "deleted_read,deleted_restore", "pull", "pull,push")
    found = dict(zip(want, concurrently(lambda name: _look(client, name, want[name]), want, client.concurrency)))
    restorations = decide_restorations(client.server.host, want, found, overwrite)
    steps = {name: [step for one in restorations if one.tagging.repository == name for step in _steps(client, one)] for name in want}
    return Plan(
        {"manifests": [one.to_result() for one in restorations]},
        [line for one in restorations for line in one.lines_before],
        [line for one in restorations for line in one.lines_after],
        client.server.host,
        [Step(first.label, first.apply, others) for first, *others in filter(None, steps.values())],
    )


def _look(client: RegistryClient, name: str, digests: Mapping[str, Sequence[str]]) -> FoundManifests:
    """Read what is there; what was deleted is only asked for when something is not."""
    tags = [tag for group in digests.values() for tag in group]
    repository = client.repositories.get(name)
    found = client.tags.get_many(repository, tags) if repository and tags else {}
    alive = set(client.manifests.get_many(repository, list(digests))) if repository else set()
    gone = [digest for digest in digests if digest not in alive]
    deleted = {manifest.digest for manifest in client.deleted.manifests(name)} if gone else set()
    if repository:
        # Lists leave out what is hidden (can_list: false).
        hidden = [digest for digest in gone if digest not in deleted]
        each = concurrently(lambda digest: client.manifests.get(name, digest), hidden, client.concurrency)
        alive.update(manifest.digest for manifest in each if manifest)
    return FoundManifests(repository, found, frozenset(alive), frozenset(deleted))


def _steps(client: RegistryClient, one: Restoration) -> list[Step]:
    """Return the steps for one manifest: it comes back with its first tag, the others are pointed at it then."""
    name, tags = one.tagging.repository, list(one.tagging.changes)
    steps = []
    if one.deleted:
        first = tags.pop(0) if tags else None
        steps = [Step(f"manifest '{one.name}'{f' as {first!r}' if first else ''}", partial(_restore, client, one, first))]
    return steps + [Step(f"tag '{name}:{tag}'", partial(_point, client, one, tag)) for tag in tags]


def _restore(client: RegistryClient, one: Restoration, tag: str | None) -> None:
    name = one.tagging.repository
    if tag:
        one.tagging.ensure_unmoved(client, tag)
    if client.deleted.restore(name, one.digest, tag, force=bool(tag and one.tagging.before[tag])):
        return
    # Somebody else was faster, or the answer to the same request was lost.
    if client.manifests.get(name, one.digest) is None:
        raise DriftError(f"Manifest {one.digest} of '{name}' is no longer among what was deleted, nor is it alive: its time may be over. Run the task again.")
    if tag:
        _point(client, one, tag)


def _point(client: RegistryClient, one: Restoration, tag: str) -> None:
    name = one.tagging.repository
    one.tagging.ensure_unmoved(client, tag)
    document = client.content.manifest(name, one.digest)
    if document is None:
        raise DriftError(f"Manifest {one.digest} of '{name}' vanished while the task was at work. Run the task again.")
    client.content.put_manifest(name, tag, document)


def _digest(tag: TagProperties | None) -> str | None:
    return tag.digest if tag else None
