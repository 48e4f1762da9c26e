# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real requests.Session over an adapter that plays a script: what is retried, what is limited, what the errors say."""

from __future__ import annotations

import io

import pytest
import requests
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import (
    LockedError,
    NetworkDeniedError,
    ProtocolError,
    RegistryError,
    ThrottledError,
    TransportError,
)
from ansible_collections.registryops.acr.plugins.module_utils._http import stream
from ansible_collections.registryops.acr.plugins.module_utils._http.settings import TransportSettings
from ansible_collections.registryops.acr.plugins.module_utils._http.transport import Transport
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

ORIGIN = "https://r.azurecr.io"


class Script(BaseAdapter):
    """Plays ``answers`` in turn, the last one for ever: (status, headers, body) or an exception to raise."""

    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)
        self.requests = []

    def send(self, request, **kwargs):
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, headers, body = answer
        response = requests.Response()
        response.status_code = status
        response.headers = requests.structures.CaseInsensitiveDict(headers)
        response.raw = HTTPResponse(body=io.BytesIO(body), headers=headers, status=status, preload_content=False)
        response.url = request.url
        response.request = request
        return response

    def close(self):
        pass


class Clock:
    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def read(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def connected(*answers, **settings):
    clock = Clock()
    made = Transport(ORIGIN, TransportSettings(**settings), now=clock.read, sleep=clock.sleep)
    script = Script(*answers)
    made.session.mount("https://", script)
    return made, script, clock


OK = (200, {"Content-Type": "application/json"}, b'{"a":1}')


def test_an_answer_is_read():
    made, script, dummy = connected(OK)
    assert made.send("GET", "/acr/v1/_catalog?n=1000").json() == {"a": 1}
    request = script.requests[0]
    assert request.url == "https://r.azurecr.io/acr/v1/_catalog?n=1000"
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.headers["User-Agent"].startswith("registryops.acr/")


def test_netrc_and_the_environment_cannot_replace_our_token(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine r.azurecr.io login evil password evil\n")
    monkeypatch.setenv("NETRC", str(netrc))
    made, script, dummy = connected(OK)
    made.send("GET", "/v2/", headers={"Authorization": "Bearer mine"})
    made.send("GET", "/v2/")
    assert script.requests[0].headers["Authorization"] == "Bearer mine"
    assert "Authorization" not in script.requests[1].headers


def test_a_cookie_is_not_kept():
    made, script, dummy = connected((200, {"Set-Cookie": "a=b; Path=/"}, b""))
    made.send("GET", "/v2/")
    made.send("GET", "/v2/")
    assert "Cookie" not in script.requests[1].headers


def test_a_redirect_is_an_answer():
    made, script, dummy = connected((307, {"Location": "https://evil.example/"}, b""))
    assert made.send("GET", "/v2/").status == 307
    assert len(script.requests) == 1


@pytest.mark.parametrize("location", ["https://[::1/", "//", "http://a..b:port/"])
def test_a_redirect_is_not_even_prepared(location):
    made, script, dummy = connected((307, {"Location": location}, b"x" * 100_000))
    with made.stream("GET", "/v2/") as answer:
        assert (answer.status, answer.headers["Location"]) == (307, location)
        assert answer._answer.raw.tell() == 0
    assert len(script.requests) == 1


def test_a_throttled_request_waits_as_long_as_it_is_told():
    made, script, clock = connected((429, {"Retry-After": "7"}, b""), OK)
    assert made.send("GET", "/v2/").status == 200
    assert clock.slept == [7.0]


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_passing_trouble_is_tried_again(status):
    made, script, dummy = connected((status, {}, b""), (status, {}, b""), OK)
    assert made.send("GET", "/v2/").status == 200
    assert len(script.requests) == 3


def test_a_lasting_trouble_ends_after_five_tries():
    made, script, clock = connected((429, {"Retry-After": "86400"}, b'{"errors":[{"code":"TOOMANYREQUESTS","message":"Too many requests."}]}\n'))
    response = made.send("GET", "/v2/")
    assert len(script.requests) == 5
    assert sum(clock.slept) <= 4 * 60
    with pytest.raises(ThrottledError, match="lower concurrency or try again later"):
        raise response.error()


def test_a_broken_connection_is_tried_again():
    made, script, dummy = connected(requests.exceptions.ConnectionError("Connection aborted."), OK)
    assert made.send("GET", "/v2/").status == 200


def test_a_page_of_a_proxy_is_not_an_answer_of_a_registry():
    made, dummy, dummy = connected((200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"))
    with pytest.raises(ProtocolError, match="answered with text/html instead of JSON: this is not the registry itself, check the value of registry"):
        made.send("GET", "/v2/").json()


def test_an_endless_answer_is_cut():
    made, dummy, dummy = connected((200, {}, b"x" * (stream.BODY_LIMIT + 1)))
    with pytest.raises(ProtocolError, match="more than 8,388,608 bytes, which no registry sends"):
        made.send("GET", "/v2/")


def test_an_endless_error_is_cut_and_still_an_error():
    made, dummy, dummy = connected((403, {}, b"x" * (10 * stream.ERROR_LIMIT)))
    assert len(made.send("GET", "/v2/").body) <= 2 * stream.ERROR_LIMIT


def test_a_compressed_answer_was_not_asked_for():
    made, dummy, dummy = connected((200, {"Content-Encoding": "gzip"}, b"\x1f\x8b"))
    with pytest.raises(ProtocolError, match="Content-Encoding gzip, which was not asked for"):
        made.send("GET", "/v2/")


class Records(io.BytesIO):
    """A body that comes 16 bytes at a time, each of which takes ``seconds``."""

    def __init__(self, content, clock, seconds):
        super().__init__(content)
        self.clock, self.seconds = clock, seconds

    def read(self, size=-1):
        self.clock.sleep(self.seconds)
        return super().read(min(size, 16))

    read1 = read


def streamed(monkeypatch, seconds):
    """Return the lengths of the pieces of 40 bytes that a body of 100 bytes comes in, and the error that ends it."""
    made, script, clock = connected((200, {}, b""))
    monkeypatch.setattr(stream, "time", type("Time", (), {"monotonic": staticmethod(clock.read)}))
    lengths = []
    with made.stream("GET", "/v2/") as answer:
        answer._answer.raw = HTTPResponse(body=Records(b"x" * 100, clock, seconds), preload_content=False)
        try:
            lengths += (len(piece) for piece in answer.pieces(40))
        except TransportError as error:
            return lengths, str(error)
    return lengths, None


def test_small_parts_become_larger_pieces(monkeypatch):
    assert streamed(monkeypatch, 9) == ([40, 40, 20], None)


def test_pieces_that_come_too_slowly_are_an_error_after_what_has_come(monkeypatch):
    lengths, error = streamed(monkeypatch, 16)
    assert lengths == [32]
    assert "failed: less than 40 bytes came in 30 seconds. Check the network path, or raise timeout." in error


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":', b"\xff\xfe", b""])
def test_what_is_not_json_is_refused(body):
    made, dummy, dummy = connected((200, {"Content-Type": "application/json"}, body))
    with pytest.raises(ProtocolError, match="instead of JSON"):
        made.send("GET", "/v2/").json()


# Bodies as the service sends them.
@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (
            405,
            b'{"errors":[{"code":"REGISTRY_DISALLOWED_OPERATION","message":"The operation is disallowed on this registry, repository or image. '
            b'View troubleshooting steps at https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation","detail":{}}]}\n',
            LockedError,
            "A lock (can_write or can_delete is false) on the repository, tag or manifest forbids it; acr_repository_info shows which.",
        ),
        (
            403,
            b'{"errors":[{"code":"DENIED","message":"client with IP \\u00271.2.3.4\\u0027 is not allowed access. '
            b'Refer https://aka.ms/acr/firewall to grant access."}]}\n',
            NetworkDeniedError,
            "client with IP '1.2.3.4' is not allowed access",
        ),
        (
            404,
            b"404 page not found\n",
            RegistryError,
            "404: 404 page not found (correlation ID 4711). The server does not know this address: is it an Azure Container Registry?",
        ),
        (413, b"413 Request Entity Too Large - AzureContainerRegistry", RegistryError, "answered with 413: 413 Request Entity Too Large"),
        (
            500,
            b"<html><body>Oops</body></html>",
            RegistryError,
            "acr/v1/app was answered with 500 (correlation ID 4711). The registry has a problem",
        ),
        (400, b'{"errors":[]}', RegistryError, "answered with 400: {"),
        (400, b'{"errors":[{"code":"X\\u001b[2J","message":null}]}', RegistryError, "answered with 400 X [2J (correlation"),
    ],
)
def test_a_refusal_is_one_sentence_whatever_its_body(status, body, kind, text):
    made, dummy, dummy = connected((status, {"X-Ms-Correlation-Request-Id": "4711"}, body))
    error = made.send("GET", "/acr/v1/app?sig=secret").error()
    assert type(error).__name__ == kind.__name__
    assert text in str(error)
    assert "secret" not in str(error)
    assert "\n" not in str(error)
    assert error.to_result()["error"]["correlation_id"] == "4711"
