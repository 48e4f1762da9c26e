# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is the emulator fast enough that it hides nobody's speed? Beside Debian's docker-registry, both with TLS, in turns.

Prints one line for each run: a blob of 1 GiB up and down, each registry's peak memory; then lists in a registry of 100,000
manifests. Run by ``make bench``.
"""

from __future__ import annotations

import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import measured
import started

MEBIBYTE = 1024 * 1024
SIZE = 1024 * MEBIBYTE
ROUNDS = 3
LISTS = ("/acr/v1/_catalog?n=100", "/acr/v1/seed/0500/_tags?n=100&orderby=timedesc", "/acr/v1/seed/0500/_manifests?n=100&orderby=timedesc")


def pieces(number: int) -> Iterator[bytes]:
    """Return a blob that no other round has."""
    piece = hashlib.shake_128(str(number).encode()).digest(MEBIBYTE)
    for dummy in range(SIZE // MEBIBYTE):
        yield piece


def digest_of(number: int) -> str:
    """Return the blob's digest."""
    hasher = hashlib.sha256()
    for piece in pieces(number):
        hasher.update(piece)
    return f"sha256:{hasher.hexdigest()}"


def transfer(session: requests.Session, url: str, number: int) -> tuple[float, float]:
    """Upload and download a blob, and return both speeds in MB/s."""
    digest = digest_of(number)
    location = session.post(f"{url}/v2/bench/blobs/uploads/").headers["Location"]
    begun = time.monotonic()
    location = session.patch(url + location, data=pieces(number)).headers["Location"]
    session.put(f"{url}{location}&digest={digest}").raise_for_status()
    up = time.monotonic() - begun
    begun = time.monotonic()
    with session.get(f"{url}/v2/bench/blobs/{digest}", stream=True) as answer:
        received = sum(len(piece) for piece in answer.iter_content(MEBIBYTE))
    down = time.monotonic() - begun
    assert received == SIZE
    return SIZE / 1e6 / up, SIZE / 1e6 / down


def main() -> None:
    """Measure, and print."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="acr-bench-")))
        emulator = stack.enter_context(started.emulator(STATE_DIR=str(folder / "emulator")))
        session = stack.enter_context(requests.Session())
        session.trust_env, session.verify, session.auth = False, emulator.ca, (emulator.username, emulator.password)
        registries = {"emulator": (emulator.url, emulator.pid)}
        if started.DOCKER_REGISTRY:
            registries["docker-registry"] = stack.enter_context(started.docker_registry(folder, folder / "emulator" / "server.pem"))
        else:
            print("docker-registry is not installed: there is nothing to compare with.")
        speeds: dict[str, list[tuple[float, float]]] = {name: [] for name in registries}
        for number in range(ROUNDS):
            for name, (url, pid) in registries.items():
                speeds[name].append(transfer(session, url, number))
                up, down = speeds[name][-1]
                print(f"{name:16} round {number + 1}: up {up:5.0f} MB/s, down {down:5.0f} MB/s, peak {measured.peak(pid):4.0f} MiB", flush=True)
        if len(registries) == 2:
            for direction, name in enumerate(("up", "down")):
                ours, theirs = (statistics.median(speed[direction] for speed in speeds[registry]) for registry in ("emulator", "docker-registry"))
                print(f"median {name}: {ours / theirs:.2f} of docker-registry's speed")
        made = emulator.control("POST", "seed", {"repositories": 1000, "manifests": 100, "tags": 50})
        print(f"seeded {made['manifests']:,} manifests in {made['seconds']:.1f} s")
        for path in LISTS:
            times = []
            for dummy in range(20):
                times.append(session.get(emulator.url + path).elapsed.total_seconds() * 1000)
            print(f"GET {path}: median {statistics.median(times):.1f} ms, slowest {max(times):.1f} ms")
        print(f"peak {measured.peak(emulator.pid):.0f} MiB")


if __name__ == "__main__":
    main()
