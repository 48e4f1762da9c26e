# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands of ``az acr`` that talk to a registry, unmodified, judge the emulator.

az makes a login server of a registry's name and its cloud's suffix: in a cloud whose suffix is ``host:PORT``, the registry
``local`` is at ``localhost:PORT``.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.registryops.acr.tests import images, started

SECONDS = 60
APP = "interop/az"
Az = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def az(emulator: started.Registry, installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Az:
    """Run ``az``, signed in to nothing: ``az("repository", "list")`` is ``az acr repository list`` of the emulator."""
    environment = {
        **os.environ,
        "AZURE_CONFIG_DIR": str(tmp_path_factory.mktemp("az")),
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
        "REQUESTS_CA_BUNDLE": emulator.ca,
    }

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        arguments = [str(installed / "az" / "bin" / "az"), *command]
        return subprocess.run(arguments, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)

    port = emulator.host.partition(":")[2]
    endpoints = [f"--endpoint-{name}={emulator.url}" for name in ("resource-manager", "active-directory", "active-directory-resource-id")]
    suffix = f"--suffix-acr-login-server-endpoint=host:{port}"
    for command in (["register", "--name", "emulated", *endpoints, suffix, "--skip-endpoint-discovery"], ["set", "--name", "emulated"]):
        done = run("cloud", *command)
        assert done.returncode == 0, done.stderr

    def acr(*command: str, password: str = emulator.password) -> subprocess.CompletedProcess[str]:
        return run("acr", *command, "--username", emulator.username, "--password", password)

    return acr


@pytest.fixture(scope="module", autouse=True)
def pushed(emulator: started.Registry) -> None:
    """A repository with releases."""
    images.push_releases(emulator.url, emulator.ca, emulator.username, emulator.password, APP)


def printed(done: subprocess.CompletedProcess[str]) -> Any:
    """Return the JSON that a command printed; it has to succeed."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Check that a command failed, and that it passed on what the registry said."""
    assert done.returncode != 0
    assert all(word in done.stderr for word in words), done.stderr


def test_repositories(az: Az) -> None:
    assert printed(az("repository", "list", "--name", "local")) == [APP]
    shown = printed(az("repository", "show", "--name", "local", "--repository", APP))
    assert (shown["imageName"], shown["manifestCount"], shown["tagCount"]) == (APP, 6, 5)
    refused(az("repository", "show", "--name", "local", "--repository", "none"), 'repository "none" is not found')


def test_tags(az: Az, emulator: started.Registry) -> None:
    assert printed(az("repository", "show-tags", "--name", "local", "--repository", APP)) == ["latest", "nightly", "v1.0.0", "v1.1.0", "v2.0.0-rc1"]
    detailed = printed(az("repository", "show-tags", "--name", "local", "--repository", APP, "--detail", "--orderby", "time_desc", "--top", "2"))
    assert [tag["name"] for tag in detailed] == ["nightly", "v2.0.0-rc1"]
    assert printed(az("repository", "show", "--name", "local", "--image", f"{APP}:v1.0.0"))["name"] == "v1.0.0"
    before = emulator.journal()[-1]["seq"]
    refused(az("repository", "show", "--name", "local", "--image", f"{APP}:none"), "the specified tag does not exist")
    assert emulator.journal(before)[-1]["status"] == 404


def test_manifests(az: Az) -> None:
    listed = printed(az("manifest", "list-metadata", "--registry", "local", "--name", APP, "--orderby", "time_asc"))
    index = next(one for one in listed if one.get("tags") == ["latest", "v1.1.0"])
    assert index["mediaType"] == images.OCI_INDEX
    children = {one["digest"] for one in listed if "tags" not in one}
    shown = printed(az("manifest", "show", "--registry", "local", "--name", f"{APP}:latest"))
    assert {child["digest"] for child in shown["manifests"]} == children
    metadata = printed(az("manifest", "show-metadata", "--registry", "local", "--name", f"{APP}@{index['digest']}"))
    assert (metadata["digest"], metadata["mediaType"]) == (index["digest"], images.OCI_INDEX)
    assert printed(az("manifest", "list-referrers", "--registry", "local", "--name", f"{APP}:latest"))["manifests"] == []


def test_locks(az: Az) -> None:
    lock = ("repository", "update", "--name", "local", "--image", f"{APP}:v1.0.0", "--write-enabled")
    assert printed(az(*lock, "false"))["changeableAttributes"]["writeEnabled"] is False
    refused(az("repository", "untag", "--name", "local", "--image", f"{APP}:v1.0.0"), "The operation is disallowed on this registry, repository or image.")
    assert printed(az(*lock, "true"))["changeableAttributes"]["writeEnabled"] is True


def test_deletes(az: Az) -> None:
    printed(az("repository", "untag", "--name", "local", "--image", f"{APP}:v1.0.0"))
    left = printed(az("repository", "show-tags", "--name", "local", "--repository", APP))
    assert left == ["latest", "nightly", "v1.1.0", "v2.0.0-rc1"]
    # With its manifest, and so with every tag that points at it.
    printed(az("repository", "delete", "--name", "local", "--image", f"{APP}:v1.1.0", "--yes"))
    assert printed(az("repository", "show-tags", "--name", "local", "--repository", APP)) == ["nightly", "v2.0.0-rc1"]
    printed(az("manifest", "delete", "--registry", "local", "--name", f"{APP}:nightly", "--yes"))
    assert printed(az("repository", "show-tags", "--name", "local", "--repository", APP)) == ["v2.0.0-rc1"]
    printed(az("repository", "delete", "--name", "local", "--repository", APP, "--yes"))
    refused(az("repository", "show", "--name", "local", "--repository", APP), f'repository "{APP}" is not found')


def test_a_wrong_password(az: Az) -> None:
    refused(az("repository", "list", "--name", "local", password="wrong"), "was denied. Response code: 401.")
