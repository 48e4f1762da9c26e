# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registries other than Azure's: what their challenge leads to, and what it must not lead to. The registry is a table of answers."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._auth.challenged_endpoint import ChallengedEndpoint
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import AuthenticationError, ProtocolError, RegistryError, UsageError
from ansible_collections.registryops.acr.plugins.module_utils._http.response import Response

ORIGIN = "https://registry.example"
SCOPE = "repository:library/app:pull,metadata_read"
BASIC = f"Basic {base64.b64encode(b'user:pw').decode()}"


class Registry:
    """A transport whose ``/v2/`` answers with a challenge and whose other paths give a token; it counts what it is asked, by origin."""

    def __init__(self, challenge, status=401, token=(200, {"token": "t0k3n"}), origin=ORIGIN, asked=None):
        self.origin = origin
        self.asked = [] if asked is None else asked
        self._challenge = challenge
        self._status = status
        self._token = token

    def to(self, origin):
        return Registry(self._challenge, self._status, self._token, origin, self.asked)

    def send(self, method, target, *, headers=None, **dummy):
        self.asked.append((self.origin, target, dict(headers or {})))
        if target == "/v2/":
            return Response(method, self.origin + target, self._status, {"WWW-Authenticate": self._challenge} if self._challenge else {}, b"{}")
        status, document = self._token
        return Response(method, self.origin + target, status, {}, json.dumps(document).encode())


def endpoint(*args, trusted=None, **options):
    registry = Registry(*args, **options)
    return ChallengedEndpoint(registry, "registry.example", trusted), registry


def test_a_token_service_is_asked_for_what_it_knows():
    made, registry = endpoint('Bearer realm="https://auth.example/token?a=b",service="the service"')
    assert made.anonymous(SCOPE).headers == {"Authorization": "Bearer t0k3n"}
    assert made.anonymous(SCOPE).headers == {"Authorization": "Bearer t0k3n"}
    assert [origin for origin, dummy, dummy in registry.asked] == [ORIGIN, "https://auth.example", "https://auth.example"]
    dummy, target, headers = registry.asked[-1]
    assert urlsplit(target).path == "/token"
    assert parse_qs(urlsplit(target).query) == {"service": ["the service"], "scope": ["repository:library/app:pull"]}
    assert headers == {}


@pytest.mark.parametrize(
    "challenge",
    [
        'Bearer realm="https://registry.example/token"',
        "bearer realm=https://registry.example/token",
        'Basic realm="registry", Bearer realm="https://registry.example/token"',
        'Negotiate abc==, BEARER REALM="https://registry.example/token", scope="a, b"',
    ],
)
def test_a_password_goes_to_the_registrys_own_origin(challenge):
    made, registry = endpoint(challenge)
    assert made.password("user", "pw", SCOPE).headers == {"Authorization": "Bearer t0k3n"}
    assert registry.asked[-1][0] == ORIGIN
    assert registry.asked[-1][2] == {"Authorization": BASIC}


def test_a_password_goes_to_another_origin_only_if_that_is_trusted():
    challenge = 'Bearer realm="https://auth.example/token"'
    made, registry = endpoint(challenge)
    with pytest.raises(UsageError, match=r"to another host, https://auth\.example/token; nothing was sent there\. If you trust that host, set token_service"):
        made.password("user", "pw", SCOPE)
    assert [origin for origin, dummy, dummy in registry.asked] == [ORIGIN]
    made, registry = endpoint(challenge, trusted="https://auth.example/token/")
    made.password("user", "pw", SCOPE)
    assert registry.asked[-1][0] == "https://auth.example"
    assert registry.asked[-1][2] == {"Authorization": BASIC}


def test_a_registry_without_tokens_gets_the_password_itself():
    made, registry = endpoint('Basic realm="registry"')
    assert made.password("user", "pw", SCOPE).headers == {"Authorization": BASIC}
    assert len(registry.asked) == 1
    with pytest.raises(UsageError, match="requires a user name and a password: set username and password of source"):
        made.anonymous(SCOPE)


def test_a_registry_that_requires_nothing_gets_nothing():
    assert endpoint(None, status=200)[0].anonymous(SCOPE).headers == {}


@pytest.mark.parametrize(
    "realm",
    [
        "http://auth.example/token",
        "ftp://auth.example/token",
        "https:///token",
        "https://user:pw@auth.example/token",
        "https://[auth.example/token",
        "/token",
        "",
    ],
)
@pytest.mark.parametrize("password", [False, True])
def test_a_token_service_must_be_https(realm, password):
    made, registry = endpoint(f'Bearer realm="{realm}"', trusted=realm)
    with pytest.raises(ProtocolError, match="as its token service, which is not an https URL; nothing was sent there") as caught:
        made.password("user", "pw", SCOPE) if password else made.anonymous(SCOPE)
    assert "pw@" not in str(caught.value)
    assert len(registry.asked) == 1


@pytest.mark.parametrize("challenge", [None, "", "Negotiate", 'Digest realm="x", nonce=1', 'realm="https://registry.example/token"'])
def test_a_scheme_that_is_not_supported(challenge):
    with pytest.raises(ProtocolError, match=r"requires an authentication that is not supported \(.*\): only Bearer and Basic are"):
        endpoint(challenge)[0].anonymous(SCOPE)


def test_a_refused_login_is_told_from_a_repository_that_is_not_public():
    made = endpoint('Bearer realm="https://registry.example/token"', token=(401, {}))[0]
    with pytest.raises(AuthenticationError, match="does not accept this login: check username and password of source"):
        made.password("user", "pw", SCOPE)
    with pytest.raises(AuthenticationError, match="does not allow anonymous access to this repository: set username and password of source"):
        made.anonymous(SCOPE)


def test_a_token_under_either_name():
    for key in ("token", "access_token"):
        made = endpoint('Bearer realm="https://registry.example/token"', token=(200, {"token": "", key: "t0k3n"}))[0]
        assert made.anonymous(SCOPE).value == "t0k3n"


@pytest.mark.parametrize("document", [{}, [], {"token": 5}, {"token": "a\r\nX-Evil: 1"}, {"token": "", "access_token": ""}])
def test_an_answer_without_a_token(document):
    with pytest.raises(ProtocolError, match="was answered without 'token'"):
        endpoint('Bearer realm="https://registry.example/token"', token=(200, document))[0].anonymous(SCOPE)


def test_a_registry_in_trouble():
    with pytest.raises(RegistryError, match="The registry has a problem: try again later"):
        endpoint(None, status=503)[0].anonymous(SCOPE)
