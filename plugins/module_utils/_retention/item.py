# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""One change of a retention plan, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._changes.locks import LOCKED, UNLOCKED
from .._common.errors import UsageError
from .._common.names import digest_name, repository_name, tag_name
from .._common.plan import Change
from .._common.text import short_digest
from .._registry.properties import MANIFEST, TAG
from .rules import DELETE, LOCK, UNLOCK

# The attributes that an action sets.
ACTION_FLAGS = {LOCK: LOCKED, UNLOCK: UNLOCKED}


@dataclass(frozen=True)
class PlanItem:
    """What is to be done with one tag or manifest (``kind``), which was found as it is described here.

    ``name`` is the tag or digest. ``tags`` are those that are deleted with a manifest. ``bytes`` is the size of a manifest and its blobs; 0
    for a tag.
    """

    repository: str
    kind: str
    name: str
    digest: str
    action: str
    rule: str
    reason: str
    last_updated_on: str
    age_days: int
    bytes: int
    tags: tuple[str, ...] = ()

    @property
    def deletes(self) -> bool:
        """Whether the action deletes; otherwise it locks or unlocks."""
        return self.action == DELETE

    @property
    def deletes_tag(self) -> bool:
        """Whether the action deletes a tag."""
        return self.action == DELETE and self.kind == TAG

    @property
    def deletes_manifest(self) -> bool:
        """Whether the action deletes a manifest."""
        return self.action == DELETE and self.kind == MANIFEST

    def __str__(self) -> str:
        return f"tag {self.name} -> {short_digest(self.digest)}" if self.kind == TAG else f"manifest {short_digest(self.digest)}"

    @property
    def change(self) -> Change:
        """What it changes."""
        return Change(self.repository, self.kind, self.name, self.digest, self.action)

    def to_result(self) -> dict[str, Any]:
        """Return the item as plain data."""
        # Copies of an object's attributes share their keys: that halves the memory of a plan of 100,000 items.
        result = vars(self).copy()
        result["tags"] = list(self.tags)
        return result

    @classmethod
    def from_json(cls, data: Any) -> PlanItem:
        """Read an item of a saved plan; UsageError when it is invalid."""
        try:
            item = cls(**{**data, "tags": tuple(tag_name(tag) for tag in data["tags"])})
            name = tag_name(item.name) if item.kind == TAG else digest_name(item.name)
        except (TypeError, KeyError, AttributeError):
            raise _invalid_item() from None
        if item.kind not in (TAG, MANIFEST) or item.action not in (DELETE, LOCK, UNLOCK) or name != item.name:
            raise _invalid_item()
        repository_name(item.repository)
        digest_name(item.digest)
        return item


def _invalid_item() -> UsageError:
    return UsageError("The plan contains an invalid item. Pass the plan exactly as an earlier task returned it.")
