# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""A retention plan as data: a task returns it, people look at it and keep it, and a later task applies it. Pure: no request is made here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from .._common.digests import digest_of_pieces
from .._common.errors import UsageError
from .._content.snapshot import Snapshot
from .item import PlanItem


@dataclass(frozen=True)
class SavedPlan:
    """The ``items`` of a plan; ``basis`` is a digest of the rules and of the repositories that it was made from."""

    registry: str
    basis: str
    items: Sequence[PlanItem]

    @property
    def id(self) -> str:
        """A digest of the whole plan."""
        return _json_digest(chain((self.registry, self.basis), (item.to_result() for item in self.items)))

    def to_result(self) -> dict[str, Any]:
        """Return the plan as a task returns it, and as ``from_json`` reads it."""
        return {"id": self.id, "registry": self.registry, "basis": self.basis, "changes": [item.to_result() for item in self.items]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], registry: str) -> SavedPlan:
        """Read the plan of an earlier task; UsageError when it is invalid, of another registry, or was changed since."""
        try:
            saved = cls(data["registry"], data["basis"], [PlanItem.from_json(item) for item in data["changes"]])
            unchanged = saved.id == data["id"]
        except (KeyError, TypeError):
            raise UsageError("The plan is invalid. Pass the plan exactly as an earlier task returned it.") from None
        if saved.registry != registry:
            raise UsageError(f"The plan is for {saved.registry}, not for {registry}. Apply it to {saved.registry}.")
        if not unchanged:
            raise UsageError("The plan was changed after it was made: its id does not match. Make a new plan.")
        return saved


def basis_digest(rules: Any, snapshots: Iterable[tuple[str, str]]) -> str:
    """Return the ``basis`` of a plan: ``rules`` are the task's options, ``snapshots`` the repositories' names and snapshot digests."""
    return _json_digest([rules, *sorted(snapshots)])


def snapshot_digest(snapshot: Snapshot) -> str:
    """Return a digest of a repository's manifests, and of its tags with what they point at."""
    return _json_digest(sorted([*snapshot.manifests, *(f"{tag.name} {tag.digest}" for tag in snapshot.tags.values())]))


def _json_digest(parts: Iterable[Any]) -> str:
    """Return the digest of a list as JSON; only one of its ``parts`` is in memory at a time."""

    def pieces() -> Iterator[bytes]:
        for number, part in enumerate(parts):
            yield f"{',' if number else '['}{json.dumps(part, sort_keys=True, separators=(',', ':'), default=str)}".encode()
        yield b"]"

    return digest_of_pieces(pieces())
