# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What does one more task cost? ``acr_repository_info`` both ways, beside ``ansible.builtin.ping``, in turns. Run by ``make bench-tasks``."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import images
import started

NUMBERS = (1, 10, 50)
ROUNDS = 3
PING = "    - ansible.builtin.ping:\n"
INFO = "    - registryops.acr.acr_repository_info: {repositories: [library/app]}\n"
KINDS = {"ping": (PING, "true"), "info, as a module": (INFO, "false"), "info, in the controller's process": (INFO, "true")}


def seconds(folder: Path, registry: started.Registry, task: str, number: int, switch: str) -> float:
    """Run a play of so many tasks, and return how long it took."""
    playbook = folder / "play.yml"
    playbook.write_text(f"- hosts: localhost\n  gather_facts: false\n  tasks:\n{task * number}")
    environment = {
        **os.environ,
        "ACR_REGISTRY": registry.url,
        "ACR_USERNAME": registry.username,
        "ACR_PASSWORD": registry.password,
        "REQUESTS_CA_BUNDLE": registry.ca,
        "ACR_IMPORT_MODULES": switch,
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    }
    begun = time.monotonic()
    done = subprocess.run(["ansible-playbook", str(playbook)], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.monotonic() - begun


def main() -> None:
    """Measure, and print a table."""
    taken: dict[tuple[str, int], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="acr-bench-") as folder, started.emulator() as registry:
        images.push_releases(registry.url, registry.ca, registry.username, registry.password)
        for dummy in range(ROUNDS):
            for number in NUMBERS:
                for kind, (task, switch) in KINDS.items():
                    taken.setdefault((kind, number), []).append(seconds(Path(folder), registry, task, number, switch))
    print(f"{'seconds for':34}" + "".join(f"{number:>4} tasks" for number in NUMBERS) + "   a further task")
    further = {}
    for kind in KINDS:
        medians = [statistics.median(taken[kind, number]) for number in NUMBERS]
        further[kind] = (medians[-1] - medians[0]) / (NUMBERS[-1] - NUMBERS[0])
        print(f"{kind:34}" + "".join(f"{value:10.2f}" for value in medians) + f"{further[kind] * 1000:13.0f} ms")
    for kind in list(KINDS)[1:]:
        print(f"A further task of {kind}: {further[kind] / further['ping']:.2f} of a further ping.")


if __name__ == "__main__":
    main()
