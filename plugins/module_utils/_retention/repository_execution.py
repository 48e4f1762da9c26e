# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Applies the items of a retention plan to one repository: those that still apply, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .._changes.locks import UNLOCKED, attribute_change
from .._changes.unlocking import with_unlocked
from .._common.concurrency import concurrently
from .._common.errors import AcrError, LockedError
from .._content.snapshot import ManifestParts, Snapshot, read_contents, read_snapshot, subject_of_tag
from .._oci.graph import Graph
from .._registry.client import RegistryClient
from .._registry.properties import ManifestProperties, TagProperties
from .drift import Drift, drift_reason, find_drift
from .item import ACTION_FLAGS, PlanItem
from .tally import Tally
from .undo import UndoEntry, undo_entries

if TYPE_CHECKING:
    from .._content.completeness import Completeness

# The repository is read again after so many changes, so that it is soon seen what others have pushed.
BATCH = 250


@dataclass(frozen=True)
class ExecutionContext:
    """How items are applied. ``verifies``: whether the kept tags are checked afterwards.

    ``may_continue`` says whether more may be changed. ``delete_if_restorable`` takes a repository, the digest of a manifest and a function that
    deletes it, and calls that function if the manifest can be restored afterwards. ``report`` reports progress.
    """

    client: RegistryClient
    override_locks: bool
    verifies: bool
    may_continue: Callable[[], bool]
    delete_if_restorable: Callable[[str, str, Callable[[], object]], None]
    report: Callable[[], None]


class RepositoryExecution:
    """Applies the items of one repository. ``tally`` accounts for them, ``completeness`` says afterwards whether the kept tags are complete.

    ``known`` are the parts of manifests that have been read before, by digest.
    """

    def __init__(self, context: ExecutionContext, name: str, items: Sequence[PlanItem], known: Mapping[str, ManifestParts]) -> None:
        self.tally = Tally(items)
        self.completeness: Completeness | None = None
        self._context = context
        self._client = context.client
        self._name = name
        self._known = known
        self._graph = Graph({})
        self._kept_tags: list[str] = []

    @property
    def undo(self) -> list[UndoEntry]:
        """What was deleted, in an order in which it can be restored."""
        return undo_entries(self._graph, [item for item in self.tally.done if item.deletes])

    def apply(self) -> None:
        """Apply the items, then verify the kept tags, even if some item failed. Errors end up in the tally."""
        for act in (self._apply_all, self._verify):
            try:
                act()
            except AcrError as error:
                self.tally.fail_repository(self._name, error)

    def _apply_all(self) -> None:
        items = self.tally.pending
        snapshot = self._read()
        if snapshot:
            self._graph = snapshot.graph
            deleted = {item.name for item in items if item.deletes_tag}
            self._kept_tags = [name for name in snapshot.tags if name not in deleted and subject_of_tag(name) is None]
        for group in _in_order(items, self._graph):
            self._apply_group(group)

    def _verify(self) -> None:
        if not (self._context.verifies and any(item.deletes for item in self.tally.done)):
            return
        # Check mode, and a run that deletes nothing, never load this code.
        from .._content.completeness import verify_tags

        snapshot = self._read()
        digests = {name: tag.digest for name, tag in snapshot.tags.items()} if snapshot else {}
        self.completeness = verify_tags(self._client, self._name, self._kept_tags, digests)

    def _read(self) -> Snapshot | None:
        """Read the repository as it is now; manifests that have been read before are not read again."""
        snapshot = read_snapshot(self._client, self._name)
        if snapshot:
            snapshot = read_contents(self._client, snapshot, self._known)
        self._known = snapshot.contents if snapshot else {}
        return snapshot

    def _apply_group(self, group: Iterable[PlanItem]) -> None:
        """Apply items that do not depend on each other; the repository is read again before each batch."""
        todo = [item for item in group if self.tally.is_pending(item)]
        for start in range(0, len(todo), BATCH):
            if not self._context.may_continue():
                return
            batch = todo[start : start + BATCH]
            current = self._find_current(batch)
            concurrently(partial(self._apply, current), [item for item in batch if item in current], self._client.concurrency, finishes=True)
            self._context.report()

    def _find_current(self, batch: Iterable[PlanItem]) -> set[PlanItem]:
        """Read the repository and return all pending items that still apply. Record what has become of the others in the ``batch``."""
        current, drifted = find_drift(self.tally.pending, self._read(), self._context.override_locks)
        drifts = {drift.item: drift for drift in drifted}
        applicable = set(current)
        for item in batch:
            if item in drifts:
                self.tally.drift(drifts[item], drifts)
            elif item not in applicable:
                self.tally.settle(item)
        return applicable

    def _apply(self, current: set[PlanItem], item: PlanItem) -> None:
        """Apply an item, unless it has drifted since the repository was read. Only a lock lets the work on the repository go on after an error."""
        now = self._client.metadata_of(item.kind).get(self._name, item.name)
        reason = drift_reason(item, now, self._context.override_locks) if now else None
        if reason:
            self.tally.drift(Drift(item, reason))
        elif now is None:
            self.tally.settle(item)
        else:
            try:
                self._change(item, now, current)
            except AcrError as error:
                if self.tally.is_pending(item):
                    self.tally.fail(item, error)
                if not isinstance(error, LockedError):
                    raise

    def _change(self, item: PlanItem, now: TagProperties | ManifestProperties, current: set[PlanItem]) -> None:
        def delete() -> None:
            self._delete(item, now)
            self.tally.finish(item, current)

        if item.deletes_manifest:
            self._context.delete_if_restorable(self._name, item.name, delete)
        elif item.deletes:
            delete()
        else:
            self._set_locks(item, now)

    def _delete(self, item: PlanItem, now: TagProperties | ManifestProperties) -> None:
        unlocking = attribute_change(now, UNLOCKED)
        endpoint = self._client.metadata_of(item.kind)
        # It existed a moment ago. If it is missing now, an earlier attempt of this very request has deleted it, and its answer was lost.
        with_unlocked(self._client, self._name, [unlocking] if unlocking.changed else [], lambda: endpoint.delete(self._name, item.name))

    def _set_locks(self, item: PlanItem, now: TagProperties | ManifestProperties) -> None:
        change = attribute_change(now, ACTION_FLAGS[item.action])
        if change.changed:
            self._client.metadata_of(item.kind).set_attributes(self._name, item.name, change.after, change.wanted)
            self.tally.finish(item)
        else:
            self.tally.settle(item)


def _in_order(items: Sequence[PlanItem], graph: Graph) -> Iterator[list[PlanItem]]:
    """Give ``items`` in groups: locks first, then each manifest after the indexes that list it and after its subjects, then tags."""
    manifests = {item.digest: item for item in items if item.deletes_manifest}
    yield [item for item in items if not item.deletes]
    for layer in graph.to_delete([digest for digest in manifests if digest in graph.edges]):
        yield [manifests[digest] for digest in layer]
    yield [item for item in items if item.deletes_tag]
    # These no longer exist.
    yield [item for digest, item in manifests.items() if digest not in graph.edges]
