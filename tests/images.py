# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small real OCI images, the same bytes every time: built in memory, pushed, or written as an OCI image layout.

As a program it pushes the images that integration tests work with: ``images.py URL CA [REPOSITORY]``.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"

PLATFORMS = (("amd64", "linux"), ("arm64", "linux"))


@dataclass(frozen=True)
class Content:
    """Bytes and their media type."""

    media_type: str
    data: bytes

    @property
    def digest(self) -> str:
        """The digest of the bytes."""
        return f"sha256:{hashlib.sha256(self.data).hexdigest()}"

    def descriptor(self, **more: Any) -> dict[str, Any]:
        """Return the descriptor by which others refer to this."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.data), **more}


@dataclass(frozen=True)
class Image:
    """``manifests``: children before the index that lists them; the last one is what a tag points at."""

    blobs: tuple[Content, ...]
    manifests: tuple[Content, ...]

    @property
    def root(self) -> Content:
        """The manifest or index that stands for the image."""
        return self.manifests[-1]

    @property
    def contents(self) -> dict[str, bytes]:
        """All that the image is made of, by digest."""
        return {content.digest: content.data for content in (*self.blobs, *self.manifests)}


def image(text: str, architecture: str = "amd64", system: str = "linux", **manifest: Any) -> Image:
    """Return an image of one platform whose only file, ``/hello``, says ``text``."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        entry = tarfile.TarInfo("hello")
        entry.size, entry.mode = len(text.encode()), 0o644
        archive.addfile(entry, io.BytesIO(text.encode()))
    packed = io.BytesIO()
    # Stored, not compressed: what compresses differs between Pythons, and digests with it, which people and tests compare.
    with gzip.GzipFile("", "wb", 0, packed, mtime=0) as file:
        file.write(tar.getvalue())
    layer = Content(OCI_LAYER, packed.getvalue())
    diff = f"sha256:{hashlib.sha256(tar.getvalue()).hexdigest()}"
    config = Content(OCI_CONFIG, _json({"architecture": architecture, "os": system, "config": {}, "rootfs": {"type": "layers", "diff_ids": [diff]}}))
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config.descriptor(), "layers": [layer.descriptor()], **manifest}
    return Image((config, layer), (Content(OCI_MANIFEST, _json(document)),))


def multi_platform(text: str) -> Image:
    """Return an index of two images, for linux on amd64 and on arm64."""
    return _index(OCI_INDEX, image, text)


def docker_image(text: str, architecture: str = "amd64", system: str = "linux") -> Image:
    """Return the image that ``image`` makes, in Docker's own format."""
    config, layer = (Content(kind, part.data) for kind, part in zip((DOCKER_CONFIG, DOCKER_LAYER), image(text, architecture, system).blobs))
    document = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": config.descriptor(), "layers": [layer.descriptor()]}
    return Image((config, layer), (Content(DOCKER_MANIFEST, _json(document)),))


def docker_list(text: str) -> Image:
    """Return the images that ``multi_platform`` makes, in Docker's own formats."""
    return _index(DOCKER_LIST, docker_image, text)


def artifact(text: str) -> Image:
    """Return a text file as an artifact with a type of its own and without a configuration (OCI, "Guidelines for Artifact Usage")."""
    empty, file = Content(OCI_EMPTY, b"{}"), Content("text/plain", text.encode())
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": "application/vnd.example.greeting",
        "config": empty.descriptor(),
        "layers": [file.descriptor(annotations={"org.opencontainers.image.title": "hello.txt"})],
        "annotations": {"org.example.greeting": "Grüß Gott"},
    }
    return Image((empty, file), (Content(OCI_MANIFEST, _json(document)),))


def _index(media_type: str, make: Callable[[str, str, str], Image], text: str) -> Image:
    images = [(make(f"{text} for {architecture}", architecture, system), architecture, system) for architecture, system in PLATFORMS]
    listed = [one.root.descriptor(platform={"architecture": architecture, "os": system}) for one, architecture, system in images]
    index = Content(media_type, _json({"schemaVersion": 2, "mediaType": media_type, "manifests": listed}))
    return Image(tuple(blob for one, *dummy in images for blob in one.blobs), (*(one.root for one, *dummy in images), index))


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode()


class Pusher:
    """Pushes images to a repository as its admin user."""

    def __init__(self, url: str, ca: str, username: str, password: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = ca
        self._login = (username, password)

    def push(self, repository: str, pushed: Image, *tags: str) -> str:
        """Push an image, point ``tags`` at it, and return its digest."""
        host = self._url.partition("//")[2]
        token = self._session.get(
            f"{self._url}/oauth2/token", params={"service": host, "scope": f"repository:{repository}:pull,push"}, auth=self._login, timeout=30
        )
        token.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        base = f"{self._url}/v2/{repository}"
        for blob in pushed.blobs:
            self._send("POST", f"{base}/blobs/uploads/?digest={blob.digest}", blob.data, "application/octet-stream")
        for manifest in pushed.manifests:
            self._send("PUT", f"{base}/manifests/{manifest.digest}", manifest.data, manifest.media_type)
        for tag in tags:
            self._send("PUT", f"{base}/manifests/{tag}", pushed.root.data, pushed.root.media_type)
        return pushed.root.digest

    def _send(self, method: str, url: str, data: bytes, media_type: str) -> None:
        answer = self._session.request(method, url, data=data, headers={"Content-Type": media_type}, timeout=30)
        if answer.status_code != 201:
            raise RuntimeError(f"{method} {url} was answered with {answer.status_code}: {answer.text}")


def write_layout(folder: Path, written: Image) -> None:
    """Write an image as an OCI image layout."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for content in (*written.blobs, *written.manifests):
        (blobs / content.digest.partition(":")[2]).write_bytes(content.data)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_bytes(_json({"schemaVersion": 2, "manifests": [written.root.descriptor()]}))


def read_layout(folder: Path) -> dict[str, bytes]:
    """Return what an OCI image layout holds, by digest; the name of each file has to be that of its content."""
    found = {f"sha256:{path.name}": path.read_bytes() for path in (folder / "blobs" / "sha256").iterdir()}
    assert {digest: Content("", data).digest for digest, data in found.items()} == {digest: digest for digest in found}
    return found


# One for each kind of manifest that there is.
KINDS = {
    "OCI manifest": image("one platform"),
    "OCI index": multi_platform("two platforms"),
    "Docker manifest": docker_image("one platform, by docker"),
    "Docker manifest list": docker_list("two platforms, by docker"),
    "artifact": artifact("Hello!"),
}


def push_releases(url: str, ca: str, username: str, password: str, repository: str = "library/app") -> list[str]:
    """Push what the demo and the tests work with: releases, one of them for two platforms, and tags that are none."""
    pusher = Pusher(url, ca, username, password)
    pusher.push(repository, image("version 1.0.0"), "v1.0.0")
    pusher.push(repository, multi_platform("version 1.1.0"), "v1.1.0", "latest")
    pusher.push(repository, image("version 2.0.0, almost"), "v2.0.0-rc1")
    pusher.push(repository, image("tonight"), "nightly")
    return ["v1.0.0", "v1.1.0", "latest", "v2.0.0-rc1", "nightly"]


if __name__ == "__main__":
    push_releases(sys.argv[1], sys.argv[2], "admin", "emulator-admin-password", *sys.argv[3:])
