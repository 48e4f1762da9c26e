# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way in, with the real azure-identity, against the emulator's Microsoft Entra ID and identity endpoint; and every way out.

Each case is a task of one playbook. Every secret in it is a canary: none may be seen in what was printed or returned.
"""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from ansible_collections.registryops.acr.tests import images, started
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

INFO = "registryops.acr.acr_repository_info"
TENANT = "11111111-1111-1111-1111-111111111111"
OTHER_TENANT = "99999999-9999-9999-9999-999999999999"
APPLICATIONS = {kind: f"{number}2222222-2222-2222-2222-222222222222" for number, kind in enumerate(("secret", "certificate", "federated", "powerless"), 1)}
ADMIN, SECRET, ASSERTION, PASSPHRASE, WRONG = (f"canary-{name}-4b7e1d" for name in ("admin", "secret", "assertion", "passphrase", "wrong"))
MANAGED = "52222222-2222-2222-2222-222222222222"
RESOURCE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app"


def certificate(folder: Path, name: str) -> str:
    """Write a certificate with its key as PEM, and with a password as PKCS #12; return the certificate alone."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1)).sign(key, hashes.SHA256())
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / f"{name}.pem").write_bytes(private + pem)
    encryption = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    (folder / f"{name}.pfx").write_bytes(pkcs12.serialize_key_and_certificates(name.encode(), key, made, None, encryption))
    return pem.decode()


def sign_in(registry: started.Registry, scope: str) -> str:
    """Return a token of Entra ID, as ``az account get-access-token`` would get it."""
    form = {"grant_type": "client_credentials", "client_id": APPLICATIONS["secret"], "client_secret": SECRET, "scope": scope}
    return str(requests.post(f"{registry.url}/{TENANT}/oauth2/v2.0/token", data=form, verify=registry.ca, timeout=10).json()["access_token"])


def refresh_token(registry: started.Registry) -> str:
    """Return an ACR refresh token, as ``az acr login --expose-token`` would print it."""
    form = {"grant_type": "access_token", "service": registry.host, "access_token": sign_in(registry, "https://containerregistry.azure.net/.default")}
    return str(requests.post(f"{registry.url}/oauth2/exchange", data=form, verify=registry.ca, timeout=10).json()["refresh_token"])


def program(path: Path, text: str) -> None:
    """Write a program that prints a text, whatever it is asked."""
    path.write_text(f"#!/bin/sh\ncat <<'E'\n{text}\nE\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where files of identities are."""
    return tmp_path_factory.mktemp("identity")


@pytest.fixture(scope="module")
def registry(folder: Path) -> Iterator[started.Registry]:
    """A registry that knows a few identities, and accepts nobody else's tokens."""
    with started.emulator(STRICT="1", ADMIN_PASSWORD=ADMIN) as one:
        images.push_releases(one.url, one.ca, one.username, ADMIN)
        known: list[dict[str, Any]] = [
            {"client_id": APPLICATIONS["secret"], "tenant": TENANT, "secret": SECRET},
            {"client_id": APPLICATIONS["certificate"], "tenant": TENANT, "certificate": certificate(folder, "known")},
            {"client_id": APPLICATIONS["federated"], "tenant": TENANT, "assertion": ASSERTION},
            {"client_id": APPLICATIONS["powerless"], "tenant": TENANT, "secret": SECRET, "repositories": {}, "catalog": False},
            {"client_id": "system-assigned"},
            {"client_id": MANAGED},
            {"client_id": RESOURCE},
        ]
        for application in known:
            one.control("POST", "applications", application)
        one.control("POST", "tokens", {"name": "robot", "password": SECRET, "repositories": {"library/*": ["metadata/read"]}})
        certificate(folder, "unknown")
        (folder / "token").write_text(ASSERTION)
        yield one


def play(registry: started.Registry, folder: Path, cases: dict[str, dict[str, Any]], *secrets: str, **environment: str) -> dict[str, Any]:
    """Run each case as a task, and return the results."""
    tasks: list[dict[str, Any]] = []
    for name, case in cases.items():
        shared = {"registry": registry.url, "repositories": ["library/app"]}
        heard = {"environment": case["environment"]} if "environment" in case else {}
        tasks.append({INFO: {**shared, **case.get("options", {})}, **heard, "register": name, "ignore_errors": True})
    return run(registry, folder, tasks, *secrets, **environment)


def run(registry: started.Registry, folder: Path, tasks: list[dict[str, Any]], *secrets: str, **environment: str) -> dict[str, Any]:
    """Run tasks, check that no secret shows, and return what they registered."""
    kept = "{{ {" + ", ".join(f"'{task['register']}': {task['register']}" for task in tasks) + "} | to_json }}"
    keep = {"ansible.builtin.copy": {"content": kept, "dest": str(folder / "results.json")}, "no_log": True}
    playbook = folder / "play.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [*tasks, keep]}], sort_keys=False))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ACR_", "AZURE_"))}
    settings = {"REQUESTS_CA_BUNDLE": registry.ca, "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false", **environment}
    command = ["ansible-playbook", "-vvvv", str(playbook)]
    done = subprocess.run(command, env={**inherited, **settings}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    results = (folder / "results.json").read_text()
    for text in (done.stdout, done.stderr, results):
        assert [secret for secret in (ADMIN, SECRET, ASSERTION, PASSPHRASE, WRONG, *secrets) if secret in text] == []
        assert "Traceback" not in text
    found: dict[str, Any] = json.loads(results)
    return found


def application(kind: str, **options: str) -> dict[str, Any]:
    """Return the options of an application."""
    return {"client_id": APPLICATIONS[kind], "tenant": TENANT, **options}


@pytest.mark.parametrize("switch", ["true", "false"], ids=["controller", "module"])
def test_every_way_in(registry: started.Registry, folder: Path, switch: str) -> None:
    token = refresh_token(registry)
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    program(
        tools / "az", json.dumps({"accessToken": sign_in(registry, "https://containerregistry.azure.net"), "expires_on": 4_000_000_000, "tokenType": "Bearer"})
    )
    program(tools / "docker-credential-canary", json.dumps({"ServerURL": registry.host, "Username": "<token>", "Secret": token}))
    login = base64.b64encode(f"admin:{ADMIN}".encode()).decode()
    (folder / "login.json").write_text(json.dumps({"auths": {registry.host: {"auth": login}}}))
    (folder / "helper.json").write_text(json.dumps({"credHelpers": {registry.host: "canary"}}))
    entra = {"authority": registry.url}
    machine = {"IDENTITY_ENDPOINT": f"{registry.url}/msi/token", "IDENTITY_HEADER": "emulated"}
    cases: dict[str, dict[str, Any]] = {
        "secret": {"options": {**entra, **application("secret", secret=SECRET)}},
        "certificate": {"options": {**entra, **application("certificate", x509_certificate_path=str(folder / "known.pem"))}},
        "pkcs12": {
            "options": {**entra, **application("certificate", x509_certificate_path=str(folder / "known.pfx"), x509_certificate_password=PASSPHRASE)},
        },
        "federated_file": {"options": {**entra, **application("federated", federated_token_file=str(folder / "token"))}},
        "client_assertion": {"options": {**entra, **application("federated", client_assertion=ASSERTION)}},
        "system_assigned": {"options": {"auth_source": "managed_identity"}, "environment": machine},
        "user_assigned": {"options": {"auth_source": "managed_identity", "client_id": MANAGED}, "environment": machine},
        "user_assigned_resource": {"options": {"auth_source": "managed_identity", "identity_resource_id": RESOURCE}, "environment": machine},
        "cli": {"options": {"auth_source": "cli"}},
        "refresh_token": {"options": {"refresh_token": token}},
        "admin": {"options": {"username": "admin", "password": ADMIN}},
        "scope_map": {"options": {"username": "robot", "password": SECRET}},
        "auth_file": {"options": {"auth_file": str(folder / "login.json")}},
        "credential_helper": {"options": {"auth_file": str(folder / "helper.json")}},
        "anonymous": {"options": {"registry": registry.anonymous, "auth_source": "anonymous"}},
        # The names of azure.azcollection and of AWX's credential, and those of azure-identity and of a workload identity's pod.
        "awx": {
            "environment": {
                "AZURE_CLIENT_ID": APPLICATIONS["secret"],
                "AZURE_SECRET": SECRET,
                "AZURE_TENANT": TENANT,
                "AZURE_SUBSCRIPTION_ID": "0",
                "AZURE_CLOUD_ENVIRONMENT": "AzureUSGovernment",
                "AZURE_AUTHORITY_HOST": registry.url,
            }
        },
        "pod": {
            "environment": {
                "AZURE_CLIENT_ID": APPLICATIONS["federated"],
                "AZURE_TENANT_ID": TENANT,
                "AZURE_FEDERATED_TOKEN_FILE": str(folder / "token"),
                "AZURE_AUTHORITY_HOST": f"{registry.url}/",
            }
        },
    }
    if switch == "false":
        # With -vvv, Ansible shows the command line of a module's process, and a task's environment is on it.
        del cases["awx"]
    results = play(registry, folder, cases, token, login, PATH=f"{tools}:{os.environ['PATH']}", ACR_IMPORT_MODULES=switch)
    assert {name: result.get("msg") for name, result in results.items() if result["failed"]} == {}
    assert {result["repositories"][0]["name"] for result in results.values()} == {"library/app"}


def test_every_way_out(registry: started.Registry, folder: Path) -> None:
    entra = {"authority": registry.url}
    refused = {
        "wrong_secret": (
            application("secret", secret=WRONG, **entra),
            "Microsoft Entra ID refused client '",
            "AADSTS7000215",
            "Check client_id, secret and tenant.",
        ),
        "wrong_tenant": ({**application("secret", secret=SECRET, **entra), "tenant": OTHER_TENANT}, "AADSTS90002", "Check"),
        "unknown_certificate": (
            application("certificate", x509_certificate_path=str(folder / "unknown.pem"), **entra),
            "AADSTS700027",
            "Check client_id, tenant and x509_certificate_path.",
        ),
        "wrong_passphrase": (
            application("certificate", x509_certificate_path=str(folder / "known.pfx"), x509_certificate_password=WRONG, **entra),
            "gave no token",
        ),
        "no_certificate": (application("certificate", x509_certificate_path=str(folder / "none.pem"), **entra), "No such file or directory"),
        "wrong_assertion": (application("federated", client_assertion=WRONG, **entra), "AADSTS700213", "that the application trusts its issuer"),
        "no_token_file": (application("federated", federated_token_file=str(folder / "none"), **entra), "gave no token", "none"),
        "no_machine": ({"auth_source": "managed_identity"}, "There is no managed identity here", "Check that the machine has a managed identity"),
        "no_cli": ({"auth_source": "cli"}, "There is no sign-in of the Azure CLI here", "Run az login where the task runs"),
        "powerless": (application("powerless", secret=SECRET, **entra), "The credential lacks metadata_read on repository 'library/app'"),
        "no_login": ({"auth_file": str(folder / "empty.json")}, "has no login for", "log in to it first"),
    }
    (folder / "empty.json").write_text("{}")
    machine = {"no_machine": {"IDENTITY_ENDPOINT": f"{registry.url}/msi/token", "IDENTITY_HEADER": "wrong"}}
    cases = {name: {"options": case[0], "environment": machine.get(name, {})} for name, case in refused.items()}
    results = play(registry, folder, cases, PATH=f"{Path(os.environ['PATH'].partition(':')[0])}:/usr/bin:/bin")
    for name, (dummy, *words) in refused.items():
        assert results[name]["failed"] is True, name
        assert [word for word in words if word not in results[name]["msg"]] == [], results[name]["msg"]


def test_the_audience_of_resource_manager(registry: started.Registry, folder: Path) -> None:
    """Accepted when it is chosen, until the registry's policy forbids it."""
    options = application("secret", secret=SECRET, authority=registry.url, audience="https://management.azure.com/.default")
    assert play(registry, folder, {"arm": {"options": options}})["arm"]["failed"] is False
    registry.control("POST", "settings", {"arm_audience": False})
    try:
        results = play(registry, folder, {"arm": {"options": options}, "own": {"options": application("secret", secret=SECRET, authority=registry.url)}})
    finally:
        registry.control("POST", "settings", {"arm_audience": True})
    assert results["own"]["failed"] is False
    assert "azureADAuthenticationAsArmPolicy" in results["arm"]["msg"]


def test_a_firewall(registry: started.Registry, folder: Path) -> None:
    registry.control("POST", "settings", {"firewall": True})
    try:
        result = play(registry, folder, {"shut": {"options": application("secret", secret=SECRET, authority=registry.url)}})["shut"]
    finally:
        registry.control("POST", "settings", {"firewall": False})
    assert result["failed"] is True
    assert "is not allowed access" in result["msg"]


def test_a_play_of_fifty_tasks_asks_entra_once(registry: started.Registry, folder: Path) -> None:
    """One task signs in; the others use the refresh token, and need neither the secret nor Entra ID."""
    options = application("secret", secret=SECRET, authority=registry.url)
    first = {"registryops.acr.acr_token_info": {"registry": registry.url, **options}, "register": "token", "no_log": True}
    rest = {
        INFO: {"registry": registry.url, "repositories": ["library/app"], "refresh_token": "{{ token.refresh_token }}"},
        "loop": list(range(49)),
        "register": "read",
    }
    before = registry.journal()[-1]["seq"]
    shown = {"ansible.builtin.set_fact": {"names": "{{ read.results | map(attribute='repositories') | map('first') | map(attribute='name') | list }}"}}
    results = run(registry, folder, [first, rest, {**shown, "register": "names_read"}])
    asked = [entry["target"].partition("?")[0] for entry in registry.journal(before)]
    assert results["names_read"]["ansible_facts"]["names"] == ["library/app"] * 49
    assert asked.count(f"/{TENANT}/oauth2/v2.0/token") == 1
    assert asked.count("/oauth2/exchange") == 1
    assert asked.count("/acr/v1/library/app") == 49
