# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._tasks import access_info

MODULE = "acr_access_info"


@pytest.fixture(autouse=True)
def dns(monkeypatch):
    """The registry's name has an address, though no packet ever goes there."""
    monkeypatch.setattr(access_info.socket, "getaddrinfo", lambda host, *dummy, **more: [(2, 1, 6, "", ("192.0.2.1", 0))])


def checks(result):
    return {check["check"]: check["ok"] for check in result["checks"]}


def message(result, name):
    return next(check["message"] for check in result["checks"] if check["check"] == name)


def test_all_is_well(registry):
    result = registry.run(MODULE, repositories=["library/app"], modules=["acr_repository_info", "acr_tag_properties"])
    assert checks(result) == dict.fromkeys(["dns", "connection", "firewall", "challenge", "sign_in", "permissions"], True)
    assert (result["ready"], result["changed"]) == (True, False)
    assert message(result, "dns") == "r.azurecr.io resolves to 192.0.2.1."
    assert [permission["module"] for permission in result["permissions"]] == ["acr_repository_info", "acr_tag_properties"]


def test_what_is_granted_is_compared_with_what_each_module_needs(registry):
    registry.emulator.identities.register_token({"name": "robot", "password": "secret", "repositories": {"library/*": ["metadata/read"]}})
    modules = ["acr_repository_info", "acr_tag_properties"]
    result = registry.run(MODULE, username="robot", password="secret", repositories=["library/app", "team/tool"], modules=modules)
    assert {(entry["repository"], entry["module"]): entry["missing"] for entry in result["permissions"]} == {
        ("library/app", "acr_repository_info"): [],
        ("library/app", "acr_tag_properties"): ["metadata_write"],
        ("team/tool", "acr_repository_info"): ["metadata_read"],
        ("team/tool", "acr_tag_properties"): ["metadata_read", "metadata_write"],
    }
    assert checks(result)["permissions"] is False
    assert result["summary"] == (
        "acr_tag_properties in 'library/app' lacks metadata_write; acr_repository_info in 'team/tool' lacks metadata_read; acr_tag_properties in "
        "'team/tool' lacks metadata_read, metadata_write. Assign a role that grants it, or extend the scope map."
    )


def test_without_a_choice_it_is_about_every_module_that_works_on_repositories(registry):
    registry.emulator.identities.register_token({"name": "robot", "password": "secret", "repositories": {"library/app": ["content/read"]}})
    result = registry.run(MODULE, username="robot", password="secret", repositories=["library/app"])
    ready = [permission["module"] for permission in result["permissions"] if permission["ok"]]
    assert ready == ["acr_fetch", "acr_manifest_info", "acr_pull"]


def test_a_wrong_password_is_a_finding(registry):
    result = registry.run(MODULE, password="wrong", repositories=["library/app"])
    assert (result["ready"], result.get("failed")) == (False, None)
    assert checks(result) == {"dns": True, "connection": True, "firewall": True, "challenge": True, "sign_in": False, "permissions": None}
    assert "Check username (admin) and password" in result["summary"]


def test_a_firewall_is_told_from_a_credential(registry):
    registry.emulator.change_settings({"firewall": True})
    result = registry.run(MODULE)
    assert checks(result) == {"dns": True, "connection": True, "firewall": False, "challenge": None, "sign_in": None, "permissions": None}
    assert "Run the task from an allowed network" in result["summary"]


def test_a_name_without_an_address(registry, monkeypatch):
    def unknown(*dummy, **more):
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr(access_info.socket, "getaddrinfo", unknown)
    result = registry.run(MODULE)
    assert message(result, "dns").startswith("The name r.azurecr.io cannot be resolved here (Name or service not known). Check the name")
    assert checks(result)["sign_in"] is None


def test_a_certificate_that_was_not_verified_is_not_called_trusted(registry):
    assert message(registry.run(MODULE), "connection") == "r.azurecr.io answers, and its certificate is trusted."
    result = registry.run(MODULE, validate_certs=False)
    assert message(result, "connection") == "r.azurecr.io answers, and its certificate was not verified, because validate_certs is false."


def test_a_token_that_fails_after_signing_in_is_a_finding_of_its_own(registry):
    registry.emulator.faults.set([{"path": "/oauth2/token.*", "skip": 1, "times": 0, "status": 401, "body": "{}"}])
    result = registry.run(MODULE, repositories=["library/app"])
    assert (checks(result)["sign_in"], checks(result)["permissions"]) == (True, False)


def test_a_server_that_is_no_registry(registry):
    registry.emulator.faults.set([{"path": "/v2/", "status": 200, "headers": {"Content-Type": "text/html"}, "body": "<html>"}])
    result = registry.run(MODULE)
    assert message(result, "challenge") == "r.azurecr.io does not ask for a token as an Azure Container Registry does (200). Check its name."


def test_a_realm_that_is_elsewhere(registry):
    challenge = 'Bearer realm="https://evil.example/oauth2/token",service="r.azurecr.io"'
    registry.emulator.faults.set([{"path": "/v2/", "headers": {"Www-Authenticate": challenge}}])
    result = registry.run(MODULE)
    assert checks(result)["challenge"] is False
    assert checks(result)["sign_in"] is None


@pytest.mark.parametrize(("fatal", "fails"), [([], False), (["dns"], False), (["sign_in"], True), (["permissions"], True)])
def test_it_fails_on_what_it_was_told_to(registry, fatal, fails):
    result = registry.run(MODULE, password="wrong", repositories=["library/app"], fail_on=fatal)
    assert result.get("failed", False) is fails
    assert checks(result)["sign_in"] is False
    if fails:
        assert result["msg"].startswith("The registry is not ready to use: GET https://r.azurecr.io/oauth2/token was answered with 401")


def test_nothing_is_read_but_tokens(registry):
    mark = registry.mark()
    registry.run(MODULE, repositories=["library/app"], check=True)
    assert registry.requests(mark) == ["GET /v2/", "GET /oauth2/token", "GET /oauth2/token"]
