# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the judges share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.registryops.acr.tests import started


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
