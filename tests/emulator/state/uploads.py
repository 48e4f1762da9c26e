# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Uploads: the received part of blobs. Content passes in pieces and is hashed on its way."""

from __future__ import annotations

import hashlib
import threading
import uuid as uuids
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .blobs import Blobs
from .database import Database

# In bytes.
HASHED_AT_ONCE = 1024 * 1024


@dataclass
class _Upload:
    hasher: hashlib._Hash
    size: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Uploads:
    """``folder/uploads`` by identifier, and the table that says how many bytes of each were acknowledged."""

    def __init__(self, database: Database, folder: Path, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs
        self._folder = folder / "uploads"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._open: dict[str, _Upload] = {}
        for uuid, received in database.rows("SELECT uuid, received FROM uploads"):
            # Its file is missing if it became a blob just before the process ended. The client got no answer, so it is forgotten.
            if not self._resume(uuid, received):
                self._forget(uuid)

    def _resume(self, uuid: str, received: int) -> bool:
        """Go on with an upload after a restart: drop what was not acknowledged, hash the rest again.

        Returns False when its file is missing.
        """
        upload = _Upload(hashlib.sha256())
        if not (self._folder / uuid).exists():
            return False
        with (self._folder / uuid).open("r+b") as file:
            file.truncate(received)
            while piece := file.read(HASHED_AT_ONCE):
                upload.hasher.update(piece)
                upload.size += len(piece)
        self._open[uuid] = upload
        return True

    def begin(self, repository: str) -> str:
        """Begin an upload into a repository, and return its identifier."""
        uuid = str(uuids.uuid4())
        (self._folder / uuid).touch()
        self._open[uuid] = _Upload(hashlib.sha256())
        self._database.run("INSERT INTO uploads (uuid, repository, received) VALUES (?, ?, 0)", uuid, repository)
        return uuid

    def is_open(self, repository: str, uuid: str) -> bool:
        """Whether a repository has this upload."""
        return self._database.count("SELECT COUNT(*) FROM uploads WHERE uuid = ? AND repository = ?", uuid, repository) > 0

    def append(self, uuid: str, pieces: Iterable[bytes], expected: int | None) -> None:
        """Add to an upload. If the number of bytes is not ``expected``, nothing is added."""
        received = self._append(uuid, pieces, expected)
        self._database.run("UPDATE uploads SET received = ? WHERE uuid = ?", received, uuid)

    def _append(self, uuid: str, pieces: Iterable[bytes], expected: int | None) -> int:
        """Write and hash the pieces, and return the upload's new size."""
        upload = self._open[uuid]
        with upload.lock, (self._folder / uuid).open("r+b", buffering=0) as file:
            before, hasher = upload.size, upload.hasher.copy()
            file.seek(before)
            size = before
            for piece in pieces:
                file.write(piece)
                hasher.update(piece)
                size += len(piece)
            if expected is not None and size - before != expected:
                file.truncate(before)
                return before
            upload.size, upload.hasher = size, hasher
            return size

    def received(self, uuid: str) -> int:
        """Return how many bytes of an upload have been received."""
        return self._open[uuid].size

    def finish(self, repository: str, uuid: str, digest: str) -> bool:
        """Turn an upload into a blob of a repository. When its content has another digest, return False and keep the upload."""
        if f"sha256:{self._open[uuid].hasher.hexdigest()}" != digest:
            return False
        self._blobs.take(self._folder / uuid, digest)
        del self._open[uuid]
        with self._database.change():
            self._forget(uuid)
            self._blobs.link(repository, [digest])
        return True

    def cancel(self, uuid: str) -> None:
        """Forget an upload, if there is one."""
        self._forget(uuid)
        if self._open.pop(uuid, None):
            (self._folder / uuid).unlink(missing_ok=True)

    def _forget(self, uuid: str) -> None:
        self._database.run("DELETE FROM uploads WHERE uuid = ?", uuid)
