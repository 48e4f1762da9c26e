# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example that a user can copy runs: EXAMPLES of the modules, and the YAML blocks of README.md, docs and roles.

A block of tasks becomes a play, a play runs as it is. The registry that the text calls ``myregistry`` is an emulator here.
A block after the line ``<!-- example: fragment -->`` is a part of something, and only has to be YAML.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from ansible_collections.registryops.acr.tests import images, started

ROOT = Path(__file__).resolve().parent.parent.parent
# test_interface.py runs the blocks of interface.md.
DOCS = [path for path in sorted((ROOT / "docs").glob("*.md")) if path.name != "interface.md"]
TEXTS = [ROOT / "README.md", *DOCS, *sorted((ROOT / "roles").glob("*/README.md"))]
MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))
BLOCK = re.compile(r"(<!-- example: fragment -->\n)?^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACEHOLDER = "myregistry"


def blocks(path: Path) -> list[str]:
    """Return the examples of a file that can run."""
    text = path.read_text()
    if path.suffix == ".py":
        return re.findall(r'^EXAMPLES = r"""(.*?)"""', text, re.MULTILINE | re.DOTALL)
    found = []
    for fragment, block in BLOCK.findall(text):
        assert yaml.safe_load(block), f"an example of {path.name} is empty"
        if not fragment:
            found.append(block)
    return found


def plays(block: str, registry: started.Registry) -> list[dict]:
    """Return a block as plays against ``registry``."""
    document = yaml.safe_load(re.sub(rf"\b{PLACEHOLDER}(\.azurecr\.io)?\b", registry.host, block))
    return document if "hosts" in document[0] else [{"hosts": "localhost", "gather_facts": False, "tasks": document}]


def test_there_are_examples():
    assert all(blocks(path) for path in MODULES)
    assert sum(len(blocks(path)) for path in TEXTS) >= 4


def run_plays(playbook: Path, registry: started.Registry, plays_of: list[dict], *arguments: str) -> str:
    """Run plays as the registry's admin, without a warning, and return what was printed."""
    playbook.write_text(yaml.safe_dump(plays_of, sort_keys=False))
    environment = {
        **os.environ,
        "ACR_USERNAME": registry.username,
        "ACR_PASSWORD": registry.password,
        "REQUESTS_CA_BUNDLE": registry.ca,
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    }
    command = ["ansible-playbook", str(playbook), *arguments]
    completed = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert "[WARNING]" not in completed.stdout + completed.stderr
    return completed.stdout


@pytest.mark.parametrize("path", [path for path in MODULES + TEXTS if blocks(path)], ids=lambda path: str(path.relative_to(ROOT)))
def test_the_examples_run(path, tmp_path):
    with started.emulator() as registry:
        registry.control("POST", "settings", {"anonymous": True, "soft_delete": True})
        for repository in ("library/app", "team/tool"):
            images.push_releases(registry.url, registry.ca, registry.username, registry.password, repository)
        run_plays(tmp_path / "examples.yml", registry, [play for block in blocks(path) for play in plays(block, registry)])


def test_the_readme_shows_what_is_printed(tmp_path):
    """The README's text is what ``--check --diff`` of its playbook prints, but for the registry's name."""
    readme = ROOT / "README.md"
    (shown,) = re.findall(r"^```text\n(.*?)^```$", readme.read_text(), re.MULTILINE | re.DOTALL)
    with started.emulator() as registry:
        images.push_releases(registry.url, registry.ca, registry.username, registry.password)
        printed = run_plays(tmp_path / "readme.yml", registry, plays(blocks(readme)[0], registry), "--check", "--diff")
    assert shown in printed.replace(registry.host, f"{PLACEHOLDER}.azurecr.io")
