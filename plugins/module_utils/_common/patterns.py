# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Patterns that choose names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from fnmatch import translate

from .errors import UsageError

REGEX, GLOB = "regex", "glob"

# A pattern of these characters only is a literal name. In a regular expression, a dot is not literal.
_LITERAL = {REGEX: re.compile(r"[A-Za-z0-9_/-]+"), GLOB: re.compile(r"[A-Za-z0-9._/-]+")}


class Selection:
    """The names that match one of ``include`` and none of ``exclude``.

    A pattern must match the whole name: ``app|web`` does not match ``application``. Without ``include``, every name matches.
    """

    def __init__(self, include: Sequence[str] | None, exclude: Sequence[str] | None, pattern_type: str = REGEX) -> None:
        self._pattern_type = pattern_type
        self._patterns = list(dict.fromkeys(include or ()))
        self._include = _compile("include", self._patterns, pattern_type)
        self._exclude = _compile("exclude", exclude or (), pattern_type)
        literal = bool(include) and all(_LITERAL[pattern_type].fullmatch(pattern) for pattern in self._patterns)
        # If all patterns are literal, these are the names: no list has to be read to find them.
        self.names = [name for name in self._patterns if name in self] if literal else None

    def __contains__(self, name: str) -> bool:
        included = not self._include or any(pattern.fullmatch(name) for pattern in self._include)
        return included and not any(pattern.fullmatch(name) for pattern in self._exclude)

    def of(self, names: Iterable[str]) -> list[str]:
        """Return the chosen ones of ``names``, in their order."""
        return [name for name in names if name in self]

    def unmatched(self, names: Collection[str]) -> list[str]:
        """Return the patterns of ``include`` that match none of ``names``."""
        return [pattern for pattern, compiled in zip(self._patterns, self._include) if not any(map(compiled.fullmatch, names))]

    def unmatched_warnings(self, names: Collection[str], what: str) -> list[str]:
        """Return a warning for each pattern of ``include`` that matches none of ``names``, which are ``what``: ``tags of library/app``."""
        return [
            f"include pattern '{pattern}' ({self._pattern_type}) matched none of the {len(names):,} {what}.{self._advice(pattern, names)}"
            for pattern in self.unmatched(names)
        ]

    def _advice(self, pattern: str, names: Collection[str]) -> str:
        """Return what the pattern would match if it were of the other type."""
        other, noun = (GLOB, "a glob") if self._pattern_type == REGEX else (REGEX, "a regular expression")
        try:
            count = len(Selection([pattern], None, other).of(names))
        except UsageError:
            return ""
        return f" As {noun}, it would match {count:,}: set pattern_type: {other}." if count else ""


def _compile(option: str, patterns: Iterable[str], pattern_type: str) -> list[re.Pattern[str]]:
    compiled = []
    for pattern in patterns:
        try:
            compiled.append(re.compile(translate(pattern) if pattern_type == GLOB else pattern))
        except re.error as error:
            advice = "A literal . or + is written \\. or \\+; for wildcards, set pattern_type: glob."
            raise UsageError(f"'{pattern}' in {option} is not a regular expression ({error}). {advice}") from None
    return compiled
