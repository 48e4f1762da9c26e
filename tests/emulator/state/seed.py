# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fills a registry at once: repositories, manifests of given ages, tags. The same request makes the same digests."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, fields
from typing import Any

from .clock import TICKS_PER_SECOND, Clock
from .media_types import OCI_INDEX, OCI_MANIFEST
from .records import Child, Manifest, Tag
from .store import Store

CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
ARCHITECTURES = ("amd64", "arm64", "arm", "s390x", "ppc64le", "riscv64")
DAY = 86_400 * TICKS_PER_SECOND


@dataclass(frozen=True)
class Seed:
    """How many ``repositories`` to make, and how much in each.

    ``manifests`` are images, or with ``platforms`` indexes of so many images each. The newest ``tags`` of them have a tag:
    ``v0.0.0``, ``v0.0.1`` … ``v0.1.0`` …. Their ages are spread evenly from ``oldest`` to ``newest``, in days before now.
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


def plant(store: Store, clock: Clock, wanted: dict[str, Any]) -> dict[str, Any]:
    """Make what a request asks for, and return how much that was and how long it took."""
    unknown = set(wanted) - {field.name for field in fields(Seed)}
    if unknown:
        raise ValueError(f"a seed is made of {', '.join(field.name for field in fields(Seed))}")
    seed, begun = Seed(**wanted), time.monotonic()
    now = clock.ticks()
    for number in range(seed.repositories):
        _Repository(store, seed, f"{seed.prefix}{number:04d}", now).write()
    manifests = seed.manifests * (1 + seed.platforms) * seed.repositories
    return {"repositories": seed.repositories, "manifests": manifests, "tags": seed.tags * seed.repositories, "seconds": time.monotonic() - begun}


class _Repository:
    """Collects the content of one repository, and writes it in one transaction."""

    def __init__(self, store: Store, seed: Seed, name: str, now: int) -> None:
        self._store = store
        self._name = name
        self._blobs: set[str] = set()
        self._manifests: list[Manifest] = []
        self._documents: dict[str, bytes] = {}
        self._children: dict[str, list[Child]] = {}
        self._tags: list[Tag] = []
        self._base = self._blob(b"The base layer of all that was seeded.", LAYER_TYPE)
        for number in range(seed.manifests):
            share = number / max(seed.manifests - 1, 1)
            at = now - int((seed.oldest + (seed.newest - seed.oldest) * share) * DAY)
            text = f"{name} {number}"
            digest = self._index(text, ARCHITECTURES[: seed.platforms], at) if seed.platforms else self._image(text, ARCHITECTURES[0], at)
            if number >= seed.manifests - seed.tags:
                self._tags.append(Tag(name, f"v{number // 100}.{number // 10 % 10}.{number % 10}", digest, at, at))

    def _blob(self, data: bytes, media_type: str) -> dict[str, Any]:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if digest not in self._blobs:
            self._blobs.add(digest)
            self._store.blobs.put(digest, data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def _image(self, text: str, architecture: str, at: int) -> str:
        config = self._blob(b'{"architecture":"%s","os":"linux"}' % architecture.encode(), CONFIG_TYPE)
        layer = self._blob(f"{text} {architecture}".encode(), LAYER_TYPE)
        document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [self._base, layer]}
        return self._add(document, self._base["size"] + layer["size"], architecture, at)

    def _index(self, text: str, architectures: tuple[str, ...], at: int) -> str:
        children = [Child(self._image(text, architecture, at), architecture, "linux") for architecture in architectures]
        listed = [
            {
                "mediaType": OCI_MANIFEST,
                "digest": child.digest,
                "size": len(self._documents[child.digest]),
                "platform": {"architecture": child.architecture, "os": child.os},
            }
            for child in children
        ]
        digest = self._add({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}, 0, None, at)
        self._children[digest] = children
        return digest

    def _add(self, document: dict[str, Any], size: int, architecture: str | None, at: int) -> str:
        content = json.dumps(document, separators=(",", ":")).encode()
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self._documents[digest] = content
        self._manifests.append(
            Manifest(
                repository=self._name,
                digest=digest,
                media_type=document["mediaType"],
                size=len(content),
                image_size=size or len(content),
                architecture=architecture,
                os="linux" if architecture else None,
                config_media_type=CONFIG_TYPE if architecture else None,
                artifact_type=None,
                annotations=None,
                subject=None,
                created=at,
                updated=at,
            )
        )
        return digest

    def write(self) -> None:
        """Write all of it, unless there is nothing."""
        if not self._manifests:
            return
        store, times = self._store, [manifest.updated for manifest in self._manifests]
        with store.change():
            store.repositories.replace(self._name, min(times), max(times))
            store.manifests.put_documents(self._documents.items())
            store.manifests.replace_many(self._manifests)
            for digest, children in self._children.items():
                store.manifests.put_children(self._name, digest, children)
            store.tags.replace_many(self._tags)
            store.blobs.link(self._name, self._blobs)
