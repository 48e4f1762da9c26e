# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on request: rules that say which requests go wrong, and how. The same requests go wrong each time, even with ``chance``."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from ..api.names import route
from ..front.messages import Readable, Request, Response
from ..identity.tokens import Tokens
from ..state.uploads import Uploads

LONGEST_DELAY = 60.0
LISTS = ("repositories", "tags", "manifests")


@dataclass
class Rule:
    """Which requests go wrong: those that match ``method``, ``path`` (regular expressions for the whole method, and for the whole
    path with its query) and ``door``. The first ``skip`` of them go well, the next ``times`` go wrong (0: all the others), each of
    these with a probability of ``chance``, drawn from ``seed``.

    What happens, in this order; a field that is left out does nothing:

    - ``delay``: wait so many seconds first.
    - ``expire_tokens``: make all tokens issued so far invalid.
    - ``drop_upload``: forget the upload that the path names.
    - ``interrupt``: reset the connection after so many bytes of the request's body.
    - ``status``, with ``headers`` and ``body`` (text): answer this in place of the registry; for 429, ``headers`` may have ``Retry-After``.
    - ``headers`` without ``status``: replace these headers of the registry's answer; null removes one.
    - ``stale``: leave the newest so many items out of a list.
    - ``corrupt``: change one byte in the middle of the answer's body.
    - ``truncate``: close the connection after so many bytes of the answer's body.
    - ``reset``: reset the connection after so many bytes of the answer's body, or with -1 before its headers.
    """

    method: str = ".*"
    path: str = ".*"
    door: str = ""
    skip: int = 0
    times: int = 1
    chance: float = 1.0
    seed: int = 0
    delay: float = 0.0
    expire_tokens: bool = False
    drop_upload: bool = False
    interrupt: int | None = None
    status: int | None = None
    headers: dict[str, str | None] = field(default_factory=dict)
    body: str = ""
    stale: int = 0
    corrupt: bool = False
    truncate: int | None = None
    reset: int | None = None

    def __post_init__(self) -> None:
        self._method, self._path = re.compile(self.method), re.compile(self.path)
        self._random = random.Random(self.seed)
        if not 0 <= self.delay <= LONGEST_DELAY:
            raise ValueError(f"delay is at most {LONGEST_DELAY:.0f} seconds")
        self.seen = 0
        self.done = 0

    def strikes(self, request: Request) -> bool:
        """Whether this request goes wrong; it is counted."""
        if not (self._method.fullmatch(request.method) and self._path.fullmatch(request.target) and self.door in ("", request.door)):
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.times and self.done >= self.times) or self._random.random() >= self.chance:
            return False
        self.done += 1
        return True


class Faults:
    """The rules, in their order: of those that match a request, the first applies."""

    def __init__(self, tokens: Tokens, uploads: Uploads) -> None:
        self._tokens = tokens
        self._uploads = uploads
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def set(self, rules: list[dict[str, Any]]) -> None:
        """Replace all rules."""
        known = {one.name for one in fields(Rule)}
        unknown = {name for rule in rules for name in rule} - known
        if unknown:
            raise ValueError(f"a rule has {', '.join(sorted(known))}, not {', '.join(sorted(unknown))}")
        made = [Rule(**rule) for rule in rules]
        with self._lock:
            self._rules = made

    def counts(self) -> list[dict[str, int]]:
        """Return for each rule how many requests it matched, and how many went wrong."""
        with self._lock:
            return [{"seen": rule.seen, "done": rule.done} for rule in self._rules]

    def rule(self, request: Request) -> Rule | None:
        """Return the rule that applies to this request, None when it goes well."""
        if not self._rules:
            return None
        with self._lock:
            return next((rule for rule in self._rules if rule.strikes(request)), None)

    def suffer(self, rule: Rule, request: Request, answer: Callable[[Request], Response]) -> Response:
        """Answer a request as a rule says; ``answer`` is what the registry would do."""
        self._prepare(rule, request)
        if rule.status is not None:
            headers = [(name, value) for name, value in rule.headers.items() if value is not None]
            response = Response(rule.status, headers, rule.body.encode(), style="plain")
        else:
            try:
                response = answer(request)
            except Interrupted:
                return Response(500, ends_after=-1)
            _change_headers(response, rule.headers)
            _make_stale(response, rule.stale)
        _damage(response, rule)
        return response

    def _prepare(self, rule: Rule, request: Request) -> None:
        """Do what a rule does before the registry answers."""
        time.sleep(rule.delay)
        if rule.expire_tokens:
            self._tokens.expire_all()
        known = route(request.path)
        if rule.drop_upload and known and "uuid" in known.parts:
            self._uploads.cancel(known.parts["uuid"])
        if rule.interrupt is not None:
            request.body = _Ending(request.body, rule.interrupt)


class Interrupted(Exception):
    """The connection ends while the request's body is read."""


def _damage(response: Response, rule: Rule) -> None:
    if rule.corrupt and response.size:
        _corrupt(response)
    if rule.truncate is not None:
        response.ends_after = rule.truncate
    if rule.reset is not None:
        response.ends_after, response.resets = rule.reset, True


def _change_headers(response: Response, changes: dict[str, str | None]) -> None:
    names = {name.lower() for name in changes}
    response.headers = [(name, value) for name, value in response.headers if name.lower() not in names]
    response.headers += [(name, value) for name, value in changes.items() if value is not None]


def _make_stale(response: Response, number: int) -> None:
    if not number or response.status != 200 or not isinstance(response.body, bytes):
        return
    data = json.loads(response.body)
    for key in LISTS:
        items = data.get(key)
        if isinstance(items, list):
            # A list of names has no times: there, the last names count as the newest.
            newest = sorted(items, key=lambda item: item.get("lastUpdateTime", "") if isinstance(item, dict) else item)[-number:]
            data[key] = [item for item in items if item not in newest] or None
            response.body = json.dumps(data, separators=(",", ":")).encode() + b"\n"


def _corrupt(response: Response) -> None:
    if isinstance(response.body, bytes):
        data = response.body
    else:
        with response.body as file:
            data = file.read(response.size)
    middle = len(data) // 2
    response.body, response.length = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :], None


class _Ending:
    """A request's body that ends early."""

    def __init__(self, body: Readable, left: int) -> None:
        self._body = body
        self._left = left

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, or raise ``Interrupted`` at the end."""
        if self._left <= 0:
            raise Interrupted
        piece = self._body.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece
