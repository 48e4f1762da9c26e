# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Where content to upload comes from: memory, a file, a registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from .._common.errors import LocalFileError
from .._oci.document import Descriptor
from .._registry.content import Content
from .download import DOWNLOAD_PIECE, download


class ContentSource(Protocol):
    """Content that can be read from any byte on."""

    @property
    def size(self) -> int:
        """Its length in bytes."""

    def pieces(self, start: int) -> Iterator[bytes]:
        """Give the content from byte ``start``."""


@dataclass(frozen=True)
class BytesSource:
    """Content that is in memory."""

    content: bytes

    @property
    def size(self) -> int:
        """Its length."""
        return len(self.content)

    def pieces(self, start: int) -> Iterator[bytes]:
        """Give it in one piece."""
        yield self.content[start:]


@dataclass(frozen=True)
class FileSource:
    """A file, or a part of one that begins at ``offset``, which must stay as it is while it is read."""

    path: str
    size: int
    offset: int = 0

    def pieces(self, start: int) -> Iterator[bytes]:
        """Give what ``size`` says there is, in pieces; LocalFileError when there is less."""
        left = self.size - start
        try:
            with open(self.path, "rb", buffering=0) as file:
                file.seek(self.offset + start)
                while left and (piece := file.read(min(left, 4 * DOWNLOAD_PIECE))):
                    left -= len(piece)
                    yield piece
        except OSError as error:
            raise LocalFileError(f"{self.path} cannot be read: {error.strerror}.") from None
        if left:
            raise LocalFileError(f"{self.path} became shorter while it was read: nothing was made of it. Run the task when nothing changes the file.")


@dataclass(frozen=True)
class RepositorySource:
    """A blob of a registry."""

    content: Content
    repository: str
    descriptor: Descriptor

    @property
    def size(self) -> int:
        """What its descriptor says."""
        return self.descriptor.size

    def pieces(self, start: int) -> Iterator[bytes]:
        """Give it as it comes."""
        return download(self.content, self.repository, self.descriptor, start)
