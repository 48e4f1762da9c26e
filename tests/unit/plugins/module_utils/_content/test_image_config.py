# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._content.image_config import CONFIG_LIMIT, read_config, read_created
from ansible_collections.registryops.acr.tests.unit.plugins.module_utils._content.memory_store import MemoryStore

# date --utc --date=2026-05-20T17:20:15Z +%s
TIME, SECONDS = "2026-05-20T17:20:15Z", 1779297615.0
CREATED = "org.opencontainers.image.created"


@pytest.fixture
def store():
    return MemoryStore()


def created(store, document):
    return read_created(store, document, 1)


def test_the_time_in_the_configuration(store):
    assert created(store, store.image(TIME)) == SECONDS


def test_an_annotation_comes_first_even_if_it_is_not_a_time(store):
    assert created(store, store.image("2020-01-01T00:00:00Z", annotations={CREATED: TIME})) == SECONDS
    assert created(store, store.image(TIME, annotations={CREATED: "yesterday"})) is None


def test_an_index_is_as_old_as_its_newest_child(store):
    old, unknown = store.image("2020-01-01T00:00:00Z"), store.image("unknown")
    assert created(store, store.index(old, store.index(store.image(TIME)), unknown)) == SECONDS
    assert created(store, store.index(unknown)) is None
    assert created(store, store.index(old, annotations={CREATED: TIME})) == SECONDS


@pytest.mark.parametrize("value", [[], "text", None, 1])
def test_a_configuration_that_is_no_object(store, value):
    image = store.image("x", config=store.content(value))
    assert read_config(store, image) is None
    assert created(store, image) is None


@pytest.mark.parametrize(
    "change",
    [{"mediaType": "application/vnd.oci.image.layer.v1.tar"}, {"size": CONFIG_LIMIT + 1}],
)
def test_a_configuration_that_is_not_read(store, change):
    assert read_config(store, store.image("x", config={**store.content({"created": TIME}), **change})) is None


def test_a_configuration_that_is_no_json(store):
    config = store.content({})
    store.blobs[config["digest"]] = b"{" * 100_000
    assert read_config(store, store.image("x", config=config)) is None


def test_an_artifact_without_a_configuration(store):
    assert read_config(store, store.add({"layers": []})) is None
