# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What has become of each item of one repository's plan. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from .._common.errors import AcrError
from .._common.plan import Change, Failure
from .._registry.properties import REPOSITORY
from .drift import Drift, image_kept
from .item import PlanItem


class Tally:
    """Accounts for items. Each is pending until it is done, settled, drifted, failed or abandoned, and then never changes again.

    The tags of a manifest share its fate, because the registry deletes them with it. Several threads may report at the same time, each
    on other items.
    """

    def __init__(self, items: Sequence[PlanItem]) -> None:
        self.failures: list[Failure] = []
        self._items = list(items)
        self._pending = dict.fromkeys(items)
        self._done: set[PlanItem] = set()
        self._drifted: dict[PlanItem, Drift] = {}
        self._abandoned: set[PlanItem] = set()
        self._tags: dict[str, list[PlanItem]] = {}
        for item in items:
            if item.deletes_tag:
                self._tags.setdefault(item.digest, []).append(item)

    @property
    def total(self) -> int:
        """The number of items."""
        return len(self._items)

    @property
    def done_count(self) -> int:
        """The number of items that are done."""
        return len(self._done)

    @property
    def pending(self) -> list[PlanItem]:
        """What is still to be done."""
        return list(self._pending)

    @property
    def done(self) -> list[PlanItem]:
        """What was changed, in the order of the plan."""
        return [item for item in self._items if item in self._done]

    @property
    def drifted(self) -> list[Drift]:
        """What was not changed because it no longer applies, in the order of the plan."""
        return [self._drifted[item] for item in self._items if item in self._drifted]

    @property
    def not_attempted(self) -> list[PlanItem]:
        """What was not tried, because its manifest failed or because the run ended before; in the order of the plan."""
        return [item for item in self._items if item in self._abandoned or item in self._pending]

    def is_pending(self, item: PlanItem) -> bool:
        """Whether ``item`` is still to be done."""
        return item in self._pending

    def finish(self, item: PlanItem, current: Collection[PlanItem] = ()) -> None:
        """Record that ``item`` is done, and with a deleted manifest those of its tags that are ``current`` (that still apply)."""
        self._done.add(self._take(item))
        self._done.update(self._take(tag) for tag in self._pending_tags(item) if tag in current)

    def settle(self, item: PlanItem) -> None:
        """Record that there was nothing to do for ``item``."""
        self._pending.pop(item, None)

    def drift(self, drift: Drift, others: Mapping[PlanItem, Drift] | None = None) -> None:
        """Record that an item no longer applies, nor do the tags of its manifest; their own reasons, if they have any, are in ``others``."""
        self._drifted[self._take(drift.item)] = drift
        for tag in self._pending_tags(drift.item):
            self._drifted[self._take(tag)] = (others or {}).get(tag) or Drift(tag, image_kept(drift.reason))

    def fail(self, item: PlanItem, error: AcrError) -> None:
        """Record that ``item`` failed. The tags of its manifest are not attempted."""
        self.failures.append(Failure(self._take(item).change, error))
        self._abandoned.update(self._take(tag) for tag in self._pending_tags(item))

    def fail_repository(self, name: str, error: AcrError) -> None:
        """Record an error that ended the work on a repository, unless an item has failed with it."""
        if not any(known.error is error for known in self.failures):
            self.failures.append(Failure(Change(name, REPOSITORY, name, None, "delete"), error))

    def _take(self, item: PlanItem) -> PlanItem:
        del self._pending[item]
        return item

    def _pending_tags(self, item: PlanItem) -> list[PlanItem]:
        """Return the pending tags of a manifest that ``item`` deletes."""
        return [tag for tag in self._tags.get(item.digest, ()) if tag in self._pending] if item.deletes_manifest else []
