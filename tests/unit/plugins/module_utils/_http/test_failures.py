# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures of real connections to servers on this machine: what each is called, and how often it is tried.

Nothing here makes an exception of requests or urllib3 itself, so that the tests show what the installed versions really raise.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import struct
import threading
import time

import pytest
import trustme
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import BrokenConnectionError, TransportError
from ansible_collections.registryops.acr.plugins.module_utils._http.settings import CONNECTION_TRIES, TransportSettings
from ansible_collections.registryops.acr.plugins.module_utils._http.transport import Transport

AUTHORITY = trustme.CA()


class Server:
    """Answers each connection to a free port with ``behave``, and counts them."""

    def __init__(self, behave, family=socket.AF_INET):
        self.socket = socket.create_server(("127.0.0.1" if family == socket.AF_INET else "::1", 0), family=family)
        self.port = self.socket.getsockname()[1]
        self.count = 0
        self._behave = behave
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self.socket.accept()[0]
                self.count += 1
                with contextlib.suppress(OSError), connection:
                    connection.settimeout(5)
                    self._behave(connection)

    def close(self):
        # Only this wakes a thread that waits in accept.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self._thread.join(5)


@pytest.fixture
def serve():
    servers = []

    def start(behave, **options):
        servers.append(Server(behave, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def failure(origin, timeout=5.0, verify=True):
    """Return the error of a request to ``origin``."""
    transport = Transport(origin, TransportSettings(verify=verify, timeout=timeout), sleep=lambda seconds: None)
    with pytest.raises(TransportError) as caught:
        transport.send("GET", "/v2/?_state=secret")
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert str(caught.value).startswith(f"GET {origin}/v2/ failed: ")
    return caught.value


def closed_port(family=socket.AF_INET):
    with socket.create_server(("127.0.0.1" if family == socket.AF_INET else "::1", 0), family=family) as one:
        return one.getsockname()[1]


def answers(content):
    """Read the request, then send ``content`` and close."""

    def behave(connection):
        connection.recv(65536)
        connection.sendall(content)

    return behave


def waits(connection):
    """Read until the client goes."""
    while connection.recv(65536):
        pass


def resets(connection):
    """Break the connection off with a RST."""
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def encrypts(certificate, content=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)

    def behave(connection):
        with contextlib.suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as encrypted:
            encrypted.recv(65536)
            encrypted.sendall(content)

    return behave


def test_a_closed_port():
    error = failure(f"http://127.0.0.1:{closed_port()}")
    assert str(error).endswith("failed: the connection was refused. Check host and port of registry.")
    assert isinstance(error, BrokenConnectionError)


def test_a_closed_port_of_ipv6():
    try:
        port = closed_port(socket.AF_INET6)
    except OSError:
        pytest.skip("This machine has no IPv6.")
    assert "the connection was refused" in str(failure(f"http://[::1]:{port}"))


def test_a_network_that_is_unreachable():
    """A datagram's address is no address of a connection: the kernel refuses it at once, as it does without a route."""
    error = failure("http://255.255.255.255:9")
    assert "failed: no connection was made (" in str(error)
    assert isinstance(error, BrokenConnectionError)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..b"])
def test_a_name_that_is_not_valid(host):
    assert str(failure(f"https://{host}")).endswith("failed: the host name is not valid. Check the value of registry, and HTTPS_PROXY.")


def test_a_name_without_an_address():
    error = failure("https://no-such-registry.invalid")
    assert "failed: the host name could not be resolved (" in str(error)
    assert str(error).endswith("Check the value of registry (and of cloud), and DNS.")
    assert not isinstance(error, BrokenConnectionError)


def test_no_answer(serve):
    server = serve(waits)
    error = failure(f"http://127.0.0.1:{server.port}", timeout=0.2)
    assert str(error).endswith("failed: no answer within 0.2 seconds. Check the network path, or raise timeout.")
    assert server.count == 1


def test_no_answer_to_the_handshake_of_tls(serve):
    server = serve(waits)
    assert "no answer within 0.2 seconds" in str(failure(f"https://127.0.0.1:{server.port}", timeout=0.2))


def test_no_connection_in_time():
    """A full backlog takes no further connection, and the kernel does not refuse it."""
    with socket.socket() as listening, contextlib.ExitStack() as filling:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for dummy in range(4):
            one = filling.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        error = failure(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=0.3)
    assert "no answer within 0.3 seconds" in str(error)


def test_a_body_that_stalls(serve):
    def behave(connection):
        answers(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")(connection)
        time.sleep(0.5)

    assert "within 0.2 seconds" in str(failure(f"http://127.0.0.1:{serve(behave).port}", timeout=0.2))


@pytest.mark.parametrize(
    ("behave", "text"),
    [
        (answers(b""), "the connection broke (Remote end closed connection without response). Try again, and check the network path."),
        (resets, "the connection broke (Connection reset by peer). Try again, and check the network path."),
        (answers(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), "the answer ended before it was complete. Try again, and check the network path."),
        (answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"), "the answer ended before it was complete."),
        (answers(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"), "the connection broke (got more than 100 headers)."),
    ],
    ids=["closed", "reset", "short", "chunked", "headers"],
)
def test_a_broken_connection_is_tried_again(serve, behave, text):
    server = serve(behave)
    error = failure(f"http://127.0.0.1:{server.port}")
    assert text in str(error)
    assert isinstance(error, BrokenConnectionError)
    assert server.count == CONNECTION_TRIES


def test_what_came_before_a_break_is_given_first(serve):
    server = serve(answers(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"))
    transport = Transport(f"http://127.0.0.1:{server.port}", TransportSettings(timeout=5.0))
    with transport.stream("GET", "/v2/") as stream:
        pieces = stream.pieces(8)
        assert next(pieces) == b"abc"
        with pytest.raises(BrokenConnectionError, match="the answer ended before it was complete"):
            next(pieces)


def test_a_server_that_does_not_speak_http(serve):
    server = serve(answers(b"SSH-2.0-OpenSSH_9.2\r\n"))
    error = failure(f"http://127.0.0.1:{server.port}")
    assert "failed: the answer is not HTTP (SSH-2.0-OpenSSH_9.2" in str(error)
    assert server.count == 1


def test_a_server_that_does_not_speak_tls(serve):
    server = serve(answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    error = failure(f"https://127.0.0.1:{server.port}")
    assert "failed: the server did not agree on TLS (" in str(error)
    assert str(error).endswith("Check host and port of registry.")
    assert server.count == 1


def test_a_server_that_ends_the_handshake_of_tls(serve):
    server = serve(answers(b""))
    assert "the connection broke (" in str(failure(f"https://127.0.0.1:{server.port}"))
    assert server.count == CONNECTION_TRIES


@pytest.fixture
def bundle(tmp_path):
    """A file with the authority of this test."""
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def test_a_certificate_of_another_authority(serve):
    server = serve(encrypts(AUTHORITY.issue_cert("127.0.0.1")))
    error = failure(f"https://127.0.0.1:{server.port}")
    assert "failed: the certificate could not be verified with the system's CA certificates (" in str(error)
    assert str(error).endswith("Check the host name, or set ca_path to the CA that signed it.")
    assert server.count == 1


def test_a_certificate_of_another_host(serve, bundle):
    server = serve(encrypts(AUTHORITY.issue_cert("other.example")))
    error = failure(f"https://127.0.0.1:{server.port}", verify=bundle)
    assert f"the certificate could not be verified with the CA certificates at {bundle} (" in str(error)


def test_a_folder_without_certificates(serve, tmp_path):
    server = serve(encrypts(AUTHORITY.issue_cert("127.0.0.1")))
    error = failure(f"https://127.0.0.1:{server.port}", verify=str(tmp_path))
    assert f"the certificate could not be verified with the CA certificates at {tmp_path} (" in str(error)


@pytest.mark.parametrize("content", [None, b"", b"no certificate\n", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "unreadable"])
def test_a_ca_file_that_cannot_be_used(serve, tmp_path, content):
    server = serve(encrypts(AUTHORITY.issue_cert("127.0.0.1")))
    path = tmp_path / "ca.pem"
    if content == "unreadable":
        path.write_bytes(b"")
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("Root can read every file.")
    elif content is not None:
        path.write_bytes(content)
    error = failure(f"https://127.0.0.1:{server.port}", verify=str(path))
    assert f"failed: the CA certificates at {path} {'do not exist.' if content is None else 'cannot be used ('}" in str(error)
    assert str(error).endswith("Set ca_path to a readable PEM file, or to a folder of them.")


PROXY = "the connection through the proxy failed ("


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (answers(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"), "Tunnel connection failed: 407 Proxy Authentication Required"),
        (answers(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"), "Tunnel connection failed: 502 Bad Gateway"),
    ],
    ids=["login", "gateway"],
)
def test_a_proxy_that_refuses(serve, monkeypatch, behave, reason):
    server = serve(behave)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
    error = failure("https://r.azurecr.io")
    assert f"failed: {PROXY}{reason}). Check HTTPS_PROXY, with the login that it may need, and NO_PROXY." in str(error)
    assert server.count == 1


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:{closed}", "http://no-such-proxy.invalid:3128", "socks9://127.0.0.1:{closed}", "http://"])
def test_a_proxy_that_is_not_there(monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy.format(closed=closed_port()))
    error = failure("https://r.azurecr.io")
    assert PROXY in str(error)
    assert not isinstance(error, BrokenConnectionError)


@pytest.mark.parametrize("address", ["127.0.0.1:port", "a..b:3128", "[::1:3128"])
def test_the_password_of_a_proxy_is_not_shown(monkeypatch, address):
    """``failure`` looks for it."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@{address}")
    error = failure("https://r.azurecr.io")
    assert "HTTPS_PROXY" in str(error)
    assert not isinstance(error, BrokenConnectionError)


def test_a_request_by_http_does_not_go_through_a_proxy(serve, monkeypatch):
    """It is for registries on this machine, and its credentials could be read on the way."""
    proxy = serve(answers(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    assert "the connection was refused" in str(failure(f"http://127.0.0.1:{closed_port()}"))
    assert proxy.count == 0


def test_what_was_handled_before_is_not_the_cause():
    """A request that is sent while another failure is handled, as a lock is put back, fails for its own reason."""
    try:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    except OSError:
        assert "the connection was refused" in str(failure(f"http://127.0.0.1:{closed_port()}"))
    try:
        raise ConnectionRefusedError
    except OSError:
        assert "the host name could not be resolved" in str(failure("https://no-such-registry.invalid"))
