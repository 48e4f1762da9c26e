# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The properties of repositories, tags and manifests as ``/acr/v1`` writes them, and the changes of attributes as it reads them."""

from __future__ import annotations

from typing import Any

from ..front.messages import Request
from ..state.clock import written
from ..state.records import Attributes, Child, DeletedManifest, DeletedRepository, DeletedTag, Manifest, Repository, Tag

# Names of attributes on the wire -> in the store.
FLAGS = {"deleteEnabled": "can_delete", "writeEnabled": "can_write", "readEnabled": "can_read", "listEnabled": "can_list"}


def attribute_changes(request: Request) -> dict[str, bool]:
    """Return the attributes that a request sets. Everything else in its body is ignored."""
    data = request.json()
    data = data if isinstance(data, dict) else {}
    return {attribute: data[wire] for wire, attribute in FLAGS.items() if isinstance(data.get(wire), bool)}


def repository_properties(repository: Repository, host: str, manifests: int, tags: int) -> dict[str, Any]:
    """Return a repository with the number of its manifests and tags."""
    return {
        "registry": host,
        "imageName": repository.name,
        **_times(repository),
        "manifestCount": manifests,
        "tagCount": tags,
        "changeableAttributes": {**_attributes(repository.attributes), "teleportEnabled": False},
    }


def tag_properties(tag: Tag) -> dict[str, Any]:
    """Return a tag."""
    return {"name": tag.name, "digest": tag.digest, **_times(tag), "signed": False, "changeableAttributes": _attributes(tag.attributes)}


def manifest_properties(manifest: Manifest, tags: list[str]) -> dict[str, Any]:
    """Return a manifest with the names of its tags. Properties without a value are left out."""
    optional = {
        "architecture": manifest.architecture,
        "os": manifest.os,
        "mediaType": manifest.media_type,
        "configMediaType": manifest.config_media_type,
        "artifactType": manifest.artifact_type,
        "tags": tags,
    }
    return {
        "digest": manifest.digest,
        "imageSize": manifest.image_size,
        **_times(manifest),
        **{wire: value for wire, value in optional.items() if value},
        "changeableAttributes": _attributes(manifest.attributes),
    }


def reference_properties(child: Child) -> dict[str, Any]:
    """Return a manifest that an index lists."""
    optional = {"digest": child.digest, "architecture": child.architecture, "os": child.os}
    return {wire: value for wire, value in optional.items() if value}


def deletion(item: DeletedRepository | DeletedTag | DeletedManifest) -> dict[str, Any]:
    """Return when a deleted item was created, and when it was deleted."""
    return {"createdAt": written(item.created), "deletedAt": written(item.deleted)}


def _attributes(attributes: Attributes) -> dict[str, bool]:
    return {wire: getattr(attributes, attribute) for wire, attribute in FLAGS.items()}


def _times(item: Repository | Tag | Manifest) -> dict[str, str]:
    return {"createdTime": written(item.created), "lastUpdateTime": written(item.updated)}
