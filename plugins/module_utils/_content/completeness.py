# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Whether tags of a repository can still be pulled: each of them resolves to all its manifests and blobs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .._oci.document import Descriptor
from .._registry.client import RegistryClient
from .stores import RepositoryStore
from .tree import missing_blobs, read_tree


def verify_tags(client: RegistryClient, name: str, tags: Collection[str], now: Mapping[str, str]) -> dict[str, Any]:
    """Return how many ``tags`` should be there, and what is missing of them; ``now`` are all tags with their digests."""
    store = RepositoryStore(client.content, name)
    missing = [f"tag {tag}" for tag in tags if tag not in now]
    names: dict[str, list[str]] = {}
    for tag in tags:
        if tag in now:
            names.setdefault(now[tag], []).append(tag)
    blobs: dict[str, Descriptor] = {}
    for digest, those in names.items():
        root = store.manifest(digest)
        found = read_tree(store, root, referrers=False, workers=client.concurrency) if root else None
        lost = [part.digest for part in found.missing] if found else [digest]
        missing += [f"manifest {part} of {', '.join(those)}" for part in lost]
        blobs.update((blob.digest, blob) for blob in (found.blobs.values() if found else ()) if not blob.is_foreign)
    missing += [f"blob {blob.digest}" for blob in missing_blobs(store, blobs.values(), client.concurrency)]
    return {"repository": name, "references": len(tags), "missing": missing}
