# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What all endpoints share: tell "not found" from trouble, change attributes, follow lists.

"Not found" is ``None`` (or ``False``); every other status that is not a success raises the fitting error of ``_errors``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Protocol, TypeVar

from .._auth.scopes import Scope, repository_scope
from .._auth.session import AuthorizedTransport
from .._common.errors import DriftError
from .._http.paging import PAGE_SIZE, Listing, listing
from .._http.response import Response
from .properties import Attributes

# order_by of a task -> the service's orderby; without it, lists come by name or digest.
ORDERS = {"name": None, "last_updated_asc": "timeasc", "last_updated_desc": "timedesc"}
NOT_FOUND = frozenset({"NAME_UNKNOWN", "TAG_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN"})
ItemT = TypeVar("ItemT")


class _HasAttributes(Protocol):
    @property
    def attributes(self) -> Attributes: ...


LockedT = TypeVar("LockedT", bound=_HasAttributes)


class _MissingRepositoryError(Exception):
    """The list's repository is not there; never leaves this file."""


class Endpoint:
    """Requests about one noun; ``concurrency`` bounds how many are under way where a method makes several."""

    def __init__(self, http: AuthorizedTransport, concurrency: int) -> None:
        self._http = http
        self._concurrency = concurrency

    def _get(self, path: str, name: str) -> Any | None:
        """Return the JSON at ``path`` in repository ``name``, or None."""
        response = self._http.send("GET", path, repository_scope(name, "metadata_read"))
        return response.json() if is_found(response) else None

    def _delete(self, path: str, name: str) -> bool:
        """Delete what is at ``path`` in repository ``name``; False when it was not there."""
        return is_found(self._http.send("DELETE", path, repository_scope(name, "delete")))

    def _set(self, path: str, name: str, attributes: Attributes, flags: Mapping[str, bool], read: Callable[[Any], LockedT], what: str) -> LockedT:
        """Set those of ``attributes`` that ``flags`` names, and return the item as the registry shows it afterwards."""
        response = self._http.send("PATCH", path, repository_scope(name, "metadata_write"), body=attributes.to_wire(flags))
        if not is_found(response):
            raise DriftError(f"{what} vanished while the task was at work; nothing was changed there. Run the task again.")
        item = read(response.json())
        if item.attributes == attributes:
            return item
        # The service has been seen to answer with the attributes as they were before.
        data = self._get(path, name)
        if data is None or read(data).attributes != attributes:
            raise DriftError(f"{what} was changed, but the registry does not show it: something else changes it too. Run the task again.")
        return read(data)

    def _list(
        self,
        path: str,
        scope: Scope,
        read: Callable[[Any], list[ItemT]],
        key: Callable[[ItemT], Hashable],
        limit: int | None = None,
        **query: str | None,
    ) -> Listing[ItemT]:
        """Follow the list at ``path`` to its end or ``limit``; that of a repository that does not exist is empty, and says so."""

        def fetch(target: str) -> Response:
            response = self._http.send("GET", target, scope)
            if not is_found(response):
                raise _MissingRepositoryError
            return response

        try:
            return listing(fetch, path, query, read, key, limit)
        except _MissingRepositoryError:
            return Listing([], exists=False)


def is_found(response: Response) -> bool:
    """Whether ``response`` is a success (True) or says that the thing is not there (False); anything else raises.

    A 404 without one of the registry's codes is a proxy's or another server's, and proves nothing.
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
    """Return how many requests a list of ``count`` items takes."""
    return max(1, -(-count // PAGE_SIZE))
