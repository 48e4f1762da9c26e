# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_push: pushes files as an artifact, or an image from an OCI layout."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypedDict

from .._changes.manifest_push import read_subject
from .._changes.tagging import read_tagging, refuse_locked
from .._common.names import repository_name, tag_name
from .._common.plan import Change, Plan
from .._common.text import printable, short_digest
from .._content.artifact_files import TITLE, artifact_from_files
from .._content.copier import NOTHING, Copier
from .._content.layout import Layout
from .._content.stores import RepositoryStore, Store
from .._oci.document import Descriptor, Document
from .._registry.client import RegistryClient
from .._registry.properties import MANIFEST


class FileOptions(TypedDict):
    """One of the files."""

    src: str
    title: str | None
    media_type: str | None
    annotations: dict[str, Any] | None


class ConfigOptions(TypedDict):
    """The configuration."""

    src: str
    media_type: str


class Options(TypedDict):
    """The options of acr_push."""

    repository: str
    tags: list[str] | None
    overwrite: str
    files: list[FileOptions] | None
    config: ConfigOptions | None
    artifact_type: str | None
    annotations: dict[str, Any] | None
    subject: str | None
    layout: str | None
    layout_reference: str | None
    referrers: bool
    mount_from: list[str] | None


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what it takes for the repository to have the artifact with all its content, and for the tags to point at it."""
    name = repository_name(params["repository"])
    client.announce([name], "metadata_read", "pull", "pull,push")
    source, root = _read_source(client, name, params)
    target = RepositoryStore(client.content, name, tuple(repository_name(other) for other in params["mount_from"] or ()))
    copier = Copier(source, target, client.concurrency)
    tags = [tag_name(tag) for tag in dict.fromkeys(params["tags"] or ())]
    wanted = read_tagging(client, name, tags, root.digest, overwrite=params["overwrite"])
    missing = NOTHING if wanted.stays else copier.compare(root, params["referrers"])
    if missing.documents:
        refuse_locked(client.repositories.get(name))
    blobs = [f"blob {short_digest(blob.digest)} ({blob.size} bytes){_title(blob)}" for blob in missing.blobs]
    manifests = [f"manifest {short_digest(document.digest)} ({document.media_type}, {len(document.content)} bytes)" for document in missing.documents]
    push = Change(name, MANIFEST, root.digest, root.digest, "push")
    exists = target.has_manifest(root.digest) if wanted.stays else root not in missing.documents

    def report(done: Collection[Change]) -> dict[str, Any]:
        uploaded = missing if push in done else copier.copied(missing)
        image = client.server.image(name, root.digest) if exists or root in uploaded.documents else None
        return {"image": image, "tags": wanted.to_result(done), "uploaded": uploaded.to_result()}

    return Plan(
        result={
            "digest": root.digest,
            "media_type": root.media_type,
            "artifact_type": root.artifact_type,
        },
        report=report,
        before=wanted.lines_before,
        after=[*blobs, *manifests, *wanted.lines_after],
        header=f"{client.server.host}/{name}",
        steps=copier.steps(missing, push, wanted.steps(client, lambda tag: target.tag(root, tag))),
    )


def _read_source(client: RegistryClient, name: str, params: Options) -> tuple[Store, Document]:
    """Return where the content comes from, and the manifest to push."""
    if params["layout"]:
        layout = Layout(params["layout"])
        return layout, layout.root(params["layout_reference"])
    subject = read_subject(client.content, name, params["subject"]) if params["subject"] else None
    files = artifact_from_files(params["files"] or (), params["config"], params["artifact_type"], params["annotations"], subject)
    return files, files.root


def _title(blob: Descriptor) -> str:
    title = blob.annotations.get(TITLE)
    return f" {printable(title, 120)}" if title else ""
