# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Repositories and their properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .._auth.scopes import CATALOG
from .endpoint import Endpoint
from .properties import Attributes, RepositoryProperties, repository_names

if TYPE_CHECKING:
    from .._http.paging import Listing


class Repositories(Endpoint):
    """``/acr/v1/_catalog`` and ``/acr/v1/{name}``."""

    def names(self, limit: int | None = None) -> Listing[str]:
        """List the names of all repositories."""
        return self._list("/acr/v1/_catalog", CATALOG, repository_names, str, limit)

    def get(self, name: str) -> RepositoryProperties | None:
        """Return the properties of a repository; None if it does not exist."""
        data = self._get(f"/acr/v1/{name}", name)
        return None if data is None else RepositoryProperties.from_json(data)

    def set_attributes(self, name: str, attributes: Attributes, flags: Mapping[str, bool]) -> RepositoryProperties:
        """Set those of ``attributes`` that ``flags`` names, and return the new properties."""
        return self._set(f"/acr/v1/{name}", name, attributes, flags, RepositoryProperties.from_json, f"Repository '{name}'")

    def delete(self, name: str) -> bool:
        """Delete a repository with its content; False if it did not exist."""
        return self._delete(f"/acr/v1/{name}", name, lambda: self.get(name))
