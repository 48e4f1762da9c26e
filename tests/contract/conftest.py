# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registries to hold to a contract: the emulator without a socket, and Debian's docker-registry where it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.registryops.acr.tests import images, started
from ansible_collections.registryops.acr.tests.emulator.core import Emulator
from ansible_collections.registryops.acr.tests.emulator.front.adapter import EmulatorAdapter
from ansible_collections.registryops.acr.tests.emulator.identity.identities import ADMIN, ADMIN_PASSWORD

HOST = "r.azurecr.io"


@dataclass
class Served:
    """A registry: ``kind`` is what its answers are looked up under where registries differ."""

    kind: str
    url: str
    session: requests.Session
    emulator: Emulator | None = None

    def send(self, method: str, path: str, **rest: Any) -> requests.Response:
        """Send a request; redirects are answers."""
        return self.session.request(method, self.url + path, allow_redirects=False, timeout=10, **rest)

    def push_blob(self, repository: str, data: bytes) -> str:
        """Push a blob in one request after opening an upload, which every registry takes."""
        content = images.Content("application/octet-stream", data)
        location = self.send("POST", f"/v2/{repository}/blobs/uploads/").headers["Location"]
        location = location.removeprefix(self.url)
        joint = "&" if "?" in location else "?"
        assert self.send("PUT", f"{location}{joint}digest={content.digest}", data=data).status_code == 201
        return content.digest

    def push(self, repository: str, image: images.Image, *tags: str) -> str:
        """Push an image and return its digest."""
        for blob in image.blobs:
            self.push_blob(repository, blob.data)
        for name, manifest in [*((one.digest, one) for one in image.manifests), *((tag, image.root) for tag in tags)]:
            answer = self.send("PUT", f"/v2/{repository}/manifests/{name}", data=manifest.data, headers={"Content-Type": manifest.media_type})
            assert answer.status_code == 201, answer.text
        return image.root.digest


def emulated(**settings: bool) -> Served:
    """Return an emulator, and a session of its admin user."""
    emulator = Emulator(seed=1)
    emulator.change_settings(settings)
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", EmulatorAdapter(emulator))
    session.auth = (ADMIN, ADMIN_PASSWORD)
    return Served("emulator", f"https://{HOST}", session, emulator)


@pytest.fixture
def acr() -> Iterator[Served]:
    """An empty emulator, with the admin user's credentials on every request."""
    served = emulated()
    yield served
    served.emulator.close()


@pytest.fixture
def nobody(acr: Served) -> Served:
    """The same emulator, without credentials."""
    acr.session.auth = None
    return acr


@pytest.fixture(
    params=["emulator", pytest.param("docker-registry", marks=pytest.mark.skipif(not started.DOCKER_REGISTRY, reason="docker-registry is not installed"))]
)
def any_registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """Each registry in turn, empty."""
    if request.param == "emulator":
        served = emulated()
        yield served
        served.emulator.close()
        return
    session = requests.Session()
    session.trust_env = False
    with started.docker_registry(tmp_path) as (url, dummy):
        yield Served("docker-registry", url, session)
