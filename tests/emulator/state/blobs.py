# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Blobs: their content as files, and which repository has which."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from .database import Database


class Blobs:
    """``folder/blobs`` by digest, and the table of the repositories' blobs. A file stays even when no repository has it any more."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder / "blobs"
        self._folder.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Return where a blob is or would be; ``digest`` has been checked."""
        value = digest.rpartition(":")[2]
        return self._folder / value[:2] / value

    def size(self, digest: str) -> int | None:
        """Return a blob's size in bytes, None when there is no such blob."""
        try:
            return self.path(digest).stat().st_size
        except FileNotFoundError:
            return None

    def open(self, digest: str) -> BinaryIO:
        """Open a blob for reading."""
        return self.path(digest).open("rb", buffering=0)

    def put(self, digest: str, data: bytes) -> None:
        """Keep a small blob whose digest is known."""
        target = self.path(digest)
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)

    def take(self, file: Path, digest: str) -> None:
        """Turn a file, whose digest is known, into a blob."""
        target = self.path(digest)
        target.parent.mkdir(exist_ok=True)
        shutil.move(file, target)

    def has(self, repository: str, digest: str) -> bool:
        """Whether a repository has a blob."""
        return self._database.count("SELECT COUNT(*) FROM blobs WHERE repository = ? AND digest = ?", repository, digest) > 0

    def link(self, repository: str, digests: Iterable[str]) -> None:
        """Add blobs to a repository."""
        rows = [(repository, digest) for digest in digests]
        self._database.run_many("INSERT OR IGNORE INTO blobs (repository, digest) VALUES (?, ?)", rows)

    def unlink(self, repository: str, digest: str) -> bool:
        """Remove a blob from a repository; False when it has no such blob."""
        return self._database.run("DELETE FROM blobs WHERE repository = ? AND digest = ?", repository, digest) > 0

    def unlink_all(self, repository: str) -> None:
        """Remove all blobs from a repository."""
        self._database.run("DELETE FROM blobs WHERE repository = ?", repository)
