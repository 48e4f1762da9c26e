# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Reads the repositories that the rules select, and plans what to do in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .._auth.scopes import SCOPES_PER_TOKEN
from .._common.concurrency import concurrently
from .._common.errors import AcrError
from .._common.patterns import Selection
from .._common.progress import report
from .._content.snapshot import ManifestParts, Snapshot, read_contents, read_snapshot, subject_of_tag
from .._registry.client import RegistryClient
from .decision import Policy, RepositoryDecision
from .drift import Drift, find_drift
from .item import PlanItem
from .ledger import SpaceLedger
from .plan_items import KeptItem, kept_items, plan_items
from .rules import Rule
from .saved_plan import snapshot_digest
from .undo import UndoEntry, undo_entries
from .unmatched import unmatched_repositories

# More at a time would not be faster: each repository already has as many requests under way as the task may have.
REPOSITORIES_AT_A_TIME = 4


@dataclass(frozen=True)
class RepositorySurvey:
    """What was found in one repository: its ``names`` (tags without those of referrers), the numbers of its ``tags`` and ``manifests``, and what
    is planned.

    ``kept_names`` is the number of ``names`` that the plan does not delete; ``undo`` is what it deletes. ``contents``
    are the edges of its manifests, only where ``items`` change something. ``error``: the repository could not be read. ``skipped``: the time
    was over.
    """

    name: str
    exists: bool = False
    tags: int = 0
    manifests: int = 0
    names: Sequence[str] = ()
    kept_names: int = 0
    items: Sequence[PlanItem] = ()
    kept: Sequence[KeptItem] = ()
    drifted: Sequence[Drift] = ()
    undo: Sequence[UndoEntry] = ()
    snapshot_digest: str = ""
    contents: Mapping[str, ManifestParts] = field(default_factory=dict)
    error: AcrError | None = None
    skipped: bool = False

    @property
    def remaining(self) -> int:
        """The number of tags that the plan keeps."""
        return self.tags - sum(item.deletes_tag for item in self.items)


def chosen_repositories(client: RegistryClient, rules: Sequence[Rule]) -> tuple[list[str], list[str]]:
    """Return the names of the repositories that the rules select, and warnings; the catalog is read only if some rule has a pattern."""
    literal = literal_names(rule.repositories for rule in rules)
    if literal is not None:
        return literal, []
    catalog = client.repositories.names().items
    warnings = unmatched_repositories(rules, catalog, client.server.host)
    return [name for name in catalog if any(name in rule.repositories for rule in rules)], warnings


def literal_names(selections: Iterable[Selection]) -> list[str] | None:
    """Return the names that all ``selections`` list literally; None when some selection has a pattern."""
    chosen = [selection.names for selection in selections]
    return None if None in chosen else sorted({name for names in chosen for name in names or ()})


class Survey:
    """Reads repositories, several at a time, as long as ``has_time`` says so. ``ledger`` then knows their blobs."""

    def __init__(self, client: RegistryClient, policy: Policy, has_time: Callable[[], bool]) -> None:
        self._client = client
        self._policy = policy
        self._has_time = has_time
        self._read_count = 0
        self.ledger = SpaceLedger()

    def apply_policy(self, names: Sequence[str]) -> list[RepositorySurvey]:
        """Return what the policy plans in each repository."""
        return self._survey_all(names, self._plan)

    def check(self, items: Iterable[PlanItem]) -> list[RepositorySurvey]:
        """Return which items of a saved plan still apply, in each of its repositories."""
        by_repository: dict[str, list[PlanItem]] = {}
        for item in items:
            by_repository.setdefault(item.repository, []).append(item)
        return self._survey_all(list(by_repository), lambda snapshot: self._check(snapshot, by_repository[snapshot.repository.name]))

    def _survey_all(self, names: Sequence[str], survey: Callable[[Snapshot], RepositorySurvey]) -> list[RepositorySurvey]:
        """Return what ``survey`` returns for each repository that exists; one that cannot be read has an error, and nothing in it changes."""
        for start in range(0, len(names), SCOPES_PER_TOKEN // 2):
            self._client.announce(names[start : start + SCOPES_PER_TOKEN // 2], "metadata_read", "pull")

        def survey_one(name: str) -> RepositorySurvey:
            if not self._has_time():
                return RepositorySurvey(name, skipped=True)
            try:
                snapshot = read_snapshot(self._client, name)
                found = survey(snapshot) if snapshot else RepositorySurvey(name)
            except AcrError as error:
                found = RepositorySurvey(name, error=error)
            self._read_count += 1
            report(f"{self._read_count:,} of {len(names):,} repositories read")
            return found

        return concurrently(survey_one, names, min(REPOSITORIES_AT_A_TIME, self._client.concurrency))

    def _plan(self, snapshot: Snapshot) -> RepositorySurvey:
        digest = snapshot_digest(snapshot)
        if self._policy.wants_change(snapshot):
            snapshot = read_contents(self._client, snapshot)
            decision = self._policy.decide(snapshot)
        else:
            decision = RepositoryDecision(self._policy.decide_tags(snapshot))
        items = plan_items(snapshot, decision, self._policy.now)
        actions = {rule.name: rule.action for rule in self._policy.rules}
        return replace(self._found(snapshot, items, items), kept=kept_items(snapshot, decision, actions), snapshot_digest=digest)

    def _check(self, snapshot: Snapshot, items: Sequence[PlanItem]) -> RepositorySurvey:
        snapshot = read_contents(self._client, snapshot)
        current, drifted = find_drift(items, snapshot, self._policy.override_locks)
        return replace(self._found(snapshot, current, items), drifted=drifted)

    def _found(self, snapshot: Snapshot, items: Sequence[PlanItem], planned: Sequence[PlanItem]) -> RepositorySurvey:
        """Return the survey of a repository in which ``items`` still apply of those that are ``planned``."""
        self.ledger.add(snapshot.contents, {item.digest for item in items if item.deletes_manifest})
        contents = {digest: parts.bare for digest, parts in snapshot.contents.items()} if items else {}
        deleted = {item.name for item in planned if item.deletes_tag}
        names = [name for name in snapshot.tags if subject_of_tag(name) is None]
        return RepositorySurvey(
            name=snapshot.repository.name,
            exists=True,
            tags=len(snapshot.tags),
            manifests=len(snapshot.manifests),
            names=names,
            kept_names=sum(name not in deleted for name in names),
            items=items,
            undo=undo_entries(snapshot.graph, [item for item in items if item.deletes]) if items else (),
            contents=contents,
        )
