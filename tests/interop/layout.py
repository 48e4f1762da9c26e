# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's Python client, unmodified, brings a whole image from an OCI image layout to the registry, or back.

``layout.py push|pull URL REPOSITORY TAG FOLDER``, with CA and SECRET in the environment as for scenario.py. layout.mjs does the same.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from azure.containerregistry import ContainerRegistryClient
from signed_in import application


def blob(folder: Path, digest: str) -> Path:
    """Return where a layout keeps a blob."""
    return folder / "blobs" / "sha256" / digest.partition(":")[2]


def parts(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the descriptors of what an image is made of; those of an index are manifests."""
    return [*([manifest["config"]] if "config" in manifest else []), *manifest.get("layers", [])]


def push(client: ContainerRegistryClient, repository: str, folder: Path, descriptor: dict[str, Any], tag: str | None = None) -> None:
    """Push a manifest after all that it needs."""
    data = blob(folder, descriptor["digest"]).read_bytes()
    manifest = json.loads(data)
    for child in manifest.get("manifests", []):
        push(client, repository, folder, child)
    for part in parts(manifest):
        with blob(folder, part["digest"]).open("rb") as file:
            client.upload_blob(repository, file)
    client.set_manifest(repository, io.BytesIO(data), tag=tag, media_type=descriptor["mediaType"])


def pull(client: ContainerRegistryClient, repository: str, folder: Path, reference: str) -> None:
    """Pull a manifest with all that it needs, as they come."""
    answers: list[Any] = []
    found = client.get_manifest(repository, reference, raw_response_hook=lambda response: answers.append(response.http_response))
    if found.media_type != found.manifest["mediaType"]:
        sys.exit(f"{found.digest} was answered as {found.media_type}.")
    blob(folder, found.digest).write_bytes(answers[-1].content)
    for child in found.manifest.get("manifests", []):
        pull(client, repository, folder, child["digest"])
    for part in parts(found.manifest):
        with client.download_blob(repository, part["digest"]) as stream:
            blob(folder, part["digest"]).write_bytes(b"".join(stream))


def main() -> None:
    """Push what the layout's index lists, or pull what the tag names."""
    command, url, repository, tag, name = sys.argv[1:]
    folder = Path(name)
    with ContainerRegistryClient(url, application(url), connection_verify=os.environ["CA"]) as client:
        if command == "push":
            (root,) = json.loads((folder / "index.json").read_bytes())["manifests"]
            push(client, repository, folder, root, tag)
        else:
            blob(folder, "").mkdir(parents=True)
            pull(client, repository, folder, tag)


if __name__ == "__main__":
    main()
