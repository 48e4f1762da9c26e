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


_SPAN = re.compile(r"(?:([1-9]\d{0,4})w)?(?:([1-9]\d{0,4})d)?(?:([1-9]\d{0,5})h)?(?:([1-9]\d{0,6})m)?(?:([1-9]\d{0,8})s)?", re.ASCII)
_UNITS = (7 * 86400, 86400, 3600, 60, 1)
DAY = 86400

# Nothing in a registry is older: a longer span is a typing error.
LONGEST_SPAN = 100 * 365 * DAY


def parse_span(text: str, option: str) -> int:
    """Return the seconds of a span of time such as ``30d``, ``12h``, ``1d12h`` or ``90s``; UsageError if it is not valid, zero, or over 100 years."""
    text = text.strip()
    match = _SPAN.fullmatch(text)
    seconds = sum(int(number or 0) * unit for number, unit in zip(match.groups(), _UNITS)) if match else 0
    if 0 < seconds <= LONGEST_SPAN:
        return seconds
    if re.fullmatch(r"[1-9]\d*", text, re.ASCII):
        raise UsageError(f"'{text}' in {option} has no unit: write {text}s for seconds, {text}m for minutes, {text}h for hours or {text}d for days.")
    units = "weeks, days, hours, minutes and seconds as in 2w, 30d, 12h, 1d12h or 90s"
    raise UsageError(f"'{text}' in {option} is not a span of time: write {units}, at most 100 years.")


def format_span(seconds: float) -> str:
    """Return a span of time in its largest whole unit: ``30d``."""
    for unit, name in ((DAY, "d"), (3600, "h"), (60, "m")):
        if seconds >= unit:
            return f"{seconds // unit:.0f}{name}"
    return f"{max(seconds, 0):.0f}s"
