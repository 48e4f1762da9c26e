# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong for people, over real sockets: each a sentence that says what to do, without a traceback or a secret."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ansible_runner
import pytest
import trustme
from ansible_collections.registryops.acr.tests import started

SECRET = "canary-77e1-secret"


class Portal(http.server.BaseHTTPRequestHandler):
    """What answers instead of a registry: a page to sign in to the network."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"<html><body>Welcome to the hotel network. Please sign in.</body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *dummy: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses that do not work, and certificates that do not help."""
    folder = tmp_path_factory.mktemp("places")
    trustme.CA().cert_pem.write_to_path(str(folder / "other-ca.pem"))
    portal = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=portal.serve_forever, daemon=True).start()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield {
            "portal": f"http://127.0.0.1:{portal.server_address[1]}",
            "closed": f"127.0.0.1:{closed.getsockname()[1]}",
            "other_ca": str(folder / "other-ca.pem"),
            "no_ca": str(folder / "gone.pem"),
        }
    portal.shutdown()


# name -> options beside those of a working task, and what the message must say.
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "unreachable": ({"registry": "{{ closed }}"}, "the connection was refused. Check host and port of registry."),
    "unknown host": ({"registry": "no-such-registry.invalid"}, "the host name could not be resolved (Name or service not known). Check the value of registry"),
    "wrong CA": ({"ca_path": "{{ other_ca }}"}, "Check the host name, or set ca_path to the CA that signed it."),
    "no CA file": ({"ca_path": "{{ no_ca }}"}, "do not exist. Set ca_path to a readable PEM file, or to a folder of them."),
    "not a registry": ({"registry": "{{ portal }}"}, "was answered with text/html instead of JSON: this is not the registry itself"),
    "wrong password": ({"password": SECRET}, "Check username (admin) and password; the admin user must be enabled"),
    "wrong client secret": (
        {"auth_source": "service_principal", "client_id": "app", "secret": SECRET, "tenant": "tenant", "authority": "{{ registry }}"},
        "Microsoft Entra ID refused client 'app' of tenant 'tenant': AADSTS7000215: Invalid client secret provided. Check client_id, secret and tenant.",
    ),
    "expired refresh token": (
        {"refresh_token": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"},
        "The registry does not accept the ACR refresh token. Get a new one: it is valid for three hours, and for one registry only.",
    ),
    "missing permission": (
        {"username": "reader", "password": "pw", "repositories": ["secret/app"]},
        "The credential lacks metadata_read on repository 'secret/app'",
    ),
    "bad repository": ({"repositories": ["Library/App"]}, "'Library/App' cannot be the name of a repository: use lower-case letters"),
    "bad digest": ({"repository": "library/app", "digest": "sha256:12"}, "'sha256:12' is not a digest: write sha256: and 64"),
    "old option": ({"names": ["library/app"]}, "names was renamed to repositories."),
    "bad pattern": ({"include": ["v("]}, "'v(' in include is not a regular expression"),
    "half a credential": ({"username": "reader", "password": ""}, "To sign in with auth_source=password, password must be set as well."),
}


def test_every_failure_is_a_sentence(emulator: started.Registry, places: dict[str, str], tmp_path: Path) -> None:
    emulator.control("POST", "applications", {"client_id": "app", "secret": "right", "tenant": "tenant"})
    emulator.control("POST", "tokens", {"name": "reader", "password": "pw", "repositories": {"library/*": ["metadata/read"]}})
    working = {"registry": "{{ registry }}", "ca_path": "{{ ca }}", "username": emulator.username, "password": emulator.password, "timeout": "5s"}
    tasks = [
        {"name": name, f"registryops.acr.{'acr_tag_info' if 'repository' in options else 'acr_repository_info'}": {**working, **options}, "ignore_errors": True}
        for name, (options, dummy) in CASES.items()
    ]
    runner = ansible_runner.run(
        private_data_dir=str(tmp_path),
        playbook=[{"name": "Fail", "hosts": "localhost", "gather_facts": False, "tasks": tasks}],
        extravars={"registry": emulator.url, "ca": emulator.ca, **places},
        envvars={"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"},
        cmdline="-vvv",
        quiet=True,
        timeout=120,
    )
    events = list(runner.events)
    results = {event["event_data"]["task"]: event["event_data"]["res"] for event in events if event["event"] == "runner_on_failed"}
    wrong = {name: results.get(name, {}).get("msg") for name, (dummy, text) in CASES.items() if text not in results.get(name, {}).get("msg", "")}
    assert wrong == {}
    assert all("\n" not in result["msg"] and "Traceback" not in str(result) for result in results.values())
    assert SECRET not in str(events)
