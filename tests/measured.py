# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program in a process of its own: how long it took, how busy it was, and the most memory that it had."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INTERVAL = 0.01


@dataclass(frozen=True)
class Run:
    """``seconds`` from start to end, and those in which it had a processor; the largest resident memory in MiB; what was printed."""

    seconds: float
    busy: float
    peak: float
    output: str


def peak(pid: int) -> float:
    """Return the largest memory that a process had since it began to run its program, in MiB; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].partition("kB")[0] or 0) / 1024


def run(command: Sequence[str | Path], given: str = "", **environment: str) -> Run:
    """Run a program, which must succeed; it reads ``given``.

    Its memory is looked at again and again: what the system says of a child at its end includes its parent's from before it was another program.
    """
    with tempfile.TemporaryFile("w+") as stdin, tempfile.TemporaryFile("w+") as output:
        stdin.write(given)
        stdin.seek(0)
        most, before, begun = 0.0, _busy(), time.monotonic()
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdin=stdin, stdout=output, stderr=subprocess.STDOUT)
        while True:
            try:
                process.wait(INTERVAL)
                break
            except subprocess.TimeoutExpired:
                most = max(most, peak(process.pid))
        seconds = time.monotonic() - begun
        output.seek(0)
        printed = output.read()
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {printed}")
    return Run(seconds, _busy() - before, most, printed)


def _busy() -> float:
    """Return the processor time of all processes of ours that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def module(name: str, **options: Any) -> tuple[Run, dict[str, Any]]:
    """Run a module as Ansible does, which must succeed, and return its result too."""
    command = [sys.executable, "-m", f"ansible_collections.registryops.acr.plugins.modules.{name}"]
    done = run(command, json.dumps({"ANSIBLE_MODULE_ARGS": options}))
    return done, json.loads(done.output)
