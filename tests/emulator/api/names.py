# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grammar of names (OCI distribution specification 1.1, "Pulling manifests") and the routes of the registry."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from ..front.messages import Response

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
NAME = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

_NAME = r"(?P<name>[^?]+?)"

# The addresses that the service knows. For any other, its router answers before any authentication.
ROUTES = [
    ("catalog", re.compile(r"/(?:acr/v1|v2)/_catalog")),
    ("deleted_catalog", re.compile(r"/acr/v1/_deleted/_catalog")),
    ("deleted_manifest", re.compile(rf"/acr/v1/_deleted/{_NAME}/_manifests/(?P<digest>[^/]+)")),
    ("deleted_manifests", re.compile(rf"/acr/v1/_deleted/{_NAME}/_manifests")),
    ("deleted_tags", re.compile(rf"/acr/v1/_deleted/{_NAME}/_tags")),
    ("tag", re.compile(rf"/acr/v1/{_NAME}/_tags/(?P<tag>[^/]+)")),
    ("tags", re.compile(rf"/acr/v1/{_NAME}/_tags")),
    ("manifest_properties", re.compile(rf"/acr/v1/{_NAME}/_manifests/(?P<digest>[^/]+)")),
    ("manifests", re.compile(rf"/acr/v1/{_NAME}/_manifests")),
    ("repository", re.compile(rf"/acr/v1/{_NAME}")),
    ("root", re.compile(r"/v2/?")),
    ("tag_names", re.compile(rf"/v2/{_NAME}/tags/list")),
    ("referrers", re.compile(rf"/v2/{_NAME}/referrers/(?P<digest>[^/]+)")),
    ("manifest", re.compile(rf"/v2/{_NAME}/manifests/(?P<reference>[^/]+)")),
    ("uploads", re.compile(rf"/v2/{_NAME}/blobs/uploads/?")),
    ("upload", re.compile(rf"/v2/{_NAME}/blobs/uploads/(?P<uuid>[^/]+)")),
    ("blob", re.compile(rf"/v2/{_NAME}/blobs/(?P<digest>[^/]+)")),
]

GRAMMAR = {"name": NAME, "tag": TAG, "digest": DIGEST}

# Method and kind of resource -> handler, which takes the request, and the route's parts by name.
Handlers = dict[tuple[str, str], Callable[..., Response]]


@dataclass(frozen=True)
class Route:
    """A known address: the ``kind`` of resource, and the address's unescaped parts."""

    kind: str
    parts: dict[str, str]


def route(path: str) -> Route | None:
    """Return what ``path`` addresses, None when the service's router does not know it."""
    for kind, pattern in ROUTES:
        match = pattern.fullmatch(path)
        if not match:
            continue
        parts = {name: unquote(value) for name, value in match.groupdict().items()}
        if all(GRAMMAR[name].fullmatch(value) for name, value in parts.items() if name in GRAMMAR):
            reference = parts.get("reference", "latest")
            if TAG.fullmatch(reference) or DIGEST.fullmatch(reference):
                return Route(kind, parts)
        return None
    return None
