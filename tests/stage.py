# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy this checkout to where Ansible looks for a collection: ``stage.py FOLDER`` makes FOLDER/ansible_collections/registryops/acr.

ansible-test wants the collection to really stand there; a symbolic link will not do.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def files() -> list[Path]:
    """Return the files that belong to the project: those git knows, and the new ones it does not ignore."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
    return [Path(name) for name in names if name and (ROOT / name).is_file()]


def main() -> None:
    """Copy, so that what was deleted here is gone there too."""
    target = Path(sys.argv[1]).resolve() / "ansible_collections" / "registryops" / "acr"
    shutil.rmtree(target, ignore_errors=True)
    for path in files():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, target / path)
    # ansible-test asks the nearest git repository which files there are; this checkout's would say that the copy is ignored.
    subprocess.run(["git", "init", "--quiet", str(target)], check=True)


if __name__ == "__main__":
    main()
