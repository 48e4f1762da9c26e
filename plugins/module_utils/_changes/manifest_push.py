# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""A manifest that a task describes: read or written once, checked, and pushed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .._common.concurrency import concurrently
from .._common.errors import InvalidManifestError, LocalFileError, NotFoundError, UsageError
from .._common.names import reference_name, tag_name
from .._common.plan import Plan, Step
from .._common.text import listed, short_digest
from .._content.stores import RepositoryStore
from .._content.tree import missing_blobs
from .._oci.document import MANIFEST_LIMIT, Document, encoded
from .._oci.schemas import validate_schema
from .._registry.client import RegistryClient
from .._registry.content import Content
from .tagging import read_tagging, refuse_locked


def read_document(registry: Content, name: str, params: Mapping[str, Any]) -> Document:
    """Return the manifest of a task's options content or src, with annotations and subject; its bytes are made once."""
    content = params["content"]
    if params["src"] is not None:
        content = _read(params["src"])
    elif isinstance(content, str):
        content = encoded(content)
    elif not isinstance(content, Mapping):
        raise UsageError("content must be a dictionary or a text, the manifest itself.")
    if params["annotations"] or params["subject"]:
        data = dict(content if isinstance(content, Mapping) else Document.read(content, params["media_type"]).data)
        if params["annotations"]:
            own = data.get("annotations") or {}
            if not isinstance(own, Mapping):
                raise InvalidManifestError("The manifest's annotations are no dictionary.")
            data["annotations"] = {**own, **{str(key): str(value) for key, value in params["annotations"].items()}}
        if params["subject"]:
            data["subject"] = read_subject(registry, name, params["subject"])
        content = data
    made = Document.write(content, params["media_type"]) if isinstance(content, Mapping) else Document.read(content, params["media_type"])
    _refuse_large(len(made.content))
    return made


def read_subject(registry: Content, name: str, reference: str) -> dict[str, Any]:
    """Return the descriptor of what a manifest is about; NotFoundError when it is not there."""
    found = registry.head(name, reference_name(reference))
    if found is None:
        raise NotFoundError(f"Repository '{name}' has no manifest {reference}, which was to be the subject. Push that first.")
    return found.to_json()


def _read(path: str) -> bytes:
    try:
        _refuse_large(os.path.getsize(path))
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise LocalFileError(f"{path} cannot be read: {error.strerror}.") from None


def _refuse_large(size: int) -> None:
    if size > MANIFEST_LIMIT:
        raise InvalidManifestError(f"The manifest has {size:,} bytes, and the registry takes at most {MANIFEST_LIMIT:,} (4 MiB).")


def ensure_pushable(registry: Content, name: str, manifest: Document, workers: int) -> None:
    """Check a manifest against its schema, and that the repository has every part of it."""
    validate_schema(manifest)
    store = RepositoryStore(registry, name)
    there = concurrently(lambda child: store.has_manifest(child.digest), manifest.children, workers)
    missing = [f"manifest {child.digest}" for child, present in zip(manifest.children, there) if not present]
    missing += [f"blob {blob.digest}" for blob in missing_blobs(store, [blob for blob in manifest.blobs if not blob.is_foreign], workers)]
    if missing:
        raise NotFoundError(f"The manifest needs what '{name}' does not have: {listed(missing)}. Push that first; nothing was changed.")


def plan_push(client: RegistryClient, name: str, manifest: Document, tags: list[str]) -> Plan:
    """Return what it takes for ``tags`` to point at a manifest, or without any for it to be there."""
    tags = [tag_name(tag) for tag in dict.fromkeys(tags)]
    wanted = read_tagging(client, name, tags, manifest.digest)
    there = client.content.head(name, manifest.digest) is not None
    if not there:
        refuse_locked(client.repositories.get(name))

    steps = wanted.steps(client, lambda tag: client.content.put_manifest(name, tag, manifest))
    if not there and not steps:
        steps = [Step(f"manifest {manifest.digest}", lambda: client.content.put_manifest(name, manifest.digest, manifest))]
    line = [] if there else [f"manifest {short_digest(manifest.digest)} ({manifest.media_type}, {len(manifest.content)} bytes)"]
    return Plan(
        result={"digest": manifest.digest, "media_type": manifest.media_type, "size": len(manifest.content), "tags": wanted.to_result()},
        header=f"{client.server.host}/{name}",
        before=wanted.lines_before,
        after=[*line, *wanted.lines_after],
        steps=steps,
    )
