# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Semantic versions (semver.org 2.0.0) in tags: ``1.2.3``, ``v1.2.3-rc.1``. ``1.2`` means ``1.2.0``."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass

from .errors import UsageError

_NUMBER = r"(0|[1-9]\d{0,17})"
_VERSION = re.compile(rf"v?{_NUMBER}\.{_NUMBER}(?:\.{_NUMBER})?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)
_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "==": operator.eq, "!=": operator.ne}
_CONDITION = re.compile(r"(<=|>=|==|!=|<|>|=)\s*(\S+)")


@dataclass(frozen=True, order=True)
class Version:
    """A version without its build metadata, which has no precedence. ``order`` sorts a release after its pre-releases."""

    major: int
    minor: int
    patch: int
    order: tuple[tuple[int, int, str], ...]

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """Read a version; None if ``text`` is not one."""
        match = _VERSION.fullmatch(text)
        if not match:
            return None
        major, minor, patch, pre = match.groups()
        parts = tuple((1, int(part), "") if part.isdecimal() else (2, 0, part) for part in pre.split(".")) if pre else ((3, 0, ""),)
        return cls(int(major), int(minor), int(patch or 0), parts)

    @property
    def is_release(self) -> bool:
        """Whether it is a release, not a pre-release."""
        return self.order[0][0] == 3


class Range:
    """Conditions on versions, all of which must hold: ``>=1.2 <2``.

    A pre-release is in the range only if a condition names a pre-release of the same version (as in npm).
    """

    def __init__(self, text: str) -> None:
        conditions = _CONDITION.findall(text.replace(",", " "))
        versions = [Version.parse(version) or Version.parse(f"{version}.0") for dummy, version in conditions]
        if not conditions or _CONDITION.sub("", text.replace(",", " ")).strip() or None in versions:
            raise UsageError(f"'{text}' is not a range of versions: write conditions such as '>=1.2 <2'.")
        self._conditions = [(_COMPARISONS[sign], version) for (sign, dummy), version in zip(conditions, versions) if version]

    def __contains__(self, version: Version) -> bool:
        if not all(compare(version, other) for compare, other in self._conditions):
            return False
        named = {(other.major, other.minor, other.patch) for dummy, other in self._conditions if not other.is_release}
        return version.is_release or (version.major, version.minor, version.patch) in named
