# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Manifests and their properties."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .._auth.scopes import repository_scope
from .._common.concurrency import concurrently
from .._common.errors import DriftError
from .endpoint import ORDERS, Endpoint, page_count, unwrap
from .properties import Attributes, Child, ManifestProperties, RepositoryProperties, list_at

if TYPE_CHECKING:
    from .._http.paging import Listing


class Manifests(Endpoint):
    """``/acr/v1/{name}/_manifests``."""

    def list(self, repository: str, *, order_by: str = "name", limit: int | None = None) -> Listing[ManifestProperties]:
        """List the manifests of a repository, without the children of indexes."""
        return self._list(
            f"/acr/v1/{repository}/_manifests",
            repository_scope(repository, "metadata_read"),
            lambda page: [ManifestProperties.from_json(item) for item in list_at(page, "manifests")],
            lambda manifest: manifest.digest,
            limit,
            orderby=ORDERS[order_by],
        )

    def get(self, repository: str, digest: str) -> ManifestProperties | None:
        """Return the properties of a manifest; None if the manifest or the repository does not exist."""
        data = self._get(f"/acr/v1/{repository}/_manifests/{digest}", repository)
        return None if data is None else _manifest(data)

    def get_many(self, repository: RepositoryProperties, digests: Collection[str]) -> dict[str, ManifestProperties]:
        """Return the existing manifests of ``digests``, with the fewest requests: one for each digest, or the whole list."""
        if len(digests) <= page_count(repository.manifest_count):
            each = concurrently(lambda digest: self.get(repository.name, digest), digests, self._concurrency)
            return {manifest.digest: manifest for manifest in each if manifest}
        return {manifest.digest: manifest for manifest in self.list(repository.name).items if manifest.digest in digests}

    def with_children(self, repository: RepositoryProperties, digests: Iterable[str]) -> tuple[dict[str, ManifestProperties], set[str]]:
        """Return the manifests ``digests`` with their children at any depth, and the digests that do not exist in the registry."""
        reached: dict[str, ManifestProperties] = {}
        missing: set[str] = set()
        todo = list(dict.fromkeys(digests))
        while todo:
            level = self.get_many(repository, todo)
            reached.update(level)
            missing.update(digest for digest in todo if digest not in level)
            indexes = [manifest for manifest in level.values() if manifest.is_index]
            children = concurrently(lambda index: self.children(repository.name, index), indexes, self._concurrency)
            todo = [digest for digest in dict.fromkeys(child.digest for group in children for child in group) if digest not in reached]
            todo = [digest for digest in todo if digest not in missing]
        return reached, missing

    def children(self, repository: str, index: ManifestProperties) -> tuple[Child, ...]:
        """Return the children of ``index``: from its properties, or else, without platforms, from its document (which needs pull)."""
        if index.children is None:
            index = self.get(repository, index.digest) or index
        if index.children is not None:
            return index.children
        # Rarely needed, and its code is long: tasks that change only properties do not load it.
        from .content import Content

        document = Content(self._http, self._concurrency).manifest(repository, index.digest)
        if document is None:
            raise DriftError(f"Index {index.digest} of '{repository}' disappeared while the task was running. Run the task again.")
        return tuple(Child(child.digest) for child in document.children)

    def set_attributes(self, repository: str, digest: str, attributes: Attributes, flags: Mapping[str, bool]) -> ManifestProperties:
        """Set those of ``attributes`` that ``flags`` names, and return the new properties."""
        what = f"Manifest '{digest}' of '{repository}'"
        return self._set(f"/acr/v1/{repository}/_manifests/{digest}", repository, attributes, flags, _manifest, what)

    def delete(self, repository: str, digest: str) -> bool:
        """Delete a manifest with all its tags; False if it did not exist."""
        return self._delete(f"/v2/{repository}/manifests/{digest}", repository, lambda: self.get(repository, digest))


def _manifest(data: Any) -> ManifestProperties:
    return ManifestProperties.from_json(unwrap(data, "manifest"))
