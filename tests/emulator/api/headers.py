# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The headers that all answers of a style have. Some of them count the calls that are left."""

from __future__ import annotations

import threading
import uuid

from ..front.messages import Request, Response
from ..state.clock import Clock

# The service documents more rate limits; these are the ones it counts in headers.
DELETES_PER_SECOND = 33.0
OAUTH_PER_SECOND = 333.3

LEFT = "X-Ms-Ratelimit-Remaining-Calls-Per-Second"
SECURITY = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
EXPOSED = ("Docker-Content-Digest", "WWW-Authenticate", "Link", "X-Ms-Correlation-Request-Id")


class CommonHeaders:
    """Adds headers to answers."""

    def __init__(self, clock: Clock) -> None:
        self._deletes = RemainingCalls(clock, DELETES_PER_SECOND)
        self._oauth = RemainingCalls(clock, OAUTH_PER_SECOND)

    def add(self, request: Request, response: Response) -> None:
        """Add the headers that every answer of this style has."""
        correlation = request.header("X-Ms-Correlation-Request-Id") if response.style == "oauth" else ""
        correlation = correlation or str(uuid.uuid4())
        server = [("Server", "AzureContainerRegistry"), ("X-Ms-Correlation-Request-Id", correlation)]
        if response.style in ("registry", "router"):
            response.headers += [*server, ("Docker-Distribution-Api-Version", "registry/2.0"), SECURITY, SECURITY, ("X-Content-Type-Options", "nosniff")]
        if response.style == "registry":
            self._add_of_registry(request, response)
        elif response.style == "oauth":
            response.headers += [*server, SECURITY, (LEFT, f"{self._oauth.take():.6f}")]

    def _add_of_registry(self, request: Request, response: Response) -> None:
        response.headers += [("Access-Control-Expose-Headers", name) for name in EXPOSED]
        if response.storage:
            response.headers.append(("X-Ms-Client-Request-Id", request.header("X-Ms-Client-Request-Id")))
            response.headers.append(("X-Ms-Request-Id", str(uuid.uuid4())))
        if request.method == "DELETE" and response.status in (202, 404, 405):
            response.headers.append((LEFT, f"{int(self._deletes.take())}.000000"))


class RemainingCalls:
    """How many calls are left, as the service counts them: one less with each call, and up to ``rate`` again within a second."""

    def __init__(self, clock: Clock, rate: float) -> None:
        self._clock = clock
        self._rate = rate
        self._left = rate
        self._at = clock.now()
        self._lock = threading.Lock()

    def take(self) -> float:
        """Count one call, and return how many are left."""
        with self._lock:
            now = self._clock.now()
            self._left = min(self._rate, self._left + max(0.0, now - self._at) * self._rate)
            self._at = now
            self._left = max(0.0, self._left - 1)
            return self._left
