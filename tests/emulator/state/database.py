# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SQLite: one connection, one thread at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .schema import SCHEMA

Row = tuple[Any, ...]


class Database:
    """A database in a file, or in memory with the path ``:memory:``. Every statement is short, so threads wait for each other.

    A change is written before its call returns: what was acknowledged is still there after the process was killed.
    """

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=256)
        # Without synchronous writes, a change survives the death of the process, which is promised, but not that of the machine.
        self._connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; {SCHEMA}")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Run several statements as one transaction. After an exception, none of them counts."""
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

    def run_many(self, statement: str, rows: Iterable[Row]) -> None:
        """Execute a statement for each row."""
        with self._lock:
            self._connection.executemany(statement, rows)

    def update(self, table: str, changes: Mapping[str, Any], where: str, *values: Any) -> None:
        """Set columns of the rows that ``where`` selects. Without changes, do nothing."""
        if changes:
            assignments = ", ".join(f"{column} = ?" for column in changes)
            self.run(f"UPDATE {table} SET {assignments} WHERE {where}", *changes.values(), *values)

    def rows(self, query: str, *values: Any) -> list[Row]:
        """Return all rows of a query."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> Row | None:
        """Return the first row of a query, None when there is none."""
        with self._lock:
            row: Row | None = self._connection.execute(query, values).fetchone()
            return row

    def count(self, query: str, *values: Any) -> int:
        """Return the number that a query computes, 0 without a row."""
        row = self.row(query, *values)
        return int(row[0]) if row else 0
