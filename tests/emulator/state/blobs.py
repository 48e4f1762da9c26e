# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Blobs and the received part of uploads, as files. Content passes in pieces and is hashed on its way."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ..front.messages import PIECE


@dataclass
class _Upload:
    hasher: hashlib._Hash
    size: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Blobs:
    """``folder/blobs`` by digest, ``folder/uploads`` by identifier."""

    def __init__(self, folder: Path) -> None:
        self._blobs = folder / "blobs"
        self._uploads = folder / "uploads"
        self._blobs.mkdir(parents=True, exist_ok=True)
        self._uploads.mkdir(parents=True, exist_ok=True)
        self._open: dict[str, _Upload] = {}

    def path(self, digest: str) -> Path:
        """Return where a blob is or would be; ``digest`` has been checked."""
        value = digest.rpartition(":")[2]
        return self._blobs / value[:2] / value

    def size(self, digest: str) -> int | None:
        """Return a blob's size in bytes, None when there is none."""
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

    def begin(self, uuid: str) -> None:
        """Begin an upload."""
        (self._uploads / uuid).touch()
        self._open[uuid] = _Upload(hashlib.sha256())

    def resume(self, uuid: str, received: int) -> bool:
        """Go on with an upload after a restart: what was not acknowledged is dropped, what was is hashed again.

        Returns False when it is not there.
        """
        upload = _Upload(hashlib.sha256())
        if not (self._uploads / uuid).exists():
            return False
        with (self._uploads / uuid).open("r+b") as file:
            file.truncate(received)
            while piece := file.read(PIECE):
                upload.hasher.update(piece)
                upload.size += len(piece)
        self._open[uuid] = upload
        return True

    def append(self, uuid: str, pieces: Iterable[bytes], expected: int | None) -> int:
        """Add to an upload and return its new size; when fewer than ``expected`` bytes come, nothing is added."""
        upload = self._open[uuid]
        with upload.lock, (self._uploads / uuid).open("r+b", buffering=0) as file:
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
        """Return how many bytes of an upload are here."""
        return self._open[uuid].size

    def finish(self, uuid: str, digest: str) -> bool:
        """Turn an upload into a blob; False, and the upload stays, when its content has another digest."""
        upload = self._open[uuid]
        if f"sha256:{upload.hasher.hexdigest()}" != digest:
            return False
        target = self.path(digest)
        target.parent.mkdir(exist_ok=True)
        shutil.move(self._uploads / uuid, target)
        del self._open[uuid]
        return True

    def cancel(self, uuid: str) -> None:
        """Forget an upload."""
        self._open.pop(uuid, None)
        (self._uploads / uuid).unlink(missing_ok=True)
