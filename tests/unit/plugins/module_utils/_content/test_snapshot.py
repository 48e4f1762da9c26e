# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._content.snapshot import NO_PARTS, ManifestParts, subject_of_tag
from ansible_collections.registryops.acr.tests.unit.plugins.module_utils._content.memory_store import MemoryStore

HEX = "0f" * 32


@pytest.mark.parametrize("tag", [f"sha256-{HEX}", f"sha256-{HEX}.sig", f"sha256-{HEX}.att", f"sha256-{HEX}.sbom", f"sha256-{HEX}.a.b"])
def test_a_referrer_tag(tag):
    assert subject_of_tag(tag) == f"sha256:{HEX}"


@pytest.mark.parametrize(
    "tag", ["v1", "sha256-0f", f"sha256-{HEX}0", f"sha256-{HEX}-sig", f"sha256-{HEX}.", f"x-sha256-{HEX}", f"sha256-{HEX.upper()}", f"sha512-{HEX}"]
)
def test_an_ordinary_tag(tag):
    assert subject_of_tag(tag) is None


def test_the_parts_of_a_manifest():
    store = MemoryStore()
    subject = store.image("subject")
    foreign = {**store.content("foreign"), "urls": ["https://example.com/layer"]}
    image = store.image("x", layers=[store.content("abc"), foreign], subject=subject.descriptor.to_json())
    parts = ManifestParts.of(image)
    assert parts.edges.subjects == (subject.digest,)
    assert parts.edges.children == ()
    assert parts.blobs == ((image.config.digest, len('{"created": "x"}')), (image.layers[0].digest, len('"abc"')))
    assert parts.total == len(image.content) + len('{"created": "x"}') + len('"abc"')
    assert parts.bare == ManifestParts(parts.edges, 0)
    assert ManifestParts.of(subject).bare is NO_PARTS
    index = ManifestParts.of(store.index(image, subject))
    assert index.edges.children == (image.digest, subject.digest)
    assert index.total == index.size
