# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long does ``acr_retention`` plan, how much memory does that take, and do both grow only as the registry does?

Prints a table, a line for each size of registry: repositories of 100 manifests each, images, then indexes of one image each; half of what can
have a tag has one. The module runs in check mode in a process of its own. Run by ``make bench-retention``; arguments are numbers of repositories.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import started

REPOSITORIES = (10, 100, 1000)
EACH = 100
RULE = {
    "repositories": {"include": ["seed/.*"]},
    "tags": {"include": [".*"]},
    "untagged": {"older_than": "7d"},
    "older_than": "30d",
    "keep_newest": 5,
    "action": "delete",
}
# The result goes where a module's goes, to standard output: what reads it is another process, as always.
RUN = "import json, sys; from modules import go; go('acr_retention', **json.loads(sys.argv[1]))"


@dataclass(frozen=True)
class Cost:
    """What one run took; ``peak`` is in MiB, ``cpu`` and ``wall`` in seconds."""

    wall: float
    cpu: float
    peak: float
    requests: int
    result: dict[str, Any]


def run(registry: started.Registry, check: bool = True, **options: Any) -> Cost:
    """Run the module in a process of its own, and return what it took."""
    given = {"registry": registry.url, "username": registry.username, "password": registry.password, "ca_path": registry.ca, "pattern_type": "regex", **options}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])}
    before, begun = answered(registry), time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([sys.executable, "-c", RUN, json.dumps({**given, "check": check, "diff": False})], env=environment, stdout=output)
        dummy, dummy, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        output.seek(0)
        result: dict[str, Any] = json.load(output)
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, answered(registry) - before, result)


def answered(registry: started.Registry) -> int:
    """Return how many requests the emulator has answered."""
    number: int = registry.control("GET", f"journal?after={sys.maxsize}")["last"]
    return number


def main() -> None:
    """Measure, and print."""
    print(f"{'manifests':>10} {'kind':8}{'planned':>10}{'requests':>10}{'seconds':>9}{'for 1,000':>11}{'of it CPU':>11}{'peak MiB':>10}")
    for number in map(int, sys.argv[1:]) if sys.argv[1:] else REPOSITORIES:
        for platforms in (0, 1):
            images = EACH // (1 + platforms)
            with tempfile.TemporaryDirectory(prefix="acr-bench-") as folder, started.emulator(STATE_DIR=folder) as registry:
                registry.control("POST", "seed", {"repositories": number, "manifests": images, "tags": images // 2, "platforms": platforms})
                cost = run(registry, rules=[RULE], max_delete_percent=100)
                if cost.result.get("failed"):
                    sys.exit(cost.result["msg"])
                manifests = cost.result["totals"]["manifest_count"]
                print(
                    f"{manifests:10,} {'indexes' if platforms else 'images':8}{len(cost.result['plan']['changes']):10,}{cost.requests:10,}{cost.wall:9.1f}"
                    f"{cost.wall * 1000 / manifests:11.2f}{cost.cpu:11.1f}{cost.peak:10.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
