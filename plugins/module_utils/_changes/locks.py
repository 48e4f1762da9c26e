# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Changes of attributes, as they are wanted against as they are. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .._common.plan import Change
from .._common.text import short_digest
from .._registry.properties import FLAGS, MANIFEST, REPOSITORY, TAG, Attributes, ManifestProperties, RepositoryProperties, TagProperties

# What a rule or a deletion sets to unlock something, and what a rule sets to lock it.
UNLOCKED: Mapping[str, bool] = {"can_delete": True, "can_write": True}
LOCKED: Mapping[str, bool] = {"can_delete": False, "can_write": False}


@dataclass(frozen=True)
class AttributeChange:
    """The attributes of one repository, tag or manifest (``kind``) as they are and as they should be.

    ``digest`` is that of the manifest, or of the manifest that the tag points at; empty for a repository. ``label`` names the item in a diff.
    """

    kind: str
    name: str
    label: str
    digest: str
    before: Attributes
    after: Attributes

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return self.before != self.after

    @property
    def wanted(self) -> dict[str, bool]:
        """The flags that change, with their new values."""
        after = self.after.to_result()
        return {name: after[name] for name, value in self.before.to_result().items() if after[name] != value}

    def change_in(self, repository: str) -> Change:
        """Return what happens to the repository, tag or manifest in ``repository``: it is locked if a flag becomes false, else unlocked."""
        return Change(repository, self.kind, self.name, self.digest or None, "unlock" if all(self.wanted.values()) else "lock")

    def now(self, repository: str, done: Collection[Change]) -> Attributes:
        """Return the attributes as they are after the changes that are ``done``."""
        return self.after if self.change_in(repository) in done else self.before

    def lines(self, side: Attributes) -> list[str]:
        """Return ``side`` (before or after) as lines of a diff: only the flags that change."""
        return [f"{self.label}:", *(f"  {name}: {str(value).lower()}" for name, value in side.to_result().items() if name in self.wanted)]


def wanted_attributes(params: Mapping[str, Any]) -> dict[str, bool]:
    """Return the attributes that a task's options set; None leaves one as it is."""
    return {name: params[name] for name in FLAGS if params[name] is not None}


def tag_change(tag: TagProperties, wanted: Mapping[str, bool]) -> AttributeChange:
    """Return what it takes for ``tag`` to have the attributes ``wanted``."""
    return AttributeChange(TAG, tag.name, f"tag {tag.name} -> {short_digest(tag.digest)}", tag.digest, tag.attributes, tag.attributes.with_changes(wanted))


def manifest_change(manifest: ManifestProperties, wanted: Mapping[str, bool]) -> AttributeChange:
    """Return what it takes for ``manifest`` to have the attributes ``wanted``."""
    platform = f" ({manifest.os}/{manifest.architecture})" if manifest.os and manifest.architecture else " (index)" if manifest.is_index else ""
    label = f"manifest {short_digest(manifest.digest)}{platform}"
    return AttributeChange(MANIFEST, manifest.digest, label, manifest.digest, manifest.attributes, manifest.attributes.with_changes(wanted))


def attribute_change(item: TagProperties | ManifestProperties, wanted: Mapping[str, bool]) -> AttributeChange:
    """Return what it takes for a tag or manifest to have the attributes ``wanted``."""
    return tag_change(item, wanted) if isinstance(item, TagProperties) else manifest_change(item, wanted)


def repository_change(repository: RepositoryProperties, wanted: Mapping[str, bool]) -> AttributeChange:
    """Return what it takes for ``repository`` to have the attributes ``wanted``."""
    attributes = repository.attributes
    return AttributeChange(REPOSITORY, repository.name, f"repository {repository.name}", "", attributes, attributes.with_changes(wanted))
