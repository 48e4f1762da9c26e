# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Tags and their properties."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from .._auth.scopes import repository_scope
from .._common.concurrency import concurrently
from .endpoint import ORDERS, Endpoint, page_count, unwrap
from .properties import Attributes, RepositoryProperties, TagProperties, list_at

if TYPE_CHECKING:
    from .._http.paging import Listing


class Tags(Endpoint):
    """``/acr/v1/{name}/_tags``."""

    def list(self, repository: str, *, order_by: str = "name", digest: str | None = None, limit: int | None = None) -> Listing[TagProperties]:
        """List the tags of a repository, or of one manifest in it."""

        def read(page: Any) -> builtins.list[TagProperties]:
            return [tag for tag in map(TagProperties.from_json, list_at(page, "tags")) if digest in (None, tag.digest)]

        return self._list(
            f"/acr/v1/{repository}/_tags",
            repository_scope(repository, "metadata_read"),
            read,
            lambda tag: tag.name,
            limit,
            orderby=ORDERS[order_by],
            digest=digest,
        )

    def get(self, repository: str, name: str) -> TagProperties | None:
        """Return the properties of a tag; None if the tag or the repository does not exist."""
        data = self._get(f"/acr/v1/{repository}/_tags/{name}", repository)
        return None if data is None else _tag(data)

    def get_many(self, repository: RepositoryProperties, names: Collection[str]) -> dict[str, TagProperties]:
        """Return the existing tags of ``names``, with the fewest requests: the whole list, or one for each name that no list shows."""
        many = len(names) > page_count(repository.tag_count)
        found = {tag.name: tag for tag in self.list(repository.name).items if tag.name in names} if many else {}
        each = concurrently(lambda name: self.get(repository.name, name), [name for name in names if name not in found], self._concurrency)
        return {**found, **{tag.name: tag for tag in each if tag}}

    def set_attributes(self, repository: str, name: str, attributes: Attributes, flags: Mapping[str, bool]) -> TagProperties:
        """Set those of ``attributes`` that ``flags`` names, and return the new properties."""
        what = f"Tag '{name}' of '{repository}'"
        return self._set(f"/acr/v1/{repository}/_tags/{name}", repository, attributes, flags, _tag, what)

    def delete(self, repository: str, name: str) -> bool:
        """Delete a tag, not its manifest; False if it did not exist."""
        return self._delete(f"/acr/v1/{repository}/_tags/{name}", repository, lambda: self.get(repository, name))


def _tag(data: Any) -> TagProperties:
    return TagProperties.from_json(unwrap(data, "tag"))
