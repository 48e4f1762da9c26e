# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Applies what a retention plan says of one repository: all that still is as it was when the plan was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._changes.locks import UNLOCKED, attribute_change
from .._changes.unlocking import with_unlocked
from .._common.concurrency import concurrently
from .._common.errors import AcrError, LockedError
from .._common.plan import Failure
from .._content.snapshot import ManifestParts, Snapshot, read_contents, read_snapshot, subject_of_tag
from .._oci.graph import Graph
from .._registry.client import RegistryClient
from .._registry.properties import MANIFEST, TAG, ManifestProperties, TagProperties
from .drift import drift_reason, find_drift, image_stays
from .item import ACTION_FLAGS, PlanItem
from .undo import undo_entries

if TYPE_CHECKING:
    from .._content.completeness import Completeness

# After so many changes in a repository it is looked at again: whoever pushes in between is not overlooked for long.
BATCH = 250


@dataclass(frozen=True)
class ExecutionContext:
    """How items are applied. ``goes_on`` says whether more may be changed, ``carefully`` deletes a manifest if it may, ``report`` tells how far it is."""

    client: RegistryClient
    override_locks: bool
    verifies: bool
    goes_on: Callable[[], bool]
    carefully: Callable[[str, str, Callable[[], bool]], bool]
    report: Callable[[], None]


class RepositoryExecution:
    """Applies the items of one repository. ``done``, ``drifted``, ``failures`` and ``left`` are what became of them."""

    def __init__(self, manner: ExecutionContext, name: str, items: Sequence[PlanItem], known: Mapping[str, ManifestParts]) -> None:
        self._manner = manner
        self._client = manner.client
        self._name = name
        self._known = known
        self._items = list(items)
        self._todo = {item.label: item for item in items}
        self._current: set[PlanItem] = set()
        self._abandoned: list[str] = []
        self._snapshot: Snapshot | None = None
        self._graph = Graph({})
        self._kept: list[str] = []
        self.total = len(items)
        self._done: set[PlanItem] = set()
        self._drifted: dict[PlanItem, str] = {}
        self.failures: list[Failure] = []
        self.verified: Completeness | None = None

    @property
    def done(self) -> list[PlanItem]:
        """What was changed, in the order of the plan."""
        return [item for item in self._items if item in self._done]

    @property
    def drifted(self) -> dict[PlanItem, str]:
        """What was left alone because it is not as it was, with the reason."""
        return {item: self._drifted[item] for item in self._items if item in self._drifted}

    @property
    def left(self) -> list[str]:
        """What was not tried."""
        return [*self._abandoned, *self._todo]

    @property
    def undo(self) -> list[dict[str, Any]]:
        """What was deleted, in the order in which it can be restored."""
        return undo_entries(self._graph, [item for item in self.done if item.deletes])

    def apply(self) -> None:
        """Apply locks first, then what goes, each manifest after what lists it and what it is about; at last look whether the rest is whole."""
        for act in (self._apply_all, self._verify):
            try:
                act()
            except AcrError as error:
                if not any(known.error is error for known in self.failures):
                    self.failures.append(Failure(f"repository {self._name}", error))

    def _verify(self) -> None:
        if not (self._manner.verifies and any(item.deletes for item in self._done)):
            return
        # A check, and a run that deletes nothing, do without this code.
        from .._content.completeness import verify_tags

        self._look()
        now = {name: tag.digest for name, tag in self._snapshot.tags.items()} if self._snapshot else {}
        self.verified = verify_tags(self._client, self._name, self._kept, now)

    def _apply_all(self) -> None:
        self._look()
        items = list(self._todo.values())
        if self._snapshot:
            self._graph = self._snapshot.graph
            going = {item.name for item in items if item.kind == TAG and item.deletes}
            self._kept = [name for name in self._snapshot.tags if name not in going and subject_of_tag(name) is None]
        self._run(item for item in items if not item.deletes)
        manifests = {item.name: item for item in items if item.kind == MANIFEST and item.deletes}
        for layer in self._graph.to_delete([digest for digest in manifests if digest in self._graph.edges]):
            self._run(manifests[digest] for digest in layer)
        self._run(item for item in items if item.kind == TAG and item.deletes)
        if self._manner.goes_on():
            # What is not there any more needs nothing.
            self._run(manifests.values())

    def _look(self) -> None:
        found = read_snapshot(self._client, self._name)
        self._snapshot = read_contents(self._client, found, self._known) if found else None
        self._known = self._snapshot.contents if self._snapshot else {}

    def _run(self, items: Iterable[PlanItem]) -> None:
        """Apply items that do not depend on each other, and look at the repository anew from time to time."""
        todo = [item for item in items if item.label in self._todo]
        for start in range(0, len(todo), BATCH):
            if not self._manner.goes_on():
                return
            self._look()
            current, drifted = find_drift(list(self._todo.values()), self._snapshot, self._manner.override_locks)
            self._current = set(current)
            batch = set(todo[start : start + BATCH])
            for item in batch - self._current:
                if item in drifted:
                    self._leave(item, drifted)
                self._todo.pop(item.label, None)
            concurrently(self._change, [item for item in current if item in batch], self._client.concurrency, finishes=True)
            self._manner.report()

    def _change(self, item: PlanItem) -> None:
        endpoint = self._client.metadata_of(item.kind)
        found = endpoint.get(self._name, item.name)
        reason = drift_reason(item, found, self._manner.override_locks) if found else None
        if reason:
            self._leave(item, {item: reason})
        elif found:
            try:
                if not (item.kind == MANIFEST and item.deletes):
                    self._apply(item, found)
                elif not self._manner.carefully(self._name, item.name, lambda: self._apply(item, found)):
                    return
            except AcrError as error:
                if item.label in self._todo:
                    self._fail(item, error)
                if not isinstance(error, LockedError):
                    raise
        self._todo.pop(item.label, None)

    def _apply(self, item: PlanItem, found: TagProperties | ManifestProperties) -> bool:
        """Return whether there was anything to do."""
        done = True
        if item.deletes:
            self._delete(item, found)
        else:
            done = self._lock(item, found)
        if done:
            self._finish(item)
        return done

    def _lock(self, item: PlanItem, found: TagProperties | ManifestProperties) -> bool:
        change = attribute_change(found, ACTION_FLAGS[item.action])
        if change.changed:
            self._client.metadata_of(item.kind).set_attributes(self._name, item.name, change.after, change.wanted)
        return change.changed

    def _delete(self, item: PlanItem, found: TagProperties | ManifestProperties) -> None:
        change = attribute_change(found, UNLOCKED)
        endpoint = self._client.metadata_of(item.kind)
        # It was there a moment ago. That it is "not found" now means that an answer was lost, and the request was sent again.
        with_unlocked(self._client, self._name, [change] if change.changed else [], lambda: endpoint.delete(self._name, item.name))

    def _finish(self, item: PlanItem) -> None:
        """Take note that an item is done; with a manifest its tags have gone, too."""
        self._done.add(self._todo.pop(item.label))
        if item.kind == MANIFEST and item.deletes:
            self._done.update(self._todo.pop(other.label) for other in self._tags_of(item) if other in self._current)

    def _tags_of(self, manifest: PlanItem) -> list[PlanItem]:
        return [item for item in list(self._todo.values()) if item.kind == TAG and item.deletes and item.digest == manifest.name]

    def _leave(self, item: PlanItem, drifted: Mapping[PlanItem, str]) -> None:
        """Take note that an item is not what it was, and leave its tags alone as well."""
        self._drifted[item] = drifted[item]
        if item.kind == MANIFEST and item.deletes:
            for tag in self._tags_of(item):
                self._drifted[self._todo.pop(tag.label)] = drifted.get(tag, image_stays(drifted[item]))

    def _fail(self, item: PlanItem, error: AcrError) -> None:
        """Take note that an item cannot be deleted, and leave its tags alone."""
        self.failures.append(Failure(item.label, error))
        del self._todo[item.label]
        if item.kind == MANIFEST:
            self._abandoned += [self._todo.pop(other.label).label for other in self._tags_of(item)]
