# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Checks of options that Ansible's own argument specification cannot express."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any

from .._common.errors import UsageError

# What on_missing, on_unreadable and on_untitled accept.
ERROR, WARN, SKIP = "error", "warn", "skip"


@dataclass(frozen=True)
class Absence:
    """What the absence of something means to a task: what it fails with once everything else is done, or its warnings."""

    problem: str = ""
    warnings: Sequence[str] = ()


def absence(policy: str, names: Sized, sentence: str) -> Absence:
    """Return what it means that ``names`` are absent, by the option's value ``policy``; ``sentence`` says what is absent and what to do."""
    if not names or policy == SKIP:
        return Absence()
    return Absence(warnings=(sentence,)) if policy == WARN else Absence(problem=sentence)


def refuse_options(params: Mapping[str, Any], *options: str) -> None:
    """Raise UsageError when one of ``options`` is set, although it has no effect with the task's ``state``."""
    # A number that is 0 equals False, but it is set.
    given = [option for option in options if not (params[option] is None or params[option] is False or params[option] == [])]
    if given:
        have, them = ("has", "it") if len(given) == 1 else ("have", "them")
        raise UsageError(f"{' and '.join(given)} {have} no effect with state={params['state']}. Remove {them}, or change state. Nothing was changed.")


def refuse_below(least: int, params: Mapping[str, Any], *options: str) -> None:
    """Raise UsageError when one of ``options``, which are numbers, is set and lower than ``least``."""
    for option in options:
        if params[option] is not None and params[option] < least:
            raise UsageError(f"{option} is {params[option]}, but must be at least {least}.")
