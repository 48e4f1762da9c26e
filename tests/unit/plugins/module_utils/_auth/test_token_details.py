# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tokens say about themselves, as the service writes them, and what they should not say."""

from __future__ import annotations

import base64
import json

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._auth.token_details import Grant, TokenDetails
from ansible_collections.registryops.acr.plugins.module_utils._auth.tokens import Token


def details(claims):
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return TokenDetails.of(Token(f"eyJhbGciOiJSUzI1NiJ9.{payload}.c2ln", 0.0))


def test_what_the_service_writes():
    access = [{"type": "repository", "name": "library/app", "actions": ["pull", "metadata_read"]}, {"Type": "registry", "Name": "catalog", "Actions": ["*"]}]
    assert details({"exp": 1_750_000_000, "access": access}) == TokenDetails(
        "2025-06-15T15:06:40Z",
        (Grant("repository", "library/app", ("metadata_read", "pull")), Grant("registry", "catalog", ("*",))),
    )


@pytest.mark.parametrize("exp", [None, "soon", [], 1e300, float("nan"), float("inf"), -1e300, 10**400])
def test_a_time_that_is_none_is_left_out(exp):
    assert details({"exp": exp}).expires_at is None


@pytest.mark.parametrize("access", [None, "all", 5, {}, ["repository"], [None]])
def test_what_is_no_list_of_grants_gives_none(access):
    assert details({"access": access}).grants == ()


def test_odd_grants_are_printable():
    assert details({"access": [{"type": None, "name": "a\x1b[2J\n" + "b" * 999, "actions": ["pull\n", 5]}]}).grants == (
        Grant("None", "a [2J " + "b" * 253 + "…", ("5", "pull")),
    )
    assert details({"access": [{"actions": "pull"}]}).grants[0].actions == ()


@pytest.mark.parametrize("value", ["", "opaque", "a.b.c", "a." + base64.urlsafe_b64encode(b"[" * 50_000).decode() + ".c"])
def test_a_token_that_is_not_a_jwt_says_nothing(value):
    assert TokenDetails.of(Token(value, 0.0)) == TokenDetails(None, ())
