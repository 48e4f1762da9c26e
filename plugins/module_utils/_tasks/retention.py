# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_retention: what rules or a saved plan select in the registry as it is now, and the steps that apply it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any, TypedDict

from .._common.errors import AcrError, UsageError
from .._common.patterns import REGEX
from .._common.plan import Plan
from .._common.text import listed
from .._common.times import parse_span
from .._registry.client import RegistryClient
from .._registry.properties import MANIFEST, TAG
from .._retention.decision import Policy
from .._retention.execution import Execution, ExecutionOptions
from .._retention.guards import Guards
from .._retention.protection import Protection
from .._retention.rules import LOCK, UNLOCK, Rule
from .._retention.saved_plan import SavedPlan, basis_digest
from .._retention.survey import RepositorySurvey, Survey, chosen_repositories
from .._retention.unmatched import unmatched_tags
from .option_rules import absence


class SelectionOptions(TypedDict):
    """The repositories or tags that a rule selects."""

    include: list[str]
    exclude: list[str] | None


class UntaggedOptions(TypedDict):
    """Which untagged manifests a rule deletes."""

    older_than: str


class RuleOptions(TypedDict):
    """One of the rules."""

    name: str | None
    repositories: SelectionOptions
    tags: SelectionOptions | None
    untagged: UntaggedOptions | None
    older_than: str | None
    keep_newest: int | None
    keep_minors: int | None
    when_count_exceeds: int | None
    referrers: str
    action: str


class ProtectOptions(TypedDict):
    """What no rule may delete or change."""

    tags: list[str] | None
    digests: list[str] | None
    in_use: Any
    require_in_use: bool | None


class Options(TypedDict):
    """The options of acr_retention."""

    rules: list[RuleOptions] | None
    pattern_type: str | None
    protect: ProtectOptions | None
    plan: dict[str, Any] | None
    on_unreadable: str
    max_delete: int | None
    max_delete_percent: float
    min_remaining: int | None
    require_soft_delete: bool
    override_locks: bool
    max_runtime: str | None
    verify: bool


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what the rules select now, or what is left to do of the saved plan."""
    has_time = _timer(params["max_runtime"])
    warnings: list[str] = []
    if params["plan"] is not None:
        saved = SavedPlan.from_json(params["plan"], client.server.host)
        survey = Survey(client, Policy((), Protection(), 0, params["override_locks"]), has_time)
        found = survey.check(saved.items)
    else:
        policy, names, warnings = _choose(client, params)
        survey = Survey(client, policy, has_time)
        found = survey.apply_policy(names)
        saved = _save(client, params, found)
        warnings += unmatched_tags(policy.rules, policy.protection, {one.name: one.names for one in found})
        missing = _missing(found)
        warnings += [f"{client.server.host} has no repository {listed(missing)}, which the rules name. Check the names."] if missing else []
    execution = Execution(client, found, ExecutionOptions(params["override_locks"], params["verify"], params["require_soft_delete"]), has_time)
    obstacle, facts = _obstacle(client, params, found)
    items = [] if obstacle else [item for one in found for item in one.items]
    unread = absence(params["on_unreadable"], [one for one in found if one.error], _unread(found))
    return Plan(
        result={"plan": saved.to_result(), **_result(found, survey.ledger.reclaimable), **facts},
        before=[f"{item.repository}: {item} ({item.rule}: {item.reason})" for item in items],
        after=[f"{item.repository}: {item} {item.action}ed" for item in items if not item.deletes],
        header=client.server.host,
        steps=[] if obstacle else execution.steps(saved.items),
        account=execution,
        warnings=[*warnings, *unread.warnings],
        problem=" ".join(filter(None, (obstacle, unread.problem))),
    )


def _choose(client: RegistryClient, params: Options) -> tuple[Policy, list[str], list[str]]:
    """Return what the task wants, the repositories that its rules select, and warnings."""
    pattern_type = params["pattern_type"] or REGEX
    rules = [Rule.parse(rule, number, pattern_type) for number, rule in enumerate(params["rules"] or (), 1)]
    if len({rule.name for rule in rules}) < len(rules):
        raise UsageError("Two rules have the same name. Give each rule its own name, or no name.")
    names, warnings = chosen_repositories(client, rules)
    protection = Protection.parse(params["protect"], pattern_type, client.server.host, names)
    return Policy(rules, protection, _now(client), params["override_locks"]), names, warnings


def _save(client: RegistryClient, params: Options, found: Sequence[RepositorySurvey]) -> SavedPlan:
    """Return the plan that a later task can apply."""
    rules = {"rules": params["rules"], "protect": params["protect"], "pattern_type": params["pattern_type"], "override_locks": params["override_locks"]}
    basis = basis_digest(rules, ((one.name, one.snapshot_digest) for one in found))
    return SavedPlan(client.server.host, basis, [item for one in found for item in one.items])


def _result(found: Sequence[RepositorySurvey], reclaimable: int) -> dict[str, Any]:
    totals = {**_totals(found), "reclaimable_bytes": reclaimable}
    return {
        "kept": [kept.to_result() for one in found for kept in one.kept],
        "missing": _missing(found),
        "unreadable": [{"repository": one.name, "msg": str(one.error), **one.error.to_result()} for one in found if one.error],
        "not_examined": [one.name for one in found if one.skipped],
        "totals": totals,
        "summary": _summary(totals, Counter(item.action for one in found for item in one.items)),
    }


def _missing(found: Sequence[RepositorySurvey]) -> list[str]:
    return [one.name for one in found if not one.exists and not one.error and not one.skipped]


def _totals(found: Sequence[RepositorySurvey]) -> dict[str, int]:
    deleted = Counter(item.kind for one in found for item in one.items if item.deletes)
    return {
        "repository_count": sum(one.exists for one in found),
        "tag_count": sum(one.tags for one in found),
        "manifest_count": sum(one.manifests for one in found),
        "deleted_tag_count": deleted[TAG],
        "deleted_manifest_count": deleted[MANIFEST],
    }


def _summary(totals: Mapping[str, int], actions: Mapping[str, int]) -> str:
    """Return what the plan does as a sentence; ``actions`` counts its items by action."""
    tags = f"{totals['deleted_tag_count']:,} of {totals['tag_count']:,} tags"
    manifests = f"{totals['deleted_manifest_count']:,} of {totals['manifest_count']:,} manifests"
    locks = [f", {action}s {actions[action]:,} tags and manifests" for action in (LOCK, UNLOCK) if actions[action]]
    return f"The plan deletes {tags} and {manifests} ({totals['reclaimable_bytes']:,} bytes){''.join(locks)}."


def _obstacle(client: RegistryClient, params: Options, found: Sequence[RepositorySurvey]) -> tuple[str, Mapping[str, Any]]:
    """Return why nothing may be changed, and the facts of an error of the registry; an empty string if nothing stops the plan."""
    guards = Guards(params["max_delete"], params["max_delete_percent"], params["min_remaining"])
    deleted = sum(item.deletes for one in found for item in one.items)
    total = sum(one.tags + one.manifests for one in found)
    remaining = {one.name: one.remaining for one in found if any(item.deletes for item in one.items)}
    problem = guards.problem(deleted, total, remaining)
    if problem or not params["require_soft_delete"]:
        return problem, {}
    try:
        # Fails where the registry offers none. Whether it is enabled, only a deletion shows.
        client.deleted.catalog()
    except AcrError as error:
        return str(error), error.to_result()
    return "", {}


def _unread(found: Sequence[RepositorySurvey]) -> str:
    """Return which repositories could not be read, as a sentence."""
    bad = [one for one in found if one.error]
    if not bad:
        return ""
    return f"{len(bad):,} of {len(found):,} repositories could not be read, so nothing in them was changed; the first is '{bad[0].name}': {bad[0].error}"


def _now(client: RegistryClient) -> float:
    """Return the time in seconds since 1970: ours or the registry's, whichever is earlier, because with a clock that is ahead everything looks old."""
    ours = time.time()
    try:
        theirs = parsedate_to_datetime(client.probe().headers.get("Date", "")).timestamp()
    except (TypeError, ValueError):
        return ours
    return min(ours, theirs)


def _timer(limit: str | None) -> Callable[[], bool]:
    end = time.monotonic() + parse_span(limit, "max_runtime") if limit is not None else float("inf")
    return lambda: time.monotonic() < end
