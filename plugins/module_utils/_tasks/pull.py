# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_pull: pulls an artifact's files into a folder, or an image into an OCI layout."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypedDict

from .._common.errors import LocalFileError, NotFoundError, UsageError
from .._common.files import ensure_writable, file_digest, make_folder, replace_file
from .._common.names import digest_name, repository_name, tag_name
from .._common.plan import Change, Plan, Step
from .._common.text import listed, short_digest
from .._content.artifact_files import TITLE, UNPACK, files_by_title
from .._content.copier import Copier
from .._content.layout import INDEX_FILE, Layout
from .._content.stores import RepositoryStore
from .._oci.document import Descriptor, Document
from .._registry.client import RegistryClient
from .option_rules import absence


class Options(TypedDict):
    """The options of acr_pull."""

    repository: str
    reference: str
    dest: str | None
    layout: str | None
    layout_reference: str | None
    referrers: bool
    on_untitled: str


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what it takes for the folder to have the artifact's files, or for the layout to have the image."""
    name, reference = repository_name(params["repository"]), params["reference"]
    is_digest = ":" in reference
    document = client.content.manifest(name, digest_name(reference) if is_digest else tag_name(reference))
    if document is None:
        raise NotFoundError(f"Repository '{name}' of {client.server.host} has no manifest {reference}. Check both.")
    store = RepositoryStore(client.content, name)
    if params["dest"]:
        return _plan_files(store, document, params["dest"], f"{client.server.host}/{name}", params["on_untitled"])
    if params["layout"]:
        label = params["layout_reference"] or (None if is_digest else reference)
        return _plan_layout(store, document, params["layout"], label, params["referrers"], client.concurrency)
    raise UsageError("dest and layout are empty. Set one of them to a folder. Nothing was written.")


def _plan_layout(store: RepositoryStore, document: Document, path: str, label: str | None, referrers: bool, workers: int) -> Plan:
    """``label`` is the name that the layout gives to the image; None gives it none."""
    layout = Layout(path, create=True)
    copier = Copier(store, layout, workers)
    missing = copier.compare(document, referrers)
    has_name = layout.lists(document.digest, label)
    changed = bool(missing.documents or missing.blobs) or not has_name
    if changed:
        ensure_writable(os.path.join(path, INDEX_FILE), missing.size, makes_folders=True)
    before = layout.names.get(label) if label and changed else None
    change = Change(store.repository, "file", path, document.digest, "write")
    return Plan(
        result={"digest": document.digest, "artifact_type": document.artifact_type},
        report=lambda done: {"downloaded": (missing if change in done else copier.copied(missing)).to_result()},
        before=[f"{label}: {short_digest(before.digest)}"] if before else [],
        after=[f"{label or 'no name'}: {short_digest(document.digest)} ({missing.size} bytes are missing)"] if changed else [],
        header=path,
        steps=copier.steps(
            missing,
            change,
            []
            if has_name
            else [Step(Change(store.repository, "file", os.path.join(path, INDEX_FILE), document.digest, "write"), lambda: layout.tag(document, label))],
        ),
    )


@dataclass(frozen=True)
class PulledFile:
    """A file of the artifact; ``path`` is where it is written, ``before`` the digest of the file that was there before, or None."""

    title: str
    path: str
    layer: Descriptor
    before: str | None

    @property
    def changed(self) -> bool:
        """Whether the file has to be written."""
        return self.before != self.layer.digest

    def change_in(self, repository: str) -> Change:
        """Return the change that writes the file from ``repository``."""
        return Change(repository, "file", self.path, self.layer.digest, "write")

    def to_result(self, repository: str, done: Collection[Change]) -> dict[str, Any]:
        """Return what is true of the file after the changes that are ``done``; its digest is None if it does not exist."""
        written = self.change_in(repository) in done
        digest = self.layer.digest if written else self.before
        own = {"title": self.title, "path": self.path, "digest": digest, "size": self.layer.size}
        return {**own, "previous_digest": self.before, "changed": written}


def _plan_files(store: RepositoryStore, document: Document, dest: str, header: str, on_untitled: str) -> Plan:
    files = _read_files(store, document, dest)
    changing = [file for file in files if file.changed]
    for file in changing:
        ensure_writable(file.path, sum(other.layer.size for other in changing), makes_folders=True)
    packed = [file.title for file in files if file.layer.annotations.get(UNPACK) == "true"]
    untitled = list(dict.fromkeys(layer.digest for layer in document.layers if TITLE not in layer.annotations))
    lost = f"{document.digest} has blobs without a title, so no file name is known: {listed(untitled)}."
    absent = absence(on_untitled, untitled, f"{lost} Fetch them with acr_fetch, or set on_untitled to skip.")
    return Plan(
        result={
            "digest": document.digest,
            "artifact_type": document.artifact_type,
            "untitled": untitled,
        },
        report=lambda done: {"files": [file.to_result(store.repository, done) for file in files]},
        before=[f"{file.path}: {short_digest(file.before)}" for file in changing if file.before],
        after=[f"{file.path}: {short_digest(file.layer.digest)}" for file in changing],
        header=header,
        steps=[Step(file.change_in(store.repository), partial(_write, store, file, dest)) for file in changing],
        warnings=[*absent.warnings, *(f"'{title}' is a packed folder. It is written as an archive, and not unpacked." for title in packed)],
        problem=absent.problem,
    )


def _read_files(store: RepositoryStore, document: Document, dest: str) -> Sequence[PulledFile]:
    """Return the artifact's files, and what is in their places."""
    if document.is_index:
        raise UsageError(f"{document.digest} is an index, which has no files. Pull one of its manifests by digest, or all of them with layout.")
    files = files_by_title(document)
    if not files:
        raise NotFoundError(f"{document.digest} of '{store.repository}' has no file with a title, so no file name is known. Use layout to pull an image.")
    found = []
    for title, layer in files.items():
        _refuse_links(dest, title)
        path = os.path.join(dest, *title.split("/"))
        found.append(PulledFile(title, path, layer, file_digest(path)))
    return found


def _write(store: RepositoryStore, file: PulledFile, dest: str) -> None:
    make_folder(os.path.dirname(file.path))
    _refuse_links(dest, file.title)
    replace_file(file.path, store.blob(file.layer).pieces(0))


def _refuse_links(dest: str, title: str) -> None:
    """Refuse to follow a symbolic link below ``dest``: it may lead anywhere."""
    path = dest
    for part in title.split("/"):
        path = os.path.join(path, part)
        if os.path.islink(path):
            raise LocalFileError(f"{path} is a symbolic link. An artifact's file is never written through or over one; nothing was written there. Remove it.")
