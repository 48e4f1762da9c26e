# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Pushing a manifest: the document is made from a task's options, checked, and pushed under tags."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .._common.concurrency import concurrently
from .._common.errors import InvalidManifestError, LocalFileError, NotFoundError, UsageError
from .._common.names import reference_name, tag_name
from .._common.plan import Change, Plan, Step
from .._common.text import listed, short_digest
from .._content.stores import RepositoryStore
from .._content.tree import missing_blobs
from .._oci.document import MANIFEST_LIMIT, Document, encoded
from .._oci.schemas import validate_schema
from .._registry.client import RegistryClient
from .._registry.content import Content
from .._registry.properties import MANIFEST
from .tagging import read_tagging, refuse_locked


def read_document(registry: Content, name: str, params: Mapping[str, Any]) -> Document:
    """Return the manifest of a task's options content or src, with its annotations and its subject added.

    A manifest given as text or as a file keeps its bytes, unless something is added. The subject is looked up in repository ``name``.
    UsageError, InvalidManifestError, LocalFileError (src) or NotFoundError (subject) when the options are wrong.
    """
    content, media_type = _given_content(params), params["media_type"]
    if params["annotations"] or params["subject"]:
        data = dict(content if isinstance(content, Mapping) else Document.read(content, media_type).data)
        if params["annotations"]:
            data["annotations"] = _merge_annotations(data.get("annotations"), params["annotations"])
        if params["subject"]:
            data["subject"] = read_subject(registry, name, params["subject"])
        content = data
    document = Document.write(content, media_type) if isinstance(content, Mapping) else Document.read(content, media_type)
    _refuse_large(len(document.content))
    return document


def read_subject(registry: Content, name: str, reference: str) -> dict[str, Any]:
    """Return the descriptor of a subject (a tag or digest) as JSON; NotFoundError when it does not exist."""
    found = registry.head(name, reference_name(reference))
    if found is None:
        raise NotFoundError(f"Repository '{name}' has no manifest {reference}, which is to be the subject. Push the subject first.")
    return found.to_json()


def _given_content(params: Mapping[str, Any]) -> bytes | Mapping[str, Any]:
    content = params["content"]
    if params["src"] is not None:
        return _read_file(params["src"])
    if isinstance(content, str):
        return encoded(content)
    if isinstance(content, Mapping):
        return content
    raise UsageError("content must be a manifest, as a dictionary or as text.")


def _merge_annotations(own: Any, added: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(own, Mapping) and own:
        raise InvalidManifestError("The annotations of the manifest are not a dictionary.")
    return {**(own or {}), **{str(key): str(value) for key, value in added.items()}}


def _read_file(path: str) -> bytes:
    try:
        _refuse_large(os.path.getsize(path))
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise LocalFileError(f"{path} cannot be read: {error.strerror}.") from None


def _refuse_large(size: int) -> None:
    if size > MANIFEST_LIMIT:
        raise InvalidManifestError(f"The manifest has {size:,} bytes, and the registry takes at most {MANIFEST_LIMIT:,} (4 MiB).")


def ensure_pushable(registry: Content, name: str, document: Document, workers: int) -> None:
    """Check a manifest against its schema, and that repository ``name`` has its children and blobs.

    InvalidManifestError or NotFoundError when it cannot be pushed.
    """
    validate_schema(document)
    store = RepositoryStore(registry, name)
    present = concurrently(lambda child: store.has_manifest(child.digest), document.children, workers)
    missing = [f"manifest {child.digest}" for child, is_present in zip(document.children, present) if not is_present]
    missing += [f"blob {blob.digest}" for blob in missing_blobs(store, [blob for blob in document.blobs if not blob.is_foreign], workers)]
    if missing:
        raise NotFoundError(f"The manifest needs content that '{name}' does not have: {listed(missing)}. Nothing was changed. Push that content first.")


def plan_push(client: RegistryClient, name: str, document: Document, tags: list[str], overwrite: str) -> Plan:
    """Return what it takes for ``tags`` to point at a manifest or, without tags, for the manifest to exist.

    ``overwrite`` says what happens to a tag that points at another manifest; if all of them stay, nothing is pushed.
    """
    wanted = [tag_name(tag) for tag in dict.fromkeys(tags)]
    tagging = read_tagging(client, name, wanted, document.digest, overwrite=overwrite)
    exists = client.content.head(name, document.digest) is not None
    pushes = not (exists or tagging.stays)
    if pushes:
        refuse_locked(client.repositories.get(name))

    steps = tagging.steps(client, lambda tag: client.content.put_manifest(name, tag, document))
    if pushes and not steps:
        steps = [Step(Change(name, MANIFEST, document.digest, document.digest, "push"), lambda: client.content.put_manifest(name, document.digest, document))]
    line = [] if not pushes else [f"manifest {short_digest(document.digest)} ({document.media_type}, {len(document.content)} bytes)"]
    return Plan(
        result={"digest": document.digest, "media_type": document.media_type, "size": len(document.content)},
        report=lambda done: {
            "tags": tagging.to_result(done),
            "image": client.server.image(name, document.digest) if exists or done else None,
        },
        header=f"{client.server.host}/{name}",
        before=tagging.lines_before,
        after=[*line, *tagging.lines_after],
        steps=steps,
    )
