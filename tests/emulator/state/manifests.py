# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manifests in the store: their properties, their documents, and the children of indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .database import Database, Row
from .pages import Page, read_page
from .records import Child, DeletedManifest, DeletedRepository, Manifest, attributes_of

# The columns that a push writes, and all columns.
WRITTEN = "repository, digest, media_type, size, image_size, architecture, os, config_media_type, artifact_type, annotations, subject, created, updated"
COLUMNS = f"{WRITTEN}, can_delete, can_write, can_read, can_list, deleted"
VALUES = ", ".join("?" * len(WRITTEN.split(", ")))


class Manifests:
    """The tables of manifests, documents and children. A softly deleted manifest stays, with the time of its deletion."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, repository: str, digest: str) -> Manifest | None:
        """Return a manifest that is not deleted, None when there is none."""
        return self._first("repository = ? AND digest = ? AND deleted IS NULL", repository, digest)

    def get_even_deleted(self, repository: str, digest: str) -> Manifest | None:
        """Return a manifest, deleted softly or not, None when there is none."""
        return self._first("repository = ? AND digest = ?", repository, digest)

    def _first(self, where: str, *values: str) -> Manifest | None:
        row = self._database.row(f"SELECT {COLUMNS} FROM manifests WHERE {where}", *values)
        return _manifest(row) if row else None

    def is_deleted(self, repository: str, digest: str) -> bool:
        """Whether a manifest is deleted softly."""
        manifest = self.get_even_deleted(repository, digest)
        return manifest is not None and manifest.deleted is not None

    def document(self, digest: str) -> bytes:
        """Return a manifest's bytes."""
        row = self._database.row("SELECT content FROM documents WHERE digest = ?", digest)
        return bytes(row[0]) if row else b""

    def children(self, repository: str, digest: str) -> list[Child]:
        """Return the manifests that an index lists, in its order. Other manifests have none."""
        query = "SELECT digest, architecture, os FROM children WHERE repository = ? AND parent = ? ORDER BY position"
        return [Child(*row) for row in self._database.rows(query, repository, digest)]

    def child_for(self, repository: str, digest: str, os: str, architecture: str) -> Manifest | None:
        """Return the manifest that an index lists for a platform."""
        columns = ", ".join(f"m.{column}" for column in COLUMNS.split(", "))
        row = self._database.row(
            f"SELECT {columns} FROM children c JOIN manifests m ON m.repository = c.repository AND m.digest = c.digest "
            "WHERE c.repository = ? AND c.parent = ? AND c.os = ? AND c.architecture = ?",
            *(repository, digest, os, architecture),
        )
        return _manifest(row) if row else None

    def referrers(self, repository: str, subject: str) -> list[Manifest]:
        """Return the manifests with this subject, newest first."""
        where = "repository = ? AND subject = ? AND deleted IS NULL ORDER BY created DESC, digest"
        return [_manifest(row) for row in self._database.rows(f"SELECT {COLUMNS} FROM manifests WHERE {where}", repository, subject)]

    def page(self, repository: str, page: Page) -> list[Manifest]:
        """Return a page of the manifests that may be listed."""
        where = "repository = ? AND deleted IS NULL AND can_list = 1"
        return [_manifest(row) for row in read_page(self._database, "manifests", COLUMNS, "digest", page, where, repository)]

    def digests(self, repository: str) -> list[str]:
        """Return the digests of all manifests of a repository, in order."""
        query = "SELECT digest FROM manifests WHERE repository = ? AND deleted IS NULL ORDER BY digest"
        return [row[0] for row in self._database.rows(query, repository)]

    def count(self, repository: str) -> int:
        """Return how many manifests a repository has."""
        return self._database.count("SELECT COUNT(*) FROM manifests WHERE repository = ? AND deleted IS NULL", repository)

    def any_locked(self, repository: str) -> bool:
        """Whether a manifest of this repository is locked."""
        query = "SELECT COUNT(*) FROM manifests WHERE repository = ? AND deleted IS NULL AND NOT (can_delete AND can_write)"
        return self._database.count(query, repository) > 0

    def put(self, manifest: Manifest, document: bytes, children: Sequence[Child]) -> None:
        """Add a manifest. One that exists keeps its attributes and the time at which it was created."""
        self.put_documents([(manifest.digest, document)])
        update = "ON CONFLICT (repository, digest) DO UPDATE SET updated = excluded.updated, deleted = NULL"
        self._database.run(f"INSERT INTO manifests ({WRITTEN}) VALUES ({VALUES}) {update}", *_values(manifest))
        self._delete_children(manifest.repository, manifest.digest)
        self.put_children(manifest.repository, manifest.digest, children)

    def replace_many(self, manifests: Iterable[Manifest]) -> None:
        """Add manifests with their times. Those that exist are replaced."""
        self._database.run_many(f"INSERT OR REPLACE INTO manifests ({WRITTEN}) VALUES ({VALUES})", map(_values, manifests))

    def put_documents(self, documents: Iterable[tuple[str, bytes]]) -> None:
        """Keep the bytes of manifests, by digest."""
        self._database.run_many("INSERT OR IGNORE INTO documents (digest, content) VALUES (?, ?)", documents)

    def put_children(self, repository: str, digest: str, children: Sequence[Child]) -> None:
        """Keep the manifests that an index lists."""
        self._database.run_many(
            "INSERT OR REPLACE INTO children (repository, parent, position, digest, architecture, os) VALUES (?, ?, ?, ?, ?, ?)",
            [(repository, digest, position, child.digest, child.architecture, child.os) for position, child in enumerate(children)],
        )

    def set_attributes(self, repository: str, digest: str, changes: Mapping[str, bool]) -> None:
        """Set some of the four ``can_…`` columns."""
        self._database.update("manifests", changes, "repository = ? AND digest = ?", repository, digest)

    def delete(self, repository: str, digest: str) -> None:
        """Delete a manifest for good."""
        self._database.run("DELETE FROM manifests WHERE repository = ? AND digest = ?", repository, digest)
        self._delete_children(repository, digest)

    def _delete_children(self, repository: str, digest: str) -> None:
        self._database.run("DELETE FROM children WHERE repository = ? AND parent = ?", repository, digest)

    def set_deleted(self, repository: str, digest: str, at: int | None) -> None:
        """Delete a manifest softly, at this time. None restores it."""
        self._database.run("UPDATE manifests SET deleted = ? WHERE repository = ? AND digest = ?", at, repository, digest)

    def deleted(self, repository: str) -> list[DeletedManifest]:
        """Return the softly deleted manifests of a repository, by digest."""
        query = "SELECT digest, created, deleted FROM manifests WHERE repository = ? AND deleted IS NOT NULL ORDER BY digest"
        return [DeletedManifest(*row) for row in self._database.rows(query, repository)]

    def deleted_repositories(self) -> list[DeletedRepository]:
        """Return the repositories that have softly deleted manifests, by name."""
        query = "SELECT repository, MIN(created), MAX(deleted) FROM manifests WHERE deleted IS NOT NULL GROUP BY repository ORDER BY repository"
        return [DeletedRepository(*row) for row in self._database.rows(query)]


def _manifest(row: Row) -> Manifest:
    return Manifest._make((*row[:13], attributes_of(*row[13:17]), row[17]))


def _values(manifest: Manifest) -> Row:
    """Return the values of the columns in ``WRITTEN``."""
    return manifest[:13]
