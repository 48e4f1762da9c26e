# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the judges share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.registryops.acr.tests import modules, started

SECONDS = 60


@pytest.fixture(scope="module")
def emulator() -> Iterator[started.Registry]:
    """A registry for the tests of one module."""
    with started.emulator() as registry:
        yield registry


@pytest.fixture(scope="session")
def installed() -> Path:
    """The folder that install.sh filled with the clients."""
    folder = Path(os.environ.get("INTEROP") or "missing")
    if not folder.is_absolute() or not (folder / "node_modules").is_dir():
        pytest.fail("INTEROP must name the folder that tests/interop/install.sh filled: make test-interop does both.")
    return folder


@pytest.fixture
def acr(emulator: started.Registry) -> Callable[..., dict[str, Any]]:
    """Run a module against the emulator; it has to succeed, and its result is returned."""
    login = {"registry": emulator.url, "ca_path": emulator.ca, "username": emulator.username, "password": emulator.password}

    def run(module: str, **options: Any) -> dict[str, Any]:
        result = modules.run(module, **login, **options)
        assert not result.get("failed"), result["msg"]
        return result

    return run


@pytest.fixture
def oras(emulator: started.Registry, tmp_path: Path) -> Callable[..., str]:
    """Run oras, signed in, in a folder of its own; it has to succeed, and what it printed is returned."""
    # To localhost, oras would speak HTTP.
    options = ["--plain-http=false", "--ca-file", emulator.ca, "--registry-config", str(tmp_path / "auth.json")]

    def run(*command: str, stdin: str = "") -> str:
        done = subprocess.run(["oras", *command], cwd=tmp_path, input=stdin, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, f"oras {' '.join(command)}: {done.stderr}"
        return done.stdout

    def between(*command: str) -> str:
        """Copy: each side has options of its own."""
        sides = [f"--{side}-{option}" for side in ("from", "to") for option in ("plain-http=false", f"ca-file={emulator.ca}")]
        auth = [f"--{side}-registry-config={tmp_path / 'auth.json'}" for side in ("from", "to")]
        return run(*command, *sides, *auth)

    run("login", *options, "--username", emulator.username, "--password-stdin", emulator.host, stdin=emulator.password)
    return lambda *command: between(*command) if command[0] == "cp" else run(*command, *options)
