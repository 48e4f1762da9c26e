# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Deleting manifests, and what that would break."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from .._common.concurrency import concurrently
from .._common.errors import BlockedError, DriftError, UsageError
from .._common.names import digest_name, tag_name
from .._common.plan import Plan, Step
from .._common.text import listed, short_digest
from .._registry.client import RegistryClient
from .._registry.properties import ManifestProperties, TagProperties
from .tagging import refuse_locked


@dataclass(frozen=True)
class ManifestDeletion:
    """A manifest that is to go, and what would go or break with it.

    ``unmeant`` are those of its tags that the task does not name, ``before`` the indexes that list it and go, too: before it.
    """

    manifest: ManifestProperties
    tags: tuple[TagProperties, ...]
    unmeant: tuple[str, ...]
    indexes: tuple[str, ...]
    before: frozenset[str]
    referrers: tuple[str, ...]

    def broken(self, meant: Collection[str]) -> list[str]:
        """Return what would break and is not meant, for people."""
        kinds = {"tags": ("tag", self.unmeant), "indexes": ("index", self.indexes), "referrers": ("referrer", self.referrers)}
        return [f"{word} {name}" for kind, (word, names) in kinds.items() if kind not in meant for name in names]

    def to_result(self) -> dict[str, Any]:
        """Return the manifest and what goes or breaks with it."""
        return {
            "digest": self.manifest.digest,
            "tags": [tag.name for tag in self.tags],
            "indexes": list(self.indexes),
            "referrers": list(self.referrers),
        }

    def lines(self) -> list[str]:
        """Return the same as lines of a diff."""
        words = [f"manifest {short_digest(self.manifest.digest)}", *(f"tag {tag.name} -> {short_digest(tag.digest)}" for tag in self.tags)]
        words += [f"index {short_digest(index)} is whole" for index in self.indexes]
        return words + [f"referrer {short_digest(referrer)} has its subject" for referrer in self.referrers]


def plan_deletion(client: RegistryClient, name: str, digests: Iterable[str], tags: Iterable[str], meant: Collection[str]) -> Plan:
    """Return what it takes for manifests to be gone; BlockedError when that breaks what is not ``meant``, or a lock forbids it."""
    client.announce([name], "metadata_read", "pull", "delete")
    wanted = dict.fromkeys(digest_name(digest) for digest in digests)
    named = [tag_name(tag) for tag in dict.fromkeys(tags)]
    repository = client.repositories.get(name)
    found = client.tags.get_many(repository, named) if repository and named else {}
    missing = [tag for tag in named if tag not in found]
    wanted.update(dict.fromkeys(found[tag].digest for tag in named if tag in found))
    manifests = client.manifests.get_many(repository, wanted) if repository and wanted else {}
    missing += [digest for digest in wanted if digest not in manifests]
    doomed = _read_deletions(client, name, [manifests[digest] for digest in wanted if digest in manifests], found) if manifests else []
    if doomed:
        refuse_locked(repository)
    for one in doomed:
        if one.manifest.attributes.is_locked:
            raise BlockedError(
                f"Manifest {one.manifest.digest} of '{name}' is locked; nothing was deleted. Unlock it with acr_tag_properties (manifest) first."
            )
        locked = next((tag for tag in one.tags if tag.attributes.is_locked), None)
        if locked:
            # The registry itself would delete both.
            raise BlockedError(
                f"Tag '{locked.name}' of '{name}' is locked, and deleting its manifest {locked.digest} would take it along; nothing was deleted. "
                "Unlock it with acr_tag_properties first."
            )
    blocked = [one for one in doomed if one.broken(meant)]
    if blocked:
        first, broken = blocked[0].manifest.digest, blocked[0].broken(meant)
        others = f"; so would that of {len(blocked) - 1} of the others" if len(blocked) > 1 else ""
        raise BlockedError(
            f"Deleting manifest {first} of '{name}' would take or break {listed(broken)}"
            f"{others}; nothing was deleted. Name in even_if what is meant, "
            "or take only tags away with acr_tag.",
            {"blocked": [one.to_result() for one in blocked]},
        )
    return Plan(
        result={"deleted": [one.to_result() for one in doomed], "missing": missing},
        header=f"{client.server.host}/{name}",
        before=[line for one in doomed for line in one.lines()],
        steps=[_steps(client, name, chain) for chain in _chains(doomed)],
    )


def _steps(client: RegistryClient, name: str, chain: list[ManifestDeletion]) -> Step:
    def delete(one: ManifestDeletion) -> None:
        digest = one.manifest.digest
        known = {tag.name for tag in one.tags}
        new = next((tag.name for tag in _tags(client, name, digest) if tag.name not in known), None)
        if new:
            raise DriftError(f"Manifest {digest} got the tag '{new}' while the task was at work; it was not deleted. Run the task again.")
        client.manifests.delete(name, digest)

    first, *others = [Step(f"manifest {one.manifest.digest}", partial(delete, one)) for one in chain]
    return replace(first, then=others)


def _chains(doomed: list[ManifestDeletion]) -> list[list[ManifestDeletion]]:
    """Return what depends on each other in the order in which it goes: an index before what it lists, so that none is left broken."""
    todo = {one.manifest.digest: one for one in doomed}
    chains: dict[str, list[ManifestDeletion]] = {}
    while todo:
        ready = [digest for digest, one in todo.items() if not one.before & todo.keys()] or list(todo)
        for digest in ready:
            one = todo.pop(digest)
            joined = list({id(chain): chain for chain in (chains.get(index) for index in one.before) if chain}.values())
            merged = [*(member for chain in joined for member in chain), one]
            chains.update((member.manifest.digest, merged) for member in merged)
    return list({id(chain): chain for chain in chains.values()}.values())


def _read_deletions(client: RegistryClient, name: str, manifests: list[ManifestProperties], named: Collection[str]) -> list[ManifestDeletion]:
    going = {manifest.digest for manifest in manifests}
    indexes = [manifest for manifest in client.manifests.list(name).items if manifest.is_index]
    children = concurrently(lambda index: client.manifests.children(name, index), indexes, client.concurrency)
    parents: dict[str, set[str]] = {}
    for index, group in zip(indexes, children):
        for child in group:
            parents.setdefault(child.digest, set()).add(index.digest)
    content = client.content
    tags = concurrently(lambda manifest: _tags(client, name, manifest.digest), manifests, client.concurrency)
    referrers = concurrently(lambda manifest: content.referrers(name, manifest.digest), manifests, client.concurrency)
    return [
        ManifestDeletion(
            manifest,
            tags,
            tuple(tag.name for tag in tags if tag.name not in named),
            tuple(sorted(parents.get(manifest.digest, set()) - going)),
            frozenset(parents.get(manifest.digest, set()) & going),
            tuple(sorted(referrer.digest for referrer in group if referrer.digest not in going)),
        )
        for manifest, tags, group in zip(manifests, tags, referrers)
    ]


def _tags(client: RegistryClient, name: str, digest: str) -> tuple[TagProperties, ...]:
    """Return all tags of a manifest; its properties have been seen to leave some out."""
    return tuple(sorted(client.tags.list(name, digest=digest).items, key=lambda tag: tag.name))


def tags_to_delete(tags: Iterable[str] | None, by_tag: bool) -> list[str]:
    """Return the tags whose manifests are to be deleted; UsageError when that was not said clearly."""
    if tags and not by_tag:
        raise UsageError("tags with state=absent would delete the manifests they point at: set by_tag to true if that is meant, else use acr_tag.")
    return list(tags or ())
