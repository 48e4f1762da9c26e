# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""An answer to a request, read whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urljoin, urlsplit

from .._common.errors import ProtocolError, RegistryError
from .._common.text import printable, redact

if TYPE_CHECKING:
    from .._common.refusal import Refusal
    from .challenge import Challenge


@dataclass(frozen=True)
class Response:
    """An answer, read whole within limits."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON; ProtocolError when it is not."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            kind = printable(self.headers.get("Content-Type", "unknown content"), 80)
            raise ProtocolError(
                f"{self.method} {redact(self.url)} was answered with {kind} instead of JSON: this is not the registry itself, "
                "check the value of registry and any proxy in between."
            ) from None

    def challenge(self, scheme: str) -> Challenge | None:
        """Return the first challenge of ``scheme`` (in lower case) in the header ``WWW-Authenticate``."""
        from .challenge import parse_challenges

        return next((one for one in parse_challenges(self.headers.get("WWW-Authenticate", "")) if one.scheme == scheme), None)

    def refusal(self) -> Refusal:
        """Return what this answer, which has an error status, says."""
        from .._common.refusal import Refusal

        return Refusal(self.method, self.url, self.status, self.headers, self.body)

    def error(self) -> RegistryError:
        """Return the error that this answer means."""
        return RegistryError.of(self.refusal())


def resolve_link(url: str, link: str) -> SplitResult:
    """Return where a link in the answer of ``url`` leads; ProtocolError when it is not a URL."""
    try:
        parts = urlsplit(urljoin(url, link))
        # To read the port raises, too, unless it is a number that a port can have.
        if parts.port == 0:
            raise ValueError
    except ValueError:
        shown = printable(link.partition("?")[0].rpartition("@")[2], 120)
        raise ProtocolError(f"{redact(url)} was answered with a link to '{shown}', which is not a URL; it was not followed.") from None
    return parts
