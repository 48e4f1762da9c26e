# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Rules of retention: which tags and untagged manifests each selects, and which of these it exempts from its action. Pure: no request is made here."""

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

# What happens to the referrers of a selected image (signatures, attestations): they are deleted with it; they are kept, and the image with
# them; or they are deleted also when their subject does not exist.
WITH_SUBJECT, KEEP_REFERRERS, ORPHANS = "with_subject", "keep", "orphans"
REFERRERS = (WITH_SUBJECT, KEEP_REFERRERS, ORPHANS)


@dataclass(frozen=True)
class Rule:
    """One rule. Ages are in seconds; ``None`` is a condition that is not set."""

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
    def parse(cls, data: Mapping[str, Any], number: int, pattern_type: str) -> Rule:
        """Read one of a task's rules; the first has the ``number`` 1. UsageError when it is contradictory or invalid."""
        name = data["name"] or f"rule {number}"
        rule = cls(
            name=name,
            repositories=_selection(data["repositories"], f"{name}, repositories", pattern_type),
            tags=_selection(data["tags"], f"{name}, tags", pattern_type) if data["tags"] else None,
            untagged_older_than=parse_span(data["untagged"]["older_than"], f"{name}, untagged") if data["untagged"] else None,
            action=data["action"],
            older_than=None if data["older_than"] is None else parse_span(data["older_than"], f"{name}, older_than"),
            keep_newest=_positive(data, "keep_newest", name),
            keep_minors=_positive(data, "keep_minors", name),
            when_count_exceeds=_positive(data, "when_count_exceeds", name),
            referrers=data["referrers"],
        )
        rule._check()
        return rule

    def _check(self) -> None:
        if self.tags is None and self.untagged_older_than is None:
            raise UsageError(f"{self.name} has neither tags nor untagged, so it matches nothing. Set one of them.")
        if self.untagged_older_than is not None and self.action != DELETE:
            raise UsageError(f"{self.name} has untagged and the action {self.action}, but untagged manifests can only be deleted. Make two rules of it.")
        if self.tags is not None and self.action == DELETE and not (self.older_than or self.keep_newest or self.keep_minors):
            raise UsageError(f"{self.name} would delete every tag that it matches. Set older_than, keep_newest or keep_minors.")
        if self.referrers == ORPHANS and self.untagged_older_than is None:
            raise UsageError(f"{self.name} has referrers: orphans, but not untagged, which sets the age at which orphans are deleted. Set untagged as well.")

    @cached_property
    def reason(self) -> str:
        """Why the rule takes its action, as a plan shows it."""
        conditions = [
            f"older than {format_span(self.older_than)}" if self.older_than else "",
            f"not among the newest {self.keep_newest}" if self.keep_newest else "",
            f"not among the newest {self.keep_minors} minor versions" if self.keep_minors else "",
            f"more than {self.when_count_exceeds} match" if self.when_count_exceeds else "",
        ]
        return ", ".join(filter(None, conditions)) or f"matched by {self.name}"

    def exempt(self, tags: Sequence[TagProperties], now: float) -> dict[str, str]:
        """Return the tags that are exempt from the action, each with the reason. ``tags`` are all that the rule selects in one repository.

        The newest tags are those that were pushed last; ``now`` is in seconds since 1970.
        """
        if self.when_count_exceeds is not None and len(tags) <= self.when_count_exceeds:
            return {tag.name: f"only {len(tags)} match, and the rule applies above {self.when_count_exceeds}" for tag in tags}
        reasons: dict[str, str] = {}
        if self.older_than is not None:
            reasons.update((tag.name, reason) for tag in tags for reason in (too_young(tag.last_updated_on, self.older_than, now),) if reason)
        if self.keep_minors is not None:
            reasons.update((name, f"among the newest {self.keep_minors} minor versions") for name in _newest_minors(tags, self.keep_minors))
        if self.keep_newest is not None:
            newest = sorted(tags, key=lambda tag: (-_pushed(tag, now), tag.name))[: self.keep_newest]
            reasons.update((tag.name, f"among the newest {self.keep_newest}") for tag in newest)
        return reasons


def too_young(time: str, limit: int, now: float) -> str | None:
    """Return why something of that ``time`` is younger than ``limit`` seconds; None when it is not. An unreadable time counts as young."""
    moment = parse_time(time)
    if moment is None:
        return f"its age is unknown ({time})"
    return f"younger than {format_span(limit)}" if now - moment < limit else None


def _pushed(tag: TagProperties, now: float) -> float:
    moment = parse_time(tag.last_updated_on)
    return now if moment is None else moment


def _newest_minors(tags: Sequence[TagProperties], number: int) -> list[str]:
    versions = {tag.name: version for tag in tags for version in (Version.parse(tag.name),) if version}
    # A minor version without a release does not take the place of one that has a release.
    minors = sorted({(version.major, version.minor) for version in versions.values() if version.is_release}, reverse=True)[:number]
    oldest = minors[-1] if minors else (0, 0)
    return [name for name, version in versions.items() if (version.major, version.minor) >= oldest]


def _selection(data: Mapping[str, Any], place: str, pattern_type: str) -> Selection:
    if not data["include"]:
        raise UsageError(f"{place}: include is empty, so the rule matches nothing. List at least one pattern.")
    try:
        return Selection(data["include"], data["exclude"], pattern_type)
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from None


def _positive(data: Mapping[str, Any], option: str, name: str) -> int | None:
    value: int | None = data[option]
    if value is not None and value < 1:
        raise UsageError(f"{name}: {option} is {value}, but must be at least 1.")
    return value
