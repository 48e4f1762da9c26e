# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags in the store, and deleted tags that can be restored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .database import Database, Row
from .pages import Page, read_page
from .records import DeletedTag, Tag, attributes_of

COLUMNS = "repository, name, digest, created, updated, can_delete, can_write, can_read, can_list"


class Tags:
    """The tables of tags and of deleted tags."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, repository: str, name: str) -> Tag | None:
        """Return a tag, None when there is none."""
        row = self._database.row(f"SELECT {COLUMNS} FROM tags WHERE repository = ? AND name = ?", repository, name)
        return _tag(row) if row else None

    def page(self, repository: str, page: Page, digest: str | None = None) -> list[Tag]:
        """Return a page of the tags that may be listed; with ``digest``, only those of one manifest."""
        where, values = "repository = ? AND can_list = 1", [repository]
        if digest:
            where, values = f"{where} AND digest = ?", [repository, digest]
        return [_tag(row) for row in read_page(self._database, "tags", COLUMNS, "name", page, where, *values)]

    def names(self, repository: str) -> list[str]:
        """Return the names of all tags of a repository, in order."""
        return [row[0] for row in self._database.rows("SELECT name FROM tags WHERE repository = ? ORDER BY name", repository)]

    def names_of(self, repository: str, digest: str) -> list[str]:
        """Return the names of all tags of a manifest, in order."""
        rows = self._database.rows("SELECT name FROM tags WHERE repository = ? AND digest = ? ORDER BY name", repository, digest)
        return [row[0] for row in rows]

    def count(self, repository: str) -> int:
        """Return how many tags a repository has."""
        return self._database.count("SELECT COUNT(*) FROM tags WHERE repository = ?", repository)

    def any_locked(self, repository: str) -> bool:
        """Whether a tag of this repository is locked."""
        query = "SELECT COUNT(*) FROM tags WHERE repository = ? AND NOT (can_delete AND can_write)"
        return self._database.count(query, repository) > 0

    def put(self, repository: str, name: str, digest: str, at: int) -> None:
        """Point a tag at a manifest. A tag that moves keeps the time at which it was created."""
        self._database.run(
            "INSERT INTO tags (repository, name, digest, created, updated) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (repository, name) DO UPDATE SET digest = excluded.digest, updated = excluded.updated",
            *(repository, name, digest, at, at),
        )

    def replace_many(self, tags: Iterable[Tag]) -> None:
        """Add tags with their times. Those that exist are replaced."""
        self._database.run_many(
            "INSERT OR REPLACE INTO tags (repository, name, digest, created, updated) VALUES (?, ?, ?, ?, ?)",
            ((tag.repository, tag.name, tag.digest, tag.created, tag.updated) for tag in tags),
        )

    def set_attributes(self, repository: str, name: str, changes: Mapping[str, bool]) -> None:
        """Set some of the four ``can_…`` columns."""
        self._database.update("tags", changes, "repository = ? AND name = ?", repository, name)

    def delete(self, repository: str, name: str) -> None:
        """Delete a tag."""
        self._database.run("DELETE FROM tags WHERE repository = ? AND name = ?", repository, name)

    def delete_of(self, repository: str, digest: str) -> None:
        """Delete all tags of a manifest."""
        self._database.run("DELETE FROM tags WHERE repository = ? AND digest = ?", repository, digest)

    def delete_all(self, repository: str) -> None:
        """Delete all tags of a repository."""
        self._database.run("DELETE FROM tags WHERE repository = ?", repository)

    def deleted(self, repository: str) -> list[DeletedTag]:
        """Return the deleted tags of a repository, by name and time of deletion."""
        query = "SELECT name, digest, created, deleted FROM deleted_tags WHERE repository = ? ORDER BY name, deleted"
        return [DeletedTag(*row) for row in self._database.rows(query, repository)]

    def keep_deleted(self, tag: Tag, at: int) -> None:
        """Note that a tag was deleted, or moved, at this time."""
        self._keep_deleted([tag], at)

    def keep_deleted_of(self, repository: str, digest: str, at: int) -> None:
        """Note that all tags of a manifest were deleted at this time."""
        rows = self._database.rows(f"SELECT {COLUMNS} FROM tags WHERE repository = ? AND digest = ?", repository, digest)
        self._keep_deleted(map(_tag, rows), at)

    def _keep_deleted(self, tags: Iterable[Tag], at: int) -> None:
        rows = [(tag.repository, tag.name, tag.digest, tag.created, at) for tag in tags]
        self._database.run_many("INSERT INTO deleted_tags (repository, name, digest, created, deleted) VALUES (?, ?, ?, ?, ?)", rows)

    def forget_deleted(self, repository: str, name: str, digest: str) -> None:
        """Forget the deletions of a tag from a manifest."""
        self._database.run("DELETE FROM deleted_tags WHERE repository = ? AND name = ? AND digest = ?", repository, name, digest)


def _tag(row: Row) -> Tag:
    return Tag._make((*row[:5], attributes_of(*row[5:])))
