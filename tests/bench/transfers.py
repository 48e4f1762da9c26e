# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast does content travel, and how much memory does that take? Beside the clients of others, in turns.

A blob of SIZE MiB (1,024 unless set) goes up and down over TLS, to Debian's docker-registry and to the emulator, each time by a program in
a process of its own, whose start counts too. Then many small files as an artifact. INTEROP is the folder that tests/interop/install.sh
filled; who is not installed is left out. Run by ``make bench-transfers``.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import measured
import started

MEBIBYTE = 1024 * 1024
SIZE = int(os.environ.get("SIZE") or 1024) * MEBIBYTE
ROUNDS = 3
AZURE = Path(os.environ.get("INTEROP") or "missing", "python", "bin", "python")
# What the application signs in with: the emulator takes any.
SECRET = "any"
FILES, FILE_SIZE, DELAY = 200, 4096, 0.03


@dataclass
class Server:
    """A registry, and the blob that goes there; ``emulator`` is None for docker-registry, which lets everybody in."""

    url: str
    ca: str
    folder: Path
    emulator: started.Registry | None = None
    digest: str = ""

    @property
    def login(self) -> tuple[str, str] | None:
        """A user name and a password."""
        return (self.emulator.username, self.emulator.password) if self.emulator else None

    @property
    def blob(self) -> Path:
        """The blob on its way up."""
        return self.folder / "blob"

    @property
    def back(self) -> Path:
        """Where it goes on its way down."""
        return self.folder / "back"

    def renew(self) -> None:
        """Make another blob, which no registry has."""
        piece, hasher = random.randbytes(MEBIBYTE), hashlib.sha256()
        with self.blob.open("wb") as file:
            for dummy in range(SIZE // MEBIBYTE):
                file.write(piece)
                hasher.update(piece)
        self.digest = f"sha256:{hasher.hexdigest()}"


Move = Callable[[Server, str], measured.Run]


def curl_up(server: Server, repository: str) -> measured.Run:
    """The blob in one request, which is the least that it takes; the upload has been opened before, and nothing is hashed."""
    opened = requests.post(f"{server.url}/v2/{repository}/blobs/uploads/", verify=server.ca, auth=server.login, timeout=60)
    target = f"{server.url}{opened.headers['Location']}&digest={server.digest}"
    return measured.run([*_curl(server), "--upload-file", server.blob, "--header", "Expect:", target])


def curl_down(server: Server, repository: str) -> measured.Run:
    """The blob into a file; nothing is hashed."""
    return measured.run([*_curl(server), "--location", "--output", server.back, f"{server.url}/v2/{repository}/blobs/{server.digest}"])


def _curl(server: Server) -> list[str | Path]:
    # With HTTP/2, which it would speak to docker-registry, it takes longer.
    return ["curl", "--http1.1", "--silent", "--show-error", "--fail", "--cacert", server.ca, *(["--user", ":".join(server.login)] if server.login else [])]


def ours_up(server: Server, repository: str) -> measured.Run:
    """acr_blob, or where that finds no Azure registry what it does."""
    if server.emulator:
        return measured.module("acr_blob", **options(server.emulator), repository=repository, src=str(server.blob))[0]
    return measured.run([sys.executable, HERE / "our_client.py", "up", server.url, repository, server.blob], CA=server.ca)


def ours_down(server: Server, repository: str) -> measured.Run:
    """acr_fetch, likewise."""
    if server.emulator:
        return measured.module("acr_fetch", **options(server.emulator), repository=repository, blob=server.digest, dest=str(server.back))[0]
    return measured.run([sys.executable, HERE / "our_client.py", "down", server.url, repository, server.back, server.digest], CA=server.ca)


def options(registry: started.Registry) -> dict[str, Any]:
    """Return the options that all modules need."""
    return {"registry": registry.url, "ca_path": registry.ca, "username": registry.username, "password": registry.password}


def azure_up(server: Server, repository: str) -> measured.Run:
    """Microsoft's client."""
    return azure(server, "up", repository, server.blob)


def azure_down(server: Server, repository: str) -> measured.Run:
    """Microsoft's client."""
    return azure(server, "down", repository, server.back, server.digest)


def azure(server: Server, *command: str | Path) -> measured.Run:
    """Run Microsoft's client, which signs in as an application."""
    direction, *rest = command
    secret = {"SECRET": SECRET} if server.emulator else {}
    return measured.run([AZURE, HERE / "azure_client.py", direction, server.url, *rest], CA=server.ca, **secret)


def skopeo_up(server: Server, repository: str) -> measured.Run:
    """An image with the blob as its only layer, from a folder."""
    image = server.folder / "image"
    config = b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["%s"]}}' % server.digest.encode()
    described = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": f"sha256:{_hex(config)}", "size": len(config)}
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": server.digest, "size": SIZE}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": described, "layers": [layer]}
    shutil.rmtree(image, ignore_errors=True)
    image.mkdir()
    (image / "version").write_text("Directory Transport Version: 1.1\n")
    (image / "manifest.json").write_text(json.dumps(manifest))
    (image / _hex(config)).write_bytes(config)
    (image / server.digest.partition(":")[2]).symlink_to(server.blob)
    certificates = server.folder / "certificates"
    certificates.mkdir(exist_ok=True)
    shutil.copy(server.ca, certificates / "ca.crt")
    # Without --preserve-digests it would compress the layer first.
    return measured.run([*_skopeo(server, "dest"), "--preserve-digests", f"dir:{image}", _image(server, repository)])


def skopeo_down(server: Server, repository: str) -> measured.Run:
    """The image into a folder."""
    try:
        return measured.run([*_skopeo(server, "src"), _image(server, repository), f"dir:{server.folder / 'pulled'}"])
    finally:
        shutil.move(server.folder / "pulled" / server.digest.partition(":")[2], server.back)
        shutil.rmtree(server.folder / "pulled")


def _skopeo(server: Server, side: str) -> list[str]:
    return ["skopeo", "--insecure-policy", "copy", f"--{side}-cert-dir", str(server.folder / "certificates")]


def _image(server: Server, repository: str) -> str:
    return f"docker://{server.url.partition('//')[2]}/{repository}:latest"


def _hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def oras_up(server: Server, repository: str) -> measured.Run:
    """The blob alone."""
    target = f"{server.url.partition('//')[2]}/{repository}@{server.digest}"
    return measured.run(["oras", "blob", "push", *_oras(server), "--size", str(SIZE), target, server.blob])


def oras_down(server: Server, repository: str) -> measured.Run:
    """The blob alone."""
    return measured.run(["oras", "blob", "fetch", *_oras(server), "--output", server.back, f"{server.url.partition('//')[2]}/{repository}@{server.digest}"])


def _oras(server: Server) -> list[str]:
    return ["--plain-http=false", "--ca-file", server.ca, "--no-tty"]


OURS, CURL, MICROSOFT = "registryops.acr", "curl", "azure-containerregistry"
CLIENTS: dict[str, tuple[Move, Move]] = {CURL: (curl_up, curl_down), OURS: (ours_up, ours_down), MICROSOFT: (azure_up, azure_down)}
OTHERS: dict[str, tuple[Move, Move]] = {"skopeo": (skopeo_up, skopeo_down), "oras": (oras_up, oras_down)}


def installed() -> dict[str, tuple[Move, Move]]:
    """Return who can be compared with, and say who cannot."""
    found = {CURL: shutil.which(CURL), OURS: True, MICROSOFT: AZURE.exists(), **{name: shutil.which(name) for name in OTHERS}}
    for name, there in found.items():
        if not there:
            print(f"{name} is not installed: it is left out.")
    return {name: moves for name, moves in {**CLIENTS, **OTHERS}.items() if found[name]}


@dataclass
class Figures:
    """What one client did: values for each round, and what it asked for in the last one."""

    speeds: dict[str, list[float]] = field(default_factory=lambda: {"up": [], "down": []})
    busy: dict[str, list[float]] = field(default_factory=lambda: {"up": [], "down": []})
    peaks: list[float] = field(default_factory=list)
    asked: dict[str, tuple[int, float]] = field(default_factory=dict)


def compare(server: Server, clients: dict[str, tuple[Move, Move]]) -> dict[str, Figures]:
    """Let each client upload and download the blob, in turns."""
    figures = {name: Figures() for name in clients}
    for number in range(ROUNDS):
        server.renew()
        for name, moves in clients.items():
            for direction, move in zip(("up", "down"), moves):
                with counted(server) as asked:
                    done = move(server, f"bench/{name}-{number}")
                figures[name].speeds[direction].append(SIZE / 1e6 / done.seconds)
                figures[name].busy[direction].append(done.busy)
                figures[name].peaks.append(done.peak)
                figures[name].asked[direction] = asked[0]
            assert server.back.stat().st_size == SIZE, f"{name} brought something else"
            server.back.unlink()
    return figures


@contextmanager
def counted(server: Server) -> Iterator[list[tuple[int, float]]]:
    """Give how many requests the emulator had meanwhile, and how many bytes their bodies had as a share of the blob."""
    result: list[tuple[int, float]] = []
    mark = max((entry["seq"] for entry in server.emulator.journal()), default=0) if server.emulator else 0
    yield result
    entries = server.emulator.journal(mark) if server.emulator else []
    result.append((len(entries), sum(entry["bytes_in"] + entry["bytes_out"] for entry in entries) / SIZE))


def show(figures: dict[str, Figures], with_requests: bool) -> None:
    """Print a table in Markdown; ratios are those of runs that followed each other."""
    more = " | requests | bytes / blob" if with_requests else ""
    print(f"| | up MB/s | of curl | CPU s | down MB/s | of curl | CPU s | peak MiB{more} |\n| --- |{' ---: |' * (9 if with_requests else 7)}")
    for name, of in figures.items():
        cells = []
        for direction in ("up", "down"):
            mine, curls = of.speeds[direction], figures[CURL].speeds[direction]
            cells.append(_spread(mine, ".0f"))
            cells.append(f"{statistics.median(one / other for one, other in zip(mine, curls)):.2f}")
            cells.append(f"{statistics.median(of.busy[direction]):.1f}")
        cells.append(f"{max(of.peaks):.0f}")
        if with_requests:
            cells += [" + ".join(f"{of.asked[direction][index]:{form}}" for direction in ("up", "down")) for index, form in ((0, "d"), (1, ".3f"))]
        print(f"| {name} | {' | '.join(cells)} |")
    if MICROSOFT in figures:
        for direction in ("up", "down"):
            pairs = zip(figures[OURS].speeds[direction], figures[MICROSOFT].speeds[direction])
            print(f"\n{direction}: {statistics.median(one / other for one, other in pairs):.1f} times as fast as {MICROSOFT}.")


def _spread(values: Sequence[float], form: str) -> str:
    return f"{statistics.median(values):{form}} [{min(values):{form}}-{max(values):{form}}]"


def many(registry: started.Registry, folder: Path) -> None:
    """Push and pull many small files as one artifact, with more and more requests at a time."""
    print(f"\n{FILES} files of {FILE_SIZE} bytes as an artifact, seconds to push and to pull:\n")
    print(f"| | push | pull | push, {DELAY * 1000:.0f} ms a request | pull |\n| --- | ---: | ---: | ---: | ---: |")
    taken: dict[tuple[int, str], list[float]] = {}
    for number in range(ROUNDS):
        sources = folder / f"files-{number}"
        sources.mkdir()
        for index in range(FILES):
            (sources / f"{index:03}").write_bytes(random.randbytes(FILE_SIZE))
        files = [{"src": str(path), "media_type": "application/octet-stream"} for path in sorted(sources.iterdir())]
        for delay in (0, DELAY):
            if delay:
                registry.control("POST", "faults", {"rules": [{"times": 0, "delay": delay}]})
            for concurrency in (1, 4, 8):
                shared = {**options(registry), "repository": f"bench/many-{number}-{delay}-{concurrency}", "concurrency": concurrency}
                push, result = measured.module("acr_push", **shared, files=files)
                pull, dummy = measured.module("acr_pull", **shared, reference=result["digest"], dest=str(folder / "pulled"))
                shutil.rmtree(folder / "pulled")
                for way, run in (("push", push), ("pull", pull)):
                    taken.setdefault((concurrency, f"{way} {delay}"), []).append(run.seconds)
            registry.control("DELETE", "faults")
    for concurrency in (1, 4, 8):
        cells = [_spread(taken[concurrency, f"{way} {delay}"], ".1f") for delay in (0, DELAY) for way in ("push", "pull")]
        print(f"| concurrency {concurrency} | {' | '.join(cells)} |")


def main() -> None:
    """Measure, and print tables."""
    # In memory where there is room: disks are slower than any of these.
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() and shutil.disk_usage(memory).free > 8 * SIZE else None
    clients = installed()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="acr-bench-", dir=place)))
        emulator = stack.enter_context(started.emulator(STATE_DIR=str(folder / "emulator")))
        bare = measured.run([sys.executable, "-c", "import requests, ansible.module_utils.basic, time; time.sleep(0.1)"])
        print(f"{SIZE // MEBIBYTE:,} MiB over TLS, median [least-most] of {ROUNDS}. Python with requests and Ansible's own code has {bare.peak:.0f} MiB.")
        if started.DOCKER_REGISTRY:
            with started.docker_registry(folder, folder / "emulator" / "server.pem") as (url, dummy):
                print("\ndocker-registry:\n", flush=True)
                show(compare(Server(url, emulator.ca, folder), clients), False)
            shutil.rmtree(folder / "storage")
        else:
            print("docker-registry is not installed: there is only the emulator.")
        print("\nThe emulator:\n", flush=True)
        signed_in = {name: clients[name] for name in CLIENTS if name in clients}
        show(compare(Server(emulator.url, emulator.ca, folder, emulator), signed_in), True)
        many(emulator, folder)


if __name__ == "__main__":
    main()
