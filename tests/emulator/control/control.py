# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``/_emulator``: what tests ask of the emulator itself. Needs no credentials, and is not in the journal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..front.messages import Request, Response, answer, error
from ..state import seed
from ..state.clock import UNIX_EPOCH, seconds_of, written

if TYPE_CHECKING:
    from ..core import Emulator

SETTINGS = {"anonymous": False, "abac": False, "soft_delete": False, "arm_audience": True, "firewall": False}


def handle(emulator: Emulator, request: Request) -> Response:
    """Answer a control request; an unknown one is told what there is."""
    handler = HANDLERS.get((request.method, request.path))
    if handler is None:
        known = ", ".join(f"{method} {path}" for method, path in HANDLERS)
        response = error(404, "UNKNOWN", f"the emulator knows {known}")
    else:
        try:
            response = answer(200, handler(emulator, request))
        except (KeyError, TypeError, ValueError, AttributeError, re.error) as problem:
            response = error(400, "INVALID", f"{type(problem).__name__}: {problem}")
    response.style = "plain"
    return response


def journal(emulator: Emulator, request: Request) -> Any:
    return {"entries": emulator.journal.after(int(request.parameter("after") or 0)), "last": emulator.journal.last}


def clear_journal(emulator: Emulator, request: Request) -> Any:
    emulator.journal.clear()
    return {}


def clock(emulator: Emulator, request: Request) -> Any:
    return {"now": written(emulator.clock.ticks()), "ticks": emulator.clock.ticks() - UNIX_EPOCH}


def set_clock(emulator: Emulator, request: Request) -> Any:
    data = request.json()
    if "now" in data:
        emulator.clock.set(seconds_of(data["now"]))
    else:
        emulator.clock.advance(float(data["advance"]))
    return clock(emulator, request)


def settings(emulator: Emulator, request: Request) -> Any:
    return emulator.settings


def change_settings(emulator: Emulator, request: Request) -> Any:
    data = request.json()
    unknown = set(data) - set(SETTINGS)
    if unknown or not all(isinstance(value, bool) for value in data.values()):
        raise ValueError(f"settings are {', '.join(SETTINGS)}, each true or false")
    emulator.change_settings(data)
    return emulator.settings


def register_application(emulator: Emulator, request: Request) -> Any:
    data = request.json()
    emulator.identities.register_application({**data, "client_id": str(data["client_id"])})
    return {}


def register_token(emulator: Emulator, request: Request) -> Any:
    data = request.json()
    emulator.identities.register_token({"name": data["name"], "password": data["password"], "repositories": dict(data["repositories"])})
    return {}


def plant(emulator: Emulator, request: Request) -> Any:
    return seed.plant(emulator, request.json() or {})


def faults(emulator: Emulator, request: Request) -> Any:
    return {"rules": emulator.faults.counts()}


def set_faults(emulator: Emulator, request: Request) -> Any:
    emulator.faults.set((request.json() or {})["rules"] if request.method == "POST" else [])
    return faults(emulator, request)


HANDLERS: dict[tuple[str, str], Any] = {
    ("GET", "/_emulator/journal"): journal,
    ("DELETE", "/_emulator/journal"): clear_journal,
    ("GET", "/_emulator/clock"): clock,
    ("POST", "/_emulator/clock"): set_clock,
    ("GET", "/_emulator/settings"): settings,
    ("POST", "/_emulator/settings"): change_settings,
    ("POST", "/_emulator/applications"): register_application,
    ("POST", "/_emulator/tokens"): register_token,
    ("POST", "/_emulator/seed"): plant,
    ("GET", "/_emulator/faults"): faults,
    ("POST", "/_emulator/faults"): set_faults,
    ("DELETE", "/_emulator/faults"): set_faults,
}
