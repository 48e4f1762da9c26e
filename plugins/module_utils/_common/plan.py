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
from .errors import AcrError, StepsFailed
from .progress import report


@dataclass(frozen=True)
class Step:
    """One change of the registry. ``target`` names it in reports: ``tag 'v1' (can_write: false)``.

    ``then`` is what is changed after it, in order, and only if it went well.
    """

    target: str
    apply: Callable[[], object]
    then: Sequence[Step] = ()


@dataclass(frozen=True)
class Outcome:
    """What is known only after a plan was applied: more of the result, whether anything changed, and what went wrong all the same."""

    result: Mapping[str, Any]
    changed: bool
    problem: str = ""


@dataclass(frozen=True)
class Plan:
    """``result`` is what the task returns, ``before`` and ``after`` are the two sides of its diff, a line each item.

    ``steps`` do not depend on each other. A plan without steps changes nothing. ``outcome`` is asked after they were applied (and its
    steps say themselves how far they are), and ``problem`` is what the task fails with at its end, because something could not even be looked at.
    """

    result: Mapping[str, Any]
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    header: str = ""
    steps: Sequence[Step] = ()
    warnings: Sequence[str] = field(default_factory=tuple)
    outcome: Callable[[], Outcome] | None = None
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

    def apply(self, workers: int) -> None:
        """Do the steps, a few at a time; the first failure stops those that have not begun, and StepsFailed tells which."""
        done: list[Step] = []
        failed: list[tuple[str, AcrError]] = []
        stop = threading.Event()
        order = [part.target for step in self.steps for part in (step, *step.then)]

        def run(step: Step) -> None:
            if stop.is_set():
                return
            for part in (step, *step.then):
                try:
                    part.apply()
                except AcrError as error:
                    stop.set()
                    failed.append((part.target, error))
                    return
                done.append(part)
                if self.outcome is None:
                    report(f"{len(done):,} of {len(order):,} changes made")

        concurrently(run, self.steps, workers)
        if failed:
            finished = {step.target for step in done}
            broken = {target for target, dummy in failed}
            raise StepsFailed(
                [target for target in order if target in finished],
                failed,
                [target for target in order if target not in finished and target not in broken],
            )
