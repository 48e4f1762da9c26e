# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which scopes an operation needs, as the service's challenges ask for them."""

from __future__ import annotations

from ..front.messages import Request
from ..identity.access import CATALOG, DELETED_CATALOG, Scope, repository_scope
from .names import Route

REGISTRY = {"root": [], "catalog": [CATALOG], "deleted_catalog": [DELETED_CATALOG]}

CONTENT = {"manifest", "referrers", "blob", "uploads", "upload"}

METADATA_ACTIONS = {"GET": "metadata_read", "PATCH": "metadata_write", "DELETE": "delete"}


def needed(request: Request, route: Route) -> list[Scope]:
    """Return the scopes that a request to a known address needs."""
    if route.kind in REGISTRY:
        return REGISTRY[route.kind]
    name = route.parts["name"]
    if route.kind in CONTENT:
        return _content(request, route.kind, name)
    if route.kind.startswith("deleted"):
        return [repository_scope(name, *(["deleted_read", "deleted_restore"] if request.method == "POST" else ["deleted_read"]))]
    return [repository_scope(name, METADATA_ACTIONS.get(request.method, "metadata_read"))]


def _content(request: Request, kind: str, name: str) -> list[Scope]:
    if kind in ("manifest", "blob") and request.method == "DELETE":
        return [repository_scope(name, "delete")]
    if kind == "referrers" or (kind != "uploads" and request.method in ("GET", "HEAD")):
        return [repository_scope(name, "pull")]
    source = request.parameter("from") if request.parameter("mount") else None
    return [repository_scope(name, "pull", "push"), *([repository_scope(source, "pull")] if source else [])]
