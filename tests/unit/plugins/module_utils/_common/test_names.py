# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import UsageError
from ansible_collections.registryops.acr.plugins.module_utils._common.names import LoginServer, digest_name, reference_name, repository_name, tag_name


# The grammar of the OCI distribution specification 1.1, "Pulling manifests".
@pytest.mark.parametrize("name", ["a", "library/alpine", "a.b_c__d-e--f/0", "x" * 255])
def test_a_repository_name_is_accepted(name):
    assert repository_name(name) == name


@pytest.mark.parametrize("name", ["", "Library/alpine", "a//b", "/a", "a/", "a/../b", "-a", "a_", "a:v1", "a@sha256:0", "a b", "a\n", "é", "a%2Fb", "x" * 256])
def test_a_bad_repository_name_is_named_in_one_sentence(name):
    with pytest.raises(UsageError, match="cannot be the name of a repository: use lower-case letters"):
        repository_name(name)


@pytest.mark.parametrize("name", ["latest", "_", "V1.0-rc_1", "x" * 128])
def test_a_tag_is_accepted(name):
    assert tag_name(name) == name


@pytest.mark.parametrize("name", ["", ".hidden", "-x", "a/b", "a:b", "x" * 129, "v1\n", "../x"])
def test_a_bad_tag_is_refused(name):
    with pytest.raises(UsageError, match="cannot be a tag: use up to 128 letters"):
        tag_name(name)


def test_a_digest_is_accepted():
    assert digest_name("sha256:" + "0f" * 32) == "sha256:" + "0f" * 32


@pytest.mark.parametrize("text", ["sha256:" + "0" * 63, "sha256:" + "0F" * 32, "md5:" + "0" * 32, "sha256:../../x", "0" * 64, "sha256:" + "0" * 64 + "\n"])
def test_a_bad_digest_is_refused(text):
    with pytest.raises(UsageError, match="is not a digest: write sha256: and 64"):
        digest_name(text)


@pytest.mark.parametrize("text", ["v1.0.0", "_x", "sha256", "0" * 64, "sha256:" + "0f" * 32])
def test_a_reference_is_a_tag_or_a_digest(text):
    assert reference_name(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sha256:12", "is not a digest: write sha256: and 64"),
        ("app:v1", "is not a digest"),
        (":", "is not a digest"),
        ("sha256:" + "0" * 64 + "@x", "is not a digest"),
        ("", "cannot be a tag"),
        ("../x", "cannot be a tag"),
        ("v1\n", "cannot be a tag"),
        ("é", "cannot be a tag"),
    ],
)
def test_a_bad_reference_is_refused(text, reason):
    with pytest.raises(UsageError, match=reason):
        reference_name(text)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("myregistry", "https://myregistry.azurecr.io"),
        ("MyRegistry.azurecr.io", "https://myregistry.azurecr.io"),
        ("myregistry-a1b2c3.azurecr.cn", "https://myregistry-a1b2c3.azurecr.cn"),
        ("https://localhost:5443", "https://localhost:5443"),
        ("https://myregistry.azurecr.io/", "https://myregistry.azurecr.io"),
        ("https://myregistry.azurecr.io:443", "https://myregistry.azurecr.io"),
        ("localhost:5443", "https://localhost:5443"),
        ("localhost", "https://localhost"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_a_login_server_is_read(text, origin):
    assert LoginServer.parse(text, "azurecr.io").origin == origin


@pytest.mark.parametrize(
    "text",
    ["", "a", "my registry", "https://", "https://user:pw@host", "https://host/path", "https://host?x=1", "ftp://host", "host:port", "https://host:99999"],
)
def test_a_bad_login_server_is_refused(text):
    with pytest.raises(UsageError, match="does not name a registry: use its login server"):
        LoginServer.parse(text, "azurecr.io")


def test_a_password_in_a_login_server_is_refused_and_http_is_for_this_machine_only():
    with pytest.raises(UsageError, match="credentials in the clear"):
        LoginServer.parse("http://myregistry.azurecr.io", "azurecr.io")
