# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of ansible-core, each in a virtual environment of its own: ``make doors`` and ``make lint`` share them."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

# The oldest that is supported, the one that most of this is developed with, and the newest: the Pythons that each runs on, best first.
CORES = {"2.16": ("3.11", "3.12", "3.10"), "2.19": ("3.11", "3.12", "3.13"), "2.21": ("3.13", "3.12", "3.14")}
NEWEST = "2.21"


def python_of(version: str) -> Path | None:
    """Return the Python that runs an ansible-core, which is installed unless it is there; None if none on PATH can run it.

    The environment variable CORES names the folder in which they are kept.
    """
    python = next((found for found in (shutil.which(f"python{name}") for name in CORES[version]) if found), None)
    if python is None:
        return None
    folder = Path(os.environ["CORES"]) / version
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Tests that run at the same time want the same.
    with open(folder.parent / f"{version}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _install(version, python, folder)
    return folder / "bin" / "python"


def _install(version: str, python: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, f"ansible-core=={version}.*", "requests", "azure-identity", "jsonschema"], check=True)
    (folder / "complete").touch()


def missing(version: str) -> str:
    """Return the sentence that says why ``python_of`` returned None."""
    return f"ansible-core {version} needs one of Python {', '.join(CORES[version])}, and none is on PATH"
