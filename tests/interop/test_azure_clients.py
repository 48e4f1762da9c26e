# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's own clients, unmodified, judge the emulator: each takes the same steps as a process of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.registryops.acr.tests import started

HERE = Path(__file__).resolve().parent
SECONDS = 120
MEBIBYTE = 1024 * 1024

# Both scenarios sign in as this application.
TENANT, CLIENT, SECRET = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222", "the application's secret"

STEPS = (
    "push images",
    "list repositories by page",
    "list tags anonymously",
    "refuse an anonymous delete",
    "read properties",
    "refuse to delete a locked tag",
    "delete an unlocked tag",
    "lock and unlock a repository",
    "upload and download a blob in chunks",
    "set and get a manifest and an index",
    "purge to the newest three",
    "delete a manifest",
    "delete a blob",
    "delete repositories",
)


@pytest.fixture(scope="module")
def registry() -> Iterator[started.Registry]:
    """A registry that knows one application, and checks who issued its tokens and to whom."""
    with started.emulator(STRICT="1") as strict:
        strict.control("POST", "applications", {"tenant": TENANT, "client_id": CLIENT, "secret": SECRET})
        yield strict


def start(client: str, registry: started.Registry, installed: Path, secret: str = SECRET) -> subprocess.CompletedProcess[str]:
    """Let a client take its steps."""
    commands = {"python": [installed / "python" / "bin" / "python", HERE / "scenario.py"], "javascript": ["node", HERE / "scenario.mjs"]}
    environment = {"SECRET": secret, "CA": registry.ca, "NODE_EXTRA_CA_CERTS": registry.ca, "INTEROP": str(installed)}
    return subprocess.run(
        [*commands[client], registry.url, registry.anonymous],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def take_steps(client: str, registry: started.Registry, installed: Path) -> list[dict[str, Any]]:
    """Let a client take all steps, and return what the registry was asked meanwhile."""
    before = max((entry["seq"] for entry in registry.journal()), default=0)
    done = start(client, registry, installed)
    assert (done.returncode, done.stdout.splitlines()) == (0, [f"ok {step}" for step in STEPS]), done.stdout + done.stderr
    return registry.journal(before)


def chunks(entries: list[dict[str, Any]], repository: str) -> list[int]:
    """Return the sizes of the large pieces in which blobs of a repository were received."""
    received = [entry for entry in entries if entry["method"] == "PATCH" and f"/v2/{repository}/blobs/uploads/" in entry["target"]]
    return [entry["bytes_in"] for entry in received if entry["status"] == 202 and entry["bytes_in"] >= MEBIBYTE]


def downloads(entries: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return status and size of the large answers from the storage that downloads are redirected to."""
    return [(entry["status"], entry["bytes_out"]) for entry in entries if entry["door"] == "data" and entry["bytes_out"] >= MEBIBYTE]


def test_python_client(registry: started.Registry, installed: Path) -> None:
    """It uploads and downloads in pieces of 4 MiB."""
    entries = take_steps("python", registry, installed)
    assert chunks(entries, "interop/python/data") == [4 * MEBIBYTE, 4 * MEBIBYTE, MEBIBYTE]
    assert downloads(entries) == [(206, 4 * MEBIBYTE), (206, 4 * MEBIBYTE), (206, MEBIBYTE)]


def test_javascript_client(registry: started.Registry, installed: Path) -> None:
    """It uploads in pieces of 4 MiB and downloads in one stream."""
    entries = take_steps("javascript", registry, installed)
    assert chunks(entries, "interop/javascript/data") == [4 * MEBIBYTE, 4 * MEBIBYTE, MEBIBYTE]
    assert downloads(entries) == [(200, 9 * MEBIBYTE)]


@pytest.mark.parametrize("client", ["python", "javascript"])
def test_wrong_secret(client: str, registry: started.Registry, installed: Path) -> None:
    """The identity libraries understand the refusal: AADSTS7000215 is Entra ID's number for an invalid client secret."""
    done = start(client, registry, installed, secret="wrong")
    assert (done.returncode, done.stdout) == (1, "")
    assert "AADSTS7000215" in done.stderr and "Authentication" in done.stderr, done.stderr
