# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What the locks of a tag, its manifest and its repository amount to together. Pure: no request is made here.

Source of the rules: Microsoft's "Lock a container image in an Azure container registry" and the service's own answers. ``can_write: false``
forbids deletion as well. A tag and its manifest have separate locks: deleting an unlocked manifest deletes its locked tags, too. A repository
with ``can_write: false`` locks everything in it, and even forbids to change attributes there; ``can_delete: false`` protects the repository
itself, not its content.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._registry.properties import Attributes, ManifestProperties, RepositoryProperties, TagProperties


def effective_of_tag(tag: TagProperties, manifest: ManifestProperties | None, repository: RepositoryProperties) -> Attributes:
    """Return what the locks of ``tag``, its manifest and its repository allow together.

    ``can_delete`` is true when the tag can be lost in any way: deleted itself, or with its manifest. ``can_write`` is true
    when it can be moved to another manifest.
    """
    below = _both(manifest.attributes, repository.attributes) if manifest else repository.attributes
    own = _both(tag.attributes, repository.attributes)
    goes_with_manifest = manifest is not None and below.can_delete
    return Attributes(
        can_delete=own.can_delete or goes_with_manifest,
        can_write=own.can_write,
        can_list=own.can_list,
        can_read=own.can_read and below.can_read,
    )


def effective_of_manifest(manifest: ManifestProperties, repository: RepositoryProperties) -> Attributes:
    """Return what the locks of ``manifest`` and its repository allow together."""
    return _both(manifest.attributes, repository.attributes)


def effective_of_repository(repository: RepositoryProperties, content: Iterable[TagProperties | ManifestProperties] = ()) -> Attributes:
    """Return what the locks of ``repository`` and its ``content`` allow together: it cannot be deleted while anything in it is locked."""
    attributes = repository.attributes
    deletable = attributes.can_delete and not any(item.attributes.is_locked for item in content)
    return attributes.with_changes({"can_delete": deletable and attributes.can_write})


def described_tag(tag: TagProperties, manifest: ManifestProperties | None, repository: RepositoryProperties) -> dict[str, Any]:
    """Return a tag as every task returns it: its properties, its attributes, and what these amount to (``effective``)."""
    return {**tag.to_result(), "effective": effective_of_tag(tag, manifest, repository).to_result()}


def described_manifest(manifest: ManifestProperties, repository: RepositoryProperties) -> dict[str, Any]:
    """Return a manifest as every task returns it. Its children are left out: lists of manifests do not have them."""
    result = {**manifest.to_result(), "effective": effective_of_manifest(manifest, repository).to_result()}
    return {key: value for key, value in result.items() if key != "children"}


def _both(item: Attributes, repository: Attributes) -> Attributes:
    """Return what the attributes of an item and of its repository allow together."""
    return Attributes(
        can_delete=item.can_delete and item.can_write and repository.can_write,
        can_write=item.can_write and repository.can_write,
        can_list=item.can_list and repository.can_list,
        can_read=item.can_read and repository.can_read,
    )
