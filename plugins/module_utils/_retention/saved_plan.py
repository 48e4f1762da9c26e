# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""A retention plan as data, which can be looked at, kept, and applied later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from .._common.errors import UsageError
from .._content.snapshot import Snapshot
from .item import PlanItem


@dataclass(frozen=True)
class SavedPlan:
    """A plan: ``basis`` stands for the rules and for all tags and digests that were looked at."""

    registry: str
    basis: str
    items: Sequence[PlanItem]

    @property
    def id(self) -> str:
        """A digest of all that the plan says and rests on."""
        return _hash(chain((self.registry, self.basis), (item.to_result() for item in self.items)))

    def to_result(self) -> dict[str, Any]:
        """Return the plan as a task returns it, and takes it again."""
        return {"id": self.id, "registry": self.registry, "basis": self.basis, "changes": [item.to_result() for item in self.items]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], registry: str) -> SavedPlan:
        """Read a plan that an earlier task returned; UsageError when it is another registry's, or was changed since."""
        try:
            cleanup = cls(data["registry"], data["basis"], [PlanItem.from_json(item) for item in data["changes"]])
            unchanged = cleanup.id == data["id"]
        except (KeyError, TypeError):
            raise UsageError("plan is not one: give the plan of an earlier result as it was.") from None
        if cleanup.registry != registry:
            raise UsageError(f"The plan is for {cleanup.registry}, not for {registry}: apply it there.")
        if not unchanged:
            raise UsageError("The plan was changed after it was made (its id does not fit): make a new one instead.")
        return cleanup


def plan_basis(rules: Any, observed: Iterable[tuple[str, str]]) -> str:
    """Return the digest of a task's rules and of what each repository had."""
    return _hash([rules, *sorted(observed)])


def snapshot_facts(snapshot: Snapshot) -> str:
    """Return the digest of what a repository has: digests, and tags with theirs."""
    return _hash(sorted([*snapshot.manifests, *(f"{tag.name} {tag.digest}" for tag in snapshot.tags.values())]))


def _hash(parts: Iterable[Any]) -> str:
    """Return the digest of a list as JSON, of which no more than a part is in memory at a time."""
    hasher = hashlib.sha256()
    for number, part in enumerate(parts):
        hasher.update(f"{',' if number else '['}{json.dumps(part, sort_keys=True, separators=(',', ':'), default=str)}".encode())
    hasher.update(b"]")
    return f"sha256:{hasher.hexdigest()}"
