# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The plan of a task: the same object in check mode and in a real run, so that the two cannot differ."""

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

    The steps in ``then`` follow in their order, if it succeeded.
    """

    label: str
    apply: Callable[[], object]
    then: Sequence[Step] = ()


@dataclass(frozen=True)
class Failure:
    """A failed step and its error."""

    label: str
    error: AcrError

    def to_result(self) -> dict[str, Any]:
        """Return the failure as a task returns it."""
        return {"target": self.label, "msg": str(self.error), **self.error.to_result()}


@dataclass(frozen=True)
class Outcome:
    """The outcome of the ``total`` changes of a plan, by their labels.

    ``result`` is data that is known only afterwards. ``problem`` is a reason to fail even if no step failed.
    """

    total: int
    done: Sequence[str] = ()
    failures: Sequence[Failure] = ()
    not_attempted: Sequence[str] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything was changed, including by a step that failed midway."""
        return bool(self.done) or any(failure.error.changed for failure in self.failures)

    @property
    def message(self) -> str:
        """The message to fail with; empty if there is none."""
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
    """What a task will return and do.

    ``result`` is what the task returns. ``before`` and ``after`` are the two sides of its diff, one line for each item. The ``steps``
    do not depend on each other; a plan without steps changes nothing. If the steps record their own outcome, ``account`` returns it.
    ``problem`` is the message with which the task fails at its end because something could not be examined.
    Use keywords only: ``before`` and ``after`` are easily swapped.
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
        """The diff in the form that Ansible prints; both sides are empty if nothing changes."""
        return {
            "before_header": self.header,
            "after_header": self.header,
            "before": "".join(f"{line}\n" for line in self.before),
            "after": "".join(f"{line}\n" for line in self.after),
        }

    def apply(self, workers: int) -> Outcome:
        """Apply the steps, ``workers`` at a time. After the first failure no further step begins."""
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
