# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``/v2``: manifests and referrers (OCI distribution specification 1.1), with what Azure Container Registry does differently."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any

from ..front.messages import Refused, Request, Response, error, refuse

if TYPE_CHECKING:
    from ..core import Emulator

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"
ORAS_ARTIFACT = "application/vnd.cncf.oras.artifact.manifest.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"

MEDIA_TYPES = {OCI_MANIFEST, OCI_INDEX, OCI_ARTIFACT, ORAS_ARTIFACT, DOCKER_MANIFEST, DOCKER_LIST}
INDEXES = {OCI_INDEX, DOCKER_LIST}
LARGEST_MANIFEST = 4 * 1024 * 1024

# What a manifest is called when a client asks for it without accepting its media type.
UNACCEPTED = {
    OCI_MANIFEST: "OCI manifest found, but accept header does not support OCI manifests",
    OCI_INDEX: "OCI index found, but accept header does not support OCI indexes",
    OCI_ARTIFACT: "OCI artifact found, but accept header does not support OCI artifacts",
}

LOCKED = (
    "The operation is disallowed on this registry, repository or image. View troubleshooting steps at "
    "https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation"
)


def disallowed() -> Refused:
    """Return the refusal of every operation that a lock forbids."""
    return Refused(error(405, "REGISTRY_DISALLOWED_OPERATION", LOCKED, detail={}, storage=True))


def get(emulator: Emulator, request: Request, name: str, reference: str) -> Response:
    """``GET`` and ``HEAD``: a manifest as it was pushed, if the client accepts its media type."""
    row = _resolve(emulator, request, name, reference)
    accepted = {part.split(";")[0].strip() for part in request.header("Accept").split(",")}
    if row["media_type"] in UNACCEPTED and row["media_type"] not in accepted:
        raise refuse(404, "MANIFEST_UNKNOWN", UNACCEPTED[row["media_type"]], storage=True)
    if row["media_type"] == DOCKER_LIST and DOCKER_LIST not in accepted and ":" not in reference:
        row = _platform(emulator, name, row)
    document = emulator.store.row("SELECT content FROM documents WHERE digest = ?", row["digest"])
    content = bytes(document["content"]) if document else b""
    headers = [("Content-Type", row["media_type"]), ("Docker-Content-Digest", row["digest"]), ("Etag", f'"{row["digest"]}"')]
    return Response(200, headers, content, storage=True)


def _resolve(emulator: Emulator, request: Request, name: str, reference: str) -> sqlite3.Row:
    """Return the manifest that a tag or digest names, when it may be read."""
    store = emulator.store
    repository = store.row("SELECT can_read FROM repositories WHERE name = ?", name)
    readable = repository is None or repository["can_read"]
    digest = reference
    if ":" not in reference:
        tag = store.row("SELECT * FROM tags WHERE repository = ? AND name = ?", name, reference)
        if tag is None:
            raise refuse(404, "MANIFEST_UNKNOWN", f'manifest tagged by "{reference}" is not found', detail={"Tag": reference}, storage=True)
        digest, readable = tag["digest"], readable and tag["can_read"]
    row = store.row("SELECT * FROM manifests WHERE repository = ? AND digest = ? AND deleted IS NULL", name, digest)
    if row is None:
        raise refuse(404, "MANIFEST_UNKNOWN", f"manifest {digest} is not found", detail={"Name": name, "Revision": digest}, storage=True)
    if not (readable and row["can_read"]):
        raise disallowed()
    return row


def _platform(emulator: Emulator, name: str, index: sqlite3.Row) -> sqlite3.Row:
    """Return the linux/amd64 manifest of a Docker manifest list, for clients that do not accept lists."""
    return (
        emulator.store.row(
            "SELECT m.* FROM children c JOIN manifests m ON m.repository = c.repository AND m.digest = c.digest "
            "WHERE c.repository = ? AND c.parent = ? AND c.os = 'linux' AND c.architecture = 'amd64'",
            name,
            index["digest"],
        )
        or index
    )


def put(emulator: Emulator, request: Request, name: str, reference: str) -> Response:
    """``PUT``: keep the bytes, and tag them when ``reference`` is a tag."""
    content = b"".join(request.pieces(LARGEST_MANIFEST + 1))
    media_type = request.header("Content-Type").split(";")[0].strip()
    document = _parsed(content)
    if document is None or len(content) > LARGEST_MANIFEST or media_type not in MEDIA_TYPES or document.get("mediaType", media_type) != media_type:
        raise refuse(400, "MANIFEST_INVALID", "manifest invalid", detail={"Reason": {}}, storage=True)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if ":" in reference and reference != digest:
        raise refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content", storage=True)
    with emulator.store.change():
        _refuse_missing_parts(emulator, name, document)
        _refuse_locked(emulator, name, reference)
        if emulator.store.count("SELECT COUNT(*) FROM manifests WHERE repository = ? AND digest = ? AND deleted IS NOT NULL", name, digest):
            # What was deleted softly is to be restored, not pushed again.
            raise disallowed()
        add(emulator, name, digest, content, media_type, document, emulator.clock.ticks())
        if ":" not in reference:
            tag(emulator, name, reference, digest, emulator.clock.ticks())
    subject = _digest_of(document.get("subject"))
    headers = [("Docker-Content-Digest", digest), ("Location", f"/v2/{name}/manifests/{digest}")]
    return Response(201, headers + ([("Oci-Subject", subject)] if subject else []), storage=True)


def _parsed(content: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _digest_of(descriptor: Any) -> str | None:
    return descriptor.get("digest") if isinstance(descriptor, dict) else None


def _descriptors(document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = document.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _refuse_missing_parts(emulator: Emulator, name: str, document: dict[str, Any]) -> None:
    store = emulator.store
    parts = [document["config"]] if isinstance(document.get("config"), dict) else []
    parts += [item for key in ("layers", "blobs") for item in _descriptors(document, key) if not item.get("urls")]
    wanted = [("blobs", str(part.get("digest"))) for part in parts]
    wanted += [("manifests", str(item.get("digest"))) for item in _descriptors(document, "manifests")]
    missing = [digest for table, digest in wanted if not store.count(f"SELECT COUNT(*) FROM {table} WHERE repository = ? AND digest = ?", name, digest)]
    if missing:
        errors = [{"code": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown to registry", "detail": digest} for digest in dict.fromkeys(missing)]
        response = error(400, "", "", storage=True)
        response.body = json.dumps({"errors": errors}, separators=(",", ":")).encode() + b"\n"
        raise Refused(response)


def _refuse_locked(emulator: Emulator, name: str, reference: str) -> None:
    refuse_locked_repository(emulator, name)
    row = emulator.store.row("SELECT can_write FROM tags WHERE repository = ? AND name = ?", name, reference)
    if row is not None and not row["can_write"]:
        raise disallowed()


def refuse_locked_repository(emulator: Emulator, name: str) -> None:
    """Refuse a push into, or a deletion from, a repository that cannot be written."""
    row = emulator.store.row("SELECT can_write FROM repositories WHERE name = ?", name)
    if row is not None and not row["can_write"]:
        raise disallowed()


def add(emulator: Emulator, name: str, digest: str, content: bytes, media_type: str, document: dict[str, Any], now: int) -> None:
    """Add a manifest to a repository, which comes into being with its first; inside a transaction."""
    store = emulator.store
    config = document["config"] if isinstance(document.get("config"), dict) else {}
    layers = _descriptors(document, "layers")
    image_size = sum(int(layer.get("size", 0)) for layer in layers) if media_type not in INDEXES else len(content)
    platform = _config(emulator, config) if config.get("mediaType", "").endswith((".image.config.v1+json", ".container.image.v1+json")) else {}
    store.run("INSERT INTO repositories (name, created, updated) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET updated = excluded.updated", name, now, now)
    store.run("INSERT OR IGNORE INTO documents VALUES (?, ?)", digest, content)
    store.run(
        "INSERT INTO manifests (repository, digest, media_type, size, image_size, architecture, os, config_media_type, artifact_type, annotations, "
        "subject, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (repository, digest) DO UPDATE SET updated = excluded.updated, deleted = NULL",
        *(name, digest, media_type, len(content), image_size, platform.get("architecture"), platform.get("os"), config.get("mediaType")),
        *(document.get("artifactType"), json.dumps(document["annotations"]) if document.get("annotations") else None),
        *(_digest_of(document.get("subject")), now, now),
    )
    store.run("DELETE FROM children WHERE repository = ? AND parent = ?", name, digest)
    children = [(item, item.get("platform") or {}) for item in _descriptors(document, "manifests")]
    store.run_many(
        "INSERT INTO children VALUES (?, ?, ?, ?, ?, ?)",
        [(name, digest, place, item.get("digest"), at.get("architecture"), at.get("os")) for place, (item, at) in enumerate(children)],
    )


def tag(emulator: Emulator, name: str, reference: str, digest: str, now: int) -> None:
    """Point a tag at a manifest; one that moves keeps the time it was created."""
    emulator.store.run(
        "INSERT INTO tags (repository, name, digest, created, updated) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (repository, name) DO UPDATE SET digest = excluded.digest, updated = excluded.updated",
        *(name, reference, digest, now, now),
    )


def _config(emulator: Emulator, descriptor: dict[str, Any]) -> dict[str, Any]:
    digest = str(descriptor.get("digest"))
    if (emulator.blobs.size(digest) or LARGEST_MANIFEST) >= LARGEST_MANIFEST:
        return {}
    with emulator.blobs.open(digest) as file:
        return _parsed(file.read()) or {}


def delete(emulator: Emulator, request: Request, name: str, reference: str) -> Response:
    """``DELETE``: by digest only; tags go with their manifest, the repository goes with its last one."""
    if ":" not in reference:
        raise refuse(405, "UNSUPPORTED", "A manifest can only be deleted by digest.", storage=True)
    store = emulator.store
    with store.change():
        row = store.row("SELECT * FROM manifests WHERE repository = ? AND digest = ? AND deleted IS NULL", name, reference)
        if row is None:
            raise refuse(404, "MANIFEST_UNKNOWN", f"manifest {reference} is not found", storage=True)
        refuse_locked_repository(emulator, name)
        if not (row["can_delete"] and row["can_write"]):
            raise disallowed()
        delete_rows(emulator, name, reference)
        vanish_if_empty(emulator, name)
    return Response(202, storage=True)


def delete_rows(emulator: Emulator, name: str, digest: str) -> None:
    """Delete a manifest and its tags, softly where the registry is set so; inside a transaction."""
    store = emulator.store
    if emulator.settings["soft_delete"]:
        now = emulator.clock.ticks()
        tags = store.rows("SELECT * FROM tags WHERE repository = ? AND digest = ?", name, digest)
        store.run_many("INSERT INTO deleted_tags VALUES (?, ?, ?, ?, ?)", [(name, row["name"], digest, row["created"], now) for row in tags])
        store.run("UPDATE manifests SET deleted = ? WHERE repository = ? AND digest = ?", now, name, digest)
    else:
        store.run("DELETE FROM manifests WHERE repository = ? AND digest = ?", name, digest)
        store.run("DELETE FROM children WHERE repository = ? AND parent = ?", name, digest)
    store.run("DELETE FROM tags WHERE repository = ? AND digest = ?", name, digest)


def vanish_if_empty(emulator: Emulator, name: str) -> None:
    """Let a repository go with its last manifest; its blobs stay until they are deleted."""
    if not emulator.store.count("SELECT COUNT(*) FROM manifests WHERE repository = ? AND deleted IS NULL", name):
        emulator.store.run("DELETE FROM repositories WHERE name = ?", name)


def index_children(emulator: Emulator, name: str, digest: str) -> list[dict[str, Any]]:
    """Return what an index lists, as its properties show it."""
    rows = emulator.store.rows("SELECT * FROM children WHERE repository = ? AND parent = ? ORDER BY position", name, digest)
    return [{key: row[key] for key in ("digest", "architecture", "os") if row[key]} for row in rows]


def referrers(emulator: Emulator, request: Request, name: str, digest: str) -> Response:
    """``GET /v2/{name}/referrers/{digest}``: newest first; an unknown subject has none."""
    rows = emulator.store.rows("SELECT * FROM manifests WHERE repository = ? AND subject = ? AND deleted IS NULL ORDER BY created DESC, digest", name, digest)
    wanted = request.parameter("artifactType")
    found = []
    for row in rows:
        kind = row["artifact_type"] or row["config_media_type"]
        if wanted in (None, kind):
            entry = {"mediaType": row["media_type"], "digest": row["digest"], "size": row["size"]}
            if row["annotations"]:
                entry["annotations"] = json.loads(row["annotations"])
            found.append(entry | ({"artifactType": kind} if kind else {}))
    body = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found}, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    return Response(200, [("Content-Type", OCI_INDEX), *([("Oci-Filters-Applied", "artifactType")] if wanted else [])], body)
