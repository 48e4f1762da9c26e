# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens: how many are asked for, when they are renewed, and what a refusal becomes. The registry here is a table of answers."""

from __future__ import annotations

import base64
import json
import threading
import time

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._ansible.options import ARGUMENT_SPEC
from ansible_collections.registryops.acr.plugins.module_utils._auth.clouds import CLOUDS
from ansible_collections.registryops.acr.plugins.module_utils._auth.credential_choice import choose_credential
from ansible_collections.registryops.acr.plugins.module_utils._auth.credentials import Anonymous, RefreshToken, UsernamePassword
from ansible_collections.registryops.acr.plugins.module_utils._auth.entra import EntraCredential
from ansible_collections.registryops.acr.plugins.module_utils._auth.entra_settings import EntraSettings
from ansible_collections.registryops.acr.plugins.module_utils._auth.scopes import CATALOG, repository_scope
from ansible_collections.registryops.acr.plugins.module_utils._auth.session import AuthorizedTransport
from ansible_collections.registryops.acr.plugins.module_utils._auth.token_endpoint import TokenEndpoint
from ansible_collections.registryops.acr.plugins.module_utils._auth.tokens import Token
from ansible_collections.registryops.acr.plugins.module_utils._common.concurrency import concurrently
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import AuthenticationError, PermissionDeniedError, ProtocolError, UsageError
from ansible_collections.registryops.acr.plugins.module_utils._http.response import Response

ORIGIN = "https://r.azurecr.io"


def jwt(issued, expires, number=0):
    # "?" and "~" make the encoded payload contain - and _, which only the URL-safe alphabet has.
    payload = base64.urlsafe_b64encode(json.dumps({"iat": issued, "exp": expires, "jti": f"??~~{number}"}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJSUzI1NiJ9.{payload}.c2ln"


class Registry:
    """A transport that gives tokens and answers 200 to a token it knows, whatever is asked."""

    def __init__(self, lifetime=4500):
        self.lifetime = lifetime
        self.requests = []
        self.revoked = set()
        self.error = "invalid_token"
        self.now = 0.0

    def send(self, method, target, *, headers=None, form=None, body=None):
        self.requests.append((method, target.partition("?")[0], dict(form or {})))
        if target.startswith("/oauth2/"):
            return self._answer(method, target, 200, {"access_token": jwt(1_000, 1_000 + self.lifetime, len(self.requests))})
        token = headers["Authorization"]
        if token in self.revoked or "all" in self.revoked:
            challenge = f'Bearer realm="https://r.azurecr.io/oauth2/token",service="r.azurecr.io",scope="x",error="{self.error}"'
            message = {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required", "detail": None}]}
            return self._answer(method, target, 401, message, {"WWW-Authenticate": challenge})
        return self._answer(method, target, 200, {"token": token})

    def _answer(self, method, target, status, data, headers=None):
        return Response(method, ORIGIN + target, status, headers or {}, json.dumps(data).encode())

    def tokens(self):
        return [form for dummy, path, form in self.requests if path == "/oauth2/token"]


def authorized(registry, credential=None):
    return AuthorizedTransport(registry, TokenEndpoint(registry, "r.azurecr.io", lambda: registry.now), credential or RefreshToken("secret"))


def test_one_token_serves_a_scope_and_another_scope_gets_its_own():
    registry = Registry()
    http = authorized(registry)
    for dummy in range(3):
        http.send("GET", "/acr/v1/app", repository_scope("app", "metadata_read"))
    http.send("PATCH", "/acr/v1/app", repository_scope("app", "metadata_write"))
    http.send("GET", "/acr/v1/_catalog", CATALOG)
    assert [form["scope"] for form in registry.tokens()] == ["repository:app:metadata_read", "repository:app:metadata_write", "registry:catalog:*"]


def test_announced_repositories_share_tokens_ten_at_a_time():
    registry = Registry()
    http = authorized(registry)
    scopes = [repository_scope(f"app{number}", "metadata_read") for number in range(25)]
    http.announce(scopes)
    for scope in scopes:
        http.send("GET", f"/acr/v1/{scope.name}", scope)
    assert [len(form["scope"].split(" ")) for form in registry.tokens()] == [10, 10, 5]


def test_actions_of_one_repository_are_merged():
    registry = Registry()
    http = authorized(registry)
    http.announce([repository_scope("app", "pull"), repository_scope("app", "push")])
    http.send("GET", "/v2/app/manifests/x", repository_scope("app", "pull"))
    assert registry.tokens()[0]["scope"] == "repository:app:pull,push"


def test_a_token_is_renewed_five_minutes_before_its_end():
    registry = Registry(lifetime=4500)
    http = authorized(registry)
    scope = repository_scope("app", "metadata_read")
    for registry.now in (0.0, 4199.0, 4200.0, 4201.0):
        http.send("GET", "/acr/v1/app", scope)
    assert len(registry.tokens()) == 2


def test_the_life_of_a_token_is_counted_from_its_arrival_whatever_the_clocks_say():
    assert Token.from_jwt(jwt(9_000_000_000, 9_000_004_500), 100.0).renew_at == 100.0 + 4200.0


def test_a_short_life_is_used_for_three_quarters():
    assert Token.from_jwt(jwt(0, 600), 0.0).renew_at == 450.0


@pytest.mark.parametrize("value", ["opaque", "a.b.c", "a..c", "", "a.bm90IGpzb24.c"])
def test_a_token_that_does_not_tell_lives_for_a_minute(value):
    assert Token.from_jwt(value, 0.0).renew_at == 45.0


def test_a_token_is_never_shown():
    assert "secret" not in repr(Token("secret", 0.0))


def test_many_threads_wait_for_one_token():
    registry = Registry()
    send = registry.send

    def slow(method, target, **request):
        if target.startswith("/oauth2/"):
            time.sleep(0.02)
        return send(method, target, **request)

    registry.send = slow
    http = authorized(registry)
    scope = repository_scope("app", "metadata_read")
    threads = [threading.Thread(target=http.send, args=("GET", "/acr/v1/app", scope)) for dummy in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(registry.tokens()) == 1
    assert len(registry.requests) == 33


def test_an_invalid_token_is_renewed_once_and_the_request_repeated():
    registry = Registry()
    http = authorized(registry)
    scope = repository_scope("app", "metadata_read")
    first = http.send("GET", "/acr/v1/app", scope).json()["token"]
    registry.revoked.add(first)
    assert http.send("GET", "/acr/v1/app", scope).json()["token"] != first
    assert len(registry.tokens()) == 2


def test_a_fresh_token_that_is_refused_too_is_an_error():
    registry = Registry()
    registry.revoked.add("all")
    with pytest.raises(AuthenticationError, match=r"answered with 401 UNAUTHORIZED: authentication required\. Check the credentials of this task"):
        authorized(registry).send("GET", "/acr/v1/app", repository_scope("app", "metadata_read"))
    assert len(registry.tokens()) == 2


def test_a_missing_permission_is_no_reason_for_another_token():
    registry = Registry()
    registry.revoked.add("all")
    registry.error = "insufficient_scope"
    with pytest.raises(PermissionDeniedError, match="The credential lacks metadata_write on repository 'app': assign a role"):
        authorized(registry).send("PATCH", "/acr/v1/app", repository_scope("app", "metadata_write"))
    assert len(registry.tokens()) == 1


def test_what_may_not_list_the_registry_is_told_to_name_repositories():
    registry = Registry()
    registry.revoked.add("all")
    registry.error = "insufficient_scope"
    with pytest.raises(PermissionDeniedError, match="may not list the registry's repositories: name them instead"):
        authorized(registry).send("GET", "/acr/v1/_catalog", CATALOG)


def test_a_password_goes_to_the_token_endpoint_only():
    registry = Registry()
    send, seen = registry.send, []

    def watch(method, target, *, headers=None, **request):
        seen.append((target.partition("?")[0], headers["Authorization"].split(" ")[0]))
        return send(method, target, headers=headers, **request)

    registry.send = watch
    authorized(registry, UsernamePassword("admin", "pw")).send("GET", "/acr/v1/app", repository_scope("app", "metadata_read"))
    assert seen == [("/oauth2/token", "Basic"), ("/acr/v1/app", "Bearer")]


def test_nobody_asks_for_a_token_with_an_empty_refresh_token():
    registry = Registry()
    authorized(registry, Anonymous()).send("GET", "/acr/v1/app", repository_scope("app", "metadata_read"))
    assert registry.tokens() == [{"grant_type": "password", "service": "r.azurecr.io", "scope": "repository:app:metadata_read", "refresh_token": ""}]


@pytest.mark.parametrize("document", [{}, [], {"access_token": None}, {"access_token": "a\r\nX-Evil: 1"}, {"access_token": 5}, {"access_token": ""}])
def test_a_token_that_is_none_is_refused(document):
    registry = Registry()
    registry._answer = lambda method, target, status, data, headers=None: Response(method, ORIGIN + target, 200, {}, json.dumps(document).encode())
    with pytest.raises(ProtocolError, match="answered without 'access_token'"):
        authorized(registry).send("GET", "/acr/v1/app", repository_scope("app", "metadata_read"))


APPLICATION = {"client_id": "c", "tenant": "t"}
NOTHING = dict.fromkeys([name for name in ARGUMENT_SPEC if name not in ("registry", "cloud", "auth_source")])


def chosen_for(**given):
    return choose_credential({"auth_source": "auto", **NOTHING, **given}, "r.azurecr.io", CLOUDS["AzureCloud"], True, print)


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ({}, "Anonymous"),
        ({"refresh_token": "t", "username": "u", "password": "p"}, "RefreshToken"),
        ({"username": "u", "password": "p", **APPLICATION, "secret": "s"}, "UsernamePassword"),
        ({"auth_file": "f", **APPLICATION, "secret": "s"}, "AuthFile"),
        ({**APPLICATION, "secret": "s", "federated_token_file": "f"}, "ClientSecret"),
        ({**APPLICATION, "x509_certificate_path": "f", "federated_token_file": "f"}, "ClientCertificate"),
        ({**APPLICATION, "federated_token_file": "f"}, "FederatedToken"),
        ({**APPLICATION, "client_assertion": "a"}, "FederatedToken"),
        ({**APPLICATION, "secret": "s", "auth_source": "managed_identity"}, "ManagedIdentity"),
        ({"auth_source": "cli"}, "AzureCli"),
        ({**APPLICATION, "secret": "s", "auth_source": "anonymous"}, "Anonymous"),
    ],
)
def test_a_credential_is_chosen_by_what_is_given(given, chosen):
    assert type(chosen_for(**given)).__name__ == chosen


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"username": "u"}, "auth_source=password, password must"),
        ({"client_id": "c"}, "auth_source=service_principal, secret and tenant must"),
        ({"secret": "s"}, "auth_source=service_principal, client_id and tenant must"),
        ({"x509_certificate_path": "f"}, "auth_source=certificate, client_id and tenant must"),
        ({"federated_token_file": "f", "tenant": "t"}, "auth_source=federated_token, client_id must"),
        ({"auth_source": "federated_token", **APPLICATION}, "federated_token_file or client_assertion must"),
        ({"auth_source": "refresh_token"}, "auth_source=refresh_token, refresh_token must"),
    ],
)
def test_half_a_credential_is_named(given, missing):
    with pytest.raises(UsageError, match=missing):
        chosen_for(**given)


class Identity(EntraCredential):
    """An identity that gets a new token of Entra ID each time, and counts them."""

    count = 0

    def _entra_token(self):
        self.count += 1
        return f"{self._audience} {self.count}"


class Exchange(Registry):
    """A registry that exchanges tokens for the audiences it accepts, and forgets refresh tokens when told."""

    def __init__(self, accepts, lifetime=11_700):
        super().__init__()
        self.accepts = accepts
        self.refresh_lifetime = lifetime
        self.forgotten = set()

    def send(self, method, target, *, headers=None, form=None, body=None):
        if target == "/oauth2/exchange":
            self.requests.append((method, target, dict(form)))
            audience = form["access_token"].partition(" ")[0]
            if audience not in self.accepts:
                return self._answer(method, target, 401, {"errors": [{"code": "UNAUTHORIZED", "message": "retrieving permissions failed"}]})
            return self._answer(method, target, 200, {"refresh_token": jwt(0, self.refresh_lifetime, len(self.requests))})
        if target == "/oauth2/token" and form["refresh_token"] in self.forgotten:
            return self._answer(method, target, 401, {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]})
        return super().send(method, target, headers=headers, form=form, body=body)

    def exchanges(self):
        return [form["access_token"].partition(" ")[0] for dummy, path, form in self.requests if path == "/oauth2/exchange"]


ACR, ARM = "https://containerregistry.azure.net/.default", "https://management.azure.com/.default"


def with_audience(audience=None):
    warnings = []
    return Identity(EntraSettings("https://login.microsoftonline.com", True, ARM, audience, warnings.append)), warnings


def test_one_refresh_token_serves_all_scopes_and_threads_until_it_is_to_be_renewed():
    registry, identity = Exchange({ACR}), with_audience()[0]
    http = authorized(registry, identity)
    names = [f"app-{number}" for number in range(32)]
    concurrently(lambda name: http.send("GET", "/acr/v1/x", repository_scope(name, "pull")), names, 32)
    assert registry.exchanges() == [ACR]
    assert len(registry.tokens()) == 32
    registry.now = 11_700 - 301
    http.send("GET", "/acr/v1/x", repository_scope("new", "pull"))
    assert registry.exchanges() == [ACR]
    registry.now = 11_700 - 299
    concurrently(lambda name: http.send("GET", "/acr/v1/x", repository_scope(name, "delete")), names, 32)
    assert registry.exchanges() == [ACR, ACR]


def test_a_refresh_token_that_is_refused_before_its_time_is_renewed_once():
    registry, identity = Exchange({ACR}), with_audience()[0]
    http = authorized(registry, identity)
    http.send("GET", "/acr/v1/x", repository_scope("a", "pull"))
    registry.forgotten.add(registry.tokens()[0]["refresh_token"])
    http.send("GET", "/acr/v1/x", repository_scope("b", "pull"))
    assert registry.exchanges() == [ACR, ACR]


def test_an_audience_that_the_registry_refuses_gives_way_to_that_of_resource_manager():
    registry, (identity, warnings) = Exchange({ARM}), with_audience()
    http = authorized(registry, identity)
    http.send("GET", "/acr/v1/x", repository_scope("a", "pull"))
    assert registry.exchanges() == [ACR, ARM]
    assert len(warnings) == 1
    assert "azureADAuthenticationAsArmPolicy" in warnings[0]
    # The next renewal asks for what is accepted at once.
    registry.now = 12_000
    http.send("GET", "/acr/v1/x", repository_scope("b", "pull"))
    assert registry.exchanges() == [ACR, ARM, ARM]
    assert len(warnings) == 1


def test_an_audience_that_was_chosen_is_not_replaced():
    registry, (identity, warnings) = Exchange({ACR}), with_audience(ARM)
    with pytest.raises(AuthenticationError, match="azureADAuthenticationAsArmPolicy may be disabled"):
        authorized(registry, identity).send("GET", "/acr/v1/x", repository_scope("a", "pull"))
    assert (registry.exchanges(), warnings) == ([ARM], [])


def test_an_identity_that_has_no_role_is_told_so_after_both_audiences():
    registry, (identity, warnings) = Exchange(set()), with_audience()
    with pytest.raises(AuthenticationError, match="give it a role on the registry"):
        authorized(registry, identity).send("GET", "/acr/v1/x", repository_scope("a", "pull"))
    assert (registry.exchanges(), warnings) == ([ACR, ARM], [])
