# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import LocalFileError, NotFoundError
from ansible_collections.registryops.acr.plugins.module_utils._content.copier import Copier, InterruptedCopyError
from ansible_collections.registryops.acr.tests.unit.plugins.module_utils._content.memory_store import MemoryStore


@pytest.fixture
def source():
    return MemoryStore()


def test_only_what_is_missing_is_copied_and_references_are_written_last(source):
    """MemoryStore fails when a manifest comes before its children, its subject or its blobs."""
    root = source.index(source.image("amd64"), source.image("arm64"))
    signature = source.image("signature", subject=root.descriptor.to_json())
    target = MemoryStore()
    shared = source.image("amd64")
    for blob in shared.blobs:
        target.put_blob(blob, source.blob(blob))
    target.put_manifest(shared)
    target.calls.clear()
    copier = Copier(source, target, 4)
    missing = copier.compare(root, referrers=True)
    assert missing.to_result() == {"manifest_count": 3, "blob_count": 4, "bytes": missing.size}
    assert copier.copied(missing).size == 0
    copier.copy(missing)
    assert copier.copied(missing) == missing
    assert (target.documents, target.blobs) == (source.documents, source.blobs)
    assert len(target.calls) == 7
    assert target.calls[-2:] == [root.digest, signature.digest]
    assert copier.compare(root, referrers=True).to_result() == {"manifest_count": 0, "blob_count": 0, "bytes": 0}


def test_a_target_that_does_not_check_references_is_examined_to_the_last_blob(source):
    """A file of a layout can be deleted after its manifest was written; a registry does not allow that."""
    image = source.image("x")
    for checks, expected in ((True, 0), (False, 1)):
        target = MemoryStore(checks_references=checks)
        Copier(source, target, 1).copy(Copier(source, target, 1).compare(image, referrers=False))
        del target.blobs[image.layers[0].digest]
        assert len(Copier(source, target, 1).compare(image, referrers=False).blobs) == expected


def test_a_source_that_lacks_manifests_or_blobs(source):
    children = [source.image(str(number)) for number in range(5)]
    root = source.index(*children)
    for child in children[:4]:
        del source.documents[child.digest]
    with pytest.raises(
        NotFoundError, match=rf"^{root.digest} is incomplete at its source: 4 of its manifests are missing or damaged \(.* and 1 more\)\. Nothing was copied\.$"
    ):
        Copier(source, MemoryStore(), 2).compare(root, referrers=False)
    image = children[4]
    del source.blobs[image.config.digest]
    with pytest.raises(NotFoundError, match=rf"1 of its blobs are missing or damaged \({image.config.digest}\)\. Nothing was copied\.$"):
        Copier(source, MemoryStore(), 2).compare(image, referrers=False)


def test_a_foreign_layer_does_not_have_to_exist_anywhere(source):
    layer = {**source.content("foreign"), "urls": ["https://example.com/layer"]}
    image = source.image("x", layers=[layer])
    del source.blobs[layer["digest"]]
    copier = Copier(source, target := MemoryStore(), 2)
    missing = copier.compare(image, referrers=False)
    assert [blob.digest for blob in missing.blobs] == [image.config.digest]
    copier.copy(missing)
    assert image.digest in target.documents


@pytest.mark.parametrize(("fails", "message"), [(2, "1 of 2 blobs and 0 of 1 manifests"), (3, "2 of 2 blobs and 0 of 1 manifests")])
def test_an_interrupted_copy_says_what_stays(source, fails, message):
    image, target = source.image("x"), MemoryStore()
    put_blob, put_manifest = target.put_blob, target.put_manifest

    def count(put):
        def counted(*args):
            if len(target.calls) + 1 == fails:
                raise LocalFileError("The disk is full.", {"a": 1})
            put(*args)

        return counted

    target.put_blob, target.put_manifest = count(put_blob), count(put_manifest)
    copier = Copier(source, target, 1)
    with pytest.raises(InterruptedCopyError, match=rf"^The disk is full\. {message} were copied before; they stay\.$") as caught:
        copier.copy(copier.compare(image, referrers=False))
    assert caught.value.changed
    assert caught.value.to_result() == {"a": 1}


def test_a_copy_that_fails_before_its_first_write_is_no_change(source):
    image, target = source.image("x"), MemoryStore()
    copier = Copier(source, target, 1)
    missing = copier.compare(image, referrers=False)

    def full(*dummy):
        raise LocalFileError("The disk is full.")

    target.put_blob = full
    with pytest.raises(LocalFileError) as caught:
        copier.copy(missing)
    assert not caught.value.changed


def test_shared_content_is_copied_once_even_at_the_same_time(source):
    first = source.image("x")
    second = source.add({**first.data, "annotations": {"a": "b"}})
    target = MemoryStore()
    copier = Copier(source, target, 2)
    missing = [copier.compare(image, referrers=False) for image in (first, second)]
    threads = [threading.Thread(target=copier.copy, args=[one]) for one in missing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(target.calls) == sorted({*(blob.digest for blob in first.blobs), first.digest, second.digest})
