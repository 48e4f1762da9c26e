# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start the emulator: ``python -m emulator`` with ``tests`` on PYTHONPATH, or ``make emulator``.

Settings come from the environment: PORT (default 5443; 0 takes a free one), ANONYMOUS_PORT and DATA_PORT (default: free ones),
STATE_DIR (default: a temporary folder), STRICT=1, ADMIN_PASSWORD.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from .core import Emulator
from .front.certificates import prepare
from .front.server import Door
from .identity.identities import ADMIN_PASSWORD


def main() -> None:
    """Serve until interrupted. One line on standard output says where."""
    environment = os.environ
    emulator = Emulator(
        environment.get("STATE_DIR") or None,
        strict=environment.get("STRICT") == "1",
        admin_password=environment.get("ADMIN_PASSWORD") or ADMIN_PASSWORD,
    )
    authority, certificate = prepare(emulator.folder)
    ports = {"registry": ("PORT", "5443"), "anonymous": ("ANONYMOUS_PORT", "0"), "data": ("DATA_PORT", "0")}
    try:
        doors = {door: Door(emulator.handle, door, int(environment.get(name) or default), certificate) for door, (name, default) in ports.items()}
    except OSError as error:
        sys.exit(f"The emulator cannot listen: {error}. Set PORT to a free port, or to 0.")
    emulator.data_origin = doors["data"].origin
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *dummy: stopped.set())
    for door in doors.values():
        door.open()
    print(f"ready {doors['registry'].origin} ca={authority} anonymous={doors['anonymous'].origin}", flush=True)
    stopped.wait()
    for door in doors.values():
        door.close()
    emulator.close()


if __name__ == "__main__":
    main()
