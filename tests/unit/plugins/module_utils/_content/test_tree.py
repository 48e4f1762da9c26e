# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import ProtocolError
from ansible_collections.registryops.acr.plugins.module_utils._content import tree
from ansible_collections.registryops.acr.plugins.module_utils._content.tree import missing_blobs, read_tree
from ansible_collections.registryops.acr.tests.unit.plugins.module_utils._content.memory_store import MemoryStore


@pytest.fixture
def store():
    return MemoryStore()


def read(store, root, *, referrers=False):
    return read_tree(store, root, referrers=referrers, workers=2)


def test_documents_come_after_their_children_and_their_subject(store):
    first, second = store.image("amd64"), store.image("arm64")
    inner = store.index(first, second)
    root = store.index(inner, first)
    signature = store.image("signature", subject=root.descriptor.to_json())
    attestation = store.image("attestation", subject=signature.descriptor.to_json())
    found = read(store, root, referrers=True)
    assert set(found.documents) == {one.digest for one in (first, second, inner, root, signature, attestation)}
    order = list(found.documents)
    for before, after in ((first, inner), (second, inner), (inner, root), (root, signature), (signature, attestation)):
        assert order.index(before.digest) < order.index(after.digest)
    assert set(found.documents) - set(read(store, root).documents) == {signature.digest, attestation.digest}


def test_a_chain_of_a_thousand_referrers(store):
    one = root = store.image("root")
    chain = [root.digest]
    for number in range(1000):
        one = store.image(str(number), subject=one.descriptor.to_json())
        chain.append(one.digest)
    by_subject = {document.subject.digest: document.descriptor for document in store.documents.values() if document.subject}
    store.referrers = lambda digest: [by_subject[digest]] if digest in by_subject else []
    assert list(read(store, root, referrers=True).documents) == chain


def test_missing_manifests_are_named_once(store):
    there, gone = store.image("there"), store.image("gone")
    root = store.index(store.index(there, gone), store.index(gone, there, there))
    del store.documents[gone.digest]
    found = read(store, root)
    assert [descriptor.digest for descriptor in found.missing] == [gone.digest]
    assert len(found.documents) == 4


def test_a_root_whose_subject_does_not_exist(store):
    nowhere = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + "0" * 64, "size": 1}
    root = store.image("root", subject=nowhere)
    found = read(store, root)
    assert list(found.documents) == [root.digest]
    assert found.missing == []


def test_what_images_share_counts_once(store):
    first = store.image("one")
    second = store.add({**first.data, "annotations": {"a": "b"}})
    found = read(store, store.index(first, second))
    assert len(found.blobs) == 2
    assert found.size == sum(len(document.content) for document in found.documents.values()) + sum(map(len, store.blobs.values()))


def test_more_manifests_than_any_image_has(store, monkeypatch):
    monkeypatch.setattr(tree, "MOST_MANIFESTS", 3)
    root = store.index(store.image("a"), store.image("b"))
    read(store, root)
    root = store.index(store.image("a"), store.image("b"), store.image("c"))
    with pytest.raises(ProtocolError, match=rf"^{root.digest} reaches more than 3 manifests, which no image does\. It was not used\.$"):
        read(store, root)


def test_missing_blobs(store):
    image = store.image("x")
    del store.blobs[image.layers[0].digest]
    assert missing_blobs(store, image.blobs, 2) == [image.layers[0]]
    assert missing_blobs(store, [], 2) == []
