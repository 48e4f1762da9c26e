# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""An answer with an error status, read defensively: it can be JSON of the registry, plain text, or the page of a proxy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .text import printable, redact


class Refusal:
    """The answer of a registry with an error status.

    The JSON form is ``{"errors": [{"code", "message", "detail"?}]}`` (OCI distribution specification, error codes).
    """

    def __init__(self, method: str, url: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.method = method
        self.url = redact(url)
        self.status = status
        self.correlation_id = headers.get("X-Ms-Correlation-Request-Id", "")
        self.code, self.message = _first_error(body)

    def __str__(self) -> str:
        answer = " ".join(part for part in (f"{self.method} {self.url} was answered with {self.status}", self.code) if part)
        answer += f": {self.message.rstrip('.')}" if self.message else ""
        return answer + (f" (correlation ID {self.correlation_id})" if self.correlation_id else "")

    def to_result(self) -> dict[str, Any]:
        """Return the facts as plain data."""
        return {
            "method": self.method,
            "url": self.url,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "correlation_id": self.correlation_id,
        }


def _first_error(body: bytes) -> tuple[str, str]:
    try:
        document = json.loads(body)
        first = document["errors"][0]
        return printable(str(first.get("code") or "")), printable(str(first.get("message") or ""))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        text = body.decode("utf-8", "replace")
        return "", "" if "<" in text[:200] else printable(text)
