# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Manifests that stay locked, because a locked tag needs them that a task does not unlock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from .._registry.client import RegistryClient
from .._registry.manifest_tree import read_tree
from .._registry.properties import MANIFEST, ManifestProperties, RepositoryProperties, TagProperties
from .locks import UNLOCKED, manifest_change


def read_kept(
    client: RegistryClient,
    repository: RepositoryProperties,
    manifests: Collection[ManifestProperties],
    wanted: Mapping[str, bool],
    concerns: Callable[[TagProperties], bool],
) -> dict[str, str]:
    """Return those of ``manifests`` that the attributes ``wanted`` would unlock although a locked tag needs them, each with such a tag.

    ``concerns`` says whether the task unlocks a tag, or means to: such a tag keeps nothing.
    """
    opening = {flag: value for flag, value in wanted.items() if value and flag in UNLOCKED}
    opened = {one.digest for one in manifests if manifest_change(one, opening).changed}
    if not opened:
        return {}
    tags = client.tags.list(repository.name).items
    # Lists hide some tags (can_list: false), but a manifest names its own.
    hidden = {name for one in manifests for name in one.tags}.difference(tag.name for tag in tags)
    tags = [*tags, *client.tags.get_many(repository, hidden).values()]
    locked = [tag for tag in tags if tag.attributes.is_locked and not concerns(tag)]
    names = {tag.digest: tag.name for tag in reversed(locked)}
    roots = read_tree(client, repository, names).roots
    return {digest: names[roots[digest]] for digest in sorted(opened & roots.keys())}


def kept_result(repository: str, kept: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the ``kept`` manifests as a task returns them."""
    return [
        {
            "repository": repository,
            "kind": MANIFEST,
            "name": digest,
            "digest": digest,
            "action": "unlock",
            "rule": None,
            "reason": f"tag {tag} is locked and needs it",
        }
        for digest, tag in kept.items()
    ]
