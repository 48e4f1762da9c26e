# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debian's skopeo judges the emulator: images travel from an OCI image layout to the registry and back, byte by byte.

The same journey to Debian's docker-registry shows what is skopeo's doing and what is the registry's.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.registryops.acr.tests import images, started

SECONDS = 60
MEBIBYTE = 1024 * 1024
Access = Callable[[str], list[str | Path]]


def skopeo(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run skopeo, which refuses unsigned images unless told otherwise."""
    arguments = ["skopeo", "--insecure-policy", *command]
    return subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)


def run(*command: str | Path) -> str:
    """Run skopeo, which has to succeed, and return what it printed."""
    done = skopeo(*command)
    assert done.returncode == 0, f"skopeo {' '.join(map(str, command))}: {done.stderr}"
    return done.stdout


@pytest.fixture
def access(emulator: started.Registry, tmp_path: Path) -> Access:
    """Options that let skopeo in: ``access("dest-")``."""
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    shutil.copy(emulator.ca, certificates / "ca.crt")
    return lambda side: [f"--{side}cert-dir", certificates, f"--{side}creds", f"{emulator.username}:{emulator.password}"]


@pytest.fixture
def layout(tmp_path: Path) -> tuple[Path, images.Image]:
    """An image for two platforms as an OCI image layout."""
    image = images.multi_platform("interop")
    images.write_layout(tmp_path / "layout", image)
    return tmp_path / "layout", image


def assert_same(folder: Path, image: images.Image) -> None:
    """Index, manifests, configs and layers are those of the image, byte by byte."""
    assert images.read_layout(folder) == image.contents
    (listed,) = json.loads((folder / "index.json").read_bytes())["manifests"]
    assert (listed["digest"], listed["mediaType"], listed["size"]) == (image.root.digest, image.root.media_type, len(image.root.data))


def test_there_and_back(emulator: started.Registry, access: Access, layout: tuple[Path, images.Image], tmp_path: Path) -> None:
    """A multi-platform image comes back as it went, through the redirect to the storage."""
    folder, image = layout
    remote = f"docker://{emulator.host}/interop/skopeo/app:v1"
    run("copy", "--all", *access("dest-"), f"oci:{folder}", remote)
    run("copy", "--all", *access("src-"), remote, f"oci:{tmp_path / 'back'}:v1")
    assert_same(tmp_path / "back", image)


def test_large_layer(emulator: started.Registry, access: Access, tmp_path: Path) -> None:
    """skopeo sends a layer as one stream, however large it is, and receives it as one."""
    image = images.image(random.Random(0).randbytes(3 * MEBIBYTE).hex())
    images.write_layout(tmp_path / "large", image)
    before = emulator.journal()[-1]["seq"] if emulator.journal() else 0
    remote = f"docker://{emulator.host}/interop/skopeo/large:v1"
    run("copy", *access("dest-"), f"oci:{tmp_path / 'large'}", remote)
    run("copy", *access("src-"), remote, f"oci:{tmp_path / 'back'}:v1")
    assert_same(tmp_path / "back", image)
    layer = len(image.blobs[1].data)
    assert layer > 6 * MEBIBYTE
    moved = [(entry["method"], entry["status"]) for entry in emulator.journal(before) if layer in (entry["bytes_in"], entry["bytes_out"])]
    assert moved == [("PATCH", 202), ("GET", 200)]


def test_wrong_password(emulator: started.Registry, access: Access, layout: tuple[Path, images.Image]) -> None:
    """A wrong password is refused, and nothing is written."""
    options = [str(option).replace(emulator.password, "wrong") for option in access("dest-")]
    refused = skopeo("copy", "--all", *options, f"oci:{layout[0]}", f"docker://{emulator.host}/interop/skopeo/refused:v1")
    assert refused.returncode != 0 and "authentication required" in refused.stderr, refused.stderr
    assert [entry for entry in emulator.journal() if "interop/skopeo/refused" in entry["target"] and entry["status"] < 300] == []


def test_inspect_finds_the_platform(emulator: started.Registry, access: Access, layout: tuple[Path, images.Image]) -> None:
    """The index is answered by tag, its child by digest, and the child's config as a blob."""
    folder, image = layout
    remote = f"docker://{emulator.host}/interop/skopeo/inspected:v1"
    run("copy", "--all", *access("dest-"), f"oci:{folder}", remote)
    assert run("inspect", "--raw", *access(""), remote).encode() == image.root.data
    for architecture, system in images.PLATFORMS:
        seen = json.loads(run("--override-arch", architecture, "--override-os", system, "inspect", *access(""), remote))
        assert (seen["Digest"], seen["Architecture"], seen["Os"], seen["RepoTags"]) == (image.root.digest, architecture, system, ["v1"])


def test_list_tags_and_delete(emulator: started.Registry, access: Access, layout: tuple[Path, images.Image]) -> None:
    """Deleting by tag deletes the manifest that the tag points at, with all its tags; the children of an index stay."""
    folder, image = layout
    repository = f"docker://{emulator.host}/interop/skopeo/deleted"
    child = images.image("only child")
    images.write_layout(folder.parent / "child", child)
    for tag in ("v1", "latest"):
        run("copy", "--all", *access("dest-"), f"oci:{folder}", f"{repository}:{tag}")
    run("copy", *access("dest-"), f"oci:{folder.parent / 'child'}", f"{repository}:single")
    assert json.loads(run("list-tags", *access(""), repository))["Tags"] == ["latest", "single", "v1"]

    run("delete", *access(""), f"{repository}:v1")
    assert json.loads(run("list-tags", *access(""), repository))["Tags"] == ["single"]
    for manifest in image.manifests[:-1]:
        assert run("inspect", "--raw", *access(""), f"{repository}@{manifest.digest}").encode() == manifest.data
    gone = skopeo("inspect", "--raw", *access(""), f"{repository}@{image.root.digest}")
    assert gone.returncode != 0 and "manifest unknown" in gone.stderr, gone.stderr


def test_docker_media_types(emulator: started.Registry, access: Access, layout: tuple[Path, images.Image]) -> None:
    """Docker's own manifest formats are taken and kept, too."""
    folder, dummy = layout
    remote = f"docker://{emulator.host}/interop/skopeo/docker:v1"
    run("copy", "--all", "--format", "v2s2", *access("dest-"), f"oci:{folder}", remote)
    index = json.loads(run("inspect", "--raw", *access(""), remote))
    assert (index["mediaType"], len(index["manifests"])) == (images.DOCKER_LIST, len(images.PLATFORMS))


def test_copy_within_the_registry(emulator: started.Registry, access: Access, layout: tuple[Path, images.Image], tmp_path: Path) -> None:
    """A copy to another repository of the same registry is complete, and skopeo mounts the layers instead of sending them."""
    folder, image = layout
    source, target = (f"docker://{emulator.host}/interop/skopeo/{name}:v1" for name in ("from", "to"))
    run("copy", "--all", *access("dest-"), f"oci:{folder}", source)
    before = emulator.journal()[-1]["seq"]
    run("copy", "--all", *access("src-"), *access("dest-"), source, target)
    asked = emulator.journal(before)
    mounts = {parse_qs(urlsplit(entry["target"]).query).get("mount", [""])[0] for entry in asked if (entry["method"], entry["status"]) == ("POST", 201)}
    assert mounts == {blob.digest for blob in image.blobs if blob.media_type == images.OCI_LAYER}
    run("copy", "--all", *access("src-"), target, f"oci:{tmp_path / 'back'}:v1")
    assert_same(tmp_path / "back", image)


def test_there_and_back_elsewhere(layout: tuple[Path, images.Image], tmp_path: Path) -> None:
    """What the emulator does is what an independent registry does."""
    folder, image = layout
    with started.docker_registry(tmp_path) as (url, dummy):
        remote = f"docker://{url.partition('//')[2]}/interop/skopeo/app:v1"
        run("copy", "--all", "--dest-tls-verify=false", f"oci:{folder}", remote)
        run("copy", "--all", "--src-tls-verify=false", remote, f"oci:{tmp_path / 'back'}:v1")
    assert_same(tmp_path / "back", image)
