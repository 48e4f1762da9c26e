# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``/acr/v1``: properties of repositories, tags and manifests, their attributes (locks), and soft-deleted artifacts."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from ..front.messages import Refused, Request, Response, answer, error, page_not_found, refuse
from ..identity.access import CATALOG, Needed, repository
from ..state.clock import written
from . import lists
from .content import delete_rows, disallowed, index_children
from .names import Route

if TYPE_CHECKING:
    from ..core import Emulator

FLAGS = {"deleteEnabled": "can_delete", "writeEnabled": "can_write", "readEnabled": "can_read", "listEnabled": "can_list"}

METADATA_ACTIONS = {"GET": "metadata_read", "PATCH": "metadata_write", "DELETE": "delete"}


def needed(route: Route, method: str) -> list[Needed]:
    """Return the scope that an operation needs."""
    if route.kind == "catalog":
        return [CATALOG]
    if route.kind == "deleted_catalog":
        return [Needed("registry", "deleted_catalog", ("*",))]
    name = route.parts["name"]
    if route.kind.startswith("deleted"):
        return [repository(name, "deleted_read", "deleted_restore") if method == "POST" else repository(name, "deleted_read")]
    return [repository(name, METADATA_ACTIONS.get(method, "metadata_read"))]


def handle(emulator: Emulator, request: Request, route: Route) -> Response:
    """Answer a request to a known address."""
    handler = HANDLERS.get((request.method, route.kind))
    return handler(emulator, request, **{key: value for key, value in route.parts.items() if key != "api"}) if handler else page_not_found()


def catalog(emulator: Emulator, request: Request) -> Response:
    rows, link = lists.page(emulator.store, request, "repositories", "name", "can_list = 1", (), timed=False)
    return answer(200, {"repositories": [row["name"] for row in rows] or None}, link)


def repository_properties(emulator: Emulator, request: Request, name: str) -> Response:
    return answer(200, _repository(emulator, request, _found(emulator, name)))


def patch_repository(emulator: Emulator, request: Request, name: str) -> Response:
    _found(emulator, name)
    _set_flags(emulator, "repositories", _flags(request), "name = ?", (name,))
    return answer(200, _repository(emulator, request, _found(emulator, name)))


def delete_repository(emulator: Emulator, request: Request, name: str) -> Response:
    store = emulator.store
    with store.change():
        row = store.row("SELECT * FROM repositories WHERE name = ?", name)
        if row is None:
            raise refuse(404, "NAME_UNKNOWN", "repository name not known to registry", detail={"name": name}, storage=True)
        locked = "SELECT COUNT(*) FROM {} WHERE repository = ? AND NOT (can_delete AND can_write)"
        if not (row["can_delete"] and row["can_write"]) or store.count(locked.format("tags"), name) or _locked_manifests(emulator, name):
            raise disallowed()
        digests = [row["digest"] for row in store.rows("SELECT digest FROM manifests WHERE repository = ? AND deleted IS NULL ORDER BY digest", name)]
        tags = [row["name"] for row in store.rows("SELECT name FROM tags WHERE repository = ? ORDER BY name", name)]
        for digest in digests:
            delete_rows(emulator, name, digest)
        store.run("DELETE FROM tags WHERE repository = ?", name)
        if not emulator.settings["soft_delete"]:
            store.run("DELETE FROM blobs WHERE repository = ?", name)
        store.run("DELETE FROM repositories WHERE name = ?", name)
    return answer(202, {"manifestsDeleted": digests or None, "tagsDeleted": tags or None}, storage=True)


def _locked_manifests(emulator: Emulator, name: str) -> int:
    return emulator.store.count("SELECT COUNT(*) FROM manifests WHERE repository = ? AND deleted IS NULL AND NOT (can_delete AND can_write)", name)


def tags(emulator: Emulator, request: Request, name: str) -> Response:
    _found(emulator, name)
    where, values = "repository = ? AND can_list = 1", (name,)
    if request.parameter("digest"):
        where, values = where + " AND digest = ?", (name, request.parameter("digest"))
    rows, link = lists.page(emulator.store, request, "tags", "name", where, values)
    return answer(200, {"registry": request.host, "imageName": name, "tags": [_tag(row) for row in rows] or None}, link)


def tag_names(emulator: Emulator, request: Request, name: str) -> Response:
    """``GET /v2/{name}/tags/list``."""
    _found(emulator, name)
    rows, link = lists.page(emulator.store, request, "tags", "name", "repository = ? AND can_list = 1", (name,), timed=False)
    return answer(200, {"name": name, "tags": [row["name"] for row in rows] or None}, link)


def tag_properties(emulator: Emulator, request: Request, name: str, tag: str) -> Response:
    return answer(200, {"registry": request.host, "imageName": name, "tag": _tag(_found_tag(emulator, name, tag))})


def patch_tag(emulator: Emulator, request: Request, name: str, tag: str) -> Response:
    _found_tag(emulator, name, tag)
    _refuse_in_locked_repository(emulator, name)
    _set_flags(emulator, "tags", _flags(request), "repository = ? AND name = ?", (name, tag))
    return tag_properties(emulator, request, name, tag)


def delete_tag(emulator: Emulator, request: Request, name: str, tag: str) -> Response:
    with emulator.store.change():
        row = _found_tag(emulator, name, tag, storage=True)
        _refuse_in_locked_repository(emulator, name)
        if not (row["can_delete"] and row["can_write"]):
            raise disallowed()
        emulator.store.run("DELETE FROM tags WHERE repository = ? AND name = ?", name, tag)
        if emulator.settings["soft_delete"]:
            emulator.store.run("INSERT INTO deleted_tags VALUES (?, ?, ?, ?, ?)", name, tag, row["digest"], row["created"], emulator.clock.ticks())
    return Response(202, [("X-Ms-Int-Docker-Content-Digest", row["digest"])], storage=True)


def manifests(emulator: Emulator, request: Request, name: str) -> Response:
    _found(emulator, name)
    rows, link = lists.page(emulator.store, request, "manifests", "digest", "repository = ? AND deleted IS NULL AND can_list = 1", (name,))
    return answer(200, {"registry": request.host, "imageName": name, "manifests": [_manifest(emulator, row) for row in rows] or None}, link)


def manifest_properties(emulator: Emulator, request: Request, name: str, digest: str) -> Response:
    row = emulator.store.row("SELECT * FROM manifests WHERE repository = ? AND digest = ? AND deleted IS NULL", name, digest)
    if row is None:
        raise refuse(404, "MANIFEST_UNKNOWN", f"manifest {digest} is not found")
    document = _manifest(emulator, row)
    references = index_children(emulator, name, digest)
    if references:
        document["references"] = references
    return answer(200, {"registry": request.host, "imageName": name, "manifest": document})


def patch_manifest(emulator: Emulator, request: Request, name: str, digest: str) -> Response:
    manifest_properties(emulator, request, name, digest)
    _refuse_in_locked_repository(emulator, name)
    _set_flags(emulator, "manifests", _flags(request), "repository = ? AND digest = ?", (name, digest))
    return manifest_properties(emulator, request, name, digest)


def deleted_catalog(emulator: Emulator, request: Request) -> Response:
    rows = emulator.store.rows(
        "SELECT repository, MIN(created) AS created, MAX(deleted) AS deleted FROM manifests WHERE deleted IS NOT NULL GROUP BY repository ORDER BY repository"
    )
    return answer(200, {"repositories": [{"repository": row["repository"], **_deletion(row)} for row in rows] or None})


def deleted_manifests(emulator: Emulator, request: Request, name: str) -> Response:
    rows = emulator.store.rows("SELECT * FROM manifests WHERE repository = ? AND deleted IS NOT NULL ORDER BY digest", name)
    return answer(200, {"manifests": [{"digest": row["digest"], **_deletion(row)} for row in rows] or None})


def deleted_tags(emulator: Emulator, request: Request, name: str) -> Response:
    rows = emulator.store.rows("SELECT * FROM deleted_tags WHERE repository = ? ORDER BY name, deleted", name)
    return answer(200, {"tags": [{"tag": row["name"], "digest": row["digest"], **_deletion(row)} for row in rows] or None})


def restore(emulator: Emulator, request: Request, name: str, digest: str) -> Response:
    """``POST /acr/v1/_deleted/{name}/_manifests/{digest}``: bring a manifest back, and point a tag at it."""
    tag = (request.json() or {}).get("tag")
    force = (request.parameter("force") or "").lower() == "true"
    store, now = emulator.store, emulator.clock.ticks()
    with store.change():
        manifest = store.row("SELECT * FROM manifests WHERE repository = ? AND digest = ?", name, digest)
        if manifest is None:
            raise refuse(404, "MANIFEST_UNKNOWN", f"manifest {digest} is not found")
        if store.count("SELECT COUNT(*) FROM manifests WHERE repository = ? AND digest = ? AND deleted IS NOT NULL", name, manifest["subject"]):
            raise refuse(409, "CONFLICT", f"subject {manifest['subject']} is deleted")
        existing = store.row("SELECT * FROM tags WHERE repository = ? AND name = ?", name, tag) if tag else None
        if existing is not None and existing["digest"] != digest and not force:
            raise refuse(409, "CONFLICT", f"tag {tag} already exists")
        if existing is not None and not existing["can_write"]:
            raise disallowed()
        if existing is not None and existing["digest"] != digest and emulator.settings["soft_delete"]:
            store.run("INSERT INTO deleted_tags VALUES (?, ?, ?, ?, ?)", name, tag, existing["digest"], existing["created"], now)
        store.run("UPDATE manifests SET deleted = NULL WHERE repository = ? AND digest = ?", name, digest)
        store.run("INSERT OR IGNORE INTO repositories (name, created, updated) VALUES (?, ?, ?)", name, now, now)
        if tag:
            store.run(
                "INSERT INTO tags (repository, name, digest, created, updated) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (repository, name) DO UPDATE SET digest = excluded.digest, updated = excluded.updated",
                *(name, tag, digest, now, now),
            )
            store.run("DELETE FROM deleted_tags WHERE repository = ? AND name = ? AND digest = ?", name, tag, digest)
    return answer(200, {"digest": digest, "tag": tag})


def _found(emulator: Emulator, name: str) -> sqlite3.Row:
    row = emulator.store.row("SELECT * FROM repositories WHERE name = ?", name)
    if row is None:
        raise refuse(404, "NAME_UNKNOWN", f'repository "{name}" is not found')
    return row


def _found_tag(emulator: Emulator, name: str, tag: str, *, storage: bool = False) -> sqlite3.Row:
    row = emulator.store.row("SELECT * FROM tags WHERE repository = ? AND name = ?", name, tag)
    if row is None:
        raise Refused(error(404, "TAG_UNKNOWN", "the specified tag does not exist", storage=storage))
    return row


def _refuse_in_locked_repository(emulator: Emulator, name: str) -> None:
    row = emulator.store.row("SELECT can_write FROM repositories WHERE name = ?", name)
    if row is not None and not row["can_write"]:
        raise disallowed()


def _flags(request: Request) -> dict[str, int]:
    data = request.json()
    data = data if isinstance(data, dict) else {}
    return {column: int(data[wire]) for wire, column in FLAGS.items() if isinstance(data.get(wire), bool)}


def _set_flags(emulator: Emulator, table: str, flags: dict[str, int], where: str, values: tuple[Any, ...]) -> None:
    if flags:
        assignments = ", ".join(f"{column} = ?" for column in flags)
        emulator.store.run(f"UPDATE {table} SET {assignments} WHERE {where}", *flags.values(), *values)


def _attributes(row: sqlite3.Row) -> dict[str, Any]:
    return {wire: bool(row[column]) for wire, column in FLAGS.items()}


def _times(row: sqlite3.Row) -> dict[str, Any]:
    return {"createdTime": written(row["created"]), "lastUpdateTime": written(row["updated"])}


def _deletion(row: sqlite3.Row) -> dict[str, Any]:
    return {"createdAt": written(row["created"]), "deletedAt": written(row["deleted"])}


def _repository(emulator: Emulator, request: Request, row: sqlite3.Row) -> dict[str, Any]:
    name = row["name"]
    return {
        "registry": request.host,
        "imageName": name,
        **_times(row),
        "manifestCount": emulator.store.count("SELECT COUNT(*) FROM manifests WHERE repository = ? AND deleted IS NULL", name),
        "tagCount": emulator.store.count("SELECT COUNT(*) FROM tags WHERE repository = ?", name),
        "changeableAttributes": {**_attributes(row), "teleportEnabled": False},
    }


def _tag(row: sqlite3.Row) -> dict[str, Any]:
    return {"name": row["name"], "digest": row["digest"], **_times(row), "signed": False, "changeableAttributes": _attributes(row)}


def _manifest(emulator: Emulator, row: sqlite3.Row) -> dict[str, Any]:
    document = {"digest": row["digest"], "imageSize": row["image_size"], **_times(row)}
    optional = {"architecture": "architecture", "os": "os", "mediaType": "media_type", "configMediaType": "config_media_type", "artifactType": "artifact_type"}
    document.update({wire: row[column] for wire, column in optional.items() if row[column]})
    names = emulator.store.rows("SELECT name FROM tags WHERE repository = ? AND digest = ? ORDER BY name", row["repository"], row["digest"])
    if names:
        document["tags"] = [name["name"] for name in names]
    document["changeableAttributes"] = _attributes(row)
    return document


HANDLERS: dict[tuple[str, str], Any] = {
    ("GET", "catalog"): catalog,
    ("GET", "repository"): repository_properties,
    ("PATCH", "repository"): patch_repository,
    ("DELETE", "repository"): delete_repository,
    ("GET", "tags"): tags,
    ("GET", "tag_names"): tag_names,
    ("GET", "tag"): tag_properties,
    ("PATCH", "tag"): patch_tag,
    ("DELETE", "tag"): delete_tag,
    ("GET", "manifests"): manifests,
    ("GET", "manifest_properties"): manifest_properties,
    ("PATCH", "manifest_properties"): patch_manifest,
    ("GET", "deleted_catalog"): deleted_catalog,
    ("GET", "deleted_manifests"): deleted_manifests,
    ("GET", "deleted_tags"): deleted_tags,
    ("POST", "deleted_manifest"): restore,
}
