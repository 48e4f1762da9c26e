# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which part of the service answers a request."""

from __future__ import annotations

from ..front.messages import Request, Response, error, page_not_found
from ..identity.access import Access
from ..state.settings import Settings
from .entra import Entra
from .names import Handlers, Route, route
from .oauth import TokenEndpoints
from .scopes import needed
from .storage import Storage

FIREWALL = "client with IP '127.0.0.1' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."


class Router:
    """Passes each request on: to storage at the data door, and otherwise to Entra ID, the token endpoints or the registry."""

    def __init__(self, storage: Storage, entra: Entra, token_endpoints: TokenEndpoints, access: Access, settings: Settings, handlers: Handlers) -> None:
        self._storage = storage
        self._entra = entra
        self._access = access
        self._settings = settings
        self._handlers = handlers
        self._token_endpoints: Handlers = {
            ("POST", "/oauth2/exchange"): token_endpoints.exchange,
            ("GET", "/oauth2/token"): token_endpoints.token,
            ("POST", "/oauth2/token"): token_endpoints.token,
        }
        self._token_paths = {path for dummy, path in self._token_endpoints}

    def handle(self, request: Request) -> Response:
        """Answer a request, or raise ``Refused`` with the answer."""
        if request.door == "data":
            return self._storage.handle(request)
        response = self._entra.handle(request)
        if response is not None:
            return response
        known = route(request.path)
        if known is None and request.path not in self._token_paths:
            return page_not_found()
        if self._settings["firewall"]:
            return _refused_by_firewall()
        if known is not None:
            return self._registry(request, known)
        handler = self._token_endpoints.get((request.method, request.path))
        return handler(request) if handler else page_not_found()

    def _registry(self, request: Request, known: Route) -> Response:
        self._access.check(request, needed(request, known))
        if known.kind == "root":
            return Response(200, [("Content-Type", "application/json; charset=utf-8")], b"{}")
        handler = self._handlers.get((request.method, known.kind))
        return handler(request, **known.parts) if handler else page_not_found()


def _refused_by_firewall() -> Response:
    response = error(403, "DENIED", FIREWALL)
    # Here the service escapes apostrophes.
    response.body = bytes(response.body).replace(b"'", b"\\u0027")  # type: ignore[arg-type]
    return response
