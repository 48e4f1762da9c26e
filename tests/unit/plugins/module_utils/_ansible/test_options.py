# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._http import transport

MODULE = "acr_repository_info"


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("ACR_AUTH_SOURCE", "certificate", "To sign in with auth_source=certificate, client_id and tenant and x509_certificate_path must be set as well."),
        ("ACR_AUTH_SOURCE", "msi", "value of auth_source must be one of: auto, "),
        ("ACR_CONCURRENCY", "33", "concurrency is 33, but must be from 1 to 32"),
        ("AZURE_CLOUD_ENVIRONMENT", "AzureGermanCloud", "value of cloud must be one of: AzureCloud, "),
    ],
)
def test_environment_variables_set_options(registry, monkeypatch, variable, value, message):
    monkeypatch.setenv(variable, value)
    assert message in registry.run(MODULE)["msg"]


def test_an_environment_variable_names_the_certificates_to_trust(registry, monkeypatch):
    seen, make_session = [], transport._session
    monkeypatch.setattr(transport, "_session", lambda settings: seen.append(settings) or make_session(settings))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/of/all/programs.pem")
    registry.run(MODULE)
    monkeypatch.setenv("ACR_CA_PATH", "/of/registries.pem")
    registry.run(MODULE)
    registry.run(MODULE, ca_path="/of/the/task.pem")
    assert [settings.verify for settings in seen] == ["/of/all/programs.pem", "/of/registries.pem", "/of/the/task.pem"]


def test_an_empty_environment_variable_is_not_set(registry, monkeypatch):
    for variable in ("ACR_AUTH_SOURCE", "ACR_CA_PATH", "ACR_AUDIENCE", "ACR_CONCURRENCY", "ACR_REFRESH_TOKEN", "AZURE_CLOUD_ENVIRONMENT", "AZURE_TENANT"):
        monkeypatch.setenv(variable, "")
    assert registry.run(MODULE)["repositories"] == []


def test_the_first_of_two_variables_counts_unless_it_is_empty(registry, monkeypatch):
    monkeypatch.setenv("AZURE_CLIENT_ID", "application")
    monkeypatch.setenv("AZURE_TENANT", "")
    monkeypatch.setenv("AZURE_TENANT_ID", "tenant")
    result = registry.run(MODULE, username=None, password=None)
    assert result["msg"] == "To sign in with auth_source=service_principal, secret must be set as well."


@pytest.mark.parametrize(
    ("timeout", "message"),
    [
        (30, "'30' in timeout has no unit: write 30s for seconds, 30m for minutes, 30h for hours or 30d for days."),
        ("2d", "timeout is 2d, but must be at most 1d."),
        ("soon", "'soon' in timeout is not a span of time"),
    ],
)
def test_the_timeout_is_a_span_of_time(registry, timeout, message):
    assert message in registry.run(MODULE, timeout=timeout)["msg"]
    assert registry.run(MODULE, timeout="1m")["repositories"] == []
