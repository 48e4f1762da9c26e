# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Which patterns of rules and of protect.tags match nothing. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from .protection import Protection
from .rules import Rule


def unmatched_repositories(rules: Sequence[Rule], catalog: Collection[str], host: str) -> list[str]:
    """Return a warning for each pattern of a rule that matches no repository of the registry, whose repositories are the ``catalog``."""
    return [f"{rule.name}: {text}" for rule in rules for text in rule.repositories.unmatched_warnings(catalog, f"repositories of {host}")]


def unmatched_tags(rules: Sequence[Rule], protection: Protection, tags: Mapping[str, Collection[str]]) -> list[str]:
    """Return a warning for each pattern of a rule or of protect.tags that matches no tag; ``tags`` are those of each repository that was read."""
    return [*_of_rules(rules, tags), *_of_protection(protection, tags)]


def _of_rules(rules: Sequence[Rule], tags: Mapping[str, Collection[str]]) -> Iterator[str]:
    for rule in rules:
        names = {tag for repository, found in tags.items() if repository in rule.repositories for tag in found}
        if rule.tags is not None and names:
            yield from (f"{rule.name}: {text}" for text in rule.tags.unmatched_warnings(names, "tags in the repositories of the rule"))


def _of_protection(protection: Protection, tags: Mapping[str, Collection[str]]) -> Iterator[str]:
    names = {tag for found in tags.values() for tag in found}
    if protection.tags is not None and names:
        for text in protection.tags.unmatched_warnings(names, "tags in the repositories of the rules"):
            # protect.tags has no include.
            yield f"protect.tags: {text.removeprefix('include ')}"
