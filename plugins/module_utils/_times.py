# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Times as registries and images write them (RFC 3339)."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|z|[+-]\d\d:\d\d)", re.ASCII)


def instant(text: str | None) -> float | None:
    """Return a time as seconds since 1970 UTC, None when it cannot be read. The service writes up to seven digits of a second."""
    match = _TIME.fullmatch(text or "")
    if not match:
        return None
    whole, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(whole.upper().replace(" ", "T") + ("+00:00" if zone in "Zz" else zone))
    except ValueError:
        return None
    return moment.astimezone(timezone.utc).timestamp() + float(fraction or 0)
