# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One playbook against an emulated registry, three times: what it would do, doing it, and nothing left to do.

Run by ``make demo``, from a staged copy of the collection.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

import images
from started import emulator

RUNS = [
    ("What would it change? (--check --diff)", ["--check", "--diff"]),
    ("Do it.", []),
    ("Again: is there anything left to do?", []),
]

NEXT = """
Where to look next
  README.md                 what the collection is
  docs/getting_started.md   the same against your own registry
  docs/immutability.md      why the manifests were locked too
  make emulator             an emulated registry that stays, for your own playbooks
"""


def play(environment: dict[str, str], arguments: list[str]) -> None:
    """Run the demo's playbook and stop the demo if it fails."""
    command = ["ansible-playbook", str(TESTS / "demo" / "playbook.yml"), *arguments]
    completed = subprocess.run(command, env=environment, timeout=60, check=False)
    if completed.returncode:
        sys.exit(f"The demo stops here: ansible-playbook ended with {completed.returncode}.")


def main() -> None:
    """Start a registry, fill it, and run the playbook three times."""
    with emulator() as registry:
        tags = images.push_releases(registry.url, registry.ca, registry.username, registry.password)
        print(f"An emulated registry answers at {registry.url}; library/app has the tags {', '.join(tags)}.")
        environment = {
            **os.environ,
            "ACR_REGISTRY": registry.url,
            "ACR_USERNAME": registry.username,
            "ACR_PASSWORD": registry.password,
            "REQUESTS_CA_BUNDLE": registry.ca,
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_FORCE_COLOR": "1" if sys.stdout.isatty() else "0",
        }
        for number, (title, arguments) in enumerate(RUNS, 1):
            print(f"\n──── {number}. {title}", flush=True)
            play(environment, arguments)
    print(NEXT)


if __name__ == "__main__":
    main()
