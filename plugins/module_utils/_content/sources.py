# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Sources of content: memory, a file, a repository."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from .._common.errors import LocalFileError
from .._oci.document import Descriptor
from .._registry.content import Content
from .download import DOWNLOAD_PIECE, download


class ContentSource(Protocol):
    """Content of known size that can be read from any byte on."""

    @property
    def size(self) -> int:
        """The size in bytes."""

    def pieces(self, start: int) -> Iterator[bytes]:
        """Give the content from byte ``start`` on, in pieces."""


@dataclass(frozen=True)
class BytesSource:
    """Content in memory."""

    content: bytes

    @property
    def size(self) -> int:
        """The size in bytes."""
        return len(self.content)

    def pieces(self, start: int) -> Iterator[bytes]:
        """Give the content from byte ``start`` on, in one piece."""
        yield self.content[start:]


@dataclass(frozen=True)
class FileSource:
    """``size`` bytes of a file, from ``offset`` on. The file must not change while it is read."""

    path: str
    size: int
    offset: int = 0

    def pieces(self, start: int) -> Iterator[bytes]:
        """Give the content from byte ``start`` on, in pieces; LocalFileError if the file is shorter than expected."""
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
            raise LocalFileError(f"{self.path} became shorter while it was read; its content was not used. Run the task again when nothing changes the file.")


@dataclass(frozen=True)
class RepositorySource:
    """A blob of a repository."""

    endpoint: Content
    repository: str
    descriptor: Descriptor

    @property
    def size(self) -> int:
        """The size in bytes, from the descriptor."""
        return self.descriptor.size

    def pieces(self, start: int) -> Iterator[bytes]:
        """Download the content from byte ``start`` on, in pieces."""
        return download(self.endpoint, self.repository, self.descriptor, start)
