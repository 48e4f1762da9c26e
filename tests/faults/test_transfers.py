# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Blobs on a bad day, over real sockets: connections that break, registries that forget, disks that are full, answers that lie."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.registryops.acr.tests import modules, started

MEBIBYTE = 1024 * 1024
SIZE = 40 * MEBIBYTE
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[started.Registry]:
    """A registry for all of these."""
    with started.emulator(STATE_DIR=str(tmp_path_factory.mktemp("state"))) as emulator:
        yield emulator


@pytest.fixture
def blob(tmp_path: Path) -> tuple[Path, str]:
    """A file that no other test has, and its digest."""
    content = random.randbytes(MEBIBYTE) * (SIZE // MEBIBYTE)
    (tmp_path / "blob").write_bytes(content)
    return tmp_path / "blob", f"sha256:{hashlib.sha256(content).hexdigest()}"


def acr_blob(registry: started.Registry, **options: Any) -> dict[str, Any]:
    """Run acr_blob against the emulator."""
    login = {"registry": registry.url, "ca_path": registry.ca, "username": registry.username, "password": registry.password}
    return modules.run("acr_blob", **{**login, "repository": "faults/blobs", **options})


def acr_fetch(registry: started.Registry, **options: Any) -> dict[str, Any]:
    """Run acr_fetch against the emulator."""
    login = {"registry": registry.url, "ca_path": registry.ca, "username": registry.username, "password": registry.password}
    return modules.run("acr_fetch", **{**login, "repository": "faults/blobs", **options})


@contextmanager
def suffering(registry: started.Registry, *rules: dict[str, Any]) -> Iterator[None]:
    """Let requests go wrong for a while; each rule must have been applied."""
    registry.control("POST", "faults", {"rules": list(rules)})
    try:
        yield
        unused = [rule for rule in registry.control("GET", "faults")["rules"] if not rule["done"]]
        assert unused == []
    finally:
        registry.control("DELETE", "faults")


def cuts(number: int, below: int) -> list[int]:
    """Return so many places to break at, others in each run."""
    chosen = sorted(random.sample(range(1, below), number))
    print(f"breaks at {chosen}")
    return chosen


def test_an_upload_goes_on_where_it_broke(registry, blob):
    """Five breaks in the middle of parts; what had arrived whole is not sent again."""
    path, digest = blob
    mark = max((entry["seq"] for entry in registry.journal()), default=0)
    rules = [{"method": "PATCH", "path": "/v2/.*", "skip": 1, "interrupt": cut} for cut in cuts(5, MEBIBYTE)]
    with suffering(registry, *rules):
        result = acr_blob(registry, src=str(path))
    assert (result.get("changed"), result.get("digest")) == (True, digest), result
    assert sum(entry["bytes_in"] for entry in registry.journal(mark) if entry["method"] in ("PATCH", "PUT")) < SIZE + 5 * MEBIBYTE
    assert not acr_blob(registry, src=str(path))["changed"]


def test_an_upload_whose_last_answer_is_lost_is_not_sent_again(registry, blob):
    path, digest = blob
    mark = max((entry["seq"] for entry in registry.journal()), default=0)
    with suffering(registry, {"method": "PUT", "path": "/v2/.*", "reset": -1}):
        assert acr_blob(registry, src=str(path))["digest"] == digest
    assert sum(entry["bytes_in"] for entry in registry.journal(mark) if entry["method"] in ("PATCH", "PUT")) == SIZE


def test_an_upload_that_the_registry_forgot_begins_again(registry, blob):
    path, digest = blob
    with suffering(registry, {"method": "PATCH", "path": "/v2/.*", "skip": 1, "drop_upload": True}):
        assert acr_blob(registry, src=str(path))["digest"] == digest


@pytest.mark.parametrize("status", [413, 416, 429, 500, 503])
def test_an_upload_that_is_refused_for_now(registry, blob, status):
    path, digest = blob
    mark = max((entry["seq"] for entry in registry.journal()), default=0)
    rule = {"method": "PATCH", "path": "/v2/.*", "skip": 1, "status": status, "headers": {"Retry-After": "1"}}
    with suffering(registry, rule):
        assert acr_blob(registry, src=str(path))["digest"] == digest
    sizes = [entry["bytes_in"] for entry in registry.journal(mark) if entry["method"] == "PATCH"]
    assert max(sizes[2:]) == (8 if status == 413 else 16) * MEBIBYTE


def test_an_upload_that_never_gets_anywhere_ends(registry, blob):
    path, digest = blob
    with suffering(registry, {"method": "PATCH", "path": "/v2/.*", "times": 0, "status": 413}):
        result = acr_blob(registry, src=str(path))
    assert result["failed"]
    assert "was answered with 413" in result["failures"][0]["msg"]
    assert acr_blob(registry, digest=digest, state="absent")["changed"] is False


@pytest.mark.parametrize("way", ["truncate", "reset"])
def test_a_download_goes_on_where_it_broke(registry, blob, tmp_path, way):
    path, digest = blob
    acr_blob(registry, src=str(path))
    rules = [{"method": "GET", "path": ".*/data.*", "door": "data", way: place} for place in cuts(5, SIZE // 5)]
    with suffering(registry, *rules):
        result = acr_fetch(registry, blob=digest, dest=str(tmp_path / "back"))
    assert result.get("changed"), result
    assert (tmp_path / "back").read_bytes() == path.read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["back", "blob"]


def test_a_signed_address_that_expired(registry, blob, tmp_path):
    path, digest = blob
    acr_blob(registry, src=str(path))
    with suffering(registry, {"method": "GET", "path": ".*/data.*", "door": "data", "status": 403}):
        assert acr_fetch(registry, blob=digest, dest=str(tmp_path / "back"))["changed"]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"corrupt": True}, "arrived with other content than its digest says; it was not used."),
        ({"truncate": 0}, "the answer ended before it was complete."),
        ({"status": 404, "body": "gone"}, "was answered with 404"),
        ({"headers": {"Content-Encoding": "gzip"}}, "was answered with Content-Encoding gzip, which was not asked for."),
        ({"status": 307, "headers": {"Location": "http://127.0.0.1:9/blob"}}, "which is not https; that was not followed."),
        ({"status": 307, "headers": {"Location": "/again"}}, "is redirected more than 3 times."),
        (
            {"status": 307, "headers": {"Location": "https://[::1/blob"}},
            "a link to 'https://[::1/blob', which is not a URL; it was not followed.",
        ),
    ],
    ids=["corrupt", "empty", "gone", "encoded", "downgrade", "circle", "no URL"],
)
def test_what_is_not_the_blob_is_not_kept(registry, blob, tmp_path, fault, message):
    path, digest = blob
    acr_blob(registry, src=str(path))
    (tmp_path / "back").write_text("before")
    with suffering(registry, {"method": "GET", "path": "(.*/data.*|/again)", "door": "data", "times": 0, **fault}):
        result = acr_fetch(registry, blob=digest, dest=str(tmp_path / "back"))
    assert message in result["failures"][0]["msg"]
    assert (tmp_path / "back").read_text() == "before"
    assert sorted(os.listdir(tmp_path)) == ["back", "blob"]


def test_a_blob_that_does_not_end(registry, tmp_path):
    digest = acr_blob(registry, content="Hello!")["digest"]
    with suffering(registry, {"method": "GET", "path": ".*/data.*", "door": "data", "status": 200, "body": "Hello!" * MEBIBYTE}):
        result = acr_fetch(registry, blob=digest, dest=str(tmp_path / "back"))
    assert "is longer than its 6 bytes; it was not used." in result["failures"][0]["msg"]
    assert os.listdir(tmp_path) == []


def test_a_disk_that_fills_up(registry, blob, tmp_path):
    """A limit on the size of files stands in for a disk; the file that was there is still whole."""
    path, digest = blob
    acr_blob(registry, src=str(path))
    (tmp_path / "back").write_text("before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE // 2, before[1]))
    try:
        result = acr_fetch(registry, blob=digest, dest=str(tmp_path / "back"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert f"{tmp_path / 'back'} cannot be written: File too large; it is unchanged." in result["failures"][0]["msg"]
    assert (tmp_path / "back").read_text() == "before"
    assert sorted(os.listdir(tmp_path)) == ["back", "blob"]


@pytest.mark.parametrize("check", [True, False])
def test_a_disk_that_is_too_small_is_seen_beforehand(registry, blob, tmp_path, monkeypatch, check):
    path, digest = blob
    acr_blob(registry, src=str(path))
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": SIZE - 1})())
    result = acr_fetch(registry, blob=digest, dest=str(tmp_path / "back"), check=check)
    assert result["msg"] == f"{tmp_path / 'back'} cannot be written: the disk has less than the {SIZE:,} bytes needed: free some space. Nothing was changed."


def test_a_folder_that_cannot_be_written_to(registry, blob):
    path, digest = blob
    acr_blob(registry, src=str(path))
    result = acr_fetch(registry, blob=digest, dest="/proc/back")
    assert result["failed"]
    assert "/proc/back cannot be written: " in result["msg"]


def test_a_file_that_changes_while_it_is_uploaded(registry, blob, monkeypatch):
    """It is refused by the registry, and nothing is kept."""
    path, digest = blob
    from ansible_collections.registryops.acr.plugins.module_utils._tasks import blob as blob_task

    measure = blob_task.measure_file

    def and_then_it_changes(name: str) -> tuple[str, int]:
        found = measure(name)
        with open(name, "r+b") as file:
            file.write(b"another")
        return found

    monkeypatch.setattr(blob_task, "measure_file", and_then_it_changes)
    result = acr_blob(registry, src=str(path))
    assert f"The content of {digest} changed while it was uploaded to 'faults/blobs', so the registry refused it" in result["failures"][0]["msg"]
    monkeypatch.undo()
    path.write_bytes(b"")
    assert acr_blob(registry, digest=digest, state="absent")["changed"] is False


class Drip(http.server.BaseHTTPRequestHandler):
    """A registry whose blobs come byte by byte, for ever."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        content = {"/oauth2/token": json.dumps({"access_token": "x"}).encode()}.get(self.path.partition("?")[0])
        start = self.headers.get("Range", "bytes=0-")[len("bytes=") : -1]
        self.send_response(206 if start != "0" else 200)
        self.send_header("Content-Range", f"bytes {start}-{MEBIBYTE - 1}/{MEBIBYTE}")
        self.send_header("Content-Length", str(len(content) if content else MEBIBYTE - int(start)))
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.end_headers()
        if content or self.command == "HEAD":
            self.wfile.write(content or b"")
            return
        try:
            while not threading.Event().wait(0.1):
                self.wfile.write(b"x")
        except OSError:
            self.close_connection = True

    do_HEAD = do_GET

    def log_message(self, *dummy: Any) -> None:
        """Say nothing."""


def test_a_registry_that_drips_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Drip)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_address[1]}"
    digest = f"sha256:{'0' * 64}"
    result = modules.run("acr_fetch", registry=origin, username="a", password="x", repository="faults", blob=digest, dest=str(tmp_path / "back"), timeout="1s")
    server.shutdown()
    assert "less than 262,144 bytes came in 1 seconds. Check the network path, or raise timeout." in result["failures"][0]["msg"]
    assert os.listdir(tmp_path) == []


def test_stopping_a_task_leaves_nothing_behind(registry, blob, tmp_path):
    """As with Ctrl-C: the temporary file goes with the task."""
    path, digest = blob
    acr_blob(registry, src=str(path))
    folder = tmp_path / "folder"
    folder.mkdir()
    code = f"""
from ansible_collections.registryops.acr.tests import modules
modules.run("acr_fetch", registry={registry.url!r}, ca_path={registry.ca!r}, username={registry.username!r}, password={registry.password!r},
            repository="faults/blobs", blob={digest!r}, dest={str(folder / "back")!r})
"""
    with suffering(registry, {"method": "GET", "path": ".*/data.*", "door": "data", "delay": 5}):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for dummy in range(100):
            if registry.control("GET", "faults")["rules"][0]["seen"]:
                break
            time.sleep(0.1)
        assert list(folder.iterdir())
        process.send_signal(2)
        assert process.wait(20) != 0
    assert list(folder.iterdir()) == []
