# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What all endpoints share: they tell "not found" from an error, change attributes and follow lists.

"Not found" is ``None`` (or ``False``). Every other status that is not a success raises an error of ``_common/errors``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from .._auth.scopes import Scope, repository_scope
from .._auth.session import AuthorizedTransport
from .._common.errors import AcrError, DriftError, ProtocolError, RegistryError, TransportError
from .._http.response import Response
from .._http.settings import PAGE_SIZE
from .properties import Attributes, Properties

if TYPE_CHECKING:
    from .._http.paging import Listing

# order_by of a task -> orderby of the service, which without it lists by name or digest.
ORDERS = {"name": None, "last_updated_asc": "timeasc", "last_updated_desc": "timedesc"}
NOT_FOUND = frozenset({"NAME_UNKNOWN", "TAG_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN"})
ItemT = TypeVar("ItemT")
PropertiesT = TypeVar("PropertiesT", bound=Properties)


class _MissingRepositoryError(Exception):
    """The repository of a list does not exist; not raised beyond this file."""


class Endpoint:
    """Requests about one noun, of which a method sends at most ``concurrency`` at the same time."""

    def __init__(self, http: AuthorizedTransport, concurrency: int) -> None:
        self._http = http
        self._concurrency = concurrency

    def _get(self, path: str, name: str) -> Any | None:
        """Return the JSON at ``path`` in repository ``name``; None if it does not exist."""
        response = self._http.send("GET", path, repository_scope(name, "metadata_read"))
        return response.json() if is_found(response) else None

    def _delete(self, path: str, name: str, find: Callable[[], object]) -> bool:
        """Delete the item at ``path`` in repository ``name``; False if it did not exist.

        ``find`` returns None if the item does not exist. It is called when the answer does not tell whether the item was deleted.
        """
        try:
            return is_found(self._http.send("DELETE", path, repository_scope(name, "delete")))
        except AcrError as error:
            if _is_inconclusive(error) and _attempt(lambda: find() is None):
                return True
            raise

    def _set(self, path: str, name: str, attributes: Attributes, flags: Mapping[str, bool], read: Callable[[Any], PropertiesT], what: str) -> PropertiesT:
        """Set those of ``attributes`` that ``flags`` names, and return the item with its new properties."""
        item: PropertiesT | None
        try:
            response = self._http.send("PATCH", path, repository_scope(name, "metadata_write"), body=attributes.to_wire(flags))
            if not is_found(response):
                raise DriftError(f"{what} disappeared while the task was running; it was not changed. Run the task again.")
            item = read(response.json())
            if item.attributes == attributes:
                return item
        except AcrError as error:
            item = _attempt(lambda: self._read(path, name, read)) if _is_inconclusive(error) else None
            if item is None or item.attributes != attributes:
                raise
            return item
        # Recorded: the service can answer with the old attributes.
        item = self._read(path, name, read)
        if item is None or item.attributes != attributes:
            raise DriftError(f"{what} was changed, but the registry still shows other attributes: something else changes it too. Run the task again.")
        return item

    def _read(self, path: str, name: str, read: Callable[[Any], ItemT]) -> ItemT | None:
        """Return what ``read`` makes of the JSON at ``path`` in repository ``name``, or None."""
        data = self._get(path, name)
        return None if data is None else read(data)

    def _list(
        self,
        path: str,
        scope: Scope,
        read: Callable[[Any], list[ItemT]],
        key: Callable[[ItemT], Hashable],
        limit: int | None = None,
        **query: str | None,
    ) -> Listing[ItemT]:
        """Read the list at ``path`` to its end or to ``limit`` items. For a repository that does not exist, ``exists`` is False."""

        # Tasks that name what they work on read no list.
        from .._http.paging import Listing, listing

        def fetch(target: str) -> Response:
            response = self._http.send("GET", target, scope)
            if not is_found(response):
                raise _MissingRepositoryError
            return response

        try:
            return listing(fetch, path, query, read, key, limit)
        except _MissingRepositoryError:
            return Listing([], exists=False)


def _is_inconclusive(error: AcrError) -> bool:
    """Return whether the registry may have made the change that failed: there was no answer, an unreadable one, or that of a gateway."""
    return isinstance(error, (TransportError, ProtocolError)) or (isinstance(error, RegistryError) and error.answer.status >= 500)


def _attempt(find: Callable[[], ItemT]) -> ItemT | None:
    """Return what ``find`` returns, or None if it fails."""
    try:
        return find()
    except AcrError:
        return None


def is_found(response: Response) -> bool:
    """Return True for a success, False if the registry says that the item does not exist; raise for anything else.

    A 404 without one of the registry's codes comes from a proxy or another server, and proves nothing.
    """
    if 200 <= response.status < 300:
        return True
    if response.status == 404 and response.refusal().code in NOT_FOUND:
        return False
    raise response.error()


def unwrap(data: Any, key: str) -> Any:
    """Return ``data[key]`` of an answer that wraps its item."""
    return data.get(key) if isinstance(data, dict) else None


def page_count(count: int) -> int:
    """Return the number of requests for a list of ``count`` items."""
    return max(1, -(-count // PAGE_SIZE))
