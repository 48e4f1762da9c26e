# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator: one call, ``handle``, through which every request of every front passes."""

from __future__ import annotations

import random
import secrets
import tempfile
from pathlib import Path

from .api.content import Content
from .api.deleted import Deleted
from .api.entra import Entra
from .api.headers import CommonHeaders
from .api.metadata import Metadata
from .api.oauth import TokenEndpoints
from .api.router import Router
from .api.signed_addresses import SignedAddresses
from .api.storage import Storage
from .api.transfer import Transfer
from .control.control import PREFIX, Control
from .control.faults import Faults
from .control.journal import Journal
from .front.messages import Readable, Refused, Request, Response
from .identity.access import Access
from .identity.identities import ADMIN_PASSWORD, Identities
from .identity.tokens import Tokens, kept_key, new_key
from .state.clock import Clock
from .state.database import Database
from .state.settings import KeptValues, Settings
from .state.store import Store


class Emulator:
    """A registry. Its state is in ``state_dir``, or in a temporary folder that ``close()`` removes.

    Without ``strict``, any application of Entra ID may sign in. With ``seed``, the order of actions in challenges is the same each time.
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
        self._database = Database(str(self.folder / "registry.sqlite") if state_dir else ":memory:")
        kept = KeptValues(self._database)
        self.clock = Clock()
        self.settings = Settings(kept)
        self.store = Store(self._database, self.folder, self.settings)
        self.tokens = Tokens(self.clock, kept_key(self.folder) if state_dir else new_key())
        self.identities = Identities(kept, strict, admin_password)
        self.journal = Journal()
        self.faults = Faults(self.tokens, self.store.uploads)
        self._control = Control(self.journal, self.faults, self.clock, self.settings, self.identities, self.store)
        self._headers = CommonHeaders(self.clock)
        secret = secrets.token_bytes(32)
        self._addresses = SignedAddresses(self.clock, secret, data_origin)
        self._router = self._connected(Access(self.tokens, self.identities, random.Random(seed)), secret)

    def _connected(self, access: Access, secret: bytes) -> Router:
        store, clock = self.store, self.clock
        handlers = {
            **Content(store, clock).handlers,
            **Transfer(store, clock, self._addresses, secret).handlers,
            **Metadata(store, clock).handlers,
            **Deleted(store, clock).handlers,
        }
        return Router(
            Storage(store.blobs, self._addresses),
            Entra(self.tokens, self.identities, clock),
            TokenEndpoints(self.tokens, self.identities, access, self.settings),
            access,
            self.settings,
            handlers,
        )

    @property
    def data_origin(self) -> str:
        """The origin to which blob downloads are redirected: the front's data door."""
        return self._addresses.origin

    @data_origin.setter
    def data_origin(self, origin: str) -> None:
        """Redirect blob downloads to another origin."""
        self._addresses.origin = origin

    def change_settings(self, changes: dict[str, bool]) -> None:
        """Change settings, and keep them."""
        self.settings.change(changes)

    def close(self) -> None:
        """Close the database, and remove a temporary state."""
        self._database.close()
        if self._temporary:
            self._temporary.cleanup()

    def handle(self, request: Request) -> Response:
        """Answer a request. The front sends the response as it is."""
        if request.path.startswith(PREFIX):
            return self._control.handle(request)
        received = _Counted(request.body)
        request.body = received
        rule = self.faults.rule(request)
        response = self.faults.suffer(rule, request, self._complete_answer) if rule else self._complete_answer(request)
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
            response = self._router.handle(request)
        except Refused as refused:
            response = refused.response
            # The client sends its body even if the request is refused: the journal counts it.
            for dummy in request.pieces():
                pass
        self._headers.add(request, response)
        return response


class _Counted:
    """A body that counts the bytes that are read from it."""

    def __init__(self, body: Readable) -> None:
        self._body = body
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes; empty at the end."""
        piece = self._body.read(size)
        self.count += len(piece)
        return piece
