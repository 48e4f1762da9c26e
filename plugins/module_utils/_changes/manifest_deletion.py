# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Deleting manifests, unless that breaks something or a lock forbids it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from .._common.concurrency import concurrently
from .._common.errors import BlockedError, DriftError
from .._common.names import reference_name
from .._common.plan import Change, Plan, Step
from .._common.text import listed, short_digest
from .._oci.graph import independent_chains
from .._registry.client import RegistryClient
from .._registry.manifest_tree import read_children
from .._registry.properties import MANIFEST, ManifestProperties, RepositoryProperties, TagProperties
from .tagging import refuse_locked


@dataclass(frozen=True)
class ManifestDeletion:
    """A manifest to delete, with its ``tags``, which are deleted with it.

    The task does not name the ``unnamed_tags``. ``indexes`` list the manifest and are kept; ``deleted_indexes`` list it and are deleted, too.
    ``referrers`` have it as their subject and are kept. All but ``tags`` are names and digests.
    """

    manifest: ManifestProperties
    tags: tuple[TagProperties, ...]
    unnamed_tags: tuple[str, ...]
    indexes: tuple[str, ...]
    deleted_indexes: frozenset[str]
    referrers: tuple[str, ...]

    def breaks(self, allowed: Collection[str]) -> list[str]:
        """Return what the deletion breaks: ``tag v1``. ``allowed`` are the kinds that may break: tags, indexes, referrers."""
        kinds = {"tags": ("tag", self.unnamed_tags), "indexes": ("index", self.indexes), "referrers": ("referrer", self.referrers)}
        return [f"{word} {name}" for kind, (word, names) in kinds.items() if kind not in allowed for name in names]

    def change_in(self, repository: str) -> Change:
        """Return the change that deletes the manifest."""
        return Change(repository, MANIFEST, self.manifest.digest, self.manifest.digest, "delete")

    def to_result(self) -> dict[str, Any]:
        """Return the manifest, and what is deleted or breaks with it."""
        return {
            "digest": self.manifest.digest,
            "tags": [tag.name for tag in self.tags],
            "indexes": list(self.indexes),
            "referrers": list(self.referrers),
        }

    def lines(self) -> list[str]:
        """Return the same as lines of a diff: what is true before the deletion."""
        return [
            f"manifest {short_digest(self.manifest.digest)}",
            *(f"tag {tag.name} -> {short_digest(tag.digest)}" for tag in self.tags),
            *(f"index {short_digest(index)} complete" for index in self.indexes),
            *(f"referrer {short_digest(referrer)} attached" for referrer in self.referrers),
        ]


def plan_manifest_deletion(client: RegistryClient, name: str, references: Iterable[str], allowed: Collection[str]) -> Plan:
    """Return what it takes to delete the manifests that ``references`` name: digests, and tags that point at them.

    BlockedError when that breaks something whose kind is not ``allowed`` to break (tags, indexes, referrers), or when a lock forbids it.
    """
    wanted = list(dict.fromkeys(map(reference_name, references)))
    client.announce([name], "metadata_read", "pull", "delete")
    repository = client.repositories.get(name)
    deletions, missing = _resolve(client, repository, wanted) if repository else ([], wanted)
    _refuse_locked(repository, deletions)
    _refuse_breaking(name, deletions, allowed)
    return Plan(
        result={"missing": missing},
        report=lambda done: {"deleted": [deletion.to_result() for deletion in deletions if deletion.change_in(name) in done]},
        header=f"{client.server.host}/{name}",
        before=[line for deletion in deletions for line in deletion.lines()],
        steps=[_step(client, name, chain) for chain in _chains(deletions)],
    )


def _resolve(client: RegistryClient, repository: RepositoryProperties, references: Sequence[str]) -> tuple[list[ManifestDeletion], list[str]]:
    """Return the deletions of the manifests that ``references`` name, and those references that name none."""
    named_tags = [reference for reference in references if ":" not in reference]
    tags = client.tags.get_many(repository, named_tags) if named_tags else {}
    digests = {reference: tags[reference].digest if reference in tags else reference for reference in references if ":" in reference or reference in tags}
    wanted = dict.fromkeys(digests.values())
    manifests = client.manifests.get_many(repository, wanted) if wanted else {}
    found = [manifests[digest] for digest in wanted if digest in manifests]
    missing = [reference for reference in references if digests.get(reference) not in manifests]
    return _read_deletions(client, repository.name, found, tags) if found else [], missing


def _refuse_locked(repository: RepositoryProperties | None, deletions: Sequence[ManifestDeletion]) -> None:
    if not (repository and deletions):
        return
    refuse_locked(repository)
    for deletion in deletions:
        digest = deletion.manifest.digest
        if deletion.manifest.attributes.is_locked:
            raise BlockedError(f"Manifest {digest} of '{repository.name}' is locked; nothing was deleted. Unlock it with acr_manifest_properties first.")
        locked = next((tag.name for tag in deletion.tags if tag.attributes.is_locked), None)
        if locked:
            # The registry itself would delete both.
            raise BlockedError(
                f"Tag '{locked}' of '{repository.name}' is locked, and deleting its manifest {digest} would delete it too; nothing was deleted. "
                "Unlock it with acr_tag_properties first."
            )


def _refuse_breaking(name: str, deletions: Sequence[ManifestDeletion], allowed: Collection[str]) -> None:
    blocked = [deletion for deletion in deletions if deletion.breaks(allowed)]
    if blocked:
        others = f", and deleting {len(blocked) - 1} of the others would break something, too" if len(blocked) > 1 else ""
        raise BlockedError(
            f"Deleting manifest {blocked[0].manifest.digest} of '{name}' would delete or break {listed(blocked[0].breaks(allowed))}"
            f"{others}; nothing was deleted. List in allow_breaking what may break, or remove only the tags with acr_tag.",
            {"blocked": [deletion.to_result() for deletion in blocked]},
        )


def _step(client: RegistryClient, name: str, chain: Sequence[ManifestDeletion]) -> Step:
    """Return the step that makes the deletions of a chain one after the other."""

    def delete(deletion: ManifestDeletion) -> None:
        digest = deletion.manifest.digest
        known = {tag.name for tag in deletion.tags}
        new = next((tag.name for tag in _read_tags(client, name, digest) if tag.name not in known), None)
        if new:
            raise DriftError(f"Manifest {digest} got the tag '{new}' while the task was running; it was not deleted. Run the task again.")
        client.manifests.delete(name, digest)

    first, *others = [Step(deletion.change_in(name), partial(delete, deletion)) for deletion in chain]
    return replace(first, then=others)


def _chains(deletions: Sequence[ManifestDeletion]) -> list[list[ManifestDeletion]]:
    """Return deletions that depend on each other in one chain, each index before its children: none ever lacks a child."""
    by_digest = {deletion.manifest.digest: deletion for deletion in deletions}
    chains = independent_chains(by_digest, lambda digest: by_digest[digest].deleted_indexes)
    return [[by_digest[digest] for digest in chain] for chain in chains]


def _read_deletions(client: RegistryClient, name: str, manifests: Sequence[ManifestProperties], named_tags: Collection[str]) -> list[ManifestDeletion]:
    """Read the tags, indexes and referrers of the manifests to delete."""
    deleted = {manifest.digest for manifest in manifests}
    parents = _read_parents(client, name)
    all_tags = concurrently(lambda manifest: _read_tags(client, name, manifest.digest), manifests, client.concurrency)
    all_referrers = concurrently(lambda manifest: client.content.referrers(name, manifest.digest), manifests, client.concurrency)
    return [
        ManifestDeletion(
            manifest=manifest,
            tags=tags,
            unnamed_tags=tuple(tag.name for tag in tags if tag.name not in named_tags),
            indexes=tuple(sorted(parents.get(manifest.digest, set()) - deleted)),
            deleted_indexes=frozenset(parents.get(manifest.digest, set()) & deleted),
            referrers=tuple(sorted(referrer.digest for referrer in referrers if referrer.digest not in deleted)),
        )
        for manifest, tags, referrers in zip(manifests, all_tags, all_referrers)
    ]


def _read_parents(client: RegistryClient, name: str) -> dict[str, set[str]]:
    """Return for each manifest that an index lists the digests of those indexes."""
    indexes = [manifest for manifest in client.manifests.list(name).items if manifest.is_index]
    parents: dict[str, set[str]] = {}
    for index, children in zip(indexes, concurrently(lambda index: read_children(client, name, index), indexes, client.concurrency)):
        for child in children:
            parents.setdefault(child.digest, set()).add(index.digest)
    return parents


def _read_tags(client: RegistryClient, name: str, digest: str) -> tuple[TagProperties, ...]:
    """Return all tags of a manifest. Its properties do not always name all of them."""
    return tuple(sorted(client.tags.list(name, digest=digest).items, key=lambda tag: tag.name))
