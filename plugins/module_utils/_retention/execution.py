# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Applies a retention plan: what it names and nothing else, and of that only what still is as it was when the plan was made."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from .._common.errors import BlockedError
from .._common.plan import Outcome, Step
from .._common.progress import report
from .._common.text import listed
from .._content.snapshot import ManifestParts
from .._registry.client import RegistryClient
from .item import PlanItem
from .repository_execution import ExecutionContext, RepositoryExecution

# What was deleted may be listed a little later.
PROOF_TRIES = 3


class Execution:
    """Applies items, and keeps account of what became of each. ``goes_on`` says whether there is still time."""

    def __init__(self, client: RegistryClient, override_locks: bool, goes_on: Callable[[], bool], verifies: bool, needs_soft_delete: bool) -> None:
        self._client = client
        self._proof = threading.Lock()
        self._proven = not needs_soft_delete
        self._stopped = False
        self._manner = ExecutionContext(client, override_locks, verifies, lambda: goes_on() and not self._stopped, self._carefully, self._report)
        self._repositories: list[RepositoryExecution] = []

    def step(self, name: str, items: Sequence[PlanItem], known: Mapping[str, ManifestParts]) -> Step:
        """Return the step that applies the items of one repository; a failure in it does not stop the others."""
        one = RepositoryExecution(self._manner, name, items, known)
        self._repositories.append(one)
        return Step(f"repository {name}", one.apply)

    def _carefully(self, repository: str, digest: str, delete: Callable[[], bool]) -> bool:
        """Delete a manifest, unless it is known by now that it could not be restored, which is then False.

        BlockedError when the first one turns out to be lost: it is the only one.
        """
        if self._proven:
            delete()
            return True
        with self._proof:
            if self._stopped:
                return False
            if delete() and not self._proven:
                self._proven = self._restorable(repository, digest)
                self._stopped = not self._proven
        if self._stopped:
            raise BlockedError(
                f"Manifest {digest} of '{repository}' was deleted and cannot be restored, although require_soft_delete is set: the registry's soft delete "
                "policy is not enabled. Nothing more was deleted. Enable the policy, or do without it."
            )
        return True

    def _restorable(self, repository: str, digest: str) -> bool:
        for attempt in range(PROOF_TRIES):
            if any(manifest.digest == digest for manifest in self._client.deleted.manifests(repository)):
                return True
            time.sleep(attempt)
        return False

    def _report(self) -> None:
        """Say how far it is."""
        report(f"{sum(len(one.done) for one in self._repositories):,} of {sum(one.total for one in self._repositories):,} changes made")

    @property
    def outcome(self) -> Outcome:
        """What became of the items."""
        verified = [one.verified for one in self._repositories if one.verified]
        broken = [one for one in verified if one.missing]
        problem = ""
        if broken:
            problem = f"Repository '{broken[0].repository}' has tags that are not complete: {listed(broken[0].missing, 3)}."
        return Outcome(
            total=sum(one.total for one in self._repositories),
            done=[item.label for one in self._repositories for item in one.done],
            failures=[failure for one in self._repositories for failure in one.failures],
            not_attempted=[label for one in self._repositories for label in one.left],
            result={
                "drifted": [{"target": item.label, "reason": reason} for one in self._repositories for item, reason in one.drifted.items()],
                "undo": [entry for one in self._repositories for entry in one.undo],
                "verification": {"references": sum(one.tag_count for one in verified), "broken": [one.to_result() for one in broken]},
            },
            problem=problem,
        )
