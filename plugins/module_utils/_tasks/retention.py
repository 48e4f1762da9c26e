# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_retention: rules or a saved plan, what they come to in the registry as it is, guards, and the steps that apply it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from .._common.errors import UsageError
from .._common.plan import Plan
from .._common.times import parse_span
from .._registry.client import RegistryClient
from .._retention.decision import Policy
from .._retention.execution import Execution
from .._retention.guards import Guards
from .._retention.item import PlanItem
from .._retention.protection import Protection
from .._retention.rules import Rule
from .._retention.saved_plan import SavedPlan, plan_basis
from .._retention.survey import RepositorySurvey, Survey, chosen_repositories


def plan(client: RegistryClient, params: Mapping[str, Any]) -> Plan:
    """Return what a task's rules come to, or what its saved plan still comes to."""
    guards = Guards(params["max_delete"], params["max_delete_percent"], params["min_remaining"])
    goes_on = _timer(params["max_runtime"])
    if params["plan"] is not None:
        cleanup = SavedPlan.from_json(params["plan"], client.server.host)
        survey = Survey(client, Policy((), Protection(), 0, params["override_locks"]), goes_on)
        found = survey.check(cleanup.items)
    else:
        rules = [Rule.parse(rule, number, params["patterns"]) for number, rule in enumerate(params["rules"], 1)]
        if len({rule.name for rule in rules}) < len(rules):
            raise UsageError("Two rules have the same name: give each its own, or none.")
        names = chosen_repositories(client, rules)
        protection = Protection.parse(params["protect"], params["patterns"], client.server.host, names)
        survey = Survey(client, Policy(rules, protection, _now(client), params["override_locks"]), goes_on)
        found = survey.look_at(names)
        items = [item for one in found for item in one.items]
        asked = {name: params[name] for name in ("rules", "protect", "patterns", "override_locks")}
        cleanup = SavedPlan(client.server.host, plan_basis(asked, ((one.name, one.facts) for one in found)), items)
    result = {"plan": cleanup.to_result(), **_told(found, survey.ledger.reclaimable)}
    _guard(guards, found, result)
    if params["require_soft_delete"]:
        # Fails where it is not offered; whether it is enabled, only a deletion shows.
        client.deleted.catalog()
    sweep = Execution(client, params["override_locks"], goes_on, params["verify"], params["require_soft_delete"])
    changing = [one for one in found if one.items]
    by_repository: dict[str, list[PlanItem]] = {}
    for item in cleanup.items:
        by_repository.setdefault(item.repository, []).append(item)
    return Plan(
        result,
        [f"{item.repository}: {item} ({item.rule}: {item.reason})" for one in changing for item in one.items],
        [f"{item.repository}: {item} {item.action}ed" for one in changing for item in one.items if not item.deletes],
        client.server.host,
        [sweep.step(one.name, by_repository[one.name], one.contents) for one in changing],
        account=lambda: sweep.outcome,
        problem=_problem(found),
    )


def _told(found: Sequence[RepositorySurvey], reclaimable: int) -> dict[str, Any]:
    deleted = [item for one in found for item in one.items if item.deletes]
    return {
        "kept": [kept for one in found for kept in one.kept],
        "drifted": [{"target": item.label, "reason": reason} for one in found for item, reason in one.drifted.items()],
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


def _guard(guards: Guards, found: Sequence[RepositorySurvey], result: Mapping[str, Any]) -> None:
    deleted = sum(item.deletes for one in found for item in one.items)
    total = sum(one.tags + one.manifests for one in found)
    remaining = {one.name: one.remaining for one in found if any(item.deletes for item in one.items)}
    guards.check(deleted, total, remaining, result)


def _problem(found: Sequence[RepositorySurvey]) -> str:
    bad = [one for one in found if one.error]
    if not bad:
        return ""
    return f"{len(bad):,} of {len(found):,} repositories could not be looked at, so nothing in them was changed; the first is '{bad[0].name}': {bad[0].error}"


def _now(client: RegistryClient) -> float:
    """Return the time in seconds since 1970: the earlier one of ours and the registry's, because a clock that is ahead makes all look old."""
    ours = time.time()
    try:
        theirs = parsedate_to_datetime(client.probe().headers.get("Date", "")).timestamp()
    except (TypeError, ValueError):
        return ours
    return min(ours, theirs)


def _timer(limit: str | None) -> Callable[[], bool]:
    end = time.monotonic() + parse_span(limit, "max_runtime") if limit is not None else float("inf")
    return lambda: time.monotonic() < end
