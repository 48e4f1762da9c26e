# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._content.completeness import Completeness, verify_tags
from ansible_collections.registryops.acr.tests.unit.plugins.module_utils._content.memory_store import MemoryStore


@pytest.fixture
def store():
    return MemoryStore()


def verify(store, tags, digests):
    content = SimpleNamespace(
        manifest=lambda repository, reference: store.manifest(reference),
        blob_size=lambda repository, digest: len(store.blobs[digest]) if digest in store.blobs else None,
    )
    return verify_tags(SimpleNamespace(content=content, concurrency=2), "library/app", tags, digests)


def test_all_is_complete(store):
    image, index = store.image("x"), store.index(store.image("y"), store.image("x"))
    found = verify(store, ["a", "b", "c"], {"a": image.digest, "b": index.digest, "c": image.digest, "other": "sha256:" + "0" * 64})
    assert found == Completeness("library/app", 3, ())
    assert found.to_result() == {"repository": "library/app", "tag_count": 3, "missing": []}


def test_nothing_to_verify(store):
    assert verify(store, [], {}) == Completeness("library/app", 0, ())


def test_a_tag_that_no_longer_exists(store):
    image = store.image("x")
    assert verify(store, ["a", "b"], {"a": image.digest}).missing == ("tag b",)


def test_a_manifest_that_no_longer_exists(store):
    image = store.image("x")
    del store.documents[image.digest]
    assert verify(store, ["a", "b"], {"a": image.digest, "b": image.digest}).missing == (f"manifest {image.digest} of a, b",)


def test_a_child_and_a_blob_that_no_longer_exist(store):
    gone, there = store.image("gone"), store.image("there")
    index = store.index(gone, there)
    del store.documents[gone.digest]
    del store.blobs[there.layers[0].digest]
    assert verify(store, ["a"], {"a": index.digest}).missing == (f"manifest {gone.digest} of a", f"blob {there.layers[0].digest}")


def test_a_foreign_layer_does_not_have_to_exist(store):
    layer = {**store.content("foreign"), "urls": ["https://example.com/layer"]}
    image = store.image("x", layers=[layer])
    del store.blobs[layer["digest"]]
    assert verify(store, ["a"], {"a": image.digest}).missing == ()


def test_a_blob_that_two_images_need_is_named_once(store):
    image = store.image("x")
    other = store.add({**image.data, "annotations": {"a": "b"}})
    del store.blobs[image.config.digest]
    assert verify(store, ["a", "b"], {"a": image.digest, "b": other.digest}).missing == (f"blob {image.config.digest}",)
