# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An emulator in a process of its own, for tests and for the demo."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

TESTS = Path(__file__).resolve().parent
START_SECONDS = 30


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
