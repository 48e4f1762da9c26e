# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Manifests and their properties."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from .._auth.scopes import repository_scope
from .._common.concurrency import concurrently
from .endpoint import ORDERS, Endpoint, page_count, unwrap
from .properties import Attributes, ManifestProperties, RepositoryProperties, list_at

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
        """Return the existing manifests of ``digests``, with the fewest requests: the whole list, or one for each digest that no list shows."""
        many = len(digests) > page_count(repository.manifest_count)
        found = {manifest.digest: manifest for manifest in self.list(repository.name).items if manifest.digest in digests} if many else {}
        each = concurrently(lambda digest: self.get(repository.name, digest), [digest for digest in digests if digest not in found], self._concurrency)
        return {**found, **{manifest.digest: manifest for manifest in each if manifest}}

    def set_attributes(self, repository: str, digest: str, attributes: Attributes, flags: Mapping[str, bool]) -> ManifestProperties:
        """Set those of ``attributes`` that ``flags`` names, and return the new properties."""
        what = f"Manifest '{digest}' of '{repository}'"
        return self._set(f"/acr/v1/{repository}/_manifests/{digest}", repository, attributes, flags, _manifest, what)

    def delete(self, repository: str, digest: str) -> bool:
        """Delete a manifest with all its tags; False if it did not exist."""
        return self._delete(f"/v2/{repository}/manifests/{digest}", repository, lambda: self.get(repository, digest))


def _manifest(data: Any) -> ManifestProperties:
    return ManifestProperties.from_json(unwrap(data, "manifest"))
