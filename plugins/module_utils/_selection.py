# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Names chosen by regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ._errors import UsageError


class Selection:
    """Names that match one of ``include`` and none of ``exclude``.

    A pattern must match the whole name: ``app|web`` never matches ``application``. Without ``include`` every name is in.
    """

    def __init__(self, include: Sequence[str] | None, exclude: Sequence[str] | None) -> None:
        self._include = _compile("include", include)
        self._exclude = _compile("exclude", exclude)

    def __contains__(self, name: str) -> bool:
        included = not self._include or any(pattern.fullmatch(name) for pattern in self._include)
        return included and not any(pattern.fullmatch(name) for pattern in self._exclude)

    def of(self, names: Iterable[str]) -> list[str]:
        """Return those of ``names`` that are chosen, in their order."""
        return [name for name in names if name in self]


def _compile(option: str, patterns: Sequence[str] | None) -> list[re.Pattern[str]]:
    compiled = []
    for pattern in patterns or ():
        try:
            compiled.append(re.compile(pattern))
        except re.error as error:
            raise UsageError(f"'{pattern}' in {option} is not a regular expression ({error}); a literal . or + is written \\. or \\+.") from None
    return compiled
