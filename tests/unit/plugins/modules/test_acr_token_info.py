# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import jwt
import pytest

MODULE = "acr_token_info"
READ = [{"type": "repository", "name": "library/app", "actions": ["metadata_read", "pull"]}]


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def refresh_token(registry):
    """A refresh token, as somebody else got it: for any token of Entra ID."""
    entra = jwt.encode(
        {"aud": "https://containerregistry.azure.net", "appid": "somebody", "exp": 4_000_000_000}, "any key of 32 bytes, for nobody checks it", "HS256"
    )
    form = {"grant_type": "access_token", "service": "r.azurecr.io", "access_token": entra}
    return registry.session.post("https://r.azurecr.io/oauth2/exchange", data=form).json()["refresh_token"]


def test_an_access_token_for_what_was_asked(registry):
    result = registry.run(MODULE, repositories=["library/app"])
    assert claims(result["access_token"])["access"] == READ
    assert result["granted"] == READ
    assert result["changed"] is False
    assert (result["refresh_token"], result["refresh_token_expires_at"]) == (None, None)


def test_what_is_granted_is_told_not_what_was_asked(registry):
    registry.emulator.identities.register_token({"name": "robot", "password": "secret", "repositories": {"library/*": ["content/read"]}})
    result = registry.run(MODULE, username="robot", password="secret", repositories=["library/app", "team/tool"], actions=["pull", "push"], catalog=True)
    assert result["granted"] == [{"type": "repository", "name": "library/app", "actions": ["pull"]}]


def test_a_refresh_token_is_given_on_with_its_end(registry):
    token = refresh_token(registry)
    result = registry.run(MODULE, username=None, password=None, refresh_token=token)
    assert result["refresh_token"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert result["refresh_token_expires_at"].startswith("20")
    assert (result["access_token"], result["granted"]) == (None, [])
    assert (result["login_server"], result["login_username"]) == ("r.azurecr.io", "00000000-0000-0000-0000-000000000000")


def test_nobody_gets_a_short_token(registry):
    registry.emulator.change_settings({"anonymous": True})
    result = registry.run(MODULE, username=None, password=None, repositories=["library/app"])
    token = claims(result["access_token"])
    assert token["exp"] - token["iat"] == 1200
    assert {"type": "repository", "name": "*", "actions": ["pull"]} in result["granted"]


def test_the_catalog_is_asked_for_by_name(registry):
    assert registry.run(MODULE, catalog=True)["granted"] == [{"type": "registry", "name": "catalog", "actions": ["*"]}]


def test_nothing_is_asked_of_the_registry_but_tokens(registry):
    mark = registry.mark()
    registry.run(MODULE, repositories=["library/app"], check=True)
    assert registry.requests(mark) == ["GET /oauth2/token"]


@pytest.mark.parametrize("name", ["Not A Name", "a//b", ""])
def test_a_name_that_is_none(registry, name):
    assert "repository" in registry.run(MODULE, repositories=[name])["msg"].lower()


def test_with_repository_permissions_there_is_no_wildcard(registry):
    """So the collection never asks for one: a token for a repository is for that repository."""
    registry.emulator.change_settings({"abac": True})
    assert registry.run(MODULE, repositories=["*"])["granted"] == []
    assert registry.run(MODULE, repositories=["library/app"])["granted"] == READ
