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

from ._auth import Authorized, Scope, repository
from ._errors import DriftError
from ._models import Attributes
from ._paging import PAGE_SIZE, Listing, listing
from ._response import Response

# order_by of a task -> the service's orderby; without it, lists come by name or digest.
ORDERS = {"name": None, "last_updated_asc": "timeasc", "last_updated_desc": "timedesc"}

NOT_FOUND = frozenset({"NAME_UNKNOWN", "TAG_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN"})

Item = TypeVar("Item")


class _HasAttributes(Protocol):
    @property
    def attributes(self) -> Attributes: ...


Locked = TypeVar("Locked", bound=_HasAttributes)


class _MissingRepository(Exception):
    """The list's repository is not there; never leaves this file."""


class Endpoint:
    """Requests about one noun; ``concurrency`` bounds how many are under way where a method makes several."""

    def __init__(self, http: Authorized, concurrency: int) -> None:
        self._http = http
        self._concurrency = concurrency

    def _get(self, path: str, name: str) -> Any | None:
        """Return the JSON at ``path`` in repository ``name``, or None."""
        response = self._http.send("GET", path, repository(name, "metadata_read"))
        return response.json() if found(response) else None

    def _delete(self, path: str, name: str) -> bool:
        """Delete what is at ``path`` in repository ``name``; False when it was not there."""
        return found(self._http.send("DELETE", path, repository(name, "delete")))

    def _set(self, path: str, name: str, attributes: Attributes, flags: Mapping[str, bool], read: Callable[[Any], Locked], what: str) -> Locked:
        """Set those of ``attributes`` that ``flags`` names, and return the item as the registry shows it afterwards."""
        response = self._http.send("PATCH", path, repository(name, "metadata_write"), body=attributes.to_wire(flags))
        if not found(response):
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
        read: Callable[[Any], list[Item]],
        key: Callable[[Item], Hashable],
        limit: int | None = None,
        **query: str | None,
    ) -> Listing[Item] | None:
        """Follow the list at ``path`` to its end or ``limit``; None when its repository does not exist."""

        def fetch(target: str) -> Response:
            response = self._http.send("GET", target, scope)
            if not found(response):
                raise _MissingRepository
            return response

        try:
            return listing(fetch, path, query, read, key, limit)
        except _MissingRepository:
            return None


def found(response: Response) -> bool:
    """Whether ``response`` is a success (True) or says that the thing is not there (False); anything else raises.

    A 404 without one of the registry's codes is a proxy's or another server's, and proves nothing.
    """
    if 200 <= response.status < 300:
        return True
    refusal = response.refusal()
    if response.status == 404 and refusal.code in NOT_FOUND:
        return False
    raise refusal.error()


def inner(data: Any, key: str) -> Any:
    """Return ``data[key]`` of an answer that wraps its item."""
    return data.get(key) if isinstance(data, dict) else None


def pages(count: int) -> int:
    """Return how many requests a list of ``count`` items takes."""
    return max(1, -(-count // PAGE_SIZE))
