# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The formats are those of containers-auth.json(5) and of docker's config.json and credential helpers."""

from __future__ import annotations

import base64
import json

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._auth.auth_file import read_login
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import CredentialError, UsageError

HOST = "r.azurecr.io"
LOGIN = base64.b64encode(b"user:pass:word").decode()


@pytest.fixture
def written(tmp_path):
    def write(document):
        path = tmp_path / "config.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return str(path)

    return write


@pytest.fixture
def helper(tmp_path, monkeypatch):
    """A credential helper ``test`` that prints what it is told to, and writes down what it was asked."""

    def install(printed, status=0):
        program = tmp_path / "docker-credential-test"
        program.write_text(f"#!/bin/sh\necho \"$1\" > {tmp_path}/asked\ncat >> {tmp_path}/asked\ncat <<'E'\n{printed}\nE\nexit {status}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return tmp_path / "asked"

    return install


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"auths": {HOST: {"auth": LOGIN}}}, ("user", "pass:word")),
        ({"auths": {f"https://{HOST}": {"auth": LOGIN}}}, ("user", "pass:word")),
        ({"auths": {HOST: {"auth": LOGIN, "identitytoken": "token"}}}, ("", "token")),
        ({"auths": {HOST: {"auth": LOGIN}}, "credsStore": "unused"}, ("user", "pass:word")),
    ],
)
def test_a_login_in_the_file(written, document, found):
    assert read_login(written(document), HOST) == found


@pytest.mark.parametrize("document", [{"credHelpers": {HOST: "test"}}, {"credsStore": "test"}, {"auths": {HOST: {}}, "credsStore": "test"}])
def test_a_login_that_a_helper_keeps(written, helper, document):
    asked = helper('{"ServerURL": "r.azurecr.io", "Username": "user", "Secret": "secret"}')
    assert read_login(written(document), HOST) == ("user", "secret")
    assert asked.read_text() == "get\nr.azurecr.io"


def test_an_identity_token_that_a_helper_keeps(written, helper):
    helper('{"Username": "<token>", "Secret": "secret"}')
    assert read_login(written({"credsStore": "test"}), HOST) == ("", "secret")


@pytest.mark.parametrize(("printed", "status"), [("credentials not found in native keychain", 1), ("{}", 0), ("no JSON", 0), ("[]", 0)])
def test_a_helper_that_knows_nothing(written, helper, printed, status):
    helper(printed, status)
    with pytest.raises(CredentialError, match=f"has no login for {HOST}: log in to it first"):
        read_login(written({"credsStore": "test"}), HOST)


@pytest.mark.parametrize("document", [{}, [], {"auths": None}, {"auths": {"other.azurecr.io": {"auth": LOGIN}}}, {"auths": {HOST: {"auth": ""}}}])
def test_a_file_that_knows_nothing(written, document):
    with pytest.raises(CredentialError, match=f"has no login for {HOST}: log in to it first"):
        read_login(written(document), HOST)


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ("no JSON", "cannot be read: it is not JSON"),
        ({"auths": {HOST: {"auth": "***"}}}, "has a damaged login for r.azurecr.io, which is not base64: log in again"),
        ({"credsStore": "../../bin/sh"}, "which is not a valid name"),
    ],
)
def test_a_file_that_cannot_be_used(written, document, complaint):
    with pytest.raises(UsageError, match=complaint):
        read_login(written(document), HOST)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: No such file or directory"):
        read_login(str(tmp_path / "none"), HOST)


def test_a_helper_that_is_not_installed(written):
    with pytest.raises(CredentialError, match=r"docker-credential-none, which auth_file .* names, cannot be run"):
        read_login(written({"credsStore": "none"}), HOST)


@pytest.mark.parametrize("name", ["https://index.docker.io/v1/", "docker.io"])
def test_docker_hub_has_other_names(written, helper, name):
    """As docker login and podman login write them."""
    assert read_login(written({"auths": {name: {"auth": LOGIN}}}), "registry-1.docker.io") == ("user", "pass:word")
    asked = helper('{"Username": "user", "Secret": "word"}')
    assert read_login(written({"credsStore": "test"}), "registry-1.docker.io") == ("user", "word")
    assert asked.read_text() == "get\nhttps://index.docker.io/v1/"
    with pytest.raises(CredentialError):
        read_login(written({"auths": {name: {"auth": LOGIN}}}), HOST)
