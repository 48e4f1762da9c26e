# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""oras, which pushes and finds artifacts of any kind, judges the emulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from ansible_collections.registryops.acr.tests import images, started

Oras = Callable[..., str]


def test_push_and_pull(emulator: started.Registry, oras: Oras, tmp_path: Path) -> None:
    """Files come back under their names, byte by byte."""
    (tmp_path / "report.json").write_bytes(b'{"findings": []}')
    (tmp_path / "notes.txt").write_bytes(bytes(range(256)) * 40_000)
    remote = f"{emulator.host}/interop/oras/files:v1"
    oras("push", remote, "--artifact-type", "application/vnd.example.report", "report.json:application/json", "notes.txt:text/plain")
    manifest = json.loads(oras("manifest", "fetch", remote))
    assert manifest["artifactType"] == "application/vnd.example.report"
    oras("pull", remote, "--output", "back")
    for name in ("report.json", "notes.txt"):
        assert (tmp_path / "back" / name).read_bytes() == (tmp_path / name).read_bytes()
    assert oras("repo", "tags", f"{emulator.host}/interop/oras/files").split() == ["v1"]
    assert "interop/oras/files" in oras("repo", "ls", emulator.host).split()


def test_attach_and_discover(emulator: started.Registry, oras: Oras, tmp_path: Path) -> None:
    """What is attached is found from its subject by the referrers API, also by kind."""
    (tmp_path / "sbom.json").write_text("{}")
    (tmp_path / "app").write_text("app")
    remote = f"{emulator.host}/interop/oras/attached:v1"
    oras("push", remote, "app")
    for kind in ("sbom", "signature"):
        oras("attach", remote, "--artifact-type", f"application/vnd.example.{kind}", "sbom.json")
    found = json.loads(oras("discover", remote, "--format", "json"))["manifests"]
    assert {one["artifactType"] for one in found} == {"application/vnd.example.sbom", "application/vnd.example.signature"}
    one_kind = json.loads(oras("discover", remote, "--format", "json", "--artifact-type", "application/vnd.example.sbom"))["manifests"]
    assert [one["artifactType"] for one in one_kind] == ["application/vnd.example.sbom"]
    # Without the API, oras would have tagged them under the digest of their subject.
    assert oras("repo", "tags", f"{emulator.host}/interop/oras/attached").split() == ["v1"]


def test_copy(emulator: started.Registry, oras: Oras, tmp_path: Path) -> None:
    """An image for two platforms is copied with what is attached to it, and keeps its digest."""
    image = images.multi_platform("oras")
    images.write_layout(tmp_path / "layout", image)
    source, target = (f"{emulator.host}/interop/oras/{name}" for name in ("from", "to"))
    oras("cp", "--from-oci-layout", f"layout@{image.root.digest}", f"{source}:v1")
    (tmp_path / "sbom.json").write_text("{}")
    oras("attach", f"{source}:v1", "--artifact-type", "application/vnd.example.sbom", "sbom.json")
    oras("cp", "--recursive", f"{source}:v1", f"{target}:v1,latest")
    assert json.loads(oras("manifest", "fetch", "--descriptor", f"{target}:latest"))["digest"] == image.root.digest
    assert len(json.loads(oras("discover", f"{target}:v1", "--format", "json"))["manifests"]) == 1
