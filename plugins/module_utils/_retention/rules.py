# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Rules of retention: which tags and untagged manifests they are about, and which of those they spare. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .._common.errors import UsageError
from .._common.patterns import Selection
from .._common.semver import Version
from .._common.times import format_span, parse_span, parse_time
from .._registry.properties import TagProperties

DELETE, KEEP, LOCK, UNLOCK = "delete", "keep", "lock", "unlock"


ACTIONS = (DELETE, KEEP, LOCK, UNLOCK)


# What becomes of what is about an image (signatures, attestations): it goes with it, forbids that it goes, or goes even when left alone.
WITH_SUBJECT, KEEP_REFERRERS, ORPHANS = "with_subject", "keep", "orphans"


REFERRERS = (WITH_SUBJECT, KEEP_REFERRERS, ORPHANS)


@dataclass(frozen=True)
class Rule:
    """One rule. Ages are in seconds; ``None`` is a condition that was not set."""

    name: str
    repositories: Selection
    tags: Selection | None
    untagged_older_than: int | None
    action: str
    older_than: int | None
    keep_newest: int | None
    keep_minors: int | None
    when_count_exceeds: int | None
    referrers: str

    @classmethod
    def parse(cls, data: Mapping[str, Any], number: int, syntax: str) -> Rule:
        """Read one of a task's rules, the first of which is 1; UsageError when it cannot be meant."""
        name = data["name"] or f"rule {number}"
        rule = cls(
            name=name,
            repositories=_selection(data["repositories"], f"{name}, repositories", syntax),
            tags=_selection(data["tags"], f"{name}, tags", syntax) if data["tags"] else None,
            untagged_older_than=parse_span(data["untagged"]["older_than"], f"{name}, untagged") if data["untagged"] else None,
            action=data["action"],
            older_than=None if data["older_than"] is None else parse_span(data["older_than"], f"{name}, older_than"),
            keep_newest=_positive(data, "keep_newest", name),
            keep_minors=_positive(data, "keep_minors", name),
            when_count_exceeds=_positive(data, "when_count_exceeds", name),
            referrers=data["referrers"],
        )
        if rule.tags is None and rule.untagged_older_than is None:
            raise UsageError(f"{name} has neither tags nor untagged, so it is about nothing: say what it is about.")
        if rule.untagged_older_than is not None and rule.action != DELETE:
            raise UsageError(f"{name} has untagged, which are only ever deleted, and the action {rule.action}: make two rules of it.")
        if rule.tags is not None and rule.action == DELETE and not (rule.older_than or rule.keep_newest or rule.keep_minors):
            raise UsageError(f"{name} would delete every tag that it matches: set older_than, keep_newest or keep_minors.")
        if rule.referrers == ORPHANS and rule.untagged_older_than is None:
            raise UsageError(f"{name} has referrers: orphans, which are deleted at the age that untagged has: set that as well.")
        return rule

    @cached_property
    def reason(self) -> str:
        """Why its action is taken, for people."""
        words = [
            f"older than {format_span(self.older_than)}" if self.older_than else "",
            f"not among the newest {self.keep_newest}" if self.keep_newest else "",
            f"not of the newest {self.keep_minors} minor versions" if self.keep_minors else "",
            f"more than {self.when_count_exceeds} match" if self.when_count_exceeds else "",
        ]
        return ", ".join(filter(None, words)) or f"{self.name} says so"

    def spared(self, tags: Sequence[TagProperties], now: float) -> dict[str, str]:
        """Return which of ``tags``, all that the rule is about in one repository, its action spares, and why.

        The newest are those that were pushed last; ``now`` is in seconds since 1970.
        """
        if self.when_count_exceeds is not None and len(tags) <= self.when_count_exceeds:
            return {tag.name: f"only {len(tags)} match, the rule begins above {self.when_count_exceeds}" for tag in tags}
        reasons: dict[str, str] = {}
        if self.older_than is not None:
            reasons.update((tag.name, reason) for tag in tags for reason in (too_young(tag.last_updated_on, self.older_than, now),) if reason)
        if self.keep_minors is not None:
            reasons.update((name, f"of the newest {self.keep_minors} minor versions") for name in _newest_minors(tags, self.keep_minors))
        if self.keep_newest is not None:
            newest = sorted(tags, key=lambda tag: (-_pushed(tag, now), tag.name))[: self.keep_newest]
            reasons.update((tag.name, f"among the newest {self.keep_newest}") for tag in newest)
        return reasons


def too_young(time: str, limit: int, now: float) -> str | None:
    """Return why something of that ``time`` is too young to go, None when it is old enough. What has no readable age is young."""
    moment = parse_time(time)
    if moment is None:
        return f"its age is not known ({time})"
    return f"younger than {format_span(limit)}" if now - moment < limit else None


def _pushed(tag: TagProperties, now: float) -> float:
    moment = parse_time(tag.last_updated_on)
    return now if moment is None else moment


def _newest_minors(tags: Sequence[TagProperties], number: int) -> list[str]:
    versions = {tag.name: version for tag in tags for version in (Version.parse(tag.name),) if version}
    # A line without any release yet does not push out one that has some.
    lines = sorted({(version.major, version.minor) for version in versions.values() if version.is_release}, reverse=True)[:number]
    oldest = lines[-1] if lines else (0, 0)
    return [name for name, version in versions.items() if (version.major, version.minor) >= oldest]


def _selection(data: Mapping[str, Any], place: str, syntax: str) -> Selection:
    if not data["include"]:
        raise UsageError(f"{place}: include is empty, so nothing is chosen: name what the rule is about.")
    try:
        return Selection(data["include"], data["exclude"], syntax)
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from None


def _positive(data: Mapping[str, Any], option: str, name: str) -> int | None:
    value: int | None = data[option]
    if value is not None and value < 1:
        raise UsageError(f"{name}: {option} is {value}, but must be at least 1.")
    return value
