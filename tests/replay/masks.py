# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What two answers may differ in: one table, for every exchange alike."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .recordings import Answer

GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass(frozen=True)
class Mask:
    """``where``: pattern of header names, or ``body``."""

    where: str
    pattern: str
    replacement: str
    why: str


MASKS = (
    Mask(".*", GUID, "<guid>", "identifiers are new each time"),
    Mask(".*-id", r"[0-9a-f]{8}(-[0-9a-f]{4}){2}-[0-9a-f]{10,12}", "<guid>", "storage writes its identifiers in another way"),
    Mask("date|last-modified|x-ms-creation-time", ".+", "<date>", "time passes"),
    Mask("etag", r'"0x8D[0-9A-F]+"', "<etag>", "storage counts versions of a blob from its time"),
    Mask("x-ms-ratelimit-.*", r"[0-9.]+", "<number>", "the calls that are left depend on the tier and on what was asked before"),
    Mask("server", "openresty|AzureContainerRegistry", "<server>", "both have been seen, for years, in turn"),
    Mask("x-ms-version", r"\d{4}-\d\d-\d\d", "<version>", "storage's, not the registry's"),
    Mask("x-ms-lease-state", ".+", "<state>", "was masked by the recorder"),
    Mask("location", r"_state=[^&]*", "_state=<state>", "is opaque, and signed"),
    Mask("location", r"https://[^/]+/[^/]+//docker", "https://<storage>//docker", "each registry has its own storage"),
    Mask("location", r"se=[^&]*&sig=[^&]*", "se=<time>&sig=<signature>", "is signed, for 20 minutes from now"),
    Mask("body", r'<a href="[^"]*">', '<a href="<location>">', "repeats Location"),
    Mask("body", r'"(access|refresh)_token":"[^"]*"', r'"\1_token":"<token>"', "is secret, and signed"),
)

# Storage's word about how a blob got there. The registry does not decide it, and no client reads it.
HOUSEKEEPING = re.compile("x-ms-(copy|meta|blob-committed)-.*")

# The connection's, not the answer's: the recorder's HTTP library takes one away, the service closes after each 100th answer.
CONNECTION = {"connection", "transfer-encoding"}

# What the service sends sometimes, and what those who wrote a single exchange down sometimes left out.
OPTIONAL = {"content-length", "date", "x-ms-ratelimit-remaining-calls-per-second", "x-ms-correlation-request-id"}


def masked(answer: Answer) -> Answer:
    """Return an answer without what may differ."""
    headers = {name: _masked(name, value) for name, value in answer.headers.items() if not HOUSEKEEPING.fullmatch(name) and name not in CONNECTION}
    challenge = headers.get("www-authenticate")
    if challenge:
        # The service writes the actions of a scope in random order.
        headers["www-authenticate"] = re.sub(r":([a-z_,]+)(?=[ \"])", lambda match: ":" + ",".join(sorted(match.group(1).split(","))), challenge)
    return Answer(answer.status, headers, None if answer.body is None else _masked("body", answer.body))


def _masked(where: str, value: str) -> str:
    for mask in MASKS:
        if (where == "body") == (mask.where == "body") and re.fullmatch(mask.where, where):
            value = re.sub(mask.pattern, mask.replacement, value)
    return value


def differences(expected: Answer, actual: Answer, *, complete: bool) -> list[str]:
    """Return what is not equal; an incomplete recording may lack what is optional."""
    wanted, found = masked(expected), masked(actual)
    lines = [f"status {found.status}, the service answered {wanted.status}"] if found.status != wanted.status else []
    for name in sorted(set(wanted.headers) | set(found.headers)):
        here, there = found.headers.get(name), wanted.headers.get(name)
        if here != there and not (not complete and name in OPTIONAL and None in (here, there)):
            lines.append(f"header {name}: {here!r}, the service sent {there!r}")
    if wanted.body is not None and wanted.body != found.body:
        lines.append(f"body {found.body!r}, the service sent {wanted.body!r}")
    return lines
