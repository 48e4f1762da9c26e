# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ``ansible-test sanity`` on what users install, with each version of ansible-core: ``sanity.py FOLDER``.

The collection is built, and installed below FOLDER once for each version.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ansible_collections.registryops.acr.tests import cores

ROOT = Path(__file__).resolve().parent.parent.parent
# ansible-test downloads a script for the pip that each ansible-core pins, unless it is here.
CACHE = Path.home() / ".ansible" / "test" / "cache"
PIPS = ("23_1_2", "24_2", "25_2")


def main() -> None:
    """Let every version have its say before failing."""
    folder = Path(sys.argv[1])
    CACHE.mkdir(parents=True, exist_ok=True)
    for pip in PIPS:
        if not (CACHE / f"get_pip_{pip}.py").exists():
            shutil.copy(Path(__file__).parent / "get_pip.py", CACHE / f"get_pip_{pip}.py")
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["ansible-galaxy", "collection", "build", "--output-path", str(folder), str(ROOT)], check=True, stdout=subprocess.DEVNULL)
    (tarball,) = folder.glob("*.tar.gz")
    problems = [problem for version in cores.CORES if (problem := check(version, tarball, folder / version))]
    sys.exit("\n".join(problems) or None)


def check(version: str, tarball: Path, folder: Path) -> str:
    """Return what is wrong with the collection, in one sentence; an empty string when nothing is."""
    print(f"\n---- ansible-test sanity, ansible-core {version}", flush=True)
    python = cores.python_of(version)
    if python is None:
        print(f"NOT CHECKED: {cores.missing(version)}.", flush=True)
        return ""
    environment = {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}", "PYTHONPATH": "", "ANSIBLE_COLLECTIONS_PATH": str(folder)}
    install = ["ansible-galaxy", "collection", "install", "--offline", "-p", str(folder), str(tarball)]
    subprocess.run(install, env=environment, check=True, stdout=subprocess.DEVNULL)
    collection = folder / "ansible_collections" / "registryops" / "acr"
    # ansible-test asks the nearest git repository which files there are.
    subprocess.run(["git", "init", "--quiet", str(collection)], check=True)
    sanity = ["ansible-test", "sanity", "--local", "--requirements", "--color", "no"]
    done = subprocess.run(sanity, cwd=collection, env=environment, stdin=subprocess.DEVNULL, check=False)
    return f"ansible-test sanity of ansible-core {version} failed: see above." if done.returncode else ""


if __name__ == "__main__":
    main()
