# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry knows, in SQLite: repositories, tags, manifests, which blobs a repository has, open uploads.

Every call that changes something runs in one transaction that is written before it returns, so what was acknowledged is
still there after the process was killed.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS repositories (
    name TEXT PRIMARY KEY, created INTEGER, updated INTEGER,
    can_delete INTEGER DEFAULT 1, can_write INTEGER DEFAULT 1, can_read INTEGER DEFAULT 1, can_list INTEGER DEFAULT 1
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS manifests (
    repository TEXT, digest TEXT, media_type TEXT, size INTEGER, image_size INTEGER, architecture TEXT, os TEXT,
    config_media_type TEXT, artifact_type TEXT, annotations TEXT, subject TEXT, created INTEGER, updated INTEGER,
    can_delete INTEGER DEFAULT 1, can_write INTEGER DEFAULT 1, can_read INTEGER DEFAULT 1, can_list INTEGER DEFAULT 1,
    deleted INTEGER,
    PRIMARY KEY (repository, digest)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS manifests_by_time ON manifests (repository, updated, digest);
CREATE INDEX IF NOT EXISTS manifests_by_subject ON manifests (repository, subject, created) WHERE subject IS NOT NULL;
CREATE TABLE IF NOT EXISTS documents (digest TEXT PRIMARY KEY, content BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS children (
    repository TEXT, parent TEXT, position INTEGER, digest TEXT, architecture TEXT, os TEXT,
    PRIMARY KEY (repository, parent, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tags (
    repository TEXT, name TEXT, digest TEXT, created INTEGER, updated INTEGER,
    can_delete INTEGER DEFAULT 1, can_write INTEGER DEFAULT 1, can_read INTEGER DEFAULT 1, can_list INTEGER DEFAULT 1,
    PRIMARY KEY (repository, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tags_by_time ON tags (repository, updated, name);
CREATE INDEX IF NOT EXISTS tags_by_digest ON tags (repository, digest);
CREATE TABLE IF NOT EXISTS deleted_tags (
    repository TEXT, name TEXT, digest TEXT, created INTEGER, deleted INTEGER, PRIMARY KEY (repository, name, deleted)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blobs (repository TEXT, digest TEXT, PRIMARY KEY (repository, digest)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (uuid TEXT PRIMARY KEY, repository TEXT, received INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""


class Store:
    """One connection, one thread at a time: every statement here is short."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=256)
        self._connection.row_factory = sqlite3.Row
        # What the operating system has taken survives the death of the process, which is what is promised.
        self._connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; {SCHEMA}")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Do several statements at once, or none of them."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def run(self, statement: str, *values: Any) -> int:
        """Execute a statement and return how many rows it changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def run_many(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        """Execute a statement for each row."""
        with self._lock:
            self._connection.executemany(statement, rows)

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query."""
        with self._lock:
            row: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
            return row

    def count(self, query: str, *values: Any) -> int:
        """Return the number that a query computes."""
        row = self.row(query, *values)
        return int(row[0]) if row else 0

    def setting(self, name: str, default: Any) -> Any:
        """Return a value kept under a name."""
        row = self.row("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(row["value"]) if row else default

    def keep(self, name: str, value: Any) -> None:
        """Keep a value under a name."""
        self.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, json.dumps(value))
