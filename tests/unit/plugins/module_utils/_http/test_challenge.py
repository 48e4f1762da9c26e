# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Challenges as servers write them, the examples of RFC 9110 and RFC 6750 among them, and what is not a challenge."""

from __future__ import annotations

import time

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._http.challenge import Challenge, parse_challenges
from ansible_collections.registryops.acr.plugins.module_utils._http.response import Response


def parsed(header):
    return [(challenge.scheme, dict(challenge.parameters)) for challenge in parse_challenges(header)]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        # As an Azure Container Registry sends it (recorded).
        (
            'Bearer realm="https://r.azurecr.io/oauth2/token",service="r.azurecr.io",scope="repository:app:pull,push",error="invalid_token"',
            [
                (
                    "bearer",
                    {
                        "realm": "https://r.azurecr.io/oauth2/token",
                        "service": "r.azurecr.io",
                        "scope": "repository:app:pull,push",
                        "error": "invalid_token",
                    },
                )
            ],
        ),
        # RFC 9110, 11.6.1.
        (
            'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
            [("basic", {"realm": "simple"}), ("newauth", {"realm": "apps", "type": "1", "title": 'Login to "apps"'})],
        ),
        # RFC 6750, 3.
        (
            'Bearer realm="example", error="invalid_token", error_description="The access token expired"',
            [("bearer", {"realm": "example", "error": "invalid_token", "error_description": "The access token expired"})],
        ),
        # Values without quotes; the second is no token of RFC 9110 and is sent all the same.
        ("Bearer error=insufficient_scope", [("bearer", {"error": "insufficient_scope"})]),
        ("Bearer realm=https://r/oauth2/token,service=r:5000", [("bearer", {"realm": "https://r/oauth2/token", "service": "r:5000"})]),
        # Case and white space.
        ('BEARER Realm="x" , SERVICE = "y"', [("bearer", {"realm": "x", "service": "y"})]),
        ('bearer\trealm = "x"', [("bearer", {"realm": "x"})]),
        # No realm; no parameters; an empty value.
        ('Bearer service="y"', [("bearer", {"service": "y"})]),
        ("Negotiate", [("negotiate", {})]),
        ('Basic realm=""', [("basic", {"realm": ""})]),
        # Commas, equals signs and a scheme within quotes.
        ('Basic realm="a, b=c, Bearer error=\\"x\\"", charset="UTF-8"', [("basic", {"realm": 'a, b=c, Bearer error="x"', "charset": "UTF-8"})]),
        ('Basic realm="back\\\\slash"', [("basic", {"realm": "back\\slash"})]),
        # A scheme twice, and a parameter twice.
        ('Bearer realm="one", Bearer realm="two"', [("bearer", {"realm": "one"}), ("bearer", {"realm": "two"})]),
        ('Bearer realm="one", realm="two"', [("bearer", {"realm": "one"})]),
        # A token68, and empty items of a list (RFC 9110, 5.6.1.2).
        ("Negotiate oRQwEqADCgEB==, NTLM", [("negotiate", {}), ("ntlm", {})]),
        (', Basic realm="x",, ,Digest nonce=1,', [("basic", {"realm": "x"}), ("digest", {"nonce": "1"})]),
    ],
)
def test_challenges(header, expected):
    assert parsed(header) == expected


@pytest.mark.parametrize("header", ["", " ", ",", "=", '"', '"=', "\\", '="', "a=b", 'realm="x"', "\x85\xa0", "==,=="])
def test_what_is_not_a_challenge_gives_none(header):
    assert [challenge for challenge in parsed(header) if challenge[1]] == []


def test_a_quote_that_does_not_end_takes_the_rest():
    assert parsed('Bearer realm="x, error="y') == [("bearer", {"realm": 'x, error="y'})]


@pytest.mark.parametrize("piece", [",", "a=b,", "a ", '"', "\\", "=", "Bearer a=b,", '"\\', " \t"], ids=repr)
def test_a_large_header_takes_no_time(piece):
    header = piece * (65_536 // len(piece))
    start = time.process_time()
    parse_challenges(f"Bearer {header}")
    assert time.process_time() - start < 1


def test_a_response_gives_the_first_challenge_of_a_scheme():
    response = Response("GET", "https://r/v2/", 401, {"WWW-Authenticate": 'Basic realm="a", Bearer realm="b", Bearer realm="c"'}, b"")
    assert response.challenge("bearer") == Challenge("bearer", {"realm": "b"})
    assert response.challenge("digest") is None
    assert Response("GET", "https://r/v2/", 200, {}, b"").challenge("bearer") is None
