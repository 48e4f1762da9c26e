# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``/_emulator``: requests to the emulator itself. They need no credentials, and are not in the journal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..front.messages import Request, Response, answer, error
from ..identity.identities import Identities
from ..state import seed
from ..state.clock import UNIX_EPOCH, Clock, seconds_of, written
from ..state.settings import Settings
from ..state.store import Store
from .faults import Faults
from .journal import Journal

PREFIX = "/_emulator/"


class Control:
    """Lets tests read and set what a real registry keeps to itself."""

    def __init__(self, journal: Journal, faults: Faults, clock: Clock, settings: Settings, identities: Identities, store: Store) -> None:
        self._journal = journal
        self._faults = faults
        self._clock = clock
        self._settings = settings
        self._identities = identities
        self._store = store
        self._handlers: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "/_emulator/journal"): self.journal,
            ("DELETE", "/_emulator/journal"): self.clear_journal,
            ("GET", "/_emulator/clock"): self.clock,
            ("POST", "/_emulator/clock"): self.set_clock,
            ("GET", "/_emulator/settings"): self.settings,
            ("POST", "/_emulator/settings"): self.change_settings,
            ("POST", "/_emulator/applications"): self.register_application,
            ("POST", "/_emulator/tokens"): self.register_token,
            ("POST", "/_emulator/seed"): self.plant,
            ("GET", "/_emulator/faults"): self.faults,
            ("POST", "/_emulator/faults"): self.set_faults,
            ("DELETE", "/_emulator/faults"): self.clear_faults,
        }

    def handle(self, request: Request) -> Response:
        """Answer a control request. The answer to an unknown one lists the known ones."""
        handler = self._handlers.get((request.method, request.path))
        if handler is None:
            known = ", ".join(f"{method} {path}" for method, path in self._handlers)
            response = error(404, "UNKNOWN", f"the emulator knows {known}")
        else:
            try:
                response = answer(200, handler(request))
            except (KeyError, TypeError, ValueError, AttributeError, re.error) as problem:
                response = error(400, "INVALID", f"{type(problem).__name__}: {problem}")
        response.style = "plain"
        return response

    def journal(self, request: Request) -> Any:
        """Return the entries after the number in the parameter ``after``, and the number of the last one."""
        return {"entries": self._journal.after(int(request.parameter("after") or 0)), "last": self._journal.last}

    def clear_journal(self, request: Request) -> Any:
        """Forget the entries."""
        self._journal.clear()
        return {}

    def clock(self, request: Request) -> Any:
        """Return the emulator's time, in ISO 8601 and in ticks since 1970."""
        return {"now": written(self._clock.ticks()), "ticks": self._clock.ticks() - UNIX_EPOCH}

    def set_clock(self, request: Request) -> Any:
        """Set the time to ``now`` (ISO 8601), or let ``advance`` seconds pass."""
        data = request.json()
        if "now" in data:
            self._clock.set(seconds_of(data["now"]))
        else:
            self._clock.advance(float(data["advance"]))
        return self.clock(request)

    def settings(self, request: Request) -> Any:
        """Return all settings."""
        return self._settings.values()

    def change_settings(self, request: Request) -> Any:
        """Change some settings, and return all."""
        self._settings.change(request.json())
        return self._settings.values()

    def register_application(self, request: Request) -> Any:
        """Register an application of Entra ID; see ``Identities.register_application``."""
        data = request.json()
        self._identities.register_application({**data, "client_id": str(data["client_id"])})
        return {}

    def register_token(self, request: Request) -> Any:
        """Register a token with a scope map; see ``Identities.register_token``."""
        data = request.json()
        self._identities.register_token({"name": data["name"], "password": data["password"], "repositories": dict(data["repositories"])})
        return {}

    def plant(self, request: Request) -> Any:
        """Fill the registry; see ``seed``."""
        return seed.plant(self._store, self._clock, request.json() or {})

    def faults(self, request: Request) -> Any:
        """Return for each rule how many requests it matched, and how many went wrong."""
        return {"rules": self._faults.counts()}

    def set_faults(self, request: Request) -> Any:
        """Replace the rules."""
        self._faults.set((request.json() or {})["rules"])
        return self.faults(request)

    def clear_faults(self, request: Request) -> Any:
        """Remove the rules."""
        self._faults.set([])
        return self.faults(request)
