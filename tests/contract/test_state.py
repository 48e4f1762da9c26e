# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the emulator holds: content by the thousand from a seed, and all that was acknowledged when its process is killed."""

from __future__ import annotations

import calendar
import hashlib
import os
import signal
import socket
import ssl
import time

import pytest
import requests
from ansible_collections.registryops.acr.tests import images, started

MEBIBYTE = 1024 * 1024


def seeded(acr, **seed):
    answer = acr.send("POST", "/_emulator/seed", json=seed)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ages(items, now):
    """Days between each item's last update and ``now``, rounded."""
    return [round((now - calendar.timegm(time.strptime(item["lastUpdateTime"][:19], "%Y-%m-%dT%H:%M:%S"))) / 86_400) for item in items]


def test_a_seed_makes_what_was_asked_for(acr):
    made = seeded(acr, repositories=3, manifests=5, tags=2, oldest=100, newest=60)
    assert (made["repositories"], made["manifests"], made["tags"]) == (3, 15, 6)
    assert acr.send("GET", "/acr/v1/_catalog").json() == {"repositories": ["seed/0000", "seed/0001", "seed/0002"]}
    manifests = acr.send("GET", "/acr/v1/seed/0001/_manifests?orderby=timeasc").json()["manifests"]
    assert ages(manifests, acr.emulator.clock.now()) == [100, 90, 80, 70, 60]
    assert [manifest.get("tags") for manifest in manifests] == [None, None, None, ["v0.0.3"], ["v0.0.4"]]


def test_what_was_seeded_can_be_pulled(acr):
    seeded(acr, manifests=1, tags=1, platforms=2)
    index = acr.send("GET", "/v2/seed/0000/manifests/v0.0.0", headers={"Accept": images.OCI_INDEX}).json()
    assert [child["platform"]["architecture"] for child in index["manifests"]] == ["amd64", "arm64"]
    for child in index["manifests"]:
        content = acr.send("GET", f"/v2/seed/0000/manifests/{child['digest']}", headers={"Accept": images.OCI_MANIFEST})
        assert (len(content.content), f"sha256:{hashlib.sha256(content.content).hexdigest()}") == (child["size"], child["digest"])
        for blob in [content.json()["config"], *content.json()["layers"]]:
            assert acr.send("HEAD", f"/v2/seed/0000/blobs/{blob['digest']}").headers["Content-Length"] == str(blob["size"])
    shown = acr.send("GET", f"/acr/v1/seed/0000/_manifests/{index['manifests'][0]['digest']}").json()["manifest"]
    assert (shown["architecture"], shown["os"]) == ("amd64", "linux")


def test_the_same_seed_makes_the_same_digests(acr):
    listed = "/acr/v1/seed/0000/_manifests"
    seeded(acr, manifests=3, tags=0)
    first = [manifest["digest"] for manifest in acr.send("GET", listed).json()["manifests"]]
    seeded(acr, manifests=3, tags=0)
    assert [manifest["digest"] for manifest in acr.send("GET", listed).json()["manifests"]] == first


@pytest.mark.parametrize("seed", [{"manifests": 1, "tags": 2}, {"platforms": 7}, {"repositories": -1}, {"manifests": 1.5}, {"pushes": 1}])
def test_a_seed_that_makes_no_sense_is_refused(acr, seed):
    answer = acr.send("POST", "/_emulator/seed", json=seed)
    assert (answer.status_code, answer.json()["errors"][0]["message"][:20]) == (400, "ValueError: a seed h" if "pushes" not in seed else "ValueError: a seed i")


def send(registry, method, path, **rest):
    with requests.Session() as session:
        session.trust_env = False
        session.auth = (registry.username, registry.password)
        return session.request(method, registry.url + path, verify=registry.ca, timeout=10, **rest)


def send_half(registry, location):
    """Announce four mebibytes of a blob, send one, and leave the connection open."""
    prepared = requests.Request("PATCH", registry.url + location, auth=(registry.username, registry.password)).prepare()
    headers = {"Host": registry.host, **prepared.headers, "Content-Length": 4 * MEBIBYTE}
    lines = [f"PATCH {location} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    host, dummy, port = registry.host.partition(":")
    connection = ssl.create_default_context(cafile=registry.ca).wrap_socket(socket.create_connection((host, int(port)), 10), server_hostname=host)
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + bytes(MEBIBYTE))
    return connection


def test_what_was_acknowledged_outlives_a_kill(tmp_path):
    """SIGKILL in the middle of an upload: after the restart, tags, locks, blobs, tokens and the upload's first piece are there."""
    first, second = bytes(3 * MEBIBYTE), b"the rest"
    with started.emulator(STATE_DIR=str(tmp_path)) as registry:
        images.push_releases(registry.url, registry.ca, registry.username, registry.password, "app")
        send(registry, "PATCH", "/acr/v1/app/_tags/v1.0.0", json={"writeEnabled": False})
        token = send(registry, "GET", "/oauth2/token?service=&scope=repository:app:metadata_read").json()["access_token"]
        before = send(registry, "GET", "/acr/v1/app/_manifests").json()["manifests"]
        location = send(registry, "POST", "/v2/app/blobs/uploads/").headers["Location"]
        location = send(registry, "PATCH", location, data=first).headers["Location"]
        connection = send_half(registry, location)
        # The piece is on its way into the upload's file, and not acknowledged.
        uploads = list((tmp_path / "uploads").iterdir())
        for dummy in range(100):
            if uploads[0].stat().st_size > len(first):
                break
            time.sleep(0.05)
        assert uploads[0].stat().st_size > len(first)
        os.kill(registry.pid, signal.SIGKILL)
        connection.close()
    port = registry.host.partition(":")[2]
    with started.emulator(STATE_DIR=str(tmp_path), PORT=port) as registry:
        assert send(registry, "GET", "/acr/v1/app/_manifests").json()["manifests"] == before
        assert send(registry, "GET", "/acr/v1/app/_tags/v1.0.0").json()["tag"]["changeableAttributes"]["writeEnabled"] is False
        with requests.get(f"{registry.url}/acr/v1/app", headers={"Authorization": f"Bearer {token}"}, verify=registry.ca, timeout=10) as answer:
            assert answer.status_code == 200
        answer = send(registry, "GET", location)
        assert (answer.status_code, answer.headers["Range"]) == (204, f"0-{len(first) - 1}")
        digest = f"sha256:{hashlib.sha256(first + second).hexdigest()}"
        assert send(registry, "PUT", f"{answer.headers['Location']}&digest={digest}", data=second).status_code == 201
        assert send(registry, "HEAD", f"/v2/app/blobs/{digest}").headers["Content-Length"] == str(len(first + second))
