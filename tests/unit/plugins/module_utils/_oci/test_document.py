# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.digests import digest_of
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import InvalidManifestError
from ansible_collections.registryops.acr.plugins.module_utils._oci.document import Descriptor, Document
from ansible_collections.registryops.acr.plugins.module_utils._oci.media_types import DOCKER_LIST, OCI_INDEX, OCI_MANIFEST
from ansible_collections.registryops.acr.plugins.module_utils._oci.schemas import validate_schema

# The examples of the OCI image specification 1.1: descriptor.md and manifest.md.
CONFIG = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + "b5" * 32, "size": 7023}
LAYER = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:" + "98" * 32, "size": 32654}
SUBJECT = {"mediaType": OCI_MANIFEST, "digest": "sha256:" + "5b" * 32, "size": 7682}
IMAGE = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": CONFIG, "layers": [LAYER], "subject": SUBJECT, "annotations": {"com.example.key1": "value1"}}


def read(data, media_type=None):
    return Document.read(json.dumps(data).encode(), media_type)


def test_an_image():
    image = read(IMAGE)
    assert not image.is_index
    assert image.children == ()
    assert [blob.digest for blob in image.blobs] == [CONFIG["digest"], LAYER["digest"]]
    assert image.subject.digest == SUBJECT["digest"]
    assert image.artifact_type == CONFIG["mediaType"]
    assert image.annotations == {"com.example.key1": "value1"}
    assert image.descriptor == Descriptor(OCI_MANIFEST, digest_of(json.dumps(IMAGE).encode()), len(json.dumps(IMAGE)))


def test_an_index():
    child = {**SUBJECT, "platform": {"architecture": "arm", "os": "linux", "variant": "v7"}}
    index = read({"schemaVersion": 2, "manifests": [child, {**SUBJECT, "platform": {"os": ""}}, {**SUBJECT, "platform": "linux"}]})
    assert index.is_index
    assert index.media_type == OCI_INDEX
    assert [one.platform for one in index.children] == ["linux/arm/v7", None, None]
    assert index.blobs == ()
    assert index.artifact_type is None


@pytest.mark.parametrize(
    ("data", "given", "expected"),
    [
        ({"layers": []}, None, OCI_MANIFEST),
        ({"config": CONFIG}, None, OCI_MANIFEST),
        ({"manifests": []}, None, OCI_INDEX),
        ({"manifests": []}, DOCKER_LIST, DOCKER_LIST),
        ({"manifests": [], "mediaType": DOCKER_LIST}, None, DOCKER_LIST),
        ({"unknown": 1}, "application/x", "application/x"),
    ],
)
def test_the_media_type(data, given, expected):
    assert read(data, given).media_type == expected


@pytest.mark.parametrize(
    ("content", "given", "message"),
    [
        (b"", None, "The manifest is not valid JSON: "),
        (b"\xff", None, "The manifest is not valid JSON: "),
        (b'{"layers": [], "a": {"b": 1, "b": 2}}', None, "a key appears twice"),
        (b'{"layers": [], "a": -Infinity}', None, "-Infinity is not a number in JSON"),
        (b"null", None, "not a JSON object"),
        (b'{"mediaType": 1}', None, "mediaType is not a string"),
        (b'{"mediaType": "text"}', None, "'text' is not a media type"),
        (b'{"layers": []}', "a b/c", "'a b/c' is not a media type"),
        (b'{"manifests": [], "config": {}}', None, "both the manifests of an index and the layers or config of an image"),
        (b"{}", None, "The manifest has no mediaType, and neither config, layers nor manifests: set media_type."),
    ],
)
def test_an_invalid_manifest(content, given, message):
    with pytest.raises(InvalidManifestError, match=message):
        Document.read(content, given)


@pytest.mark.parametrize(
    "change",
    [{"digest": "sha256:short"}, {"digest": "md5:" + "0" * 32}, {"size": -1}, {"size": True}, {"size": "1"}, {"mediaType": None}, {"digest": None}],
)
def test_an_invalid_descriptor(change):
    with pytest.raises(InvalidManifestError, match=r"^A descriptor (needs mediaType, digest and size|is not valid)"):
        list(read({"layers": [{**LAYER, **change}]}).layers)
    with pytest.raises(InvalidManifestError, match=r"^A descriptor needs"):
        Descriptor.from_json([])


@pytest.mark.parametrize("data", [{"layers": {}}, {"layers": "x"}, {"layers": 1}])
def test_layers_that_are_no_list(data):
    with pytest.raises(InvalidManifestError, match="The manifest's layers is not a list"):
        list(read(data).layers)


def test_written_bytes_do_not_depend_on_the_order_of_keys():
    turned = dict(reversed(IMAGE.items()))
    assert list(turned) != list(IMAGE)
    assert Document.write(IMAGE).content == Document.write(turned).content
    assert Document.write(json.loads(Document.write(IMAGE).content)).digest == Document.write(IMAGE).digest


def test_a_descriptor_keeps_what_it_does_not_know():
    data = {**LAYER, "urls": ["https://example.com/x"], "annotations": {"a": "b", "c": 1}, "com.example": {"x": [1]}}
    descriptor = Descriptor.from_json(data)
    assert descriptor.to_json() == data
    assert descriptor.is_foreign
    assert descriptor.annotations == {"a": "b"}


def test_the_place_of_the_first_error_in_a_schema():
    validate_schema(read(IMAGE))
    validate_schema(read({"layers": 1}, "application/vnd.example.unknown"))
    with pytest.raises(InvalidManifestError, match=rf"^The manifest is not a valid {OCI_MANIFEST.replace('+', '.')}: layers\[1\].size: -1 is less than"):
        validate_schema(read({**IMAGE, "layers": [LAYER, {**LAYER, "size": -1}]}))
    with pytest.raises(InvalidManifestError, match=r": 'schemaVersion' is a required property \(the first of 4 errors\)\.$"):
        validate_schema(read({"mediaType": OCI_MANIFEST, "annotations": {"a": 1}}))
