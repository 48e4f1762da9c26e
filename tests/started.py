# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registries in processes of their own, for tests and for the demo: the emulator, and Debian's docker-registry."""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

TESTS = Path(__file__).resolve().parent
START_SECONDS = 30

# None where Debian's package is not installed.
DOCKER_REGISTRY = shutil.which("docker-registry") or shutil.which("docker-registry", path="/usr/bin:/usr/sbin")


@dataclass(frozen=True)
class Registry:
    """Where an emulator answers, and who may do everything there; ``ca`` is the path of its authority's certificate."""

    url: str
    anonymous: str
    ca: str
    pid: int
    username: str = "admin"
    password: str = "emulator-admin-password"

    @property
    def host(self) -> str:
        """The login server."""
        return self.url.partition("//")[2]

    def control(self, method: str, path: str, data: Any = None) -> Any:
        """Ask the emulator itself: ``control("GET", "journal?after=0")``."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, f"{self.url}/_emulator/{path}", json=data, verify=self.ca, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def journal(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the requests answered after number ``after``."""
        entries: list[dict[str, Any]] = self.control("GET", f"journal?after={after}")["entries"]
        return entries


@contextmanager
def emulator(**environment: str) -> Iterator[Registry]:
    """Start an emulator on free ports, and stop it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "emulator"],
        env={**os.environ, "PYTHONPATH": str(TESTS), "PORT": "0", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield _ready(process)
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def _ready(process: subprocess.Popen[str]) -> Registry:
    assert process.stdout is not None
    readable, dummy, dummy = select.select([process.stdout], [], [], START_SECONDS)
    line = process.stdout.readline() if readable else ""
    if not line.startswith("ready "):
        raise RuntimeError(f"the emulator did not answer within {START_SECONDS} seconds, or ended: {line!r}")
    url, ca, anonymous = line.split()[1:]
    return Registry(url, anonymous.partition("=")[2], ca.partition("=")[2], process.pid)


@contextmanager
def docker_registry(folder: Path, certificate: Path | None = None, auth: dict[str, Any] | None = None) -> Iterator[tuple[str, int]]:
    """Start Debian's docker-registry on a free port, with its state in ``folder``, and stop it; return its origin and process id.

    Without a ``certificate`` (with its key in the same file) it speaks HTTP; ``auth`` is that part of its configuration. Its service, if
    there is one, is not used.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    http: dict[str, Any] = {"addr": f"127.0.0.1:{port}", "relativeurls": True}
    if certificate:
        http["tls"] = {"certificate": str(certificate), "key": str(certificate)}
    storage = {"filesystem": {"rootdirectory": str(folder / "storage")}, "delete": {"enabled": True}}
    # JSON is YAML.
    (folder / "config.yml").write_text(json.dumps({"version": 0.1, "log": {"level": "error"}, "storage": storage, "http": http, "auth": auth or {}}))
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([str(DOCKER_REGISTRY), "serve", str(folder / "config.yml")], stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True)
    try:
        _listening(process, port)
        yield f"{'https' if certificate else 'http'}://localhost:{port}", process.pid
    finally:
        _end(process)


def _listening(process: subprocess.Popen[str], port: int) -> None:
    for dummy in range(START_SECONDS * 20):
        with socket.socket() as probe:
            if process.poll() is None and probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"docker-registry did not listen within {START_SECONDS} seconds, or ended.")
