# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""RegistryClient: the operations of an Azure Container Registry, one file for each noun."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from .._auth.scopes import CATALOG, repository_scope
from .._auth.session import AuthorizedTransport
from .._auth.tokens import Token
from .._common.names import LoginServer
from .._http.response import Response
from .manifests import Manifests
from .properties import TAG
from .repositories import Repositories
from .tags import Tags

if TYPE_CHECKING:
    from .content import Content
    from .deleted import Deleted


class RegistryClient:
    """A registry: ``repositories``, ``tags``, ``manifests``, what was ``deleted``, and the ``content`` of any registry. Safe to use from several threads.

    ``warnings`` is what its user should know, and may grow while it is used. ``twin`` returns another client of the same registry: an
    upload that waits for a download must not hold the connection that the download needs.
    """

    def __init__(
        self, server: LoginServer, http: AuthorizedTransport, concurrency: int, warnings: Sequence[str] = (), *, twin: Callable[[], RegistryClient]
    ) -> None:
        self.server = server
        self.concurrency = concurrency
        self.warnings = warnings
        self.twin = twin
        self._http = http
        self.repositories = Repositories(http, concurrency)
        self.tags = Tags(http, concurrency)
        self.manifests = Manifests(http, concurrency)

    def announce(self, repositories: Iterable[str], *actions: str) -> None:
        """Let the ``actions`` that will be needed soon in ``repositories`` share tokens. No request is made."""
        self._http.announce(repository_scope(name, action) for name in repositories for action in actions)

    def login(self, repositories: Iterable[str], actions: Iterable[str], catalog: bool) -> tuple[Token | None, Token | None]:
        """Return a refresh token, or None if the credential gets none, and an access token, or None if nothing is requested."""
        wanted = [repository_scope(name, action) for name in repositories for action in actions]
        return self._http.login([*wanted, *([CATALOG] if catalog else [])])

    def metadata_of(self, kind: str) -> Tags | Manifests:
        """Return the endpoint for the properties of a ``tag`` or a ``manifest``: both are found by repository and name."""
        return self.tags if kind == TAG else self.manifests

    @property
    def content(self) -> Content:
        """The operations that every OCI registry has. Tasks that use no content do not load this code."""
        from .content import Content

        return Content(self._http, self.concurrency)

    @property
    def deleted(self) -> Deleted:
        """Soft-deleted artifacts. Tasks that do not use them do not load this code."""
        from .deleted import Deleted

        return Deleted(self._http, self.concurrency)

    @property
    def proxied(self) -> bool:
        """Whether requests go through a proxy."""
        return self._http.proxied

    def probe(self) -> Response:
        """Return the answer to ``GET /v2/`` without a token."""
        return self._http.probe()
