# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Retention as a task: rules or a saved plan, what they come to in the registry as it is, guards, and the steps that apply it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from ._cleanup import Cleanup, Guards, Item, basis_of
from ._client import RegistryClient
from ._errors import UsageError
from ._plan import Plan
from ._protection import Protection
from ._retention import Judge
from ._rules import Rule
from ._survey import Looked, Survey, repositories
from ._sweep import Sweep
from ._times import span


def plan(client: RegistryClient, params: Mapping[str, Any]) -> Plan:
    """Return what a task's rules come to, or what its saved plan still comes to."""
    guards = Guards(params["max_delete"], params["max_delete_percent"], params["min_remaining"])
    goes_on = _timer(params["max_runtime"])
    if params["plan"] is not None:
        cleanup = Cleanup.from_json(params["plan"], client.server.host)
        survey = Survey(client, Judge((), Protection(), 0, params["override_locks"]), goes_on)
        found = survey.check(cleanup.items)
    else:
        rules = [Rule.parse(rule, number, params["patterns"]) for number, rule in enumerate(params["rules"], 1)]
        if len({rule.name for rule in rules}) < len(rules):
            raise UsageError("Two rules have the same name: give each its own, or none.")
        names = repositories(client, rules)
        protection = Protection.parse(params["protect"], params["patterns"], client.server.host, names)
        survey = Survey(client, Judge(rules, protection, _now(client), params["override_locks"]), goes_on)
        found = survey.look_at(names)
        items = [item for one in found for item in one.items]
        asked = {name: params[name] for name in ("rules", "protect", "patterns", "override_locks")}
        cleanup = Cleanup(client.server.host, basis_of(asked, ((one.name, one.facts) for one in found)), items)
    result = {"plan": cleanup.to_result(), **_told(found, survey.ledger.reclaimable)}
    _guard(guards, found, result)
    if params["require_soft_delete"]:
        # Fails where it is not offered; whether it is enabled, only a deletion shows.
        client.deleted.catalog()
    sweep = Sweep(client, params["override_locks"], goes_on, params["verify"], params["require_soft_delete"])
    changing = [one for one in found if one.items]
    by_repository: dict[str, list[Item]] = {}
    for item in cleanup.items:
        by_repository.setdefault(item.repository, []).append(item)
    return Plan(
        result,
        [f"{item.repository}: {item} ({item.rule}: {item.reason})" for one in changing for item in one.items],
        [f"{item.repository}: {item} {item.action}ed" for one in changing for item in one.items if not item.deletes],
        client.server.host,
        [sweep.step(one.name, by_repository[one.name], one.contents) for one in changing],
        outcome=lambda: sweep.outcome,
        problem=_problem(found),
    )


def _told(found: Sequence[Looked], reclaimable: int) -> dict[str, Any]:
    deleted = [item for one in found for item in one.items if item.deletes]
    return {
        "kept": [kept for one in found for kept in one.kept],
        "drifted": [{"target": item.target, "reason": reason} for one in found for item, reason in one.drifted.items()],
        "missing": [one.name for one in found if not one.exists and not one.error and not one.skipped],
        "unreadable": [{"repository": one.name, "msg": str(one.error), **one.error.to_result()} for one in found if one.error],
        "not_examined": [one.name for one in found if one.skipped],
        "summary": {
            "repositories": sum(one.exists for one in found),
            "tags": sum(one.tags for one in found),
            "manifests": sum(one.manifests for one in found),
            "deleted_tags": sum(item.kind == "tag" for item in deleted),
            "deleted_manifests": sum(item.kind == "manifest" for item in deleted),
            "reclaimable_bytes": reclaimable,
        },
    }


def _guard(guards: Guards, found: Sequence[Looked], result: Mapping[str, Any]) -> None:
    deleted = sum(item.deletes for one in found for item in one.items)
    total = sum(one.tags + one.manifests for one in found)
    remaining = {one.name: one.remaining for one in found if any(item.deletes for item in one.items)}
    guards.check(deleted, total, remaining, result)


def _problem(found: Sequence[Looked]) -> str:
    bad = [one for one in found if one.error]
    if not bad:
        return ""
    return f"{len(bad):,} of {len(found):,} repositories could not be looked at, so nothing in them was changed; the first is '{bad[0].name}': {bad[0].error}"


def _now(client: RegistryClient) -> float:
    """Return the time in seconds since 1970: the earlier one of ours and the registry's, because a clock that is ahead makes all look old."""
    ours = time.time()
    try:
        theirs = parsedate_to_datetime(client.challenge().headers.get("Date", "")).timestamp()
    except (TypeError, ValueError):
        return ours
    return min(ours, theirs)


def _timer(limit: str | None) -> Callable[[], bool]:
    end = time.monotonic() + span(limit, "max_runtime") if limit is not None else float("inf")
    return lambda: time.monotonic() < end
