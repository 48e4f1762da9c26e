# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users install: the tarball, stripped to what Ansible promises to keep, run as AWX runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ansible_runner
import pytest
import yaml
from ansible_collections.registryops.acr.tests import images, started

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = {"meta", "plugins", "roles", "playbooks"}
SECRET = "canary-5f1d0c7e-secret"

PLAYBOOK = [
    {
        "name": "Lock the releases, signed in as an application",
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {
            "group/registryops.acr.acr": {
                "registry": "{{ registry }}",
                "ca_path": "{{ ca }}",
                "authority": "{{ registry }}",
                "client_id": "app",
                "secret": SECRET,
                "tenant": "tenant",
            }
        },
        "tasks": [
            {"registryops.acr.acr_repository_info": {"gather": ["tags", "manifests"]}, "name": "Read"},
            {"ansible.builtin.import_role": {"name": "registryops.acr.lock_releases"}, "name": "Lock"},
        ],
    }
]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collections folder into which the built tarball was installed."""
    folder = tmp_path_factory.mktemp("artifact")
    subprocess.run(["ansible-galaxy", "collection", "build", "--output-path", str(folder), str(ROOT)], check=True, timeout=60)
    (tarball,) = folder.glob("registryops-acr-*.tar.gz")
    assert tarball.stat().st_size < 500_000
    target = folder / "collections"
    environment = {**os.environ, "PYTHONPATH": "", "ANSIBLE_COLLECTIONS_PATH": str(target)}
    command = ["ansible-galaxy", "collection", "install", "--offline", "-p", str(target), str(tarball)]
    subprocess.run(command, env=environment, check=True, timeout=60)
    collection = target / "ansible_collections" / "registryops" / "acr"
    # ansible-test reads it wherever the collection stands.
    assert [path.name for path in (collection / "tests").rglob("*")] == ["config.yml"]
    for path in collection.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return target


@pytest.fixture(scope="module")
def registry() -> Iterator[started.Registry]:
    """A registry with releases, and an application that may do everything."""
    with started.emulator() as made:
        images.push_releases(made.url, made.ca, made.username, made.password)
        made.control("POST", "applications", {"client_id": "app", "secret": SECRET, "tenant": "tenant"})
        yield made


def run(installed: Path, registry: started.Registry, folder: Path, *arguments: str) -> tuple[Any, str]:
    """Run the playbook from the installed collection; return the runner and everything it said, at the highest verbosity."""
    runner = ansible_runner.run(
        private_data_dir=str(folder),
        playbook=PLAYBOOK,
        extravars={"registry": registry.url, "ca": registry.ca},
        cmdline=" ".join(("-vvvv", *arguments)),
        envvars={
            "ANSIBLE_COLLECTIONS_PATH": str(installed),
            "PYTHONPATH": "",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "HOME": os.environ.get("HOME", "/tmp"),
        },
        quiet=True,
        timeout=120,
    )
    events = list(runner.events)
    return runner, "".join(event["stdout"] for event in events) + json.dumps([event.get("event_data") for event in events])


def test_a_check_a_run_and_another_run(installed, registry, tmp_path):
    for number, (arguments, changed) in enumerate(((["--check", "--diff"], True), ([], True), ([], False))):
        mark = len(registry.journal())
        (tmp_path / str(number)).mkdir()
        runner, said = run(installed, registry, tmp_path / str(number), *arguments)
        assert runner.rc == 0, said
        assert bool(runner.stats["changed"]) is changed
        assert "[WARNING]" not in said
        assert "[DEPRECATION" not in said
        assert SECRET not in said
        assert "eyJ" not in said, "a token was shown"
        writes = [entry for entry in registry.journal()[mark:] if entry["method"] == "PATCH"]
        assert bool(writes) is (changed and not arguments)


@pytest.mark.parametrize("way", ["variable", "environment", "nothing"])
def test_the_playbook_of_the_collection_runs(installed, registry, way):
    environment = {
        **os.environ,
        "PYTHONPATH": "",
        "ANSIBLE_COLLECTIONS_PATH": str(installed),
        "ACR_USERNAME": registry.username,
        "ACR_PASSWORD": registry.password,
        "REQUESTS_CA_BUNDLE": registry.ca,
        **({"ACR_REGISTRY": registry.url} if way == "environment" else {}),
    }
    arguments = ["-e", f"acr_registry={registry.url}"] if way == "variable" else []
    command = ["ansible-playbook", "registryops.acr.lock_releases", *arguments, "--check"]
    completed = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    if way == "nothing":
        assert "missing required arguments: registry" in completed.stdout
        return
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert "2 releases in 1 repositories" in completed.stdout


def test_the_tarball_is_what_galaxy_wants(installed):
    manifest = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    assert set(manifest["tags"]) & {"cloud"}
    assert (installed / "ansible_collections" / "registryops" / "acr" / "plugins" / "modules" / "acr_tag_properties.py").is_file()
