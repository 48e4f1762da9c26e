# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repositories in the store."""

from __future__ import annotations

from collections.abc import Mapping

from .database import Database, Row
from .pages import Page, read_page
from .records import Repository, attributes_of

COLUMNS = "name, created, updated, can_delete, can_write, can_read, can_list"


class Repositories:
    """The table of repositories."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> Repository | None:
        """Return a repository, None when there is none."""
        row = self._database.row(f"SELECT {COLUMNS} FROM repositories WHERE name = ?", name)
        return _repository(row) if row else None

    def page(self, page: Page) -> list[Repository]:
        """Return a page of the repositories that may be listed."""
        return [_repository(row) for row in read_page(self._database, "repositories", COLUMNS, "name", page, "can_list = 1")]

    def is_write_locked(self, name: str) -> bool:
        """Whether a repository exists and refuses pushes, deletions and changes of attributes."""
        repository = self.get(name)
        return repository is not None and not repository.attributes.can_write

    def put(self, name: str, at: int) -> None:
        """Create a repository, or note the time of its latest change."""
        statement = "INSERT INTO repositories (name, created, updated) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET updated = excluded.updated"
        self._database.run(statement, name, at, at)

    def create_if_missing(self, name: str, at: int) -> None:
        """Create a repository, unless it exists."""
        self._database.run("INSERT OR IGNORE INTO repositories (name, created, updated) VALUES (?, ?, ?)", name, at, at)

    def replace(self, name: str, created: int, updated: int) -> None:
        """Create a repository with these times. One that exists is replaced."""
        self._database.run("INSERT OR REPLACE INTO repositories (name, created, updated) VALUES (?, ?, ?)", name, created, updated)

    def set_attributes(self, name: str, changes: Mapping[str, bool]) -> None:
        """Set some of the four ``can_…`` columns."""
        self._database.update("repositories", changes, "name = ?", name)

    def delete(self, name: str) -> None:
        """Delete a repository, but nothing that is in it."""
        self._database.run("DELETE FROM repositories WHERE name = ?", name)


def _repository(row: Row) -> Repository:
    return Repository._make((*row[:3], attributes_of(*row[3:])))
