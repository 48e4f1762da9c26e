# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Deleting manifests, and what that would break."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from ._client import RegistryClient
from ._concurrent import concurrently
from ._errors import BlockedError, UsageError
from ._models import Manifest
from ._plan import Plan, Step
from ._reference import digest_name, short, tag_name
from ._tagging import refuse_locked


@dataclass(frozen=True)
class Doomed:
    """A manifest that is to go, and what would go or break with it; ``unmeant`` are those of its tags that the task does not name."""

    manifest: Manifest
    tags: tuple[str, ...]
    unmeant: tuple[str, ...]
    indexes: tuple[str, ...]
    referrers: tuple[str, ...]

    def broken(self, meant: Collection[str]) -> list[str]:
        """Return what would break and is not meant, for people."""
        kinds = {"tags": ("tag", self.unmeant), "indexes": ("index", self.indexes), "referrers": ("referrer", self.referrers)}
        return [f"{word} {name}" for kind, (word, names) in kinds.items() if kind not in meant for name in names]

    def to_result(self) -> dict[str, Any]:
        """Return the manifest and what goes or breaks with it."""
        return {
            "digest": self.manifest.digest,
            "tags": list(self.tags),
            "indexes": list(self.indexes),
            "referrers": list(self.referrers),
        }

    def lines(self) -> list[str]:
        """Return the same as lines of a diff."""
        words = [f"manifest {short(self.manifest.digest)}", *(f"tag {tag} -> {short(self.manifest.digest)}" for tag in self.tags)]
        words += [f"index {short(index)} is whole" for index in self.indexes]
        return words + [f"referrer {short(referrer)} has its subject" for referrer in self.referrers]


def plan(client: RegistryClient, name: str, digests: Iterable[str], tags: Iterable[str], meant: Collection[str]) -> Plan:
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
    doomed = _look(client, name, [manifests[digest] for digest in wanted if digest in manifests], found) if manifests else []
    if doomed:
        refuse_locked(repository)
    for one in doomed:
        if not (one.manifest.attributes.can_delete and one.manifest.attributes.can_write):
            raise BlockedError(
                f"Manifest {one.manifest.digest} of '{name}' is locked; nothing was deleted. Unlock it with acr_tag_properties (manifest) first."
            )
        broken = one.broken(meant)
        if broken:
            raise BlockedError(
                f"Deleting manifest {one.manifest.digest} of '{name}' would take or break {', '.join(broken[:5])}"
                f"{f' and {len(broken) - 5} more' if len(broken) > 5 else ''}; nothing was deleted. Name in even_if what is meant, "
                "or take only tags away with acr_tag."
            )
    return Plan(
        {"deleted": [one.to_result() for one in doomed], "missing": missing},
        [line for one in doomed for line in one.lines()],
        [],
        f"{client.server.host}/{name}",
        [_step(client, name, one.manifest.digest) for one in doomed],
    )


def _step(client: RegistryClient, name: str, digest: str) -> Step:
    return Step(f"manifest {digest}", lambda: client.manifests.delete(name, digest))


def _look(client: RegistryClient, name: str, manifests: list[Manifest], named: Collection[str]) -> list[Doomed]:
    going = {manifest.digest for manifest in manifests}
    listed = client.manifests.list(name)
    indexes = [manifest for manifest in (listed.items if listed else ()) if manifest.is_index and manifest.digest not in going]
    children = concurrently(lambda index: client.manifests.children(name, index), indexes, client.concurrency)
    parents: dict[str, list[str]] = {}
    for index, group in zip(indexes, children):
        for child in group:
            parents.setdefault(child.digest, []).append(index.digest)
    distribution = client.distribution
    tags = concurrently(lambda manifest: _tags(client, name, manifest.digest), manifests, client.concurrency)
    referrers = concurrently(lambda manifest: distribution.referrers(name, manifest.digest), manifests, client.concurrency)
    return [
        Doomed(
            manifest,
            tags,
            tuple(tag for tag in tags if tag not in named),
            tuple(sorted(parents.get(manifest.digest, ()))),
            tuple(sorted(referrer.digest for referrer in group if referrer.digest not in going)),
        )
        for manifest, tags, group in zip(manifests, tags, referrers)
    ]


def _tags(client: RegistryClient, name: str, digest: str) -> tuple[str, ...]:
    """Return all tags of a manifest; its properties have been seen to leave some out."""
    listed = client.tags.list(name, digest=digest)
    return tuple(sorted(tag.name for tag in (listed.items if listed else ())))


def tags_to_delete(tags: Iterable[str] | None, by_tag: bool) -> list[str]:
    """Return the tags whose manifests are to be deleted; UsageError when that was not said clearly."""
    if tags and not by_tag:
        raise UsageError("tags with state=absent would delete the manifests they point at: set by_tag to true if that is meant, else use acr_tag.")
    return list(tags or ())
