# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's Python client, unmodified, at work: ``scenario.py URL ANONYMOUS_URL``

From the environment: CA is the path of the registry's certificate authority, SECRET what the application signs in with.

Prints ``ok STEP`` after each step, and ends with a traceback at the first surprise. scenario.mjs takes the same steps.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
from typing import Any

from azure.containerregistry import ArtifactManifestOrder, ContainerRegistryClient
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from signed_in import application

MEBIBYTE = 1024 * 1024
CONFIG = "application/vnd.oci.image.config.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
APP, DATA, OTHER = "interop/python/app", "interop/python/data", "interop/python/other"


class Unexpected(Exception):
    """The registry's answer is not what the client was promised."""


def expect(what: str, actual: object, wanted: object) -> None:
    """Compare, also under ``python -O``."""
    if actual != wanted:
        raise Unexpected(f"{what}: {actual!r}, expected {wanted!r}")


def done(step: str) -> None:
    """Say that a step went as expected."""
    print(f"ok {step}", flush=True)


def status_of(call: Any, *arguments: Any, **named: Any) -> tuple[type, int | None]:
    """Return the class and the status of the error that a call must raise."""
    try:
        call(*arguments, **named)
    except HttpResponseError as error:
        return type(error), error.status_code
    raise Unexpected(f"{call.__name__}{arguments} was not refused")


def push(client: ContainerRegistryClient, repository: str, text: str, tag: str) -> dict[str, Any]:
    """Push an image with one layer and return its descriptor."""
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}).encode()
    descriptors = []
    for media_type, content in (CONFIG, config), (LAYER, text.encode()):
        digest, size = client.upload_blob(repository, io.BytesIO(content))
        expect("the uploaded blob", (digest, size), (f"sha256:{hashlib.sha256(content).hexdigest()}", len(content)))
        descriptors.append({"mediaType": media_type, "digest": digest, "size": size})
    document = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptors[0], "layers": descriptors[1:]}).encode()
    digest = client.set_manifest(repository, io.BytesIO(document), tag=tag)
    expect("the image's digest", digest, f"sha256:{hashlib.sha256(document).hexdigest()}")
    return {"mediaType": MANIFEST, "digest": digest, "size": len(document)}


def listing(client: ContainerRegistryClient, anonymous: ContainerRegistryClient, pushed: list[str]) -> None:
    """What can be read: repositories by page, tags without credentials, properties."""
    pages = [list(page) for page in client.list_repository_names(results_per_page=2).by_page()]
    names = [name for page in pages for name in page]
    expect("pages before the last one have", {len(page) for page in pages[:-1]}, {2})
    expect("repositories", (names, {APP, DATA, OTHER} - set(names)), (sorted(set(names)), set()))
    done("list repositories by page")

    tags = anonymous.list_tag_properties(APP, results_per_page=2)
    expect("tags", [(tag.name, tag.digest) for tag in tags], [(f"v{number}", digest) for number, digest in enumerate(pushed, 1)])
    done("list tags anonymously")
    expect("an anonymous delete", status_of(anonymous.delete_tag, APP, "v1"), (ClientAuthenticationError, 401))
    done("refuse an anonymous delete")

    repository = client.get_repository_properties(APP)
    expect("counts", (repository.name, repository.manifest_count, repository.tag_count), (APP, 5, 5))
    image = client.get_manifest_properties(APP, "v5")
    expect("the image", (image.digest, image.architecture, image.operating_system, image.tags), (pushed[4], "amd64", "linux", ["v5"]))
    # The service counts layers only: recorded with hello-world, whose imageSize is that of its only layer.
    expect("its size", image.size_in_bytes, len("image number 5"))
    expect("a missing tag", status_of(client.get_tag_properties, APP, "none"), (ResourceNotFoundError, 404))
    done("read properties")


def locks(client: ContainerRegistryClient) -> None:
    """A locked tag stays until it is unlocked."""
    tag = client.update_tag_properties(APP, "v1", can_delete=False, can_write=False)
    expect("the tag", (tag.can_delete, tag.can_write, tag.can_list, tag.can_read), (False, False, True, True))
    expect("deleting it", status_of(client.delete_tag, APP, "v1"), (HttpResponseError, 405))
    done("refuse to delete a locked tag")
    client.update_tag_properties(APP, "v1", can_delete=True, can_write=True)
    client.delete_tag(APP, "v1")
    expect("the deleted tag", status_of(client.get_tag_properties, APP, "v1"), (ResourceNotFoundError, 404))
    done("delete an unlocked tag")
    repository = client.update_repository_properties(APP, can_write=False)
    expect("the repository", (repository.can_delete, repository.can_write, repository.can_list, repository.can_read), (True, False, True, True))
    expect("deleting a tag in it", status_of(client.delete_tag, APP, "v2"), (HttpResponseError, 405))
    expect("the unlocked repository", client.update_repository_properties(APP, can_write=True).can_write, True)
    done("lock and unlock a repository")


def content(client: ContainerRegistryClient) -> tuple[str, str]:
    """Upload and download a blob of three chunks, a manifest and an index; return the digests of blob and manifest."""
    data = bytes(range(256)) * (9 * MEBIBYTE // 256)
    blob, size = client.upload_blob(DATA, io.BytesIO(data))
    expect("the uploaded blob", (blob, size), (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data)))
    with client.download_blob(DATA, blob) as stream:
        expect("the downloaded bytes equal the uploaded ones", b"".join(stream) == data, True)
    done("upload and download a blob in chunks")

    manifest = push(client, DATA, "for one platform", "single")
    listed = {**manifest, "platform": {"architecture": "amd64", "os": "linux"}}
    # Indented, and with a field nobody knows: the registry has to keep the bytes, not the meaning.
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "x-unknown": 1, "manifests": [listed]}, indent=3).encode()
    digest = client.set_manifest(DATA, io.BytesIO(index), tag="multi", media_type=INDEX)
    answer = client.get_manifest(DATA, "multi")
    expect("the index", (answer.digest, answer.media_type, answer.manifest), (digest, INDEX, json.loads(index)))
    expect("its digest", digest, f"sha256:{hashlib.sha256(index).hexdigest()}")
    done("set and get a manifest and an index")
    return blob, manifest["digest"]


def purge(client: ContainerRegistryClient, pushed: list[str]) -> None:
    """Keep the three images updated last, the way Microsoft's samples do it: pages of two, deleting while listing."""
    manifests = client.list_manifest_properties(APP, order_by=ArtifactManifestOrder.LAST_UPDATED_ON_DESCENDING, results_per_page=2)
    for position, manifest in enumerate(manifests):
        if position >= 3:
            client.update_manifest_properties(APP, manifest.digest, can_write=True, can_delete=True)
            client.delete_manifest(APP, manifest.digest)
    expect("what is left", sorted(manifest.digest for manifest in client.list_manifest_properties(APP)), sorted(pushed[2:]))
    expect("tags left", [tag.name for tag in client.list_tag_properties(APP)], ["v3", "v4", "v5"])
    done("purge to the newest three")


def deletes(client: ContainerRegistryClient, blob: str, manifest: str) -> None:
    """What is deleted is gone, and deleting it again is no error for this client."""
    for dummy in range(2):
        client.delete_manifest(DATA, manifest)
    expect("the deleted manifest", status_of(client.get_manifest, DATA, manifest), (ResourceNotFoundError, 404))
    expect("its tag", status_of(client.get_tag_properties, DATA, "single"), (ResourceNotFoundError, 404))
    done("delete a manifest")
    for dummy in range(2):
        client.delete_blob(DATA, blob)
    expect("the deleted blob", status_of(client.download_blob, DATA, blob), (ResourceNotFoundError, 404))
    done("delete a blob")
    for repository in (APP, DATA, OTHER):
        client.delete_repository(repository)
        client.delete_repository(repository)
        expect("the deleted repository", status_of(client.get_repository_properties, repository), (ResourceNotFoundError, 404))
    expect("repositories left", [name for name in client.list_repository_names() if name.startswith("interop/python/")], [])
    done("delete repositories")


def main() -> None:
    """Take all steps in order."""
    url, anonymous_url = sys.argv[1:]
    ca = os.environ["CA"]
    with (
        ContainerRegistryClient(url, application(url), connection_verify=ca) as client,
        ContainerRegistryClient(anonymous_url, connection_verify=ca) as anonymous,
    ):
        pushed = [push(client, APP, f"image number {number}", f"v{number}")["digest"] for number in range(1, 6)]
        push(client, DATA, "data", "first")
        push(client, OTHER, "other", "first")
        done("push images")
        listing(client, anonymous, pushed)
        locks(client)
        blob, manifest = content(client)
        purge(client, pushed)
        deletes(client, blob, manifest)


if __name__ == "__main__":
    main()
