# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What this collection pushes, others pull, and the other way round: same bytes, same digests, whatever the media type."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.registryops.acr.tests import images, modules, started

SECONDS = 60
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


def acr(registry: started.Registry, module: str, **options: Any) -> dict[str, Any]:
    """Run a module against the emulator; it has to succeed."""
    login = {"registry": registry.url, "ca_path": registry.ca, "username": registry.username, "password": registry.password}
    result = modules.run(module, **login, **options)
    assert not result.get("failed"), result["msg"]
    return result


def blobs(layout: Path) -> dict[str, bytes]:
    """Return what a layout holds, by digest; names have to be the digests."""
    found = {path.name: path.read_bytes() for path in (layout / "blobs" / "sha256").iterdir()}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == {name: name for name in found}
    return found


def docker_image(text: str) -> images.Image:
    """Return a Docker manifest list of two images, as docker itself makes them."""
    lists, parts, contents = [], [], []
    for architecture, system in images.PLATFORMS:
        image = images.image(f"{text} {architecture}", architecture, system)
        config = images.Content("application/vnd.docker.container.image.v1+json", image.blobs[0].data)
        layer = images.Content("application/vnd.docker.image.rootfs.diff.tar.gzip", image.blobs[1].data)
        document = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": config.descriptor(), "layers": [layer.descriptor()]}
        manifest = images.Content(DOCKER_MANIFEST, json.dumps(document, indent=3).encode())
        lists.append(manifest.descriptor(platform={"architecture": architecture, "os": system}))
        parts.append(manifest)
        contents += [config, layer]
    index = images.Content(DOCKER_LIST, json.dumps({"schemaVersion": 2, "mediaType": DOCKER_LIST, "manifests": lists}, indent=3).encode())
    return images.Image(tuple(contents), (*parts, index))


IMAGES = {
    "OCI manifest": images.image("one platform"),
    "OCI index": images.multi_platform("two platforms"),
    "Docker manifest list": docker_image("docker"),
    "artifact": images.image("artifact", artifactType="application/vnd.example.thing", annotations={"a": "\u00e4"}),
}


@pytest.fixture(params=IMAGES)
def layout(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, images.Image]:
    """A layout with one image; one for each media type that there is."""
    images.write_layout(tmp_path / "layout", IMAGES[request.param])
    return tmp_path / "layout", IMAGES[request.param]


def skopeo(emulator: started.Registry, folder: Path, side: str, *command: str) -> None:
    """Run skopeo copy, signed in, which has to succeed."""
    certificates = folder / "certificates"
    certificates.mkdir(exist_ok=True)
    shutil.copy(emulator.ca, certificates / "ca.crt")
    login = [f"--{side}-cert-dir={certificates}", f"--{side}-creds={emulator.username}:{emulator.password}"]
    done = subprocess.run(["skopeo", "--insecure-policy", "copy", "--all", *login, *command], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr


def test_what_we_push_skopeo_pulls(emulator: started.Registry, layout: tuple[Path, images.Image], tmp_path: Path) -> None:
    folder, image = layout
    assert acr(emulator, "acr_artifact", repository="interop/ours", tags=["v1"], layout=str(folder))["digest"] == image.root.digest
    skopeo(emulator, tmp_path, "src", "--preserve-digests", f"docker://{emulator.host}/interop/ours:v1", f"dir:{tmp_path / 'pulled'}")
    pulled = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "pulled").iterdir() if path.name != "version"}
    assert pulled == set(blobs(folder))


def test_what_skopeo_pushes_we_pull(emulator: started.Registry, layout: tuple[Path, images.Image], tmp_path: Path) -> None:
    folder, image = layout
    if image.root.media_type == DOCKER_LIST:
        pytest.skip("skopeo reads no Docker manifests from an OCI layout")
    skopeo(emulator, tmp_path, "dest", f"oci:{folder}", f"docker://{emulator.host}/interop/theirs:v1")
    result = acr(emulator, "acr_artifact_pull", repository="interop/theirs", reference="v1", layout=str(tmp_path / "pulled"))
    assert result["digest"] == image.root.digest
    assert blobs(tmp_path / "pulled") == blobs(folder)
    # skopeo reads our layout as well.
    done = subprocess.run(["skopeo", "inspect", "--raw", f"oci:{tmp_path / 'pulled'}:v1"], capture_output=True, timeout=SECONDS, check=True)
    assert done.stdout == image.root.data


class TestOras:
    """oras 1.2."""

    @pytest.fixture
    def oras(self, emulator: started.Registry, tmp_path: Path) -> Any:
        """Run oras, signed in; it has to succeed, and what it printed is returned."""
        options = ["--plain-http=false", "--ca-file", emulator.ca, "--username", emulator.username, "--password", emulator.password]

        def run(*command: str) -> str:
            done = subprocess.run(["oras", *command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False)
            assert done.returncode == 0, done.stderr
            return done.stdout

        return run

    def test_files_that_oras_pushes(self, emulator: started.Registry, oras: Any, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "a.json").write_text("[1]")
        (tmp_path / "in" / "b.txt").write_text("Hello!")
        oras("push", f"{emulator.host}/interop/oras:v1", "--artifact-type", "a/b", "a.json:application/json", "in/b.txt")
        result = acr(emulator, "acr_artifact_pull", repository="interop/oras", reference="v1", dest=str(tmp_path / "out"))
        assert result["artifact_type"] == "a/b"
        assert ((tmp_path / "out" / "a.json").read_text(), (tmp_path / "out" / "in" / "b.txt").read_text()) == ("[1]", "Hello!")

    def test_files_that_oras_pulls(self, emulator: started.Registry, oras: Any, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text("[1]")
        files = [{"path": str(tmp_path / "a.json"), "title": "in/a.json", "media_type": "application/json"}]
        pushed = acr(emulator, "acr_artifact", repository="interop/ours-for-oras", tags=["v1"], artifact_type="a/b", files=files)
        oras("pull", f"{emulator.host}/interop/ours-for-oras:v1", "--output", "pulled")
        assert (tmp_path / "pulled" / "in" / "a.json").read_text() == "[1]"
        attached = acr(emulator, "acr_artifact", repository="interop/ours-for-oras", subject="v1", artifact_type="c/d", files=files)
        found = json.loads(oras("discover", f"{emulator.host}/interop/ours-for-oras:v1", "--format", "json"))
        assert [one["digest"] for one in found["manifests"]] == [attached["digest"]]
        assert oras("resolve", f"{emulator.host}/interop/ours-for-oras:v1").strip() == pushed["digest"]

    def test_a_layout_of_oras(self, emulator: started.Registry, oras: Any, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text("[1]")
        run = {"cwd": tmp_path, "timeout": SECONDS, "capture_output": True}
        subprocess.run(["oras", "push", "--oci-layout", "kept:v1", "--artifact-type", "a/b", "a.json"], check=True, **run)
        subprocess.run(["oras", "attach", "--oci-layout", "kept:v1", "--artifact-type", "c/d", "a.json:text/plain"], check=True, **run)
        result = acr(emulator, "acr_artifact", repository="interop/from-layout", tags=["v1"], layout=str(tmp_path / "kept"), layout_reference="v1")
        assert result["uploaded"]["manifests"] == 2
        acr(emulator, "acr_artifact_pull", repository="interop/from-layout", reference="v1", layout=str(tmp_path / "back"))
        assert blobs(tmp_path / "back") == blobs(tmp_path / "kept")
        listed = subprocess.run(["oras", "discover", "--oci-layout", "back:v1", "--format", "json"], check=True, **run)
        assert [one["artifactType"] for one in json.loads(listed.stdout)["manifests"]] == ["c/d"]


def test_the_azure_client_for_python(emulator: started.Registry, installed: Path, tmp_path: Path) -> None:
    """Manifests and blobs that it uploads are what we read, and the other way round."""
    python = installed / "python" / "bin" / "python"
    script = tmp_path / "client.py"
    script.write_text(AZURE)
    environment = {**os.environ, "REQUESTS_CA_BUNDLE": emulator.ca, "ENDPOINT": emulator.url, "PYTHONPATH": ""}
    emulator.control("POST", "settings", {"anonymous": True})
    image = IMAGES["OCI index"]
    images.write_layout(tmp_path / "layout", image)
    acr(emulator, "acr_artifact", repository="interop/azure", tags=["v1"], layout=str(tmp_path / "layout"))
    done = subprocess.run([str(python), str(script)], env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["manifest"] == hashlib.sha256(image.root.data).hexdigest()
    assert seen["blobs"] == {one.digest: hashlib.sha256(one.data).hexdigest() for one in image.blobs}


AZURE = """
import hashlib, json, os
from azure.containerregistry import ContainerRegistryClient

with ContainerRegistryClient(os.environ["ENDPOINT"], None, audience="https://containerregistry.azure.net") as client:
    index = client.get_manifest("interop/azure", "v1")
    blobs = {}
    for child in index.manifest["manifests"]:
        image = client.get_manifest("interop/azure", child["digest"]).manifest
        for part in (image["config"], *image["layers"]):
            content = b"".join(client.download_blob("interop/azure", part["digest"]))
            blobs[part["digest"]] = hashlib.sha256(content).hexdigest()
    print(json.dumps({"manifest": index.digest.partition(":")[2], "blobs": blobs}))
"""
