# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import ProtocolError
from ansible_collections.registryops.acr.plugins.module_utils._registry.properties import (
    ManifestProperties,
    RepositoryProperties,
    TagProperties,
    list_at,
    repository_names,
)

FLAGS = {"deleteEnabled": True, "writeEnabled": False, "readEnabled": True, "listEnabled": True}
DIGEST = "sha256:" + "1b26" * 16
TAG = {"name": "v1", "digest": DIGEST, "createdTime": "2021-05-10T23:10:47Z", "lastUpdateTime": "2021-05-10T23:10:47Z"}


def test_a_repository_is_read():
    repository = RepositoryProperties.from_json(
        {
            "registry": "r.azurecr.io",
            "imageName": "library/alpine",
            "createdTime": "2021-05-20T17:20:15.7887056Z",
            "lastUpdateTime": "2021-05-20T17:20:13.9261224Z",
            "manifestCount": 10,
            "tagCount": 1,
            "changeableAttributes": {**FLAGS, "teleportEnabled": False},
        }
    )
    assert repository.to_result() == {
        "name": "library/alpine",
        "created_on": "2021-05-20T17:20:15.7887056Z",
        "last_updated_on": "2021-05-20T17:20:13.9261224Z",
        "manifest_count": 10,
        "tag_count": 1,
        "can_delete": True,
        "can_write": False,
        "can_list": True,
        "can_read": True,
    }


@pytest.mark.parametrize("tags", [{}, {"tags": None}, {"tags": []}])
def test_a_manifest_without_tags_is_written_in_three_ways(tags):
    data = {"digest": DIGEST, "createdTime": "2021-05-10T23:10:47.853971Z", "lastUpdateTime": "2021-05-10T23:10:47.853971Z", "changeableAttributes": FLAGS}
    manifest = ManifestProperties.from_json({**data, **tags})
    assert manifest.tags == ()
    assert manifest.children is None
    assert "children" not in manifest.to_result()


def test_an_index_names_its_children():
    manifest = ManifestProperties.from_json(
        {
            "digest": DIGEST,
            "createdTime": "2021-05-10T23:10:47Z",
            "lastUpdateTime": "2021-05-10T23:10:47Z",
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "changeableAttributes": FLAGS,
            "references": [{"digest": DIGEST, "architecture": "arm64", "os": "linux"}],
        }
    )
    assert manifest.is_index
    assert manifest.to_result()["children"] == [{"digest": DIGEST, "architecture": "arm64", "os": "linux"}]


@pytest.mark.parametrize("page", [{}, {"repositories": None}, {"repositories": []}, None])
def test_an_empty_list_is_written_in_three_ways(page):
    assert list_at(page, "repositories") == []


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, "lacks 'name'"),
        ({"name": "v1"}, "lacks 'digest'"),
        ({"name": "../x", "digest": DIGEST}, r"has an invalid value in 'name': '\.\./x'\."),
        ({"name": "v1", "digest": "sha256:x"}, "invalid value in 'digest': 'sha256:x'"),
        ({"name": "v1\x1b[2J", "digest": DIGEST}, r"has an invalid value in 'name': 'v1 \[2J'"),
        ({"name": 7}, "has 'name' as int, not str"),
        (["v1"], "lacks 'name'"),
        (
            {"name": "v1", "digest": DIGEST, "createdTime": "t", "lastUpdateTime": "t", "changeableAttributes": {**FLAGS, "readEnabled": 1}},
            "'readEnabled' as int",
        ),
    ],
)
def test_what_is_not_a_tag_is_refused(data, text):
    with pytest.raises(ProtocolError, match=text):
        TagProperties.from_json(data)


def test_a_catalog_cannot_smuggle_a_path():
    with pytest.raises(ProtocolError, match="invalid value in 'repositories'"):
        repository_names({"repositories": ["library/alpine", "../../oauth2/token"]})
