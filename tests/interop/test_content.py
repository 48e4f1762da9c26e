# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What this collection pushes, others pull, and the other way round: same bytes, same digests, whatever the media type."""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.registryops.acr.tests import images, started

HERE = Path(__file__).resolve().parent
SECONDS = 60
# The last one travels in pieces: of 4 MiB, if a client of Microsoft's brings it, of 16 MiB, if this collection does.
IMAGES = {**images.KINDS, "large layer": images.image(random.Random(0).randbytes(9 * 1024 * 1024).hex())}
Acr = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Client:
    """A client of others: ``push`` and ``pull`` bring whole images to a repository, as tag v1, and back."""

    emulator: started.Registry
    installed: Path
    folder: Path

    def run(self, *command: str | Path, **environment: str) -> None:
        """Run a command, which has to succeed."""
        variables = {**os.environ, **environment}
        done = subprocess.run(command, cwd=self.folder, env=variables, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stderr}"

    def remote(self, repository: str) -> str:
        """Return what the image is called."""
        return f"{self.emulator.host}/{repository}:v1"


class Skopeo(Client):
    """skopeo, with folders as only it makes them: it puts nothing that has Docker's media types into an OCI image layout."""

    def copy(self, source: str, target: str) -> None:
        """Copy all of an image, exactly."""
        certificates = self.folder / "certificates"
        certificates.mkdir(exist_ok=True)
        shutil.copy(self.emulator.ca, certificates / "ca.crt")
        options = (f"cert-dir={certificates}", f"creds={self.emulator.username}:{self.emulator.password}")
        access = [f"--{side}-{option}" for side in ("src", "dest") for option in options]
        self.run("skopeo", "--insecure-policy", "copy", "--all", "--preserve-digests", *access, source, target)

    def push(self, image: images.Image, repository: str) -> None:
        """Push an image."""
        (self.folder / "dir").mkdir()
        files = {content.digest.partition(":")[2]: content.data for content in image.blobs}
        files |= {f"{content.digest.partition(':')[2]}.manifest.json": content.data for content in image.manifests[:-1]}
        files |= {"manifest.json": image.root.data, "version": b"Directory Transport Version: 1.1\n"}
        for name, data in files.items():
            (self.folder / "dir" / name).write_bytes(data)
        self.copy("dir:dir", f"docker://{self.remote(repository)}")

    def pull(self, repository: str) -> dict[str, bytes]:
        """Pull an image."""
        self.copy(f"docker://{self.remote(repository)}", "dir:back")
        found = [path.read_bytes() for path in (self.folder / "back").iterdir() if path.name != "version"]
        return {images.Content("", data).digest: data for data in found}


class Oras(Client):
    """oras."""

    def copy(self, side: str, *command: str) -> None:
        """Copy an image; ``side`` is that of the registry."""
        options = ("plain-http=false", f"ca-file={self.emulator.ca}", f"username={self.emulator.username}", f"password={self.emulator.password}")
        self.run("oras", "cp", *command, *(f"--{side}-{option}" for option in options))

    def push(self, image: images.Image, repository: str) -> None:
        """Push an image."""
        images.write_layout(self.folder / "layout", image)
        self.copy("to", "--from-oci-layout", f"layout@{image.root.digest}", self.remote(repository))

    def pull(self, repository: str) -> dict[str, bytes]:
        """Pull an image."""
        self.copy("from", "--to-oci-layout", self.remote(repository), "back:v1")
        return images.read_layout(self.folder / "back")


class Azure(Client):
    """A client of Microsoft's, with a program that brings layouts."""

    def bring(self, way: str, repository: str, layout: str) -> None:
        """Push or pull; any secret will do here."""
        environment = {"SECRET": "any", "CA": self.emulator.ca, "NODE_EXTRA_CA_CERTS": self.emulator.ca, "INTEROP": str(self.installed)}
        self.run(*self.program(), way, self.emulator.url, repository, "v1", layout, **environment)

    def push(self, image: images.Image, repository: str) -> None:
        """Push an image."""
        images.write_layout(self.folder / "layout", image)
        self.bring("push", repository, "layout")

    def pull(self, repository: str) -> dict[str, bytes]:
        """Pull an image."""
        self.bring("pull", repository, "back")
        return images.read_layout(self.folder / "back")


class Python(Azure):
    """azure-containerregistry."""

    def program(self) -> tuple[str | Path, ...]:
        """Return the command."""
        return self.installed / "python" / "bin" / "python", HERE / "layout.py"


class JavaScript(Azure):
    """@azure/container-registry."""

    def program(self) -> tuple[str | Path, ...]:
        """Return the command."""
        return "node", HERE / "layout.mjs"


@pytest.fixture(params=[Skopeo, Oras, Python, JavaScript], ids=lambda client: client.__name__)
def client(request: pytest.FixtureRequest, emulator: started.Registry, installed: Path, tmp_path: Path) -> Any:
    """Each of the clients, in a folder of its own."""
    (tmp_path / "client").mkdir()
    return request.param(emulator, installed, tmp_path / "client")


@pytest.fixture(params=IMAGES)
def image(request: pytest.FixtureRequest) -> images.Image:
    """An image of each kind."""
    return IMAGES[request.param]


@pytest.fixture
def repository(request: pytest.FixtureRequest) -> str:
    """A repository that no other test has."""
    return "interop/" + "".join(letter if letter.isalnum() else "-" for letter in request.node.name.lower()).strip("-")


def whole(acr: Acr, repository: str, image: images.Image, folder: Path) -> str:
    """Push an image as the layout that it is, and return the digest."""
    return acr("acr_push", repository=repository, tags=["v1"], layout=str(folder))["digest"]


def piece_by_piece(acr: Acr, repository: str, image: images.Image, folder: Path) -> str:
    """Push each blob and each manifest of an image, and return the last one's digest."""
    for number, content in enumerate((*image.blobs, *image.manifests)):
        module, tags = ("acr_blob", None) if number < len(image.blobs) else ("acr_manifest", ["v1"] if content is image.root else [])
        pushed = acr(module, repository=repository, src=str(folder / "blobs" / "sha256" / content.digest.partition(":")[2]), tags=tags)
        assert (pushed["changed"], pushed["digest"]) == (True, content.digest)
    return pushed["digest"]


@pytest.mark.parametrize("push", [whole, piece_by_piece])
def test_what_we_push_they_pull(acr: Acr, client: Any, repository: str, image: images.Image, tmp_path: Path, push: Any) -> None:
    images.write_layout(tmp_path / "ours", image)
    assert push(acr, repository, image, tmp_path / "ours") == image.root.digest
    assert client.pull(repository) == image.contents


def test_what_they_push_we_pull(acr: Acr, client: Any, repository: str, image: images.Image, tmp_path: Path) -> None:
    client.push(image, repository)
    assert acr("acr_pull", repository=repository, reference="v1", layout=str(tmp_path / "ours"))["digest"] == image.root.digest
    assert images.read_layout(tmp_path / "ours") == image.contents
    names = ["v1", *(manifest.digest for manifest in image.manifests)]
    found = acr("acr_manifest_info", repository=repository, references=names, gather=["content", "completeness"])["manifests"]
    wanted = [(manifest.digest, manifest.media_type, manifest.data, True) for manifest in (image.root, *image.manifests)]
    assert [(one["digest"], one["media_type"], base64.b64decode(one["content"]), one["complete"]) for one in found] == wanted
    for blob in image.blobs:
        acr("acr_fetch", repository=repository, blob=blob.digest, dest=str(tmp_path / "blob"))
        assert (tmp_path / "blob").read_bytes() == blob.data
    # Nothing is missing, and no byte is another: we would push the same.
    images.write_layout(tmp_path / "same", image)
    assert not acr("acr_push", repository=repository, tags=["v1"], layout=str(tmp_path / "same"))["changed"]


@pytest.mark.parametrize("kind", [kind for kind in IMAGES if "Docker" not in kind])
def test_layouts_of_skopeo(acr: Acr, emulator: started.Registry, installed: Path, repository: str, tmp_path: Path, kind: str) -> None:
    """We read the layout that it writes, and it reads the one that we write."""
    skopeo, image = Skopeo(emulator, installed, tmp_path), IMAGES[kind]
    skopeo.push(image, repository)
    skopeo.copy(f"docker://{skopeo.remote(repository)}", "oci:theirs:v1")
    acr("acr_push", repository=f"{repository}/again", tags=["v1"], layout=str(tmp_path / "theirs"), layout_reference="v1")
    acr("acr_pull", repository=f"{repository}/again", reference="v1", layout=str(tmp_path / "ours"))
    skopeo.copy("oci:ours:v1", f"docker://{skopeo.remote(f'{repository}/back')}")
    assert skopeo.pull(f"{repository}/back") == images.read_layout(tmp_path / "ours") == images.read_layout(tmp_path / "theirs") == image.contents


def test_files_that_oras_pushes(acr: Acr, emulator: started.Registry, oras: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.json").write_text("[1]")
    (tmp_path / "in" / "b.txt").write_text("Hello!")
    oras("push", f"{emulator.host}/interop/oras:v1", "--artifact-type", "a/b", "a.json:application/json", "in/b.txt")
    result = acr("acr_pull", repository="interop/oras", reference="v1", dest=str(tmp_path / "out"))
    assert result["artifact_type"] == "a/b"
    assert ((tmp_path / "out" / "a.json").read_text(), (tmp_path / "out" / "in" / "b.txt").read_text()) == ("[1]", "Hello!")


def test_files_that_oras_pulls(acr: Acr, emulator: started.Registry, oras: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[1]")
    files = [{"src": str(tmp_path / "a.json"), "title": "in/a.json", "media_type": "application/json"}]
    pushed = acr("acr_push", repository="interop/for-oras", tags=["v1"], artifact_type="a/b", files=files)
    oras("pull", f"{emulator.host}/interop/for-oras:v1", "--output", "pulled")
    assert (tmp_path / "pulled" / "in" / "a.json").read_text() == "[1]"
    assert oras("resolve", f"{emulator.host}/interop/for-oras:v1").strip() == pushed["digest"]


def referrers(oras: Any, *remote: str) -> dict[str, str]:
    """Return the digests of what oras finds to be about a manifest, and of what kind each is."""
    return {one["digest"]: one["artifactType"] for one in json.loads(oras("discover", "--format", "json", *remote))["manifests"]}


def test_what_is_attached(acr: Acr, emulator: started.Registry, oras: Any, repository: str, image: images.Image, tmp_path: Path) -> None:
    """oras finds what we attached, we find what oras attached, and a copy has both, whoever made it."""
    remote = f"{emulator.host}/{repository}"
    images.write_layout(tmp_path / "layout", image)
    (tmp_path / "a.json").write_text("[1]")
    whole(acr, repository, image, tmp_path / "layout")
    oras("attach", f"{remote}:v1", "--artifact-type", "a/theirs", "a.json:application/json")
    ours = acr("acr_push", repository=repository, subject="v1", artifact_type="a/ours", files=[{"src": str(tmp_path / "a.json")}])
    (found,) = acr("acr_manifest_info", repository=repository, references=["v1"], gather=["referrers"])["manifests"]
    listed = {one["digest"]: one["artifact_type"] for one in found["referrers"]}
    assert (sorted(listed.values()), listed[ours["digest"]]) == (["a/ours", "a/theirs"], "a/ours")
    assert referrers(oras, f"{remote}:v1") == listed

    acr("acr_copy", images=[{"source": f"{repository}:v1", "target": f"{repository}/ours"}])
    oras("cp", "--recursive", f"{remote}:v1", f"{remote}/theirs:v1")
    for copy in ("ours", "theirs"):
        assert referrers(oras, f"{remote}/{copy}:v1") == listed
        acr("acr_pull", repository=f"{repository}/{copy}", reference="v1", layout=str(tmp_path / copy))
    assert referrers(oras, "--oci-layout", f"{tmp_path / 'ours'}:v1") == listed
    oras("cp", "--recursive", "--to-oci-layout", f"{remote}:v1", "by-oras:v1")
    kept = images.read_layout(tmp_path / "by-oras")
    assert images.read_layout(tmp_path / "ours") == images.read_layout(tmp_path / "theirs") == kept
    assert image.contents.items() < kept.items()


def test_a_layout_of_oras(acr: Acr, oras: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[1]")
    oras("push", "--oci-layout", "kept:v1", "--artifact-type", "a/b", "a.json")
    oras("attach", "--oci-layout", "kept:v1", "--artifact-type", "c/d", "a.json:text/plain")
    result = acr("acr_push", repository="interop/from-layout", tags=["v1"], layout=str(tmp_path / "kept"), layout_reference="v1")
    assert result["uploaded"]["manifest_count"] == 2
    acr("acr_pull", repository="interop/from-layout", reference="v1", layout=str(tmp_path / "back"))
    assert images.read_layout(tmp_path / "back") == images.read_layout(tmp_path / "kept")
    assert referrers(oras, "--oci-layout", "back:v1") == referrers(oras, "--oci-layout", "kept:v1")
