# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry without a socket: the emulator mounted into the session that the collection's own transport makes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from ansible_collections.registryops.acr.plugins.module_utils._http import transport
from ansible_collections.registryops.acr.plugins.module_utils._http.settings import TransportSettings
from ansible_collections.registryops.acr.tests import images, modules
from ansible_collections.registryops.acr.tests.emulator.core import Emulator
from ansible_collections.registryops.acr.tests.emulator.front.adapter import EmulatorAdapter
from ansible_collections.registryops.acr.tests.emulator.identity.identities import ADMIN, ADMIN_PASSWORD

HOST = "r.azurecr.io"
# What a task that changes nothing may ask of a registry: reading, and getting tokens.
TOKEN_CALLS = ("/oauth2/token", "/oauth2/exchange", "/oauth2/v2.0/token")


class Registry:
    """The emulator, a way to fill it, to run modules against it, and to see what they asked."""

    def __init__(self) -> None:
        self.emulator = Emulator(seed=1)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("https://", EmulatorAdapter(self.emulator))
        self.session.auth = (ADMIN, ADMIN_PASSWORD)

    def push(self, repository: str, image: images.Image, *tags: str) -> str:
        """Push an image and return its digest."""
        base = f"https://{HOST}/v2/{repository}"
        for blob in image.blobs:
            assert self.session.post(f"{base}/blobs/uploads/?digest={blob.digest}", data=blob.data).status_code == 201
        for name, manifest in [*((one.digest, one) for one in image.manifests), *((tag, image.root) for tag in tags)]:
            answer = self.session.put(f"{base}/manifests/{name}", data=manifest.data, headers={"Content-Type": manifest.media_type})
            assert answer.status_code == 201, answer.text
        return image.root.digest

    def get(self, path: str) -> Any:
        """Read the registry as it really is."""
        return self.session.get(f"https://{HOST}{path}").json()

    def patch(self, path: str, **flags: bool) -> None:
        """Change attributes behind the module's back."""
        assert self.session.patch(f"https://{HOST}{path}", json=flags).status_code == 200

    def mark(self) -> int:
        """Return where the journal stands."""
        return max((entry["seq"] for entry in self.emulator.journal.after(0)), default=0)

    def requests(self, mark: int) -> list[str]:
        """Return what was asked since ``mark``, as ``METHOD path``."""
        return [f"{entry['method']} {entry['target'].partition('?')[0]}" for entry in self.emulator.journal.after(mark)]

    def writes(self, mark: int) -> list[str]:
        """Return what was asked since ``mark`` and changes something."""
        asked = [request.split(" ", 1) for request in self.requests(mark)]
        return [f"{method} {path}" for method, path in asked if method not in ("GET", "HEAD") and not path.endswith(TOKEN_CALLS)]

    def run(self, module: str, *, check: bool = False, diff: bool = True, **options: Any) -> dict[str, Any]:
        """Run a module's own ``main`` and return its result."""
        return modules.run(module, check=check, diff=diff, **{"registry": HOST, "username": ADMIN, "password": ADMIN_PASSWORD, **options})


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """An empty registry; no environment variable of this machine reaches the modules."""
    for name in [name for name in os.environ if name.startswith(("ACR_", "AZURE_", "REGISTRY_AUTH_"))]:
        monkeypatch.delenv(name)
    made = Registry()
    make_session = transport._session

    def session(settings: TransportSettings) -> requests.Session:
        real = make_session(settings)
        real.mount("https://", EmulatorAdapter(made.emulator))
        return real

    monkeypatch.setattr(transport, "_session", session)
    yield made
    made.emulator.close()
