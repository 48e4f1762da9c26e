# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on request, over real connections: what a rule says is what a client sees, and nothing else is."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from ansible_collections.registryops.acr.tests import images, started

CATALOG = "/acr/v1/_catalog"


class Client:
    """The admin user of a registry, on one connection for each request."""

    def __init__(self, registry: started.Registry) -> None:
        self.registry = registry
        self.context = ssl.create_default_context(cafile=registry.ca)

    def fault(self, **rule: Any) -> None:
        """Set one rule."""
        self.registry.control("POST", "faults", {"rules": [rule]})

    def get(self, path: str, method: str = "GET", data: bytes | None = None, **headers: str) -> requests.Response:
        """Send a request; redirects are answers."""
        with requests.Session() as session:
            session.trust_env = False
            session.auth = None if "Authorization" in headers else (self.registry.username, self.registry.password)
            url, ca = self.registry.url + path, self.registry.ca
            return session.request(method, url, data=data, headers=headers, verify=ca, timeout=10, allow_redirects=False)

    def upload(self) -> str:
        """Open an upload and return its address."""
        return self.get("/v2/app/blobs/uploads/", "POST").headers["Location"]


@pytest.fixture(scope="module")
def registry() -> Iterator[started.Registry]:
    """A registry with one image, that stays for all tests."""
    with started.emulator() as one:
        images.push_releases(one.url, one.ca, one.username, one.password, "app")
        yield one


@pytest.fixture
def client(registry: started.Registry) -> Iterator[Client]:
    """Somebody who asks, until the rules are gone again."""
    yield Client(registry)
    registry.control("DELETE", "faults")


def test_a_status_in_place_of_the_answer(client):
    client.fault(path=CATALOG, status=429, headers={"Retry-After": "2"}, body="slow down")
    answer = client.get(CATALOG)
    assert (answer.status_code, answer.headers["Retry-After"], answer.text) == (429, "2", "slow down")
    assert client.get(CATALOG).json() == {"repositories": ["app"]}


def test_an_html_page(client):
    client.fault(status=200, headers={"Content-Type": "text/html"}, body="<html>Sign in</html>")
    assert client.get(CATALOG).headers["Content-Type"] == "text/html"


def test_the_third_call_and_the_fourth(client):
    client.fault(method="GET", path=CATALOG, skip=2, times=2, status=503)
    assert [client.get(CATALOG).status_code for dummy in range(6)] == [200, 200, 503, 503, 200, 200]
    assert client.registry.control("GET", "faults") == {"rules": [{"seen": 6, "done": 2}]}


def test_a_chance_is_the_same_each_time(client):
    def run() -> list[int]:
        client.fault(path=CATALOG, times=0, chance=0.5, seed=7, status=503)
        return [client.get(CATALOG).status_code for dummy in range(20)]

    first = run()
    assert set(first) == {200, 503}
    assert run() == first


def test_a_delay(client):
    client.fault(path=CATALOG, delay=0.3)
    assert client.get(CATALOG).elapsed.total_seconds() >= 0.3
    assert client.get(CATALOG).status_code == 200


def test_a_reset_before_the_headers(client):
    client.fault(path=CATALOG, reset=-1)
    with pytest.raises(requests.ConnectionError):
        client.get(CATALOG)
    assert client.get(CATALOG).status_code == 200


def test_a_reset_in_the_middle_of_the_body(client):
    client.fault(path="/v2/app/manifests/v1.0.0", reset=10)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.get("/v2/app/manifests/v1.0.0", Accept=images.OCI_MANIFEST)


def test_a_body_that_is_cut_short(client):
    client.fault(path="/v2/app/manifests/v1.0.0", truncate=10)
    connection = http.client.HTTPSConnection("localhost", int(client.registry.host.rpartition(":")[2]), context=client.context, timeout=10)
    whole = len(client.get("/v2/app/manifests/v1.1.0", Accept=images.OCI_INDEX).content)
    answer = requests.Request("GET", client.registry.url, auth=(client.registry.username, client.registry.password)).prepare().headers
    connection.request("GET", "/v2/app/manifests/v1.0.0", headers={"Accept": images.OCI_MANIFEST, "Authorization": answer["Authorization"]})
    with pytest.raises(http.client.IncompleteRead) as caught:
        connection.getresponse().read()
    connection.close()
    assert len(caught.value.partial) == 10 < whole


def test_a_byte_that_is_another(client):
    path, accept = "/v2/app/manifests/v1.0.0", images.OCI_MANIFEST
    whole = client.get(path, Accept=accept).content
    client.fault(path=path, corrupt=True)
    corrupt = client.get(path, Accept=accept).content
    assert len(corrupt) == len(whole)
    assert sum(one != other for one, other in zip(corrupt, whole, strict=True)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Docker-Content-Digest", "sha256:" + "0" * 64),
        ("Link", '<https://evil.example/acr/v1/_catalog?last=a>; rel="next"'),
        ("Www-Authenticate", 'Bearer realm="https://evil.example/token",service="evil.example"'),
        ("Location", "https://evil.example/blob"),
    ],
)
def test_a_header_that_lies(client, name, value):
    client.fault(path=CATALOG, headers={name: value})
    answer = client.get(CATALOG)
    assert (answer.headers[name], answer.json()) == (value, {"repositories": ["app"]})


def test_a_header_that_is_missing(client):
    path, accept = "/v2/app/manifests/v1.0.0", images.OCI_MANIFEST
    client.fault(path=path, headers={"docker-content-digest": None})
    assert "Docker-Content-Digest" not in client.get(path, Accept=accept).headers
    assert "Docker-Content-Digest" in client.get(path, Accept=accept).headers


def test_tokens_that_end_all_at_once(client):
    scope = "service=&scope=registry:catalog:*"
    token = client.get(f"/oauth2/token?{scope}").json()["access_token"]
    assert client.get(CATALOG, Authorization=f"Bearer {token}").status_code == 200
    client.fault(path=CATALOG, expire_tokens=True)
    answer = client.get(CATALOG, Authorization=f"Bearer {token}")
    assert (answer.status_code, answer.headers["Www-Authenticate"].rpartition(",")[2]) == (401, 'error="invalid_token"')
    token = client.get(f"/oauth2/token?{scope}").json()["access_token"]
    assert client.get(CATALOG, Authorization=f"Bearer {token}").status_code == 200


def test_an_upload_that_is_forgotten(client):
    location = client.upload()
    client.fault(method="PATCH", drop_upload=True)
    answer = client.get(location, "PATCH", b"piece")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "BLOB_UPLOAD_UNKNOWN")


def test_a_connection_that_ends_while_it_uploads(client):
    location = client.upload()
    client.fault(method="PATCH", interrupt=1000)
    with pytest.raises(requests.ConnectionError):
        client.get(location, "PATCH", bytes(4_000_000))
    assert client.get(location).headers["Range"] == "0-0"
    assert client.get(location, "PATCH", b"piece").headers["Range"] == "0-4"


def test_a_list_that_lacks_the_newest(client):
    newest = client.get("/acr/v1/app/_tags?orderby=timedesc").json()["tags"][0]["name"]
    client.fault(path="/acr/v1/app/_tags.*", stale=1)
    assert newest not in [tag["name"] for tag in client.get("/acr/v1/app/_tags").json()["tags"]]
    assert newest in [tag["name"] for tag in client.get("/acr/v1/app/_tags").json()["tags"]]


def test_a_rule_that_makes_no_sense_is_refused(client):
    for rule, complaint in (({"pth": ".*"}, "not pth"), ({"path": "("}, "unterminated"), ({"delay": 3600}, "delay is at most 60 seconds")):
        with pytest.raises(requests.HTTPError) as caught:
            client.fault(**rule)
        assert complaint in caught.value.response.json()["errors"][0]["message"]


def test_the_journal_says_what_went_wrong_on_purpose(client):
    after = client.registry.journal()[-1]["seq"]
    client.fault(path=CATALOG, status=503)
    client.get(CATALOG)
    client.get(CATALOG)
    assert [(entry["status"], entry["fault"]) for entry in client.registry.journal(after)] == [(503, True), (200, False)]
    assert client.registry.control("GET", "journal")["last"] == after + 2


def test_a_connection_stays_open_when_an_answer_says_so(client):
    """However many there are: a client cannot send everything again that it sent into a closed one."""
    host = client.registry.host
    connections = [http.client.HTTPSConnection(host, context=client.context, timeout=10) for dummy in range(30)]
    for connection in connections:
        connection.connect()
        # Never open another.
        connection.auto_open = 0
    for dummy in range(2):
        for connection in connections:
            connection.request("GET", "/v2/")
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, answer.headers["Connection"]) == (401, "keep-alive")
    for connection in connections:
        connection.close()
