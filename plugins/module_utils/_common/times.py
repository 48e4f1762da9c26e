# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Times as registries and images write them (RFC 3339), and spans of time as options give them (``30d``)."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from .errors import UsageError

_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|z|[+-]\d\d:\d\d)", re.ASCII)


def parse_time(text: object) -> float | None:
    """Return a time as seconds since 1970 UTC; None if it is not valid. The service writes up to seven decimals of a second."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if not match:
        return None
    whole, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(whole.upper().replace(" ", "T") + ("+00:00" if zone in "Zz" else zone))
    except ValueError:
        return None
    return moment.astimezone(timezone.utc).timestamp() + float(fraction or 0)


_SPAN = re.compile(r"(?:([1-9]\d{0,4})w)?(?:([1-9]\d{0,4})d)?(?:([1-9]\d{0,5})h)?(?:([1-9]\d{0,6})m)?", re.ASCII)
_UNITS = (7 * 86400, 86400, 3600, 60)
DAY = 86400

# Nothing in a registry is older: a longer span is a typing error.
LONGEST_SPAN = 100 * 365 * DAY


def parse_span(text: str, option: str) -> int:
    """Return the seconds of a span of time such as ``30d``, ``2w``, ``12h`` or ``1d12h``; UsageError if it is not valid, zero, or over 100 years."""
    match = _SPAN.fullmatch(text.strip())
    seconds = sum(int(number or 0) * unit for number, unit in zip(match.groups(), _UNITS)) if match else 0
    if not 0 < seconds <= LONGEST_SPAN:
        raise UsageError(f"'{text}' in {option} is not a span of time: write weeks, days, hours and minutes as in 2w, 30d, 12h or 1d12h, at most 100 years.")
    return seconds


def format_span(seconds: float) -> str:
    """Return a span of time in its largest whole unit: ``30d``."""
    for unit, name in ((DAY, "d"), (3600, "h"), (60, "m")):
        if seconds >= unit:
            return f"{seconds // unit:.0f}{name}"
    return f"{max(seconds, 0):.0f}s"
