# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry full of content at once: repositories, manifests of given ages, tags. The same request makes the same digests."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from ..api.content import OCI_INDEX, OCI_MANIFEST
from .clock import TICKS_PER_SECOND

if TYPE_CHECKING:
    from ..core import Emulator

CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
ARCHITECTURES = ("amd64", "arm64", "arm", "s390x", "ppc64le", "riscv64")
DAY = 86_400 * TICKS_PER_SECOND
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Seed:
    """How much to make, each number but the first for one repository.

    ``manifests`` are images, or with ``platforms`` indexes of so many images each; the newest ``tags`` of them have a tag, which
    counts ``v0.0.0``, ``v0.0.1`` … ``v0.1.0`` …. Ages are spread evenly from ``oldest`` to ``newest``, in days before now.
    """

    repositories: int = 1
    manifests: int = 10
    tags: int = 10
    platforms: int = 0
    oldest: float = 365
    newest: float = 0
    prefix: str = "seed/"

    def __post_init__(self) -> None:
        numbers = [self.repositories, self.manifests, self.tags, self.platforms]
        if not all(isinstance(number, int) and number >= 0 for number in numbers) or self.tags > self.manifests or self.platforms > len(ARCHITECTURES):
            raise ValueError(f"a seed has whole numbers, no more tags than manifests, and at most {len(ARCHITECTURES)} platforms")


def plant(emulator: Emulator, wanted: dict[str, Any]) -> dict[str, Any]:
    """Make what is wanted, and say how much that was and how long it took."""
    unknown = set(wanted) - {field.name for field in fields(Seed)}
    if unknown:
        raise ValueError(f"a seed is made of {', '.join(field.name for field in fields(Seed))}")
    seed, begun = Seed(**wanted), time.monotonic()
    now = emulator.clock.ticks()
    for number in range(seed.repositories):
        _Repository(emulator, seed, f"{seed.prefix}{number:04d}", now).write()
    manifests = seed.manifests * (1 + seed.platforms) * seed.repositories
    return {"repositories": seed.repositories, "manifests": manifests, "tags": seed.tags * seed.repositories, "seconds": time.monotonic() - begun}


class _Repository:
    """Collects the rows of one repository, and writes them in one transaction."""

    def __init__(self, emulator: Emulator, seed: Seed, name: str, now: int) -> None:
        self._emulator = emulator
        self._name = name
        self._blobs: set[str] = set()
        self._manifests: list[Row] = []
        self._documents: list[Row] = []
        self._children: list[Row] = []
        self._tags: list[Row] = []
        self._base = self._blob(b"The base layer of all that was seeded.", LAYER_TYPE)
        for number in range(seed.manifests):
            share = number / max(seed.manifests - 1, 1)
            at = now - int((seed.oldest + (seed.newest - seed.oldest) * share) * DAY)
            digest = self._index(f"{name} {number}", seed.platforms, at) if seed.platforms else self._image(f"{name} {number}", ARCHITECTURES[0], at)
            if number >= seed.manifests - seed.tags:
                self._tags.append((name, f"v{number // 100}.{number // 10 % 10}.{number % 10}", digest, at, at))
        self._times = (min(row[-1] for row in self._manifests), max(row[-1] for row in self._manifests)) if self._manifests else None

    def _blob(self, data: bytes, media_type: str) -> dict[str, Any]:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if digest not in self._blobs:
            self._blobs.add(digest)
            self._emulator.blobs.put(digest, data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def _image(self, text: str, architecture: str, at: int) -> str:
        config = self._blob(b'{"architecture":"%s","os":"linux"}' % architecture.encode(), CONFIG_TYPE)
        layer = self._blob(f"{text} {architecture}".encode(), LAYER_TYPE)
        document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [self._base, layer]}
        return self._add(document, OCI_MANIFEST, self._base["size"] + layer["size"], architecture, at)

    def _index(self, text: str, platforms: int, at: int) -> str:
        children = [(self._image(text, architecture, at), architecture) for architecture in ARCHITECTURES[:platforms]]
        sizes = {row[0]: len(row[1]) for row in self._documents[-platforms:]}
        listed = [
            {"mediaType": OCI_MANIFEST, "digest": digest, "size": sizes[digest], "platform": {"architecture": architecture, "os": "linux"}}
            for digest, architecture in children
        ]
        digest = self._add({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}, OCI_INDEX, 0, None, at)
        self._children += [(self._name, digest, place, child, architecture, "linux") for place, (child, architecture) in enumerate(children)]
        return digest

    def _add(self, document: dict[str, Any], media_type: str, size: int, architecture: str | None, at: int) -> str:
        content = json.dumps(document, separators=(",", ":")).encode()
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        platform = (architecture, "linux", CONFIG_TYPE) if architecture else (None, None, None)
        self._documents.append((digest, content))
        self._manifests.append((self._name, digest, media_type, len(content), size or len(content), *platform, at, at))
        return digest

    def write(self) -> None:
        """Write all of it, unless there is nothing."""
        if self._times is None:
            return
        store = self._emulator.store
        with store.change():
            store.run("INSERT OR REPLACE INTO repositories (name, created, updated) VALUES (?, ?, ?)", self._name, *self._times)
            store.run_many("INSERT OR IGNORE INTO documents VALUES (?, ?)", self._documents)
            store.run_many(
                "INSERT OR REPLACE INTO manifests (repository, digest, media_type, size, image_size, architecture, os, config_media_type, created, updated) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                self._manifests,
            )
            store.run_many("INSERT OR REPLACE INTO children VALUES (?, ?, ?, ?, ?, ?)", self._children)
            store.run_many("INSERT OR REPLACE INTO tags (repository, name, digest, created, updated) VALUES (?, ?, ?, ?, ?)", self._tags)
            store.run_many("INSERT OR IGNORE INTO blobs VALUES (?, ?)", [(self._name, digest) for digest in self._blobs])
