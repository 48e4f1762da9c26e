# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What a task will do: the same object in check mode and in a real run, so that the one cannot differ from the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .concurrency import concurrently
from .errors import AcrError
from .progress import report


@dataclass(frozen=True)
class Step:
    """One change of the registry. ``label`` names it in reports: ``tag 'v1' (can_write: false)``.

    The steps in ``then`` follow it, in order, and only if it succeeded.
    """

    label: str
    apply: Callable[[], object]
    then: Sequence[Step] = ()


@dataclass(frozen=True)
class Failure:
    """A step that failed, and why."""

    label: str
    error: AcrError

    def to_result(self) -> dict[str, Any]:
        """Return the failure as a task returns it."""
        return {"target": self.label, "msg": str(self.error), **self.error.to_result()}


@dataclass(frozen=True)
class Outcome:
    """What became of the ``total`` changes of a plan, by their labels.

    ``result`` is what else is known only afterwards; ``problem`` is what the task fails with although no step failed.
    """

    total: int
    done: Sequence[str] = ()
    failures: Sequence[Failure] = ()
    not_attempted: Sequence[str] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything was changed, by a step that failed midway as well."""
        return bool(self.done) or any(failure.error.changed for failure in self.failures)

    @property
    def message(self) -> str:
        """What the task fails with; an empty string when everything went well."""
        if not self.failures:
            return self.problem
        first = self.failures[0]
        return f"{len(self.done):,} of {self.total:,} changes were made; {first.label} failed: {first.error} {self.problem}".rstrip()

    def to_result(self) -> dict[str, Any]:
        """Return the outcome as a task returns it."""
        return {
            "done": list(self.done),
            "failures": [failure.to_result() for failure in self.failures],
            "not_attempted": list(self.not_attempted),
            **self.result,
        }


@dataclass(frozen=True)
class Plan:
    """``result`` is what the task returns, ``before`` and ``after`` are the two sides of its diff, a line each item.

    The ``steps`` do not depend on each other; a plan without steps changes nothing. Where steps keep account themselves of what they
    do, ``account`` returns it. ``problem`` is what the task fails with at its end, because something could not even be examined.
    Plans are made with keywords only: ``before`` and ``after`` are easily swapped.
    """

    result: Mapping[str, Any]
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    header: str = ""
    steps: Sequence[Step] = ()
    warnings: Sequence[str] = ()
    account: Callable[[], Outcome] | None = None
    problem: str = ""

    @property
    def changed(self) -> bool:
        """Whether applying the plan changes the registry."""
        return bool(self.steps)

    @property
    def diff(self) -> dict[str, str]:
        """The diff as Ansible prints it; both sides are empty when nothing changes."""
        return {
            "before_header": self.header,
            "after_header": self.header,
            "before": "".join(f"{line}\n" for line in self.before),
            "after": "".join(f"{line}\n" for line in self.after),
        }

    def apply(self, workers: int) -> Outcome:
        """Apply the steps, ``workers`` at a time; the first failure stops those that have not begun."""
        done: list[Step] = []
        failures: list[Failure] = []
        stop = threading.Event()
        labels = [part.label for step in self.steps for part in (step, *step.then)]

        def run(step: Step) -> None:
            if stop.is_set():
                return
            for part in (step, *step.then):
                try:
                    part.apply()
                except AcrError as error:
                    stop.set()
                    failures.append(Failure(part.label, error))
                    return
                done.append(part)
                if self.account is None:
                    report(f"{len(done):,} of {len(labels):,} changes made")

        concurrently(run, self.steps, workers)
        if self.account:
            return self.account()
        finished = {step.label for step in done}
        tried = finished | {failure.label for failure in failures}
        return Outcome(
            total=len(labels),
            done=[label for label in labels if label in finished],
            failures=failures,
            not_attempted=[label for label in labels if label not in tried],
        )
