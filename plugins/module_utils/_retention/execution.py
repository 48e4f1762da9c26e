# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Applies a retention plan: the items that still apply, and nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .._common.errors import BlockedError
from .._common.plan import Change, Outcome, Step
from .._common.progress import report
from .._common.text import listed
from .._registry.client import RegistryClient
from .._registry.properties import REPOSITORY
from .drift import Drift
from .item import PlanItem
from .repository_execution import ExecutionContext, RepositoryExecution
from .survey import RepositorySurvey

# A deleted manifest may be listed a little later.
PROOF_TRIES = 3


@dataclass(frozen=True)
class ExecutionOptions:
    """How a task applies a plan: whether it removes locks, verifies what remains, and deletes only what can be restored."""

    override_locks: bool
    verify: bool
    require_soft_delete: bool


class Execution:
    """Applies the items of a plan to the ``found`` repositories, and accounts for them. ``has_time`` says whether the task may change more."""

    def __init__(self, client: RegistryClient, found: Sequence[RepositorySurvey], options: ExecutionOptions, has_time: Callable[[], bool]) -> None:
        self._client = client
        self._found = found
        self._has_time = has_time
        self._proof = threading.Lock()
        self._proven = not options.require_soft_delete
        self._stopped = False
        self._context = ExecutionContext(client, options.override_locks, options.verify, self._may_continue, self._delete_if_restorable, self._report)
        self._repositories: dict[str, RepositoryExecution] = {}

    def steps(self, items: Iterable[PlanItem]) -> list[Step]:
        """Return a step for each repository in which some of the ``items`` still apply; it never fails, so that it does not stop the others."""
        by_repository: dict[str, list[PlanItem]] = {}
        for item in items:
            by_repository.setdefault(item.repository, []).append(item)
        for survey in self._found:
            if survey.items:
                self._repositories[survey.name] = RepositoryExecution(self._context, survey.name, by_repository[survey.name], survey.contents)
        return [Step(Change(name, REPOSITORY, name, None, "delete"), one.apply) for name, one in self._repositories.items()]

    @property
    def prediction(self) -> Outcome:
        """What becomes of the items if nothing fails."""
        changing = [survey for survey in self._found if survey.name in self._repositories]
        verified = [survey for survey in changing if self._context.verifies and survey.undo]
        return Outcome(
            total=sum(repository.tally.total for repository in self._repositories.values()),
            done=[item.change for survey in changing for item in survey.items],
            result={
                "drifted": [drift.to_result() for survey in self._found for drift in survey.drifted],
                "undo": [entry.to_result() for survey in changing for entry in survey.undo],
                "verification": {"tag_count": sum(survey.kept_names for survey in verified), "incomplete": []},
            },
        )

    @property
    def outcome(self) -> Outcome:
        """What has become of the items."""
        repositories = list(self._repositories.values())
        tallies = [repository.tally for repository in repositories]
        checked = [repository.completeness for repository in repositories if repository.completeness]
        incomplete = [completeness for completeness in checked if completeness.missing]
        return Outcome(
            total=sum(tally.total for tally in tallies),
            done=[item.change for tally in tallies for item in tally.done],
            failures=[failure for tally in tallies for failure in tally.failures],
            not_attempted=[item.change for tally in tallies for item in tally.not_attempted],
            result={
                "drifted": [drift.to_result() for survey in self._found for drift in self._drifted(survey)],
                "undo": [entry.to_result() for repository in repositories for entry in repository.undo],
                "verification": {"tag_count": sum(one.tag_count for one in checked), "incomplete": [one.to_result() for one in incomplete]},
            },
            problem=f"Repository '{incomplete[0].repository}' lacks content that its tags need: {listed(incomplete[0].missing, 3)}." if incomplete else "",
        )

    def _drifted(self, survey: RepositorySurvey) -> Sequence[Drift]:
        """Return what has drifted in a repository: by the end of its execution, or if nothing there still applied, when it was read."""
        repository = self._repositories.get(survey.name)
        return repository.tally.drifted if repository else survey.drifted

    def _may_continue(self) -> bool:
        return self._has_time() and not self._stopped

    def _delete_if_restorable(self, repository: str, digest: str, delete: Callable[[], object]) -> None:
        """Call ``delete``; the first deletion has to prove that manifests can be restored, and the others wait for that.

        BlockedError when it proves the opposite. Nothing more is deleted then.
        """
        if self._proven:
            delete()
            return
        with self._proof:
            if self._stopped:
                return
            delete()
            self._proven = self._proven or self._is_restorable(repository, digest)
            self._stopped = not self._proven
        if self._stopped:
            raise BlockedError(
                f"Manifest {digest} of '{repository}' was deleted and cannot be restored, although require_soft_delete is set: the registry's soft delete "
                "policy is not enabled. Nothing more was deleted. Enable the policy, or do not set require_soft_delete."
            )

    def _is_restorable(self, repository: str, digest: str) -> bool:
        for attempt in range(PROOF_TRIES):
            if any(manifest.digest == digest for manifest in self._client.deleted.manifests(repository)):
                return True
            time.sleep(attempt)
        return False

    def _report(self) -> None:
        tallies = [repository.tally for repository in self._repositories.values()]
        report(f"{sum(tally.done_count for tally in tallies):,} of {sum(tally.total for tally in tallies):,} changes made")
