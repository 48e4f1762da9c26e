# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_restore: which manifests and tags shall exist again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._common.errors import UsageError
from .._common.names import digest_name, repository_name, tag_name


@dataclass(frozen=True)
class WantedManifest:
    """A manifest that shall exist again, with its tags."""

    digest: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class WantedRepository:
    """What one repository shall have again, in the order in which it is restored."""

    name: str
    manifests: tuple[WantedManifest, ...]

    @property
    def digests(self) -> list[str]:
        """The digests of all its manifests."""
        return [manifest.digest for manifest in self.manifests]

    @property
    def tags(self) -> list[str]:
        """The tags of all its manifests."""
        return [tag for manifest in self.manifests for tag in manifest.tags]


def wanted_manifests(items: Iterable[Mapping[str, Any]]) -> list[WantedRepository]:
    """Return what ``items`` ask for, by repository; a manifest that comes twice counts once.

    UsageError when a name or digest is invalid, or when a tag is wanted at two manifests.
    """
    found: dict[str, dict[str, dict[str, None]]] = {}
    owners: dict[tuple[str, str], str] = {}
    for item in items:
        name, digest = repository_name(item["repository"]), digest_name(item["digest"])
        tags = found.setdefault(name, {}).setdefault(digest, {})
        for text in item.get("tags") or ():
            tag = tag_name(str(text))
            owner = owners.setdefault((name, tag), digest)
            if owner != digest:
                raise UsageError(f"Tag '{tag}' of '{name}' cannot point at two manifests, {owner} and {digest}. Remove it from one of them.")
            tags[tag] = None
    return [WantedRepository(name, tuple(WantedManifest(digest, tuple(tags)) for digest, tags in digests.items())) for name, digests in found.items()]


def undo_entries(undo: Any) -> list[Mapping[str, Any]]:
    """Return the manifests that ``undo`` lists, each with repository, digest and tags.

    It is that list itself, the result of a task that has one, the result of a loop of such tasks, or any of these as JSON.
    """
    wrong = UsageError("undo must be the result of a task that deletes, or the key undo of that result: a list of repository, digest and tags.")
    if isinstance(undo, str):
        try:
            undo = json.loads(undo)
        except ValueError:
            raise wrong from None
    if isinstance(undo, Mapping) and isinstance(undo.get("results"), list):
        return [entry for result in undo["results"] for entry in undo_entries(result)]
    listed = undo.get("undo") if isinstance(undo, Mapping) else undo
    if not (isinstance(listed, list) and all(_is_entry(entry) for entry in listed)):
        raise wrong
    return listed


def _is_entry(entry: Any) -> bool:
    named = isinstance(entry, Mapping) and isinstance(entry.get("repository"), str) and isinstance(entry.get("digest"), str)
    return named and isinstance(entry.get("tags") or [], list)
