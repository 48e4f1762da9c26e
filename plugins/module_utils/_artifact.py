# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Files as an artifact (OCI image specification 1.1, "Guidelines for Artifact Usage"), as oras makes and reads them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import _files
from ._client import RegistryClient
from ._copy import Copier
from ._document import Descriptor, Document, digest_of
from ._errors import InvalidManifestError, LocalFileError, NotFoundError, UsageError, printable
from ._media_types import OCI_MANIFEST
from ._plan import Plan, Step
from ._reference import short, tag_name
from ._sources import BytesSource, FileSource, Source
from ._store import RepositoryStore, Store
from ._tagging import refuse_locked, tagging

TITLE = "org.opencontainers.image.title"
UNPACK = "io.deis.oras.content.unpack"
EMPTY = Descriptor("application/vnd.oci.empty.v1+json", digest_of(b"{}"), 2)
# What oras says where nobody says anything.
LAYER = "application/vnd.oci.image.layer.v1.tar"
UNKNOWN = "application/vnd.unknown.artifact.v1"
# In bytes; what the file systems of this world take.
LONGEST_NAME = 255


@dataclass
class Files:
    """A store that holds one artifact, made of files here."""

    root: Document
    sources: dict[str, Source] = field(default_factory=dict)

    def manifest(self, reference: str) -> Document | None:
        """Return the artifact's manifest."""
        return self.root if reference == self.root.digest else None

    def has_manifest(self, digest: str) -> bool:
        """Whether it is the artifact's manifest."""
        return digest == self.root.digest

    def referrers(self, digest: str) -> list[Descriptor]:
        """Nothing is about it."""
        return []

    def has_blob(self, blob: Descriptor) -> bool:
        """Whether a blob is one of the files."""
        return blob.digest in self.sources

    def source(self, blob: Descriptor) -> Source:
        """Return the content of a file."""
        return self.sources[blob.digest]


def from_files(
    files: Sequence[Mapping[str, Any]],
    config: Mapping[str, Any] | None,
    artifact_type: str | None,
    annotations: Mapping[str, Any] | None,
    subject: Mapping[str, Any] | None,
) -> Files:
    """Return the artifact that a task's options describe; the same files make the same manifest each time."""
    if not (files or config or annotations):
        raise UsageError("files is empty, and there are neither config nor annotations: there is nothing to push. Nothing was changed.")
    sources: dict[str, Source] = {EMPTY.digest: BytesSource(b"{}")}
    titles: set[str] = set()

    def described(path: str, media_type: str) -> dict[str, Any]:
        digest, size = _files.measure(path)
        sources[digest] = FileSource(path, size)
        return {"mediaType": media_type, "digest": digest, "size": size}

    layers = []
    for file in files:
        title = file["title"] or os.path.basename(file["path"])
        if title in titles:
            raise UsageError(f"Two of files have the title '{title}': whoever pulls them would get only one. Set title.")
        titles.add(_safe(title))
        noted = {**(file["annotations"] or {}), TITLE: title}
        layers.append({**described(file["path"], file["media_type"] or LAYER), "annotations": {str(key): str(value) for key, value in noted.items()}})
    data: dict[str, Any] = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "layers": layers or [EMPTY.to_json()]}
    data["config"] = described(config["path"], config["media_type"]) if config else EMPTY.to_json()
    if artifact_type or not config:
        data["artifactType"] = artifact_type or UNKNOWN
    if annotations:
        data["annotations"] = {str(key): str(value) for key, value in annotations.items()}
    if subject:
        data["subject"] = subject
    return Files(Document.write(data), sources)


def push(client: RegistryClient, name: str, source: Store, root: Document, tags: Sequence[str], referrers: bool, mount_from: Sequence[str]) -> Plan:
    """Return what it takes for a repository to have ``root`` with all that it reaches in ``source``, and for ``tags`` to point at it."""
    target = RepositoryStore(client.distribution, name, tuple(mount_from))
    copier = Copier(source, target, client.concurrency)
    wanted = tagging(client, name, [tag_name(tag) for tag in dict.fromkeys(tags)], root.digest)
    missing = copier.compare(root, referrers)
    if missing.documents:
        refuse_locked(client.repositories.get(name))

    named = [f"manifest {short(document.digest)} ({document.media_type}, {len(document.content)} bytes)" for document in missing.documents]
    blobs = [f"blob {short(blob.digest)} ({blob.size} bytes){_title(blob)}" for blob in missing.blobs]
    return Plan(
        {
            "digest": root.digest,
            "media_type": root.media_type,
            "artifact_type": root.artifact_type,
            "tags": wanted.to_result(),
            "uploaded": missing.to_result(),
        },
        wanted.lines_before,
        [*blobs, *named, *wanted.lines_after],
        f"{client.server.host}/{name}",
        copier.steps(missing, root.digest, wanted.steps(client, lambda tag: target.tag(root, tag))),
    )


def _title(blob: Descriptor) -> str:
    title = blob.annotations.get(TITLE)
    return f" {printable(title, 120)}" if title else ""


def titled(document: Document) -> dict[str, Descriptor]:
    """Return the files of an artifact by their titles; InvalidManifestError when a title could lead out of its folder."""
    found: dict[str, Descriptor] = {}
    for layer in document.layers:
        title = layer.annotations.get(TITLE)
        if title is None:
            continue
        if _safe(title) in found:
            raise InvalidManifestError(f"Two files of {document.digest} have the title '{printable(title, 120)}'; none was written.")
        found[title] = layer
    for title in found:
        folders = title.split("/")[:-1]
        if any("/".join(folders[: depth + 1]) in found for depth in range(len(folders))):
            raise InvalidManifestError(f"In {document.digest} '{printable(title, 120)}' is in a folder that is a file itself; nothing was written.")
    return found


def _safe(title: str) -> str:
    """Return a title that names a file below a folder, whatever the folder; titles come from whoever pushed the artifact."""
    parts = title.split("/")
    if not title.isprintable() or "\\" in title or os.path.isabs(title) or any(part in ("", ".", "..") or len(part.encode()) > LONGEST_NAME for part in parts):
        raise InvalidManifestError(f"The title '{printable(title, 120)}' is not the name of a file inside a folder; nothing was written.")
    return title


def pull(client: RegistryClient, name: str, document: Document, dest: str) -> Plan:
    """Return what it takes for the folder ``dest`` to have the files of an artifact."""
    if document.is_index:
        raise UsageError(f"{document.digest} is an index of several manifests, not files: pull one of them by its digest, or all of them with layout.")
    files = titled(document)
    if not files:
        raise NotFoundError(f"{document.digest} of '{name}' has no file with a title, so there is no name to write one to. Use layout to pull an image.")
    store = RepositoryStore(client.distribution, name)
    told: list[dict[str, Any]] = []
    for title, layer in files.items():
        path = os.path.join(dest, *title.split("/"))
        _refuse_links(dest, title)
        before = _files.digest_at(path)
        told.append({"title": title, "path": path, "digest": layer.digest, "size": layer.size, "before": before, "changed": before != layer.digest})
    changing = [file for file in told if file["changed"]]
    for file in changing:
        _files.ensure_writable(file["path"], sum(other["size"] for other in changing), makes_folders=True)
    untitled = [layer.digest for layer in document.layers if TITLE not in layer.annotations]
    packed = [title for title, layer in files.items() if layer.annotations.get(UNPACK) == "true"]
    warnings = [f"'{title}' is a packed folder; it is written as the archive that it is, not unpacked." for title in packed]
    result = {"digest": document.digest, "artifact_type": document.artifact_type, "files": told, "untitled": untitled}
    return Plan(
        result,
        [f"{file['path']}: {short(file['before'])}" for file in changing if file["before"]],
        [f"{file['path']}: {short(file['digest'])}" for file in changing],
        f"{client.server.host}/{name}",
        [_write(store, files[file["title"]], file["path"], dest, file["title"]) for file in changing],
        warnings,
    )


def _write(store: RepositoryStore, layer: Descriptor, path: str, dest: str, title: str) -> Step:
    def apply() -> None:
        _files.make_folder(os.path.dirname(path))
        _refuse_links(dest, title)
        _files.replace(path, store.source(layer).pieces(0))

    return Step(f"file {path}", apply)


def _refuse_links(dest: str, title: str) -> None:
    """Refuse to go through a symbolic link below ``dest``: it may lead anywhere."""
    path = dest
    for part in title.split("/"):
        path = os.path.join(path, part)
        if os.path.islink(path):
            raise LocalFileError(f"{path} is a symbolic link, and an artifact's file is not written through or over one; nothing was written there. Remove it.")
