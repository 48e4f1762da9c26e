# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import ProtocolError
from ansible_collections.registryops.acr.plugins.module_utils._http.paging import listing
from ansible_collections.registryops.acr.plugins.module_utils._http.response import Response

ORIGIN = "https://r.azurecr.io"
PATH = "/acr/v1/library%2Fapp/_tags"


class Book:
    """Answers request targets from a table of target -> (items, link), and remembers what was asked."""

    def __init__(self, pages):
        self.pages = pages
        self.asked = []

    def fetch(self, target):
        self.asked.append(target)
        found, link = self.pages[target] if isinstance(self.pages, dict) else self.pages(target)
        headers = {"Link": link} if link else {}
        return Response("GET", ORIGIN + target, 200, headers, json.dumps({"tags": found}).encode())


def read(book, limit=None, **query):
    return listing(book.fetch, PATH, query, lambda page: page["tags"] or [], str, limit)


def test_links_are_followed_as_given_with_their_opaque_cursor():
    cursor = f"{PATH}?last=8586163895140836946%2612.04&n=1000&orderby=timedesc"
    book = Book({f"{PATH}?orderby=timedesc&n=1000": (["b"], f'<{cursor}>; rel="next"'), cursor: (["a"], None)})
    assert read(book, orderby="timedesc").items == ["b", "a"]
    assert book.asked[1] == cursor


def test_the_digest_filter_that_a_link_drops_is_restored():
    first = f"{PATH}?digest=sha256%3Aab&n=1000"
    second = f"{PATH}?last=x&n=1000&orderby=&digest=sha256%3Aab"
    book = Book({first: (["x"], f'<{PATH}?last=x&n=1000&orderby=>; rel="next"'), second: (["y"], None)})
    assert read(book, digest="sha256:ab").items == ["x", "y"]


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example" + PATH + "?last=a",
        "//evil.example" + PATH + "?last=a",
        "http://r.azurecr.io" + PATH + "?last=a",
        "https://r.azurecr.io:8443" + PATH + "?last=a",
        "https://r.azurecr.io@evil.example" + PATH,
        "/oauth2/token?last=a",
        "/acr/v1/other/_tags?last=a",
        "\\\\evil.example" + PATH,
    ],
)
def test_a_link_that_leads_away_is_refused_and_not_followed(link):
    book = Book(lambda target: (["a"], f'<{link}>; rel="next"'))
    with pytest.raises(ProtocolError, match="not the same list of the same registry; it was not followed"):
        read(book)
    assert len(book.asked) == 1


@pytest.mark.parametrize("link", ["https://[r.azurecr.io/x?a=secret", "//secret@[", "https://r.azurecr.io:port/x", "https://r.azurecr.io:99999/x"])
def test_a_link_that_is_not_a_url_is_refused(link):
    with pytest.raises(ProtocolError, match="which is not a URL; it was not followed") as caught:
        read(Book(lambda target: (["a"], f'<{link}>; rel="next"')))
    assert "secret" not in str(caught.value)


def test_a_list_that_links_to_itself_is_refused():
    book = Book(lambda target: (["a"], f'<{PATH}?n=1000>; rel="next"'))
    with pytest.raises(ProtocolError, match="links in a circle"):
        read(book)


def test_a_list_whose_pages_repeat_is_refused():
    counter = iter(range(10_000))
    book = Book(lambda target: (["a"], f'<{PATH}?last={next(counter)}>; rel="next"'))
    with pytest.raises(ProtocolError, match="does not advance"):
        read(book)
    assert len(book.asked) == 2


def test_an_item_that_moves_to_a_later_page_is_given_once():
    second = f"{PATH}?last=a"
    book = Book({f"{PATH}?n=1000": (["a", "b"], f'<{second}>; rel="next"'), second: (["b", "c"], None)})
    assert read(book).items == ["a", "b", "c"]


@pytest.mark.parametrize(("limit", "link", "truncated"), [(2, f'<{PATH}?last=b>; rel="next"', True), (2, None, False), (1, None, True), (3, None, False)])
def test_a_limit_says_whether_it_cut(limit, link, truncated):
    result = read(Book(lambda target: (["a", "b"], link)), limit=limit)
    assert (len(result.items), result.truncated) == (min(limit, 2), truncated)


def test_a_limit_asks_for_no_more_than_it_needs():
    book = Book({f"{PATH}?n=2": (["a", "b"], None)})
    read(book, limit=2)


def test_a_null_list_is_empty():
    assert read(Book({f"{PATH}?n=1000": (None, None)})).items == []


def test_a_link_that_cannot_be_read_is_refused():
    with pytest.raises(ProtocolError, match="Link header that cannot be read"):
        read(Book(lambda target: (["a"], "next please")))
