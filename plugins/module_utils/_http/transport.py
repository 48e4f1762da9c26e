# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Requests to one origin and their answers: TLS, retries, throttling, limits. The only file that imports requests."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from itertools import count
from typing import Any
from urllib.parse import urljoin

from .._common.errors import BrokenConnectionError, MissingLibraryError, ProtocolError, TransportError
from .._common.text import printable, redact
from .pace import Pace, wait_before_retry
from .response import Response
from .settings import CONNECTION_TRIES, RETRY_STATUSES, TRIES, USER_AGENT, TransportSettings

REQUESTS_IMPORT_ERROR: str | None = None


try:
    import requests
    from requests.utils import get_environ_proxies, select_proxy
    from urllib3.exceptions import HTTPError
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()


# A list of 1,000 manifests with their tags is well under 2 MiB; a manifest may have 4 MiB.
BODY_LIMIT = 8 * 1024 * 1024


ERROR_LIMIT = 64 * 1024


STREAM_PIECE = 64 * 1024


@dataclass(frozen=True)
class Body:
    """Bytes to send, and what they are."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Stream:
    """An answer whose body has not been read."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    _answer: requests.Response = field(repr=False)
    _settings: TransportSettings = field(repr=False)

    def pieces(self, size: int) -> Iterator[bytes]:
        """Give the body in pieces of ``size`` bytes; the last one is what is left.

        ConnectionFailure when it breaks, or comes so slowly that ``size`` bytes take longer than the timeout; what came is given before.
        """
        encoding = self.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            raise ProtocolError(f"{self.method} {redact(self.url)} was answered with Content-Encoding {printable(encoding, 40)}, which was not asked for.")
        raw = self._answer.raw
        # What has arrived, without waiting for more; before urllib3 2.1 only whole amounts can be had.
        read = raw.read1 if hasattr(raw, "read1") else raw.read
        part = b"."
        try:
            while part:
                # With TLS a part has 16 KiB at most: whoever hashes and writes is better served with more.
                parts, received, deadline = [], 0, time.monotonic() + self._settings.timeout
                while received < size and time.monotonic() < deadline and (part := read(min(size - received, STREAM_PIECE), decode_content=False)):
                    parts.append(part)
                    received += len(part)
                if parts:
                    yield b"".join(parts)
                if part and received < size:
                    raise TransportError(
                        f"{self.method} {redact(self.url)} failed: less than {size:,} bytes came in {self._settings.timeout:g} seconds. "
                        "Check the network path, or raise timeout."
                    )
        except (requests.exceptions.RequestException, HTTPError, OSError) as error:
            raise _failure(self.method, self.url, error, self._settings) from None

    def read(self) -> Response:
        """Read the body, within limits."""
        limit = BODY_LIMIT if self.status < 400 else ERROR_LIMIT
        body = bytearray()
        for piece in self.pieces(STREAM_PIECE):
            body += piece
            if len(body) > limit:
                if self.status >= 400:
                    break
                raise ProtocolError(f"{self.method} {redact(self.url)} was answered with more than {limit} bytes, which no registry sends.")
        return Response(self.method, self.url, self.status, self.headers, bytes(body))


class Transport:
    """Sends requests to one origin; safe to use from several threads, at most ``concurrency`` requests at a time.

    Redirects are not followed, cookies are not kept and neither netrc nor the environment can replace a header. Proxies
    are those of the environment.
    """

    def __init__(
        self,
        origin: str,
        settings: TransportSettings,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if REQUESTS_IMPORT_ERROR is not None:
            raise MissingLibraryError("requests", REQUESTS_IMPORT_ERROR)
        self.origin = origin
        self._settings = settings
        self._sleep = sleep
        self._pace = Pace(now, sleep)
        self._slots = threading.BoundedSemaphore(settings.concurrency)
        self.session = _session(settings)
        self._proxies = get_environ_proxies(origin)

    @property
    def proxied(self) -> bool:
        """Whether requests go through a proxy of the environment."""
        return bool(select_proxy(self.origin, self._proxies))

    def to(self, origin: str) -> Transport:
        """Return a transport to another origin, which shares nothing with this one but its settings."""
        return Transport(origin, self._settings, sleep=self._sleep)

    def send(self, method: str, target: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None, body: Any = None) -> Response:
        """Send a request that may be repeated and return its answer, whatever its status.

        ``target`` is a path with its query; ``form`` is sent url-encoded, ``body`` as JSON, unless it is a Body.
        ConnectionFailure when no answer comes, ProtocolError when it is larger than any registry's.
        """
        content: dict[str, Any] = {"data": form} if form else {"data": body.content} if isinstance(body, Body) else {"json": body}
        if isinstance(body, Body):
            headers = {**(headers or {}), "Content-Type": body.media_type}
        for attempt in count(1):
            try:
                with self.stream(method, target, headers=headers, **content) as stream:
                    response = stream.read()
            except BrokenConnectionError:
                if attempt == CONNECTION_TRIES:
                    raise
                self._sleep(wait_before_retry(None, attempt, time.time()))
                continue
            if not self.throttled(response.status, response.headers, attempt) or attempt == TRIES:
                return response
        raise AssertionError("a count has no end")

    def throttled(self, status: int, headers: Mapping[str, str], attempt: int) -> bool:
        """Take note of an answer's status; whether it asks to try again, and all requests of this transport now wait."""
        if status not in RETRY_STATUSES:
            self._pace.succeeded()
        elif attempt < TRIES:
            self._pace.hold(wait_before_retry(headers.get("Retry-After"), attempt, time.time()))
        return status in RETRY_STATUSES

    @contextmanager
    def stream(self, method: str, target: str, *, headers: Mapping[str, str] | None = None, **content: Any) -> Iterator[Stream]:
        """Send a request once, with ``data`` or ``json`` as ``content``, and give its answer while its body has not been read."""
        url = urljoin(self.origin, target)
        with self._slots:
            self._pace.enter()
            try:
                answer = self.session.request(
                    method,
                    url,
                    headers=headers,
                    stream=True,
                    allow_redirects=False,
                    timeout=self._settings.timeout,
                    proxies=self._proxies,
                    verify=self._settings.verify,
                    **content,
                )
            except (requests.exceptions.RequestException, HTTPError, OSError) as error:
                raise _failure(method, url, error, self._settings) from None
            with answer:
                yield Stream(method, url, answer.status_code, answer.headers, answer, self._settings)


def _session(settings: TransportSettings) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "X-Meta-Source-Client": USER_AGENT})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=settings.concurrency)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _failure(method: str, url: str, error: Exception, settings: TransportSettings) -> TransportError:
    place = f"{method} {redact(url)} failed"
    text = str(error)
    if isinstance(error, requests.exceptions.SSLError) or "SSL" in type(error).__name__:
        trust = f"ca_path ({settings.verify})" if isinstance(settings.verify, str) else "the system's certificates"
        return TransportError(
            f"{place}: the certificate could not be verified with {trust} ({_reason(text)}). Check the host name, or set ca_path to the CA that signed it."
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return TransportError(f"{place}: the proxy did not connect ({_reason(text)}). Check HTTPS_PROXY and NO_PROXY.")
    if isinstance(error, requests.exceptions.Timeout) or "timed out" in text:
        return TransportError(f"{place}: no answer within {settings.timeout:g} seconds. Check the network path, or raise timeout.")
    if "Name or service not known" in text or "name resolution" in text or "NameResolutionError" in text or "getaddrinfo" in text:
        return TransportError(f"{place}: the host name is not known. Check the value of registry (and of cloud), and DNS.")
    if isinstance(error, OSError) and "invalid path" in text:
        return TransportError(f"{place}: ca_path ({settings.verify}) is not a readable file or folder.")
    if "IncompleteRead" in text:
        return BrokenConnectionError(f"{place}: the answer ended before it was complete. Try again, and check the network path.")
    if "refused" in text:
        return BrokenConnectionError(f"{place}: the connection was refused. Check host and port of registry.")
    return BrokenConnectionError(f"{place}: the connection broke ({_reason(text)}). Try again, and check the network path.")


def _reason(text: str) -> str:
    """Return the innermost reason of the nested text of an urllib3 error."""
    return printable(text.rpartition("Caused by ")[2].rpartition("] ")[2].rstrip(")'\""), 160)
