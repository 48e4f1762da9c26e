# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of ansible-core to run playbooks with, and a registry that begins the same each time."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.registryops.acr.tests import cores, images, started

SECONDS = 400


@dataclass(frozen=True)
class Core:
    """One version of ansible-core; ``python`` is that of its virtual environment."""

    version: str
    python: Path

    def play(self, playbook: Path, registry: started.Registry, *arguments: str, **environment: str) -> str:
        """Run a playbook, which has to succeed, and return all that was printed."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ACR_", "AZURE_", "ANSIBLE_"))}
        given = {
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "REQUESTS_CA_BUNDLE": registry.ca,
            "PYTHONPATH": "",
            "ANSIBLE_PIPELINING": "true",
            # Some messages of ansible-core list a set.
            "PYTHONHASHSEED": "0",
        }
        done = subprocess.run(
            [str(self.python.parent / "ansible-playbook"), str(playbook), *arguments],
            env={**inherited, **given, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="session", params=cores.CORES)
def core(request: pytest.FixtureRequest) -> Core:
    """Each version in turn."""
    python = cores.python_of(request.param)
    if python is None:
        pytest.skip(cores.missing(request.param))
    return Core(request.param, python)


PASSWORD = "canary-7f3a9c-of-the-admin"


@pytest.fixture(scope="session")
def registries(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], AbstractContextManager[started.Registry]]:
    """Start the same registry again and again: same address, same content, same times."""
    kept = tmp_path_factory.mktemp("kept")
    with started.emulator(STATE_DIR=str(kept), ADMIN_PASSWORD=PASSWORD) as first:
        for repository in ("library/app", "team/tool"):
            images.push_releases(first.url, first.ca, first.username, PASSWORD, repository)
        port = first.host.partition(":")[2]

    @contextmanager
    def again() -> Iterator[started.Registry]:
        folder = tmp_path_factory.mktemp("registry")
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        with started.emulator(STATE_DIR=str(folder), PORT=port, ADMIN_PASSWORD=PASSWORD) as registry:
            yield registry

    return again
