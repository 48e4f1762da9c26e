# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A large blob, broken at five places on its way up and at five on its way down, by a module in a process of its own.

SIZE is its size in MiB, some sixteens of them: 128 in ``make faults``, 5,120 in ``make large``, which needs 10 GiB of disk for a while.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._content.upload import CHUNK
from ansible_collections.registryops.acr.tests import measured, started

MEBIBYTE = 1024 * 1024
SIZE = int(os.environ.get("SIZE") or 128) * MEBIBYTE
BREAKS = 5
MOST_MEMORY = 100


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[started.Registry]:
    """A registry that keeps blobs where the test has its own."""
    with started.emulator(STATE_DIR=str(tmp_path_factory.mktemp("state"))) as emulator:
        yield emulator


def content(path: Path) -> str:
    """Write a file that is empty but for what no other MiB of it has, and return its digest."""
    with path.open("wb") as file:
        for start in range(0, SIZE, MEBIBYTE):
            file.seek(start + random.randrange(MEBIBYTE - 16))
            file.write(random.randbytes(16))
        file.truncate(SIZE)
    return digest(path)


def digest(path: Path) -> str:
    """Return the digest of a file."""
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(MEBIBYTE):
            hasher.update(piece)
    return f"sha256:{hasher.hexdigest()}"


def moved(registry: started.Registry, module: str, rules: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
    """Let a module move a blob while each of ``rules`` breaks it once, and look at its memory."""
    mark = max((entry["seq"] for entry in registry.journal()), default=0)
    registry.control("POST", "faults", {"rules": rules})
    login = {"registry": registry.url, "ca_path": registry.ca, "username": registry.username, "password": registry.password}
    run, result = measured.module(module, **login, repository="large/blobs", **options)
    assert [rule["done"] for rule in registry.control("GET", "faults")["rules"]] == [1] * BREAKS
    registry.control("DELETE", "faults")
    print(f"{SIZE // MEBIBYTE:,} MiB in {run.seconds:.0f} s with at most {run.peak:.0f} MiB of memory")
    assert 0 < run.peak < MOST_MEMORY
    asked = [entry["door"] for entry in registry.journal(mark) if entry["method"] == "PATCH" or entry["door"] == "data"]
    # Each break cost one request more, and nothing was moved twice but what was under way.
    assert len(asked) == BREAKS + (1 if "data" in asked else SIZE // CHUNK)
    return result


def test_a_large_blob_there_and_back(registry: started.Registry, tmp_path: Path) -> None:
    """It is the same afterwards, and it never was in memory."""
    expected = content(tmp_path / "blob")
    # Each in another part: a part that breaks twice, or the first one, is followed by smaller ones.
    places = [part * CHUNK + random.randrange(1, CHUNK) for part in sorted(random.sample(range(1, SIZE // CHUNK), BREAKS))]
    print(f"\nup, broken after bytes {places}")
    # A request that was broken before is not seen by the rules that follow.
    breaks = [{"method": "PATCH", "path": "/v2/.*", "skip": place // CHUNK, "interrupt": place % CHUNK} for place in places]
    assert moved(registry, "acr_blob", breaks, src=str(tmp_path / "blob"))["digest"] == expected
    (tmp_path / "blob").unlink()
    places = sorted(random.sample(range(1, SIZE), BREAKS))
    print(f"down, broken after bytes {places}")
    lengths = [place - before for before, place in zip([0, *places], places)]
    breaks = [{"method": "GET", "path": ".*/data.*", "door": "data", random.choice(["truncate", "reset"]): length} for length in lengths]
    assert moved(registry, "acr_fetch", breaks, blob=expected, dest=str(tmp_path / "back"))["changed"]
    assert digest(tmp_path / "back") == expected
