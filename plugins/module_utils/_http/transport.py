# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Requests to one origin: TLS, proxies, retries, throttling. Only this folder imports requests."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from itertools import count
from typing import Any
from urllib.parse import urljoin

from .._common.errors import BrokenConnectionError, MissingLibraryError
from .pace import Pace, wait_before_retry
from .response import Response
from .settings import CONNECTION_TRIES, RETRY_STATUSES, TRIES, USER_AGENT, TransportSettings
from .stream import Stream

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    from requests.utils import get_environ_proxies, select_proxy
    from urllib3.exceptions import HTTPError
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()


@dataclass(frozen=True)
class Body:
    """Bytes to send, and their media type."""

    content: bytes
    media_type: str


class Transport:
    """Sends requests to one origin; safe to use from several threads, at most ``concurrency`` requests at a time.

    Redirects are not followed, cookies are not kept, and neither netrc nor the environment can replace a header. Proxies are those of
    the environment, and for https only: a proxy would see the credentials of a request by http.
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
        self._proxies = get_environ_proxies(origin) if origin.startswith("https:") else {}

    @property
    def proxied(self) -> bool:
        """Whether requests go through a proxy of the environment."""
        return bool(select_proxy(self.origin, self._proxies))

    def to(self, origin: str) -> Transport:
        """Return a transport to another origin. It has the same settings, and connections and a pace of its own."""
        return Transport(origin, self._settings, sleep=self._sleep)

    def send(self, method: str, target: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None, body: Any = None) -> Response:
        """Send a request and return its answer, whatever its status; it is sent again after a failure that may pass.

        ``target`` is a path with its query; ``form`` is sent url-encoded, ``body`` as JSON unless it is a Body.
        TransportError when no answer comes, ProtocolError when it is larger than any registry's.
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
        """Return whether an answer asks to try again later; all requests of this transport then wait as long as it says."""
        if status not in RETRY_STATUSES:
            self._pace.succeeded()
        elif attempt < TRIES:
            self._pace.hold(wait_before_retry(headers.get("Retry-After"), attempt, time.time()))
        return status in RETRY_STATUSES

    @contextmanager
    def stream(self, method: str, target: str, *, headers: Mapping[str, str] | None = None, **content: Any) -> Iterator[Stream]:
        """Send a request once, with ``data`` or ``json`` as ``content``, and give its answer before the body is read."""
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
                from .failures import transport_error

                raise transport_error(method, url, error, self._settings) from None
            # urllib3 1.26 takes a body for whole that is shorter than its Content-Length.
            answer.raw.enforce_content_length = True
            with answer:
                yield Stream(method, url, answer.status_code, answer.headers, answer, self._settings)


def _session(settings: TransportSettings) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "X-Meta-Source-Client": USER_AGENT})
    # Without this, requests reads the whole body of a redirect to prepare the next request, though it is not to follow it.
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=settings.concurrency)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
