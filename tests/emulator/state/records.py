# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The records of the store, one for each kind of item. Times are .NET ticks (see ``clock``).

A page has up to 1,000 of them: named tuples, because making those takes a third of the time of frozen dataclasses.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class Attributes(NamedTuple):
    """What may be done with a repository, a tag or a manifest. A lock sets one of the first two to False, or both."""

    can_delete: bool = True
    can_write: bool = True
    can_read: bool = True
    can_list: bool = True

    @property
    def is_locked(self) -> bool:
        """Whether the item is protected from deletion."""
        return not (self.can_delete and self.can_write)


@cache
def attributes_of(*columns: int) -> Attributes:
    """Return the attributes in four columns. There are 16 combinations, so they are cached."""
    return Attributes(*map(bool, columns))


OPEN = Attributes()


class Repository(NamedTuple):
    """A repository. It exists while it has a manifest that is not deleted."""

    name: str
    created: int
    updated: int
    attributes: Attributes


class Tag(NamedTuple):
    """A tag, and the digest of the manifest it points at."""

    repository: str
    name: str
    digest: str
    created: int
    updated: int
    attributes: Attributes = OPEN


class DeletedTag(NamedTuple):
    """A tag that can be restored."""

    name: str
    digest: str
    created: int
    deleted: int


class Manifest(NamedTuple):
    """The properties of a manifest. ``size`` is that of its document, ``image_size`` that of its layers together, both in bytes.

    ``annotations`` is JSON text; ``subject`` a digest; ``deleted`` is the time of a soft deletion.
    """

    repository: str
    digest: str
    media_type: str
    size: int
    image_size: int
    architecture: str | None
    os: str | None
    config_media_type: str | None
    artifact_type: str | None
    annotations: str | None
    subject: str | None
    created: int
    updated: int
    attributes: Attributes = OPEN
    deleted: int | None = None


class DeletedManifest(NamedTuple):
    """A manifest that can be restored."""

    digest: str
    created: int
    deleted: int


class Child(NamedTuple):
    """A manifest that an index lists, with the platform that the index names."""

    digest: str
    architecture: str | None
    os: str | None


class DeletedRepository(NamedTuple):
    """A repository with soft-deleted manifests: when the first of them was created, and when the last was deleted."""

    name: str
    created: int
    deleted: int
