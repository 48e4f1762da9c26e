# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that outlives every token, by the registry's clock: nothing fails, and nobody is asked more often than needed."""

from __future__ import annotations

import jwt
from ansible_collections.registryops.acr.plugins.module_utils._ansible.options import ARGUMENT_SPEC
from ansible_collections.registryops.acr.plugins.module_utils._auth import entra
from ansible_collections.registryops.acr.plugins.module_utils._registry.connect import connect
from ansible_collections.registryops.acr.tests import images

HOURS = 12


def test_a_run_of_half_a_day(registry, monkeypatch):
    entra_token = jwt.encode(
        {"aud": "https://containerregistry.azure.net", "appid": "app", "exp": 4_000_000_000}, "any key of 32 bytes, for nobody checks it", "HS256"
    )
    monkeypatch.setattr(entra.ClientSecret, "_entra_token", lambda self: entra_token)
    defaults = {name: spec.get("default") for name, spec in ARGUMENT_SPEC.items()}
    client = connect({**defaults, "registry": "r.azurecr.io", "client_id": "app", "secret": "s", "tenant": "t"})
    registry.push("app", images.image("x"), "v1")
    mark = registry.mark()
    for dummy in range(HOURS):
        assert client.repositories.get("app").name == "app"
        registry.emulator.clock.advance(3600)
    asked = [(entry["method"], entry["target"], entry["status"]) for entry in registry.emulator.journal.after(mark)]
    # An access token lives for an hour and a quarter, so each second call needs a new one. A refresh token lives for three hours and a
    # quarter: it gives the one of two hours later, and no longer that of four hours later.
    assert asked.count(("POST", "/oauth2/exchange", 200)) == 3
    assert asked.count(("POST", "/oauth2/token", 200)) == 6
    assert asked.count(("GET", "/acr/v1/app", 200)) == HOURS
