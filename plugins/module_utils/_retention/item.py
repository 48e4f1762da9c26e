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
from .._common.text import short_digest
from .._registry.properties import MANIFEST, TAG
from .rules import DELETE, LOCK, UNLOCK

ACTION_FLAGS = {LOCK: LOCKED, UNLOCK: UNLOCKED}


@dataclass(frozen=True)
class PlanItem:
    """One tag or manifest of a plan, as it was when the plan was made.

    ``name`` is the tag or digest, ``tags`` are those that go with a manifest, ``bytes`` are those of a manifest and its blobs.
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
        """Whether it goes, and is not just locked or unlocked."""
        return self.action == DELETE

    def __str__(self) -> str:
        return f"tag {self.name} -> {short_digest(self.digest)}" if self.kind == TAG else f"manifest {short_digest(self.digest)}"

    @property
    def label(self) -> str:
        """What is changed, for reports."""
        return f"{self.action} {self.kind} {self.repository}{':' if self.kind == TAG else '@'}{self.name}"

    def to_result(self) -> dict[str, Any]:
        """Return the item as plain data."""
        # Copies of an object's attributes share their keys with each other: in a plan of 100,000 items that saves half of the memory.
        result = vars(self).copy()
        result["tags"] = list(self.tags)
        return result

    @classmethod
    def from_json(cls, data: Any) -> PlanItem:
        """Read an item of a saved plan; UsageError when it is none."""
        try:
            item = cls(**{**data, "tags": tuple(tag_name(tag) for tag in data["tags"])})
            checked = tag_name(item.name) if item.kind == TAG else digest_name(item.name)
        except (TypeError, KeyError, AttributeError):
            raise UsageError("plan has an item that is none: give the plan of an earlier result as it was.") from None
        if item.kind not in (TAG, MANIFEST) or item.action not in (DELETE, LOCK, UNLOCK) or checked != item.name:
            raise UsageError("plan has an item that is none: give the plan of an earlier result as it was.")
        repository_name(item.repository)
        digest_name(item.digest)
        return item
