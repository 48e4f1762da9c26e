# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry's content: repositories, tags, manifests, blobs and uploads, and the changes that concern several of these."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from .blobs import Blobs
from .database import Database
from .manifests import Manifests
from .records import Child, Manifest, Repository, Tag
from .repositories import Repositories
from .settings import Settings
from .tags import Tags
from .uploads import Uploads


class DeletedContent(NamedTuple):
    """What was deleted with a repository: digests of manifests, and names of tags, both in order."""

    digests: list[str]
    tags: list[str]


class Store:
    """What a registry holds. Reads and writes that belong together run inside ``change()``.

    ``at`` is always the time of the change in ticks. While the setting ``soft_delete`` is true, what is deleted can be restored.
    """

    def __init__(self, database: Database, folder: Path, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self.repositories = Repositories(database)
        self.tags = Tags(database)
        self.manifests = Manifests(database)
        self.blobs = Blobs(database, folder)
        self.uploads = Uploads(database, folder, self.blobs)

    def change(self) -> AbstractContextManager[None]:
        """Return a transaction. After an exception in it, nothing has changed."""
        return self._database.change()

    def is_locked(self, repository: Repository) -> bool:
        """Whether a repository, or a tag or manifest in it, is locked, so that it cannot be deleted."""
        return repository.attributes.is_locked or self.tags.any_locked(repository.name) or self.manifests.any_locked(repository.name)

    def put_manifest(self, manifest: Manifest, document: bytes, children: list[Child]) -> None:
        """Add a manifest. The first one creates its repository, at the time in ``updated``."""
        self.repositories.put(manifest.repository, manifest.updated)
        self.manifests.put(manifest, document, children)

    def delete_tag(self, tag: Tag, at: int) -> None:
        """Delete a tag."""
        self.tags.delete(tag.repository, tag.name)
        if self._settings["soft_delete"]:
            self.tags.keep_deleted(tag, at)

    def delete_manifest(self, repository: str, digest: str, at: int) -> None:
        """Delete a manifest with its tags, and after the last manifest the repository. The blobs stay."""
        self._delete_manifest(repository, digest, at)
        if not self.manifests.count(repository):
            self.repositories.delete(repository)

    def _delete_manifest(self, repository: str, digest: str, at: int) -> None:
        if self._settings["soft_delete"]:
            self.tags.keep_deleted_of(repository, digest, at)
            self.manifests.set_deleted(repository, digest, at)
        else:
            self.manifests.delete(repository, digest)
        self.tags.delete_of(repository, digest)

    def delete_repository(self, repository: str, at: int) -> DeletedContent:
        """Delete a repository with its tags, manifests and, unless softly, blobs. Return which tags and manifests it had."""
        deleted = DeletedContent(self.manifests.digests(repository), self.tags.names(repository))
        for digest in deleted.digests:
            self._delete_manifest(repository, digest, at)
        self.tags.delete_all(repository)
        if not self._settings["soft_delete"]:
            self.blobs.unlink_all(repository)
        self.repositories.delete(repository)
        return deleted

    def restore_manifest(self, repository: str, digest: str, tag: str | None, at: int) -> None:
        """Restore a manifest, and point ``tag`` at it, if one is given. A tag that moves can be restored where it was."""
        moved = self.tags.get(repository, tag) if tag else None
        if moved is not None and moved.digest != digest and self._settings["soft_delete"]:
            self.tags.keep_deleted(moved, at)
        self.manifests.set_deleted(repository, digest, None)
        self.repositories.create_if_missing(repository, at)
        if tag:
            self.tags.put(repository, tag, digest, at)
            self.tags.forget_deleted(repository, tag, digest)
