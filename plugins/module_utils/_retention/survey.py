# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Looks at all repositories that rules of retention are about, and makes one plan of what they say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .._auth.scopes import SCOPES_PER_TOKEN
from .._common.concurrency import concurrently
from .._common.errors import AcrError
from .._common.patterns import Selection
from .._common.progress import report
from .._content.snapshot import ManifestParts, Snapshot, read_contents, read_snapshot
from .._registry.client import RegistryClient
from .._registry.properties import MANIFEST, TAG
from .decision import Policy, RepositoryDecision
from .drift import find_drift
from .item import PlanItem
from .plan_items import kept_items, plan_items
from .rules import Rule
from .saved_plan import snapshot_facts

# More repositories at a time would not be faster: each of them already has as many requests under way as the task may have.
REPOSITORIES_AT_A_TIME = 4


@dataclass(frozen=True)
class RepositorySurvey:
    """What was found in one repository. ``contents``, edges only, are of those in which something changes."""

    name: str
    exists: bool = False
    tags: int = 0
    manifests: int = 0
    items: Sequence[PlanItem] = ()
    kept: Sequence[Mapping[str, str]] = ()
    drifted: Mapping[PlanItem, str] = field(default_factory=dict)
    facts: str = ""
    contents: Mapping[str, ManifestParts] = field(default_factory=dict)
    error: AcrError | None = None
    skipped: bool = False

    @property
    def remaining(self) -> int:
        """How many tags it keeps."""
        return self.tags - sum(item.deletes and item.kind == TAG for item in self.items)


class SpaceLedger:
    """Blobs of all repositories by whether something that stays needs them; the registry keeps each but once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stays: set[str] = set()
        self._goes: dict[str, int] = {}
        self._manifests = 0

    def add(self, contents: Mapping[str, ManifestParts], doomed: Iterable[str]) -> None:
        """Take note of a repository's manifests, and of which of them go."""
        going = set(doomed)
        with self._lock:
            for digest, content in contents.items():
                if digest in going:
                    self._manifests += content.size
                    self._goes.update(content.blobs)
                else:
                    self._stays.update(blob for blob, dummy in content.blobs)

    @property
    def reclaimable(self) -> int:
        """The bytes that only what goes needs, each blob counted once."""
        with self._lock:
            return self._manifests + sum(size for blob, size in self._goes.items() if blob not in self._stays)


def chosen_repositories(client: RegistryClient, rules: Sequence[Rule]) -> list[str]:
    """Return the names of the repositories that rules are about; they are not listed where the rules name them all."""
    literal = literal_names(rule.repositories for rule in rules)
    if literal is not None:
        return literal
    return [name for name in client.repositories.names().items if any(name in rule.repositories for rule in rules)]


def literal_names(selections: Iterable[Selection]) -> list[str] | None:
    """Return the names that selections consist of, None when one of them has to be compared with a list."""
    chosen = [selection.names for selection in selections]
    return None if None in chosen else sorted({name for names in chosen for name in names or ()})


class Survey:
    """Looks at repositories, several at a time, as long as ``goes_on`` says so; ``ledger`` then knows their blobs."""

    def __init__(self, client: RegistryClient, judge: Policy, goes_on: Callable[[], bool]) -> None:
        self._client = client
        self._judge = judge
        self._goes_on = goes_on
        self._seen = 0
        self.ledger = SpaceLedger()

    def look_at(self, names: Sequence[str]) -> list[RepositorySurvey]:
        """Return what the rules come to in each repository."""
        return self._each(names, self._judged)

    def check(self, items: Iterable[PlanItem]) -> list[RepositorySurvey]:
        """Return what is left of a saved plan's items, in each of its repositories."""
        by_repository: dict[str, list[PlanItem]] = {}
        for item in items:
            by_repository.setdefault(item.repository, []).append(item)
        return self._each(list(by_repository), lambda snapshot: self._checked(snapshot, by_repository[snapshot.repository.name]))

    def _each(self, names: Sequence[str], find: Callable[[Snapshot], RepositorySurvey]) -> list[RepositorySurvey]:
        """Return what is found in each repository; one that cannot be looked at has an error, and nothing in it changes."""
        for start in range(0, len(names), SCOPES_PER_TOKEN // 2):
            self._client.announce(names[start : start + SCOPES_PER_TOKEN // 2], "metadata_read", "pull")

        def safely(name: str) -> RepositorySurvey:
            if not self._goes_on():
                return RepositorySurvey(name, skipped=True)
            try:
                snapshot = read_snapshot(self._client, name)
                found = find(snapshot) if snapshot else RepositorySurvey(name)
            except AcrError as error:
                found = RepositorySurvey(name, error=error)
            self._seen += 1
            report(f"{self._seen:,} of {len(names):,} repositories read")
            return found

        return concurrently(safely, names, min(REPOSITORIES_AT_A_TIME, self._client.concurrency))

    def _judged(self, snapshot: Snapshot) -> RepositorySurvey:
        facts = snapshot_facts(snapshot)
        if self._judge.asks(snapshot):
            snapshot = read_contents(self._client, snapshot)
            decision = self._judge.decide(snapshot)
        else:
            decision = RepositoryDecision(self._judge.spared(snapshot))
        items = plan_items(snapshot, decision, self._judge.now)
        return replace(self._found(snapshot, items), kept=kept_items(snapshot, decision), facts=facts)

    def _checked(self, snapshot: Snapshot, items: Sequence[PlanItem]) -> RepositorySurvey:
        snapshot = read_contents(self._client, snapshot)
        current, drifted = find_drift(items, snapshot, self._judge.override_locks)
        return replace(self._found(snapshot, current), drifted=drifted)

    def _found(self, snapshot: Snapshot, items: Sequence[PlanItem]) -> RepositorySurvey:
        self.ledger.add(snapshot.contents, [item.name for item in items if item.kind == MANIFEST and item.deletes])
        contents = {digest: content.bare for digest, content in snapshot.contents.items()} if items else {}
        return RepositorySurvey(snapshot.repository.name, True, len(snapshot.tags), len(snapshot.manifests), items, contents=contents)
