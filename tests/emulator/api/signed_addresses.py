# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signed addresses of blobs in storage: whoever has one may read the blob until it expires."""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from urllib.parse import quote, unquote

from ..front.messages import Request
from ..state.clock import Clock, seconds_of, ticks_of, written

# In seconds.
LIFETIME = 20 * 60

PATH = re.compile(r"/emulated//docker/registry/v2/blobs/sha256/[0-9a-f]{2}/(?P<value>[0-9a-f]{64})/data")


class SignedAddresses:
    """Signs and checks addresses. ``origin`` is the storage's scheme, host and port."""

    def __init__(self, clock: Clock, secret: bytes, origin: str) -> None:
        self.origin = origin
        self._clock = clock
        self._secret = secret
        self._registry = str(uuid.uuid4())

    def address(self, digest: str) -> str:
        """Return the address of a blob, which expires in 20 minutes."""
        ends = int(self._clock.now()) + LIFETIME
        value = digest.partition(":")[2]
        path = f"/emulated//docker/registry/v2/blobs/sha256/{value[:2]}/{value}/data"
        shown = quote(written(ticks_of(ends)), safe="")
        return f"{self.origin}{path}?se={shown}&sig={self._signature(path, ends)}&sp=r&spr=https&sr=b&sv=2016-05-31&regid={self._registry}"

    def is_valid(self, request: Request) -> bool:
        """Whether a request's address was signed here and has not expired."""
        try:
            ends = int(seconds_of(unquote(request.parameter("se") or "")))
        except ValueError:
            ends = 0
        valid = hmac.compare_digest(self._signature(request.path, ends), request.parameter("sig") or "")
        return valid and ends >= self._clock.now()

    def _signature(self, path: str, ends: int) -> str:
        """Return the signature of a path that may be read until ``ends``, seconds since 1970."""
        return hmac.new(self._secret, f"{path}\n{ends}".encode(), hashlib.sha256).hexdigest()


def digest_at(path: str) -> str | None:
    """Return the digest of the blob that a path in storage names."""
    match = PATH.fullmatch(path)
    return f"sha256:{match.group('value')}" if match else None
