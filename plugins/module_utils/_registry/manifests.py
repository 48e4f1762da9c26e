# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Manifests and their properties."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from .._auth.scopes import repository_scope
from .._common.concurrency import concurrently
from .._common.errors import DriftError, ProtocolError
from .._http.paging import Listing
from .._oci.media_types import ACCEPT_MANIFEST
from .endpoint import ORDERS, Endpoint, is_found, page_count, unwrap
from .properties import Attributes, Child, ManifestProperties, RepositoryProperties, list_at


class Manifests(Endpoint):
    """``/acr/v1/{name}/_manifests`` and ``/v2/{name}/manifests``."""

    def list(self, repository: str, *, order_by: str = "name", limit: int | None = None) -> Listing[ManifestProperties]:
        """List a repository's manifests, without the children of indexes; the list of a repository that does not exist says so."""
        return self._list(
            f"/acr/v1/{repository}/_manifests",
            repository_scope(repository, "metadata_read"),
            lambda page: [ManifestProperties.from_json(item) for item in list_at(page, "manifests")],
            lambda manifest: manifest.digest,
            limit,
            orderby=ORDERS[order_by],
        )

    def get(self, repository: str, digest: str) -> ManifestProperties | None:
        """Return the properties of a manifest; None when the manifest or the repository is missing."""
        data = self._get(f"/acr/v1/{repository}/_manifests/{digest}", repository)
        return None if data is None else _manifest(data)

    def get_many(self, repository: RepositoryProperties, digests: Collection[str]) -> dict[str, ManifestProperties]:
        """Return those manifests of ``digests`` that exist, by whichever costs fewer requests: one for each, or the whole list."""
        if len(digests) <= page_count(repository.manifest_count):
            each = concurrently(lambda digest: self.get(repository.name, digest), digests, self._concurrency)
            return {manifest.digest: manifest for manifest in each if manifest}
        return {manifest.digest: manifest for manifest in self.list(repository.name).items if manifest.digest in digests}

    def with_children(self, repository: RepositoryProperties, digests: Iterable[str]) -> tuple[dict[str, ManifestProperties], set[str]]:
        """Return ``digests`` and all that their indexes reach, and the digests among those that the registry does not have."""
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
        """Return the manifests that ``index`` lists: as its properties tell, else as the document itself says (needs pull)."""
        if index.children is None:
            index = self.get(repository, index.digest) or index
        if index.children is not None:
            return index.children
        document = self.document(repository, index.digest)
        if document is None:
            raise DriftError(f"Index {index.digest} of '{repository}' vanished while the task was at work. Run the task again.")
        return tuple(Child.from_json(item) for item in list_at(document, "manifests"))

    def document(self, repository: str, digest: str) -> Any | None:
        """Return a manifest itself as JSON, verified against its digest; None when there is none."""
        target = f"/v2/{repository}/manifests/{digest}"
        response = self._http.send("GET", target, repository_scope(repository, "pull"), headers={"Accept": ACCEPT_MANIFEST})
        if not is_found(response):
            return None
        if f"sha256:{hashlib.sha256(response.body).hexdigest()}" != digest:
            raise ProtocolError(f"The registry answered with other content than manifest {digest} of '{repository}'; it was not used.")
        return response.json()

    def set_attributes(self, repository: str, digest: str, attributes: Attributes, flags: Mapping[str, bool]) -> ManifestProperties:
        """Set those of ``attributes`` that ``flags`` names and return the properties as they are then."""
        what = f"Manifest '{digest}' of '{repository}'"
        return self._set(f"/acr/v1/{repository}/_manifests/{digest}", repository, attributes, flags, _manifest, what)

    def delete(self, repository: str, digest: str) -> bool:
        """Delete a manifest and with it all its tags; False when there was none."""
        return self._delete(f"/v2/{repository}/manifests/{digest}", repository)


def _manifest(data: Any) -> ManifestProperties:
    return ManifestProperties.from_json(unwrap(data, "manifest"))
