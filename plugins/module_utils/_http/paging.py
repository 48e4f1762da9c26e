# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Lists that come in pages, chained by the ``Link`` header (RFC 8288; OCI distribution specification, "Listing tags")."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

from .._common.errors import ProtocolError
from .._common.progress import report
from .._common.text import printable, redact
from .response import Response, resolve_link
from .settings import PAGE_SIZE

# With 1,000 items a page this is ten million: a list longer than that has no end.
MOST_PAGES = 10_000
_LINK = re.compile(r'\s*<([^<>]*)>\s*;.*\brel="?next"?', re.ASCII)
ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class Listing(Generic[ItemT]):
    """``items`` in the registry's order; ``truncated``: there are more than the limit; ``exists``: so does the repository of the list."""

    items: list[ItemT]
    truncated: bool = False
    exists: bool = True


def listing(
    fetch: Callable[[str], Response],
    path: str,
    query: Mapping[str, str | None],
    read: Callable[[Any], list[ItemT]],
    key: Callable[[ItemT], Hashable],
    limit: int | None = None,
) -> Listing[ItemT]:
    """Follow a list to its end, or to ``limit`` items.

    ``fetch`` answers a request target, ``read`` returns the items in the JSON of a page, and ``key`` tells two items apart: an item that
    moves to a later page while the list is read is returned once. ProtocolError when the list has no end.
    """
    size = PAGE_SIZE if limit is None else min(limit, PAGE_SIZE)
    found: dict[Hashable, ItemT] = {}
    for page, more in _pages(fetch, path, {**query, "n": str(size)}):
        before = len(found)
        for item in read(page):
            found.setdefault(key(item), item)
        if more:
            report(f"{len(found):,} read of {path}")
        if limit is not None and len(found) >= limit:
            return Listing(list(found.values())[:limit], more or len(found) > limit)
        if more and len(found) == before:
            raise ProtocolError(f"The list {path} does not advance: a page has no new items, and links to another page. It was not read any further.")
    return Listing(list(found.values()))


def _pages(fetch: Callable[[str], Response], path: str, query: Mapping[str, str | None]) -> Iterator[tuple[Any, bool]]:
    target: str | None = with_query(path, query)
    seen: set[str] = set()
    while target is not None:
        if target in seen:
            raise ProtocolError(f"The list {path} links in a circle. It was not read any further.")
        if len(seen) == MOST_PAGES:
            raise ProtocolError(f"The list {path} has more than {MOST_PAGES} pages, which no registry has. It was not read any further.")
        seen.add(target)
        response = fetch(target)
        target = next_target(response, path, query)
        yield response.json(), target is not None


def next_target(response: Response, path: str, query: Mapping[str, str | None]) -> str | None:
    """Return the request target of the page after ``response``, None on the last page.

    The link is followed as given, because the cursor of a list that is ordered by time is opaque. It must lead to the same list of the
    same origin. A ``digest`` filter, which the service omits from its links, is added again.
    """
    header = response.headers.get("Link")
    if not header:
        return None
    match = _LINK.match(header)
    if not match:
        raise ProtocolError(f"The list {path} has a Link header that cannot be read: {printable(header, 120)}.")
    parts, own = resolve_link(response.url, match.group(1)), urlsplit(response.url)
    if (parts.scheme, parts.netloc, parts.path) != (own.scheme, own.netloc, own.path):
        raise ProtocolError(
            f"The list {path} links to {printable(redact(parts.geturl()), 120)}, which is not the same list of the same registry; it was not followed."
        )
    target = f"{parts.path}?{parts.query}"
    if query.get("digest") and "digest" not in parse_qs(parts.query):
        target += f"&digest={quote(str(query['digest']), safe='')}"
    return target


def with_query(path: str, query: Mapping[str, str | None]) -> str:
    """Return ``path`` with those parameters of ``query`` that have a value."""
    pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value is not None)
    return f"{path}?{pairs}" if pairs else path
