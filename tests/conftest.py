# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shared by all tests that run outside ansible-test: one emulator in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.registryops.acr.tests import images, started


@pytest.fixture(scope="session")
def emulator() -> Iterator[started.Registry]:
    """An empty registry."""
    with started.emulator() as registry:
        yield registry


@pytest.fixture
def releases(emulator: started.Registry) -> started.Registry:
    """A registry whose library/app has releases and tags that are none, none of them locked."""
    for tag in images.push_releases(emulator.url, emulator.ca, emulator.username, emulator.password):
        assert tag
    return emulator
