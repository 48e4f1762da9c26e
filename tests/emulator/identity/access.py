# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""May this request pass? Challenges, credentials on resources, and what a token must cover."""

from __future__ import annotations

import base64
import random
from collections.abc import Sequence
from dataclasses import dataclass

from ..front.messages import Refused, Request, error
from .identities import NOBODY, TOKEN_USER, Identities, Principal
from .tokens import Tokens

MESSAGE = "authentication required, visit https://aka.ms/acr/authorization for more information."


@dataclass(frozen=True)
class Needed:
    """A scope that an operation needs; ``actions`` in the order in which the service lists them."""

    type: str
    name: str
    actions: tuple[str, ...]


CATALOG = Needed("registry", "catalog", ("*",))


def repository(name: str, *actions: str) -> Needed:
    """Return the need for ``actions`` in a repository."""
    return Needed("repository", name, actions)


class Access:
    """Reads credentials of requests and compares them with what is needed."""

    def __init__(self, tokens: Tokens, identities: Identities, randomness: random.Random) -> None:
        self._tokens = tokens
        self._identities = identities
        self._random = randomness

    def check(self, request: Request, needed: Sequence[Needed]) -> None:
        """Let the request pass, or refuse it with a challenge."""
        kind, dummy, value = request.header("Authorization").partition(" ")
        request.scopes = [f"{need.type}:{need.name}:{','.join(need.actions)}" for need in needed]
        if kind.lower() == "basic":
            principal = self.basic(value)
            if principal is None:
                raise self.challenge(request, needed, "")
            request.principal = principal.name
            if not all(_allowed(principal, need) for need in needed):
                raise self.challenge(request, needed, "insufficient_scope")
        elif kind.lower() == "bearer":
            self._bearer(request, value.strip(), needed)
        else:
            raise self.challenge(request, needed, "")

    def _bearer(self, request: Request, token: str, needed: Sequence[Needed]) -> None:
        claims = self._tokens.read(token)
        if claims is None or claims.get("aud") != request.host or claims.get("grant_type") != "access_token":
            raise self.challenge(request, needed, "invalid_token")
        request.principal = claims["sub"]
        granted: dict[tuple[str, str], set[str]] = {}
        for entry in claims["access"]:
            granted.setdefault((entry["type"], entry["name"]), set()).update(entry["actions"])
        for need in needed:
            actions = granted.get((need.type, need.name), set())
            if need.type == "repository":
                actions = actions | granted.get(("repository", "*"), set())
            if not set(need.actions) <= actions and "*" not in actions:
                raise self.challenge(request, needed, "insufficient_scope")

    def basic(self, value: str) -> Principal | None:
        """Return who a Basic credential belongs to: a user and password, or a token in place of the password."""
        try:
            username, dummy, password = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return None
        if username != TOKEN_USER:
            return self._identities.password(username, password)
        claims = self._tokens.read(password)
        return self._identities.named(claims["sub"]) if claims else None

    def granted(self, principal: Principal, scope: str, abac: bool) -> list[dict[str, object]]:
        """Return what of ``scope`` a token gets: a subset, without a word about the rest."""
        access: list[dict[str, object]] = []
        for entry in scope.split():
            kind, dummy, rest = entry.partition(":")
            name, dummy, asked = rest.rpartition(":")
            actions = set(asked.split(","))
            if (kind == "registry" and name == "catalog" and principal.catalog) or (
                kind == "registry" and name == "deleted_catalog" and "deleted_read" in principal.actions("*")
            ):
                access.append({"type": kind, "name": name, "actions": ["*"]})
            elif kind == "repository" and not (name == "*" and abac):
                allowed = principal.actions(name)
                actions = set(allowed) if "*" in actions else actions & allowed
                if actions:
                    access.append({"type": kind, "name": name, "actions": sorted(actions)})
        if principal is NOBODY and access:
            access.append({"type": "repository", "name": "*", "actions": ["pull"]})
        return access

    def challenge(self, request: Request, needed: Sequence[Needed], problem: str) -> Refused:
        """Return the 401 that asks for what is needed; the order of actions in its header is random, as the service's is."""
        scopes = []
        for need in needed:
            actions = list(need.actions)
            self._random.shuffle(actions)
            scopes.append(f"{need.type}:{need.name}:{','.join(actions)}")
        value = f'Bearer realm="https://{request.host}/oauth2/token",service="{request.host}"'
        value += f',scope="{" ".join(scopes)}"' if scopes else ""
        value += f',error="{problem}"' if problem else ""
        detail = [{"Type": need.type, "Name": need.name, "Action": action} for need in needed for action in need.actions] or None
        return Refused(error(401, "UNAUTHORIZED", MESSAGE, [("Www-Authenticate", value)], detail=detail))


def _allowed(principal: Principal, need: Needed) -> bool:
    if need.type == "registry":
        return principal.catalog
    return set(need.actions) <= principal.actions(need.name)
