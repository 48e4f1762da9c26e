# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Scopes: what a token permits (Docker registry token authentication specification)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# A token for more repositories than this may be too long for the header of a request.
SCOPES_PER_TOKEN = 10


@dataclass(frozen=True)
class Scope:
    """What a request needs a token for, such as ``repository:library/alpine:pull``.

    ``action``: one or several, separated by commas; ``beside``: what the same request needs in another repository.
    """

    type: str
    name: str
    action: str
    beside: Scope | None = None

    def __str__(self) -> str:
        return f"{self.type}:{self.name}:{self.action}"


CATALOG = Scope("registry", "catalog", "*")


def repository_scope(name: str, action: str) -> Scope:
    """Return the scope of an ``action`` (metadata_read, metadata_write, delete, pull, push …) in the repository ``name``."""
    return Scope("repository", name, action)


def merge_scopes(scopes: Iterable[Scope]) -> str:
    """Return the scopes as a token endpoint takes them: separated by spaces, and one for all actions in a repository."""
    actions: dict[tuple[str, str], dict[str, None]] = {}
    for first in scopes:
        scope: Scope | None = first
        while scope:
            actions.setdefault((scope.type, scope.name), {}).update(dict.fromkeys(scope.action.split(",")))
            scope = scope.beside
    return " ".join(f"{kind}:{name}:{','.join(names)}" for (kind, name), names in actions.items())
