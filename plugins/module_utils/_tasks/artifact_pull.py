# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_artifact_pull: pulls an artifact's files, or an image into an OCI layout."""

from __future__ import annotations

import os
from typing import Any

from .._common.errors import LocalFileError, NotFoundError, UsageError
from .._common.files import ensure_writable, file_digest, make_folder, replace_file
from .._common.plan import Plan, Step
from .._common.text import short_digest
from .._content.artifact_files import TITLE, UNPACK, files_by_title
from .._content.stores import RepositoryStore
from .._oci.document import Descriptor, Document
from .._registry.client import RegistryClient


def plan_files(client: RegistryClient, name: str, document: Document, dest: str) -> Plan:
    """Return what it takes for the folder ``dest`` to have the files of an artifact."""
    if document.is_index:
        raise UsageError(f"{document.digest} is an index of several manifests, not files: pull one of them by its digest, or all of them with layout.")
    files = files_by_title(document)
    if not files:
        raise NotFoundError(f"{document.digest} of '{name}' has no file with a title, so there is no name to write one to. Use layout to pull an image.")
    store = RepositoryStore(client.content, name)
    told: list[dict[str, Any]] = []
    for title, layer in files.items():
        path = os.path.join(dest, *title.split("/"))
        _refuse_links(dest, title)
        before = file_digest(path)
        told.append({"title": title, "path": path, "digest": layer.digest, "size": layer.size, "before": before, "changed": before != layer.digest})
    changing = [file for file in told if file["changed"]]
    for file in changing:
        ensure_writable(file["path"], sum(other["size"] for other in changing), makes_folders=True)
    untitled = [layer.digest for layer in document.layers if TITLE not in layer.annotations]
    packed = [title for title, layer in files.items() if layer.annotations.get(UNPACK) == "true"]
    warnings = [f"'{title}' is a packed folder; it is written as the archive that it is, not unpacked." for title in packed]
    result = {"digest": document.digest, "artifact_type": document.artifact_type, "files": told, "untitled": untitled}
    return Plan(
        result,
        [f"{file['path']}: {short_digest(file['before'])}" for file in changing if file["before"]],
        [f"{file['path']}: {short_digest(file['digest'])}" for file in changing],
        f"{client.server.host}/{name}",
        [_write(store, files[file["title"]], file["path"], dest, file["title"]) for file in changing],
        warnings,
    )


def _write(store: RepositoryStore, layer: Descriptor, path: str, dest: str, title: str) -> Step:
    def apply() -> None:
        make_folder(os.path.dirname(path))
        _refuse_links(dest, title)
        replace_file(path, store.blob(layer).pieces(0))

    return Step(f"file {path}", apply)


def _refuse_links(dest: str, title: str) -> None:
    """Refuse to go through a symbolic link below ``dest``: it may lead anywhere."""
    path = dest
    for part in title.split("/"):
        path = os.path.join(path, part)
        if os.path.islink(path):
            raise LocalFileError(f"{path} is a symbolic link, and an artifact's file is not written through or over one; nothing was written there. Remove it.")
