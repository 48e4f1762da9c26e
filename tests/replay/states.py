# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry must hold before a single exchange is sent, and the names that stand for something in its text.

Each function prepares a new emulator and returns those names, such as ``<repo>``; what it returns under ``credentials`` is how
the request is sent: ``bearer`` (a token for the scope that the registry asks for), ``none``, ``invalid`` or ``anonymous``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import jwt
from emulator.api import content
from emulator.api.document import Document, digest_of
from emulator.api.oauth import ARM_AUDIENCES
from emulator.core import Emulator
from emulator.state import media_types
from emulator.state.clock import TICKS_PER_SECOND, UNIX_EPOCH, seconds_of

from .recordings import Found

HELLO = "library/hello-world"
TIME = "2021-05-10T23:10:47.853971Z"
OPEN = '{"deleteEnabled":true,"writeEnabled":true,"readEnabled":true,"listEnabled":true}'
READ_ONLY = OPEN.replace('"writeEnabled":true', '"writeEnabled":false')
Names = dict[str, str]


def ticks(stamp: str) -> int:
    """Return a time as .NET ticks, to the seventh digit."""
    whole, dummy, fraction = stamp.removesuffix("Z").partition(".")
    return UNIX_EPOCH + int(seconds_of(f"{whole}Z")) * TICKS_PER_SECOND + int(f"{fraction:0<7}")


def add(
    emulator: Emulator,
    repository: str,
    number: int,
    tags: tuple[str, ...] = (),
    *,
    digest: str = "",
    media_type: str = media_types.DOCKER_MANIFEST,
    document: dict[str, Any] | None = None,
    created: str = TIME,
    updated: str = "",
) -> str:
    """Add a manifest with tags, and return its digest: of what is added, unless another is wanted."""
    document = document or {"schemaVersion": 2, "mediaType": media_type, "number": number}
    data = json.dumps(document).encode()
    digest = digest or digest_of(data)
    content.add(emulator.store, repository, Document(data, media_type, digest, document), ticks(created))
    for tag in tags:
        emulator.store.tags.put(repository, tag, digest, ticks(created))
        if updated:
            emulator.store.tags.put(repository, tag, digest, ticks(updated))
    return digest


def add_blob(emulator: Emulator, repository: str, data: bytes) -> str:
    """Add a blob, and return its digest."""
    digest = digest_of(data)
    emulator.store.blobs.put(digest, data)
    emulator.store.blobs.link(repository, [digest])
    return digest


def set_manifest(emulator: Emulator, digest: str, **properties: Any) -> None:
    """Let a manifest of ``HELLO`` have properties that its document does not give it."""
    manifest = emulator.store.manifests.get(HELLO, digest)
    assert manifest is not None
    emulator.store.manifests.replace_many([manifest._replace(**properties)])


def found(emulator: Emulator, item: Found) -> None:
    """Add what a recording found."""
    if not item.media_type:
        add_blob(emulator, item.repository, item.data)
        return
    document = Document(item.data, item.media_type, digest_of(item.data), json.loads(item.data))
    content.add(emulator.store, item.repository, document, emulator.clock.ticks())
    if item.tag:
        emulator.store.tags.put(item.repository, item.tag, document.digest, emulator.clock.ticks())


def nothing(emulator: Emulator) -> Names:
    """An empty registry."""
    return {"<repo>": "hello-artifacts", "<tag>": "latest", "<ref>": "latest", "<64hex>": "0" * 64}


def invalid_token(emulator: Emulator) -> Names:
    return {"credentials": "invalid"}


def no_credentials(emulator: Emulator) -> Names:
    return {"credentials": "none"}


def anonymous(emulator: Emulator) -> Names:
    emulator.change_settings({"anonymous": True})
    return {**one_image(emulator), "credentials": "anonymous"}


def two_tags(emulator: Emulator) -> Names:
    digest = "sha256:308866a43596e83578c7dfa15e27a73011bdd402185a84c5cd7f32a88b501a24"
    add(emulator, HELLO, 1, ("test-delete",), digest=digest, created="2021-03-31T22:45:06.4600505Z")
    add(emulator, HELLO, 1, ("test1",), digest=digest, created="2021-03-31T22:45:04.3251053Z")
    return {}


def three_repositories(emulator: Emulator) -> Names:
    for name in ("library/hello-world", "library/busybox", "library/alpine"):
        add(emulator, name, 1, ("latest",))
    return {}


def alpine(emulator: Emulator) -> Names:
    for number in range(10):
        add(emulator, "library/alpine", number, ("latest",) if number == 3 else ())
    times = ticks("2021-05-20T17:20:15.7887056Z"), ticks("2021-05-20T17:20:13.9261224Z")
    emulator.store.repositories.replace("library/alpine", *times)
    return {}


def one_image(emulator: Emulator) -> Names:
    """``hello-artifacts:latest``."""
    names = nothing(emulator)
    digest = add(emulator, names["<repo>"], 1, (names["<tag>"],))
    return {**names, "<64hex>": digest.partition(":")[2], "<t>": TIME, "<unchanged>": TIME}


def one_tag(emulator: Emulator) -> Names:
    digest = add(emulator, HELLO, 1, ("latest",))
    return {"<tag>": "latest", "<64hex>": digest.partition(":")[2]}


def updated_manifest(emulator: Emulator) -> Names:
    names = one_image(emulator)
    shown = (
        f'{{"digest":"sha256:{names["<64hex>"]}","imageSize":0,"createdTime":"{TIME}","lastUpdateTime":"{TIME}",'
        f'"mediaType":"{media_types.DOCKER_MANIFEST}","tags":["latest"],"changeableAttributes":{READ_ONLY}}}'
    )
    return {**names, '"<full ManifestAttributesBase with only that flag changed>"': shown}


def tags_of_one_digest(emulator: Emulator) -> Names:
    digest = add(emulator, HELLO, 1, ("latest", "newest", "oldest"))
    add(emulator, HELLO, 2, ("another",))
    shown = [
        f'{{"name":"{name}","digest":"{digest}","createdTime":"{TIME}","lastUpdateTime":"{TIME}","signed":false,"changeableAttributes":{OPEN}}}'
        for name in ("latest", "newest")
    ]
    return {"<64hex>": digest.partition(":")[2], '"<TagAttributesBase x2>"': ",".join(shown)}


def pushed_again(emulator: Emulator) -> Names:
    digest = "sha256:61bd3cb6014296e214ff4c6407a5a7e7092dfa8eefdbbec539e133e97f63e09f"
    add(emulator, HELLO, 1, ("test1",), digest=digest, created="2021-06-11T19:11:38.7001063Z", updated="2021-09-20T18:50:54.0904821Z")
    return {}


def child_first(emulator: Emulator) -> Names:
    """A child of an index that was imported: its size is that of its document, as far as anybody knows."""
    digest = "sha256:1b26826f602946860c279fce658f31050cff2c596583af237d971f4629b57792"
    add(emulator, HELLO, 1, digest=digest, document={"config": {"mediaType": "application/vnd.docker.container.image.v1+json"}})
    set_manifest(emulator, digest, image_size=525, architecture="amd64", os="linux")
    add(emulator, HELLO, 2, ("latest",), digest="sha256:" + "f" * 64)
    return {}


def index(emulator: Emulator) -> Names:
    digest = add(emulator, HELLO, 1)
    listed = [{"digest": digest, "platform": {"architecture": "amd64", "os": "linux"}}]
    parent = add(emulator, HELLO, 2, ("latest",), digest=digest[:-1] + "0", media_type=media_types.DOCKER_LIST, document={"manifests": listed})
    # Written down, both digests had the same name; here the index has one that only its child could have.
    set_manifest(emulator, parent, image_size=5325)
    emulator.store.manifests.put_children(HELLO, parent, [child._replace(digest=parent) for child in emulator.store.manifests.children(HELLO, parent)])
    return {"<64hex>": parent.partition(":")[2], "<t>": TIME}


def blob(emulator: Emulator) -> Names:
    data = next(text for text in (b"%d" % number for number in range(10_000)) if hashlib.sha256(text).hexdigest().startswith("5a"))
    digest = add_blob(emulator, "hello-artifacts", data).partition(":")[2]
    return {**nothing(emulator), "<64hex>": digest, "5a<62hex>": digest, "<size>": str(len(data))}


def image_to_push(emulator: Emulator) -> Names:
    document = json.dumps({"schemaVersion": 2, "mediaType": media_types.OCI_MANIFEST, "layers": []})
    return {**nothing(emulator), "<64hex>": hashlib.sha256(document.encode()).hexdigest(), "body": document, "content_type": media_types.OCI_MANIFEST}


def wrong_media_type(emulator: Emulator) -> Names:
    return {**image_to_push(emulator), "content_type": media_types.DOCKER_MANIFEST}


def two_missing_blobs(emulator: Emulator) -> Names:
    # Written down, both digests had the same name; whoever sends the same twice is answered once.
    layers = [{"digest": "sha256:" + digit * 64, "size": 1} for digit in "01"]
    document = json.dumps({"schemaVersion": 2, "mediaType": media_types.OCI_MANIFEST, "layers": layers})
    return {**image_to_push(emulator), "body": document, "<64hex>": "0" * 64, "second <64hex>": "1" * 64}


def upload(emulator: Emulator) -> Names:
    return {**nothing(emulator), "<uuid>": emulator.store.uploads.begin("hello-artifacts"), "<s>": "s", "<bad>": "sha256:bad"}


def locked_tag(emulator: Emulator) -> Names:
    names = one_image(emulator)
    emulator.store.tags.set_attributes(names["<repo>"], names["<tag>"], {"can_write": False})
    return {**names, "<locked>": names["<tag>"]}


def wrong_audience(emulator: Emulator) -> Names:
    emulator.change_settings({"arm_audience": False})
    claims = {"aud": min(ARM_AUDIENCES), "appid": "somebody", "exp": 4_000_000_000}
    form = f"grant_type=access_token&service=<reg>&access_token={jwt.encode(claims, 'any key will do, for nobody checks it', 'HS256')}"
    return {"credentials": "none", "body": form, "content_type": "application/x-www-form-urlencoded"}


STATES: dict[str, Callable[[Emulator], Names]] = {
    "catalog-401-invalid-token": invalid_token,
    "exchange-200": no_credentials,
    "token-200-catalog": no_credentials,
    "catalog-200-EMPTY-is-null": nothing,
    "tags-401-invalid-token": invalid_token,
    "token-200-metadata_read": no_credentials,
    "tags-200-two": two_tags,
    "v2-root-401": no_credentials,
    "catalog-page1-n2": three_repositories,
    "repo-get-200": alpine,
    "repo-get-404": nothing,
    "repo-delete-202": one_image,
    "repo-delete-404": nothing,
    "repo-patch-all-false-200": one_image,
    "repo-patch-insufficient-scope-401": anonymous,
    "tags-page-digest-filter": tags_of_one_digest,
    "tag-get-200": pushed_again,
    "tag-get-404": two_tags,
    "tag-delete-202": one_tag,
    "tag-delete-404": nothing,
    "tag-patch-all-false-200": one_image,
    "manifests-page": child_first,
    "manifest-get-list": index,
    "manifest-get-nondigest-404": nothing,
    "manifest-patch-partial-200": updated_manifest,
    "v2-manifest-404-tag": nothing,
    "v2-manifest-put-201": image_to_push,
    "v2-manifest-put-400-mediatype": wrong_media_type,
    "v2-manifest-put-400-missing-blobs": two_missing_blobs,
    "v2-manifest-delete-405-tag": one_image,
    "v2-manifest-delete-404": nothing,
    "v2-blob-get-307": blob,
    "v2-blob-head-200": blob,
    "v2-blob-delete-404": nothing,
    "upload-put-400-digest": upload,
    "locked-405": locked_tag,
    "exchange-401-wrong-audience": wrong_audience,
    "token-200-anonymous": anonymous,
}
