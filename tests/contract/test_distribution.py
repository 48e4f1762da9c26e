# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every registry does (OCI distribution specification 1.1), and the few places where these two differ, in one table."""

from __future__ import annotations

import hashlib

import pytest
from ansible_collections.registryops.acr.tests import images

# Azure Container Registry's answers are recorded ones; docker-registry's are those of Debian's 2.8.
DIFFERENT = {
    "blob download": {"emulator": 307, "docker-registry": 200},
    "out of order chunk": {"emulator": 416, "docker-registry": 202},
    "tags are sorted": {"emulator": True, "docker-registry": False},
    "delete by tag": {"emulator": 405, "docker-registry": 400},
    "tags after the last manifest is gone": {"emulator": 404, "docker-registry": 200},
}

ACCEPT = {"Accept": f"{images.OCI_INDEX}, {images.OCI_MANIFEST}"}


def differs(what, registry):
    return DIFFERENT[what][registry.kind]


def test_a_manifest_comes_back_byte_for_byte(any_registry):
    image = images.multi_platform("x")
    digest = any_registry.push("app", image, "v1")
    for reference in ("v1", digest):
        answer = any_registry.send("GET", f"/v2/app/manifests/{reference}", headers=ACCEPT)
        assert (answer.status_code, answer.content) == (200, image.root.data)
        assert answer.headers["Content-Type"] == images.OCI_INDEX
        assert answer.headers["Docker-Content-Digest"] == digest
        head = any_registry.send("HEAD", f"/v2/app/manifests/{reference}", headers=ACCEPT)
        assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(image.root.data)))


def test_pushing_the_same_again_is_fine(any_registry):
    image = images.image("x")
    assert any_registry.push("app", image, "v1") == any_registry.push("app", image, "v1")


def test_a_missing_manifest_is_unknown(any_registry):
    any_registry.push("app", images.image("x"), "v1")
    for reference in ("v2", "sha256:" + "0" * 64):
        answer = any_registry.send("GET", f"/v2/app/manifests/{reference}", headers=ACCEPT)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "MANIFEST_UNKNOWN")


def test_a_manifest_whose_blob_is_missing_is_refused(any_registry):
    any_registry.push("app", images.image("x"), "v1")
    other = images.image("another")
    answer = any_registry.send("PUT", "/v2/app/manifests/v2", data=other.root.data, headers={"Content-Type": other.root.media_type})
    assert answer.status_code == 400
    assert {error["code"] for error in answer.json()["errors"]} == {"MANIFEST_BLOB_UNKNOWN"}
    assert sorted(error["detail"] if isinstance(error["detail"], str) else error["detail"]["digest"] for error in answer.json()["errors"]) == sorted(
        blob.digest for blob in other.blobs
    )


def test_a_manifest_is_what_its_content_type_says(any_registry):
    image = images.image("x")
    any_registry.push("app", image, "v1")
    answer = any_registry.send("PUT", "/v2/app/manifests/v2", data=image.root.data, headers={"Content-Type": images.OCI_INDEX})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "MANIFEST_INVALID"


def test_a_manifest_is_deleted_by_digest_with_its_tags(any_registry):
    digest = any_registry.push("app", images.image("x"), "v1", "v2")
    any_registry.push("app", images.image("y"), "v3")
    assert any_registry.send("DELETE", f"/v2/app/manifests/{digest}").status_code == 202
    assert any_registry.send("GET", "/v2/app/manifests/v1", headers=ACCEPT).status_code == 404
    assert any_registry.send("DELETE", f"/v2/app/manifests/{digest}").status_code == 404
    assert any_registry.send("DELETE", "/v2/app/manifests/v3").status_code == differs("delete by tag", any_registry)


def test_tags_are_listed_in_order_and_in_pages(any_registry):
    any_registry.push("app", images.image("x"), "b", "a", "c")
    listed = any_registry.send("GET", "/v2/app/tags/list").json()
    assert (listed["name"], sorted(listed["tags"])) == ("app", ["a", "b", "c"])
    assert (listed["tags"] == sorted(listed["tags"])) or not differs("tags are sorted", any_registry)
    if any_registry.kind == "emulator":
        page = any_registry.send("GET", "/v2/app/tags/list?n=2")
        assert page.json()["tags"] == ["a", "b"]
        assert page.headers["Link"] == '</v2/app/tags/list?last=b&n=2&orderby=>; rel="next"'
        assert any_registry.send("GET", "/v2/app/tags/list?last=b&n=2&orderby=").json()["tags"] == ["c"]


def test_tags_of_a_missing_repository(any_registry):
    answer = any_registry.send("GET", "/v2/nowhere/tags/list")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "NAME_UNKNOWN")


def test_a_repository_after_its_last_manifest(any_registry):
    digest = any_registry.push("app", images.image("x"), "v1")
    any_registry.send("DELETE", f"/v2/app/manifests/{digest}")
    assert any_registry.send("GET", "/v2/app/tags/list").status_code == differs("tags after the last manifest is gone", any_registry)


def test_a_blob_comes_back(any_registry):
    data = b"x" * 3_000_000
    digest = any_registry.push_blob("app", data)
    head = any_registry.send("HEAD", f"/v2/app/blobs/{digest}")
    assert (head.status_code, head.headers["Content-Length"], head.headers["Docker-Content-Digest"]) == (200, "3000000", digest)
    answer = any_registry.send("GET", f"/v2/app/blobs/{digest}")
    assert answer.status_code == differs("blob download", any_registry)
    if answer.status_code == 307:
        any_registry.session.auth = None
        answer = any_registry.session.get(answer.headers["Location"])
    assert hashlib.sha256(answer.content).hexdigest() == digest.partition(":")[2]


def test_a_range_of_a_blob(any_registry):
    digest = any_registry.push_blob("app", bytes(range(256)))
    answer = any_registry.send("GET", f"/v2/app/blobs/{digest}", headers={"Range": "bytes=16-31"})
    if answer.status_code == 307:
        any_registry.session.auth = None
        answer = any_registry.session.get(answer.headers["Location"], headers={"Range": "bytes=16-31"})
    assert (answer.status_code, answer.headers["Content-Range"], answer.content) == (206, "bytes 16-31/256", bytes(range(16, 32)))


def test_a_blob_is_uploaded_in_chunks(any_registry):
    parts = [b"a" * 1000, b"b" * 500]
    location = any_registry.send("POST", "/v2/app/blobs/uploads/").headers["Location"].removeprefix(any_registry.url)
    sent = 0
    for part in parts:
        headers = {"Content-Range": f"{sent}-{sent + len(part) - 1}", "Content-Type": "application/octet-stream"}
        answer = any_registry.send("PATCH", location, data=part, headers=headers)
        sent += len(part)
        assert (answer.status_code, answer.headers["Range"]) == (202, f"0-{sent - 1}")
        location = answer.headers["Location"].removeprefix(any_registry.url)
    status = any_registry.send("GET", location)
    assert (status.status_code, status.headers["Range"]) == (204, f"0-{sent - 1}")
    digest = images.Content("", b"".join(parts)).digest
    answer = any_registry.send("PUT", f"{location}&digest={digest}")
    assert (answer.status_code, answer.headers["Docker-Content-Digest"]) == (201, digest)
    assert answer.headers["Location"].endswith(f"/v2/app/blobs/{digest}")


def test_a_chunk_out_of_order_is_refused(any_registry):
    location = any_registry.send("POST", "/v2/app/blobs/uploads/").headers["Location"].removeprefix(any_registry.url)
    answer = any_registry.send("PATCH", location, data=b"x" * 20, headers={"Content-Range": "22-41", "Content-Type": "application/octet-stream"})
    assert answer.status_code == differs("out of order chunk", any_registry)


def test_a_wrong_digest_is_refused(any_registry):
    location = any_registry.send("POST", "/v2/app/blobs/uploads/").headers["Location"].removeprefix(any_registry.url)
    answer = any_registry.send("PUT", f"{location}&digest=sha256:{'0' * 64}", data=b"x")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "DIGEST_INVALID")


def test_a_blob_is_mounted_from_another_repository(any_registry):
    digest = any_registry.push_blob("one", b"shared")
    answer = any_registry.send("POST", f"/v2/two/blobs/uploads/?mount={digest}&from=one")
    assert (answer.status_code, answer.headers["Docker-Content-Digest"]) == (201, digest)
    assert any_registry.send("HEAD", f"/v2/two/blobs/{digest}").status_code == 200
    answer = any_registry.send("POST", f"/v2/two/blobs/uploads/?mount=sha256:{'0' * 64}&from=one")
    assert answer.status_code == 202


def test_a_blob_is_deleted(any_registry):
    digest = any_registry.push_blob("app", b"x")
    assert any_registry.send("DELETE", f"/v2/app/blobs/{digest}").status_code == 202
    assert any_registry.send("HEAD", f"/v2/app/blobs/{digest}").status_code == 404
    assert any_registry.send("DELETE", f"/v2/app/blobs/{digest}").status_code == 404


@pytest.mark.parametrize("size", [0, 1])
def test_a_small_blob(any_registry, size):
    digest = any_registry.push_blob("app", b"x" * size)
    assert any_registry.send("HEAD", f"/v2/app/blobs/{digest}").headers["Content-Length"] == str(size)
