# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""A retention plan as data: what to delete, lock and unlock, item by item, so that it can be looked at, kept, and applied later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ._errors import FindingError, UsageError
from ._graph import Graph
from ._locks import Change, of_manifest, of_tag
from ._models import Attributes
from ._reference import digest_name, repository_name, short, tag_name
from ._retention import Decision, Verdict
from ._rules import DELETE, KEEP, LOCK, UNLOCK
from ._snapshot import Snapshot
from ._times import DAY, instant

TAG, MANIFEST = "tag", "manifest"
FLAGS = {LOCK: {"can_delete": False, "can_write": False}, UNLOCK: {"can_delete": True, "can_write": True}}


@dataclass(frozen=True)
class Item:
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
        return f"tag {self.name} -> {short(self.digest)}" if self.kind == TAG else f"manifest {short(self.digest)}"

    @property
    def target(self) -> str:
        """What is changed, for reports."""
        return f"{self.action} {self.kind} {self.repository}{':' if self.kind == TAG else '@'}{self.name}"

    def to_result(self) -> dict[str, Any]:
        """Return the item as plain data."""
        # Copies of an object's attributes share their keys with each other: in a plan of 100,000 items that saves half of the memory.
        result = vars(self).copy()
        result["tags"] = list(self.tags)
        return result

    @classmethod
    def from_json(cls, data: Any) -> Item:
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


def items_of(snapshot: Snapshot, decision: Decision, now: float) -> list[Item]:
    """Return what a decision changes; manifests that go are in the order in which that can be done."""
    items = [_tag_item(snapshot, name, verdict, now) for name, verdict in decision.tags.items() if verdict.deletes]
    doomed = {digest for digest, verdict in decision.manifests.items() if verdict.deletes}
    items += [_manifest_item(snapshot, digest, decision.manifests[digest], now) for layer in snapshot.graph.to_delete(doomed) for digest in layer]
    for action in (LOCK, UNLOCK):
        chosen = {name: verdict for name, verdict in decision.tags.items() if verdict.action == action}
        items += _lock_items(snapshot, chosen, action, now)
    return items


def kept_of(snapshot: Snapshot, decision: Decision) -> list[dict[str, str]]:
    """Return the tags and manifests that rules are about and that stay, each with the reason."""
    name = snapshot.repository.name
    tags = [(TAG, tag, snapshot.tags[tag].digest, verdict) for tag, verdict in decision.tags.items() if verdict.action == KEEP]
    manifests = [(MANIFEST, digest, digest, verdict) for digest, verdict in decision.manifests.items() if verdict.action == KEEP]
    return [
        {"repository": name, "kind": kind, "name": item, "digest": digest, "rule": verdict.rule, "reason": verdict.reason}
        for kind, item, digest, verdict in (*tags, *manifests)
    ]


def _lock_items(snapshot: Snapshot, chosen: Mapping[str, Verdict], action: str, now: float) -> list[Item]:
    """Return what it takes to lock or unlock tags with all that they are made of; what another locked tag needs stays locked."""
    graph, flags = snapshot.graph, FLAGS[action]
    stays: set[str] = set()
    if action == UNLOCK:
        others = (tag for tag in snapshot.tags.values() if tag.name not in chosen and not (tag.attributes.can_delete and tag.attributes.can_write))
        stays = graph.parts(tag.digest for tag in others)
    verdicts: dict[str, Verdict] = {}
    items = []
    for name, verdict in chosen.items():
        if of_tag(snapshot.tags[name], flags).changed:
            items.append(_tag_item(snapshot, name, verdict, now))
        for digest in sorted(graph.parts([snapshot.tags[name].digest]) - stays):
            verdicts.setdefault(digest, verdict)
    items += [_manifest_item(snapshot, digest, verdict, now) for digest, verdict in verdicts.items() if of_manifest(snapshot.manifests[digest], flags).changed]
    return items


def _tag_item(snapshot: Snapshot, name: str, verdict: Verdict, now: float) -> Item:
    tag = snapshot.tags[name]
    return Item(snapshot.repository.name, TAG, name, tag.digest, verdict.action, verdict.rule, verdict.reason, *_age(tag.last_updated_on, now), 0)


def _manifest_item(snapshot: Snapshot, digest: str, verdict: Verdict, now: float) -> Item:
    age = _age(snapshot.manifests[digest].last_updated_on, now)
    tags = snapshot.tags_of.get(digest, ()) if verdict.deletes else ()
    size = snapshot.contents[digest].total
    return Item(snapshot.repository.name, MANIFEST, digest, digest, verdict.action, verdict.rule, verdict.reason, *age, size, tags)


def _age(time: str, now: float) -> tuple[str, int]:
    return time, int((now - (instant(time) or now)) // DAY)


@dataclass(frozen=True)
class Cleanup:
    """A plan: ``basis`` stands for the rules and for all tags and digests that were looked at."""

    registry: str
    basis: str
    items: Sequence[Item]

    @property
    def id(self) -> str:
        """A digest of all that the plan says and rests on."""
        return _hash(chain((self.registry, self.basis), (item.to_result() for item in self.items)))

    def to_result(self) -> dict[str, Any]:
        """Return the plan as a task returns it, and takes it again."""
        return {"id": self.id, "registry": self.registry, "basis": self.basis, "items": [item.to_result() for item in self.items]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], registry: str) -> Cleanup:
        """Read a plan that an earlier task returned; UsageError when it is another registry's, or was changed since."""
        try:
            cleanup = cls(data["registry"], data["basis"], [Item.from_json(item) for item in data["items"]])
            unchanged = cleanup.id == data["id"]
        except (KeyError, TypeError):
            raise UsageError("plan is not one: give the plan of an earlier result as it was.") from None
        if cleanup.registry != registry:
            raise UsageError(f"The plan is for {cleanup.registry}, not for {registry}: apply it there.")
        if not unchanged:
            raise UsageError("The plan was changed after it was made (its id does not fit): make a new one instead.")
        return cleanup


def basis_of(rules: Any, observed: Iterable[tuple[str, str]]) -> str:
    """Return the digest of a task's rules and of what each repository had."""
    return _hash([rules, *sorted(observed)])


def facts_of(snapshot: Snapshot) -> str:
    """Return the digest of what a repository has: digests, and tags with theirs."""
    return _hash(sorted([*snapshot.manifests, *(f"{tag.name} {tag.digest}" for tag in snapshot.tags.values())]))


def _hash(parts: Iterable[Any]) -> str:
    """Return the digest of a list as JSON, of which no more than a part is in memory at a time."""
    hasher = hashlib.sha256()
    for number, part in enumerate(parts):
        hasher.update(f"{',' if number else '['}{json.dumps(part, sort_keys=True, separators=(',', ':'), default=str)}".encode())
    hasher.update(b"]")
    return f"sha256:{hasher.hexdigest()}"


@dataclass(frozen=True)
class Guards:
    """What stops a plan before its first change; ``None`` does not."""

    max_delete: int | None = None
    max_delete_percent: float | None = None
    min_remaining: int | None = None

    def check(self, deleted: int, total: int, remaining: Mapping[str, int], result: Mapping[str, Any]) -> None:
        """Raise FindingError, with the whole plan as its result, when it deletes too much.

        ``remaining`` are the tags that each repository keeps in which something is deleted.
        """
        message = ""
        percent = 100 * deleted / total if total else 0
        few = [f"'{name}' ({count})" for name, count in remaining.items() if self.min_remaining is not None and count < self.min_remaining]
        if self.max_delete is not None and deleted > self.max_delete:
            message = f"The plan deletes {deleted:,} tags and manifests, more than max_delete allows ({self.max_delete:,})"
        elif self.max_delete_percent is not None and percent > self.max_delete_percent:
            limit = f"more than max_delete_percent allows ({self.max_delete_percent:g}%)"
            message = f"The plan deletes {deleted:,} of {total:,} tags and manifests, {percent:.1f}%, {limit}"
        elif few:
            more = f" and {len(few) - 5:,} more" if len(few) > 5 else ""
            message = f"The plan leaves fewer tags than min_remaining wants ({self.min_remaining}) in {', '.join(few[:5])}{more}"
        if message:
            raise FindingError(f"{message}; nothing was changed. Look at plan, and narrow the rules or widen the limit.", result)


def change_of(item: Item, attributes: Attributes) -> Change:
    """Return what it takes to lock or unlock what an item names, from the attributes that it has."""
    return Change(item.kind, item.name, str(item), item.digest, attributes, attributes.with_changes(FLAGS[item.action]))


def undo_of(graph: Graph, items: Iterable[Item]) -> list[dict[str, Any]]:
    """Return what was deleted in the order in which it can be restored, parts and subjects first, as acr_restore takes it."""
    deleted = list(items)
    manifests = {item.digest: item for item in deleted if item.kind == MANIFEST}
    order = [manifests[digest] for layer in graph.to_restore(manifests) for digest in layer]
    restored = [{"repository": item.repository, "digest": item.digest, "tags": list(item.tags)} for item in order]
    alone: dict[str, dict[str, Any]] = {}
    for item in deleted:
        if item.kind == TAG and item.digest not in manifests:
            alone.setdefault(item.digest, {"repository": item.repository, "digest": item.digest, "tags": []})["tags"].append(item.name)
    return [*restored, *alone.values()]
