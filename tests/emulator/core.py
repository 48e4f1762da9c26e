# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator: one call, ``handle``, through which every request of every front passes."""

from __future__ import annotations

import random
import re
import secrets
import tempfile
import threading
import uuid
from pathlib import Path
from typing import Any

from .api import content, metadata, oauth, storage, transfer
from .api.names import Route, route
from .control import control
from .control.faults import Faults, suffer
from .control.journal import Journal
from .front.messages import Refused, Request, Response, error, page_not_found
from .identity.access import Access, Needed, repository
from .identity.identities import ADMIN_PASSWORD, Identities
from .identity.tokens import Tokens, kept_key, new_key
from .state.blobs import Blobs
from .state.clock import Clock
from .state.store import Store

SIGN_IN = re.compile(r"/(?P<tenant>[^/]+)/oauth2/v2\.0/token")
CONFIGURATION = re.compile(r"/(?P<tenant>[^/]+)/v2\.0/\.well-known/openid-configuration")

CONTENT: dict[tuple[str, str], Any] = {
    ("GET", "manifest"): content.get,
    ("HEAD", "manifest"): content.get,
    ("PUT", "manifest"): content.put,
    ("DELETE", "manifest"): content.delete,
    ("GET", "referrers"): content.referrers,
    ("HEAD", "blob"): transfer.head_blob,
    ("GET", "blob"): transfer.get_blob,
    ("DELETE", "blob"): transfer.delete_blob,
    ("POST", "uploads"): transfer.begin,
    ("GET", "upload"): transfer.status,
    ("PATCH", "upload"): transfer.append,
    ("PUT", "upload"): transfer.finish,
    ("DELETE", "upload"): transfer.cancel,
}

# The operations of the documented rate limits that are counted in headers: identity's quota, and how fast it comes back.
DELETES_PER_SECOND = 33.0
OAUTH_PER_SECOND = 333.3


class Emulator:
    """A registry. State is in ``state_dir``, or in a temporary folder that goes with ``close()``.

    ``data_origin`` is where blob downloads are redirected to: the front sets it.
    """

    def __init__(
        self,
        state_dir: str | Path | None = None,
        *,
        strict: bool = False,
        admin_password: str = ADMIN_PASSWORD,
        seed: int | None = None,
        data_origin: str = "https://data.emulator.invalid",
    ) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="acr-emulator-") if state_dir is None else None
        self.folder = Path(self._temporary.name if self._temporary else state_dir or "")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data_origin = data_origin
        self.clock = Clock()
        self.store = Store(str(self.folder / "registry.sqlite") if state_dir else ":memory:")
        self.blobs = Blobs(self.folder)
        self.journal = Journal()
        self.faults = Faults()
        self.secret = secrets.token_bytes(32)
        self.identifier = str(uuid.uuid4())
        self.tokens = Tokens(self.clock, kept_key(self.folder) if state_dir else new_key())
        self.identities = Identities(self.store, strict, admin_password)
        self.access = Access(self.tokens, self.identities, random.Random(seed))
        self.settings = {**control.SETTINGS, **self.store.setting("settings", {})}
        self._deletes = Bucket(self.clock, DELETES_PER_SECOND)
        self._oauth = Bucket(self.clock, OAUTH_PER_SECOND)
        for row in self.store.rows("SELECT * FROM uploads"):
            # An upload that became a blob just before the end was not acknowledged: it is forgotten.
            if not self.blobs.resume(row["uuid"], row["received"]):
                self.store.run("DELETE FROM uploads WHERE uuid = ?", row["uuid"])

    def close(self) -> None:
        """Close what is open, and remove a temporary state."""
        self.store.close()
        if self._temporary:
            self._temporary.cleanup()

    def change_settings(self, changes: dict[str, bool]) -> None:
        """Change settings, and keep them."""
        self.settings = {**self.settings, **changes}
        self.store.keep("settings", self.settings)

    def handle(self, request: Request) -> Response:
        """Answer a request. The front sends what is returned as it is."""
        if request.path.startswith("/_emulator/"):
            return control.handle(self, request)
        received = _Counted(request.body)
        request.body = received
        rule = self.faults.rule(request)
        response = suffer(self, rule, request, self._complete_answer) if rule else self._complete_answer(request)
        self.journal.add(
            time=self.clock.now(),
            door=request.door,
            method=request.method,
            target=request.target,
            status=response.status,
            scopes=request.scopes,
            principal=request.principal,
            bytes_in=received.count,
            bytes_out=response.size,
            fault=rule is not None,
        )
        return response

    def _complete_answer(self, request: Request) -> Response:
        try:
            response = self._answer(request)
        except Refused as refused:
            response = refused.response
            # Refused or not, it has been sent: the journal counts it.
            for dummy in request.pieces():
                pass
        self._finish(request, response)
        return response

    def _answer(self, request: Request) -> Response:
        if request.door == "data":
            return storage.handle(self, request)
        entra = self._entra(request)
        if entra is not None:
            return entra
        known = route(request.path)
        oauth_call = request.path in ("/oauth2/exchange", "/oauth2/token")
        if known is None and not oauth_call:
            return page_not_found()
        if self.settings["firewall"]:
            message = "client with IP '127.0.0.1' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."
            response = error(403, "DENIED", message)
            response.body = bytes(response.body).replace(b"'", b"\\u0027")  # type: ignore[arg-type]
            return response
        if request.path == "/oauth2/exchange":
            return oauth.exchange(self, request) if request.method == "POST" else page_not_found()
        if request.path == "/oauth2/token":
            return oauth.token(self, request) if request.method in ("GET", "POST") else page_not_found()
        return self._registry(request, known) if known else page_not_found()

    def _entra(self, request: Request) -> Response | None:
        if request.path == "/common/discovery/instance":
            return oauth.discovery(request)
        if request.path == "/msi/token" and request.method == "GET":
            return oauth.managed_identity(self, request)
        match = CONFIGURATION.fullmatch(request.path)
        if match:
            return oauth.configuration(request, match.group("tenant"))
        match = SIGN_IN.fullmatch(request.path)
        return oauth.sign_in(self, request, match.group("tenant")) if match and request.method == "POST" else None

    def _registry(self, request: Request, known: Route) -> Response:
        self.access.check(request, needed(request, known))
        if known.kind == "root":
            return Response(200, [("Content-Type", "application/json; charset=utf-8")], b"{}")
        handler = CONTENT.get((request.method, known.kind))
        if handler is None:
            return metadata.handle(self, request, known)
        response: Response = handler(self, request, **known.parts)
        return response

    def _finish(self, request: Request, response: Response) -> None:
        """Add the headers that every answer of its kind has."""
        correlation = request.header("X-Ms-Correlation-Request-Id") if response.style == "oauth" else ""
        correlation = correlation or str(uuid.uuid4())
        security = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        server = [("Server", "AzureContainerRegistry"), ("X-Ms-Correlation-Request-Id", correlation)]
        if response.style in ("registry", "router"):
            response.headers += [*server, ("Docker-Distribution-Api-Version", "registry/2.0"), security, security, ("X-Content-Type-Options", "nosniff")]
        if response.style == "registry":
            exposed = ("Docker-Content-Digest", "WWW-Authenticate", "Link", "X-Ms-Correlation-Request-Id")
            response.headers += [("Access-Control-Expose-Headers", name) for name in exposed]
            if response.storage:
                response.headers.append(("X-Ms-Client-Request-Id", request.header("X-Ms-Client-Request-Id")))
                response.headers.append(("X-Ms-Request-Id", str(uuid.uuid4())))
            if request.method == "DELETE" and response.status in (202, 404, 405):
                response.headers.append(("X-Ms-Ratelimit-Remaining-Calls-Per-Second", f"{int(self._deletes.take())}.000000"))
        elif response.style == "oauth":
            response.headers += [*server, security, ("X-Ms-Ratelimit-Remaining-Calls-Per-Second", f"{self._oauth.take():.6f}")]


def needed(request: Request, known: Route) -> list[Needed]:
    """Return the scopes that an operation needs."""
    name = known.parts.get("name", "")
    if known.kind == "root":
        return []
    if known.kind in ("manifest", "blob") and request.method == "DELETE":
        return [repository(name, "delete")]
    if known.kind == "referrers" or (known.kind in ("manifest", "blob", "upload") and request.method in ("GET", "HEAD")):
        return [repository(name, "pull")]
    if known.kind in ("uploads", "upload", "manifest", "blob"):
        source = request.parameter("from") if request.parameter("mount") else None
        return [repository(name, "pull", "push"), *([repository(source, "pull")] if source else [])]
    return metadata.needed(known, request.method)


class Bucket:
    """How many calls are left, as the service counts them: one less with each, coming back with time."""

    def __init__(self, clock: Clock, rate: float) -> None:
        self._clock = clock
        self._rate = rate
        self._left = rate
        self._at = clock.now()
        self._lock = threading.Lock()

    def take(self) -> float:
        """Take one call and return what is left."""
        with self._lock:
            now = self._clock.now()
            self._left = min(self._rate, self._left + max(0.0, now - self._at) * self._rate)
            self._at = now
            self._left = max(0.0, self._left - 1)
            return self._left


class _Counted:
    """A body that counts what is read of it."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        piece: bytes = self._body.read(size)
        self.count += len(piece)
        return piece
