# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""How much space a retention plan frees. Pure: no request is made here."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping

from .._content.snapshot import ManifestParts


class SpaceLedger:
    """The blobs of all repositories, kept and deleted; a registry stores each blob once. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept_blobs: set[str] = set()
        self._deleted_blobs: dict[str, int] = {}
        self._deleted_manifests = 0

    def add(self, contents: Mapping[str, ManifestParts], deleted: Collection[str]) -> None:
        """Add a repository's manifests; ``deleted`` are the digests of those that the plan deletes."""
        with self._lock:
            for digest, parts in contents.items():
                if digest in deleted:
                    self._deleted_manifests += parts.size
                    self._deleted_blobs.update(parts.blobs)
                else:
                    self._kept_blobs.update(blob for blob, dummy in parts.blobs)

    @property
    def reclaimable(self) -> int:
        """The bytes of deleted manifests, and of blobs that no kept manifest needs."""
        with self._lock:
            return self._deleted_manifests + sum(size for blob, size in self._deleted_blobs.items() if blob not in self._kept_blobs)
