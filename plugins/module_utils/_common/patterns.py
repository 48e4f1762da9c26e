# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Patterns that choose names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import translate

from .errors import UsageError

REGEX, GLOB = "regex", "glob"

# A pattern of these characters only is a literal name. In a regular expression, a dot is not literal.
_LITERAL = {REGEX: re.compile(r"[A-Za-z0-9_/-]+"), GLOB: re.compile(r"[A-Za-z0-9._/-]+")}


class Selection:
    """The names that match one of ``include`` and none of ``exclude``.

    A pattern must match the whole name: ``app|web`` does not match ``application``. Without ``include``, every name matches.
    """

    def __init__(self, include: Sequence[str] | None, exclude: Sequence[str] | None, syntax: str = REGEX) -> None:
        self._include = _compile("include", include, syntax)
        self._exclude = _compile("exclude", exclude, syntax)
        literal = bool(include) and all(_LITERAL[syntax].fullmatch(pattern) for pattern in include or ())
        # If all patterns are literal, these are the names: no list has to be read to find them.
        self.names = [name for name in dict.fromkeys(include or ()) if name in self] if literal else None

    def __contains__(self, name: str) -> bool:
        included = not self._include or any(pattern.fullmatch(name) for pattern in self._include)
        return included and not any(pattern.fullmatch(name) for pattern in self._exclude)

    def of(self, names: Iterable[str]) -> list[str]:
        """Return the chosen ones of ``names``, in their order."""
        return [name for name in names if name in self]


def _compile(option: str, patterns: Sequence[str] | None, syntax: str) -> list[re.Pattern[str]]:
    compiled = []
    for pattern in patterns or ():
        try:
            compiled.append(re.compile(translate(pattern) if syntax == GLOB else pattern))
        except re.error as error:
            raise UsageError(f"'{pattern}' in {option} is not a regular expression ({error}); a literal . or + is written \\. or \\+.") from None
    return compiled
