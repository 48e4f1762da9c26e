# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What a task will do: the same object in check mode and in a real run, so that the one cannot differ from the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from .concurrency import concurrently
from .errors import AcrError
from .progress import report


@dataclass(frozen=True)
class Change:
    """One change of a registry or of a file, as results name it.

    ``kind``: tag, manifest, blob, repository or file. ``name``: a tag, a digest, the repository or a path; ``digest``: what it points at, or
    None. ``action``: delete, lock, unlock, push, tag, restore or write.
    """

    repository: str
    kind: str
    name: str
    digest: str | None
    action: str

    def __str__(self) -> str:
        place = self.name if self.kind in ("repository", "file") else f"{self.repository}{':' if self.kind == 'tag' else '@'}{self.name}"
        return f"{self.action} {place}" if self.action == self.kind else f"{self.action} {self.kind} {place}"

    def to_result(self) -> dict[str, Any]:
        """Return the change as a task returns it."""
        return asdict(self)


@dataclass(frozen=True)
class Step:
    """A change, and what makes it. The steps in ``then`` follow in their order, if it succeeded."""

    change: Change
    apply: Callable[[], object]
    then: Sequence[Step] = ()


@dataclass(frozen=True)
class Failure:
    """A change that failed, and its error."""

    change: Change
    error: AcrError

    def to_result(self) -> dict[str, Any]:
        """Return the failure as a task returns it."""
        return {**self.change.to_result(), "msg": str(self.error), **self.error.to_result()}


@dataclass(frozen=True)
class Outcome:
    """The outcome of the ``total`` changes of a plan; in check mode the outcome that is predicted.

    ``result`` is data that is known only afterwards. ``problem`` is a reason to fail even if no change failed.
    """

    total: int
    done: Sequence[Change] = ()
    failures: Sequence[Failure] = ()
    not_attempted: Sequence[Change] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything was changed, including by a step that failed before its end."""
        return bool(self.done) or any(failure.error.changed for failure in self.failures)

    @property
    def message(self) -> str:
        """What the task fails with; an empty string if it succeeded."""
        if not self.failures:
            return self.problem
        first = self.failures[0]
        return f"{len(self.done):,} of {self.total:,} changes were made; {first.change} failed: {first.error} {self.problem}".rstrip()

    def to_result(self) -> dict[str, Any]:
        """Return the outcome as a task returns it."""
        return {
            "done": [change.to_result() for change in self.done],
            "failures": [failure.to_result() for failure in self.failures],
            "not_attempted": [change.to_result() for change in self.not_attempted],
            **self.result,
        }


class Account(Protocol):
    """What steps that record their own progress know of it."""

    @property
    def prediction(self) -> Outcome:
        """The outcome if nothing fails."""

    @property
    def outcome(self) -> Outcome:
        """The outcome."""


@dataclass(frozen=True)
class Plan:
    """What a task returns and what it will change.

    ``result`` is true whatever becomes of the ``steps``, and ``report`` returns the rest of the result from the changes that were made: in
    check mode all of them. ``before`` and ``after`` are the lines of its diff, ``header`` says what they describe. The steps do not depend on
    each other; a plan without steps changes nothing. If the steps record their own progress, ``account`` returns it. ``problem`` is what the
    task fails with at the end, because something is missing or could not be read. Make plans with keywords only: ``before`` and ``after``
    are easily swapped.
    """

    result: Mapping[str, Any] = field(default_factory=dict)
    report: Callable[[Collection[Change]], Mapping[str, Any]] | None = None
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    header: str = ""
    steps: Sequence[Step] = ()
    warnings: Sequence[str] = ()
    account: Account | None = None
    problem: str = ""

    @property
    def diff(self) -> dict[str, str]:
        """The diff as Ansible prints it; both sides are empty when nothing changes."""
        return {
            "before_header": self.header,
            "after_header": self.header,
            "before": "".join(f"{line}\n" for line in self.before),
            "after": "".join(f"{line}\n" for line in self.after),
        }

    @property
    def prediction(self) -> Outcome:
        """The outcome if nothing fails."""
        changes = self._changes()
        return self.account.prediction if self.account else Outcome(total=len(changes), done=changes)

    def to_result(self, outcome: Outcome) -> dict[str, Any]:
        """Return what the task returns after ``outcome``, besides the outcome itself."""
        return {**self.result, **(self.report(frozenset(outcome.done)) if self.report else {})}

    def apply(self, workers: int) -> Outcome:
        """Apply the steps, at most ``workers`` at the same time; the first failure keeps further steps from starting."""
        done: list[Change] = []
        failures: list[Failure] = []
        stop = threading.Event()
        changes = self._changes()

        def run(step: Step) -> None:
            if stop.is_set():
                return
            for part in (step, *step.then):
                try:
                    part.apply()
                except AcrError as error:
                    stop.set()
                    failures.append(Failure(part.change, error))
                    return
                done.append(part.change)
                if self.account is None:
                    report(f"{len(done):,} of {len(changes):,} changes made")

        concurrently(run, self.steps, workers)
        if self.account:
            return self.account.outcome
        made, tried = frozenset(done), {*done, *(failure.change for failure in failures)}
        return Outcome(
            total=len(changes),
            done=[change for change in changes if change in made],
            failures=failures,
            not_attempted=[change for change in changes if change not in tried],
        )

    def _changes(self) -> list[Change]:
        return [part.change for step in self.steps for part in (step, *step.then)]
