# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a request may pass: its credentials, the scopes that its token must cover, and challenges."""

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
class Scope:
    """A scope that an operation needs; ``actions`` in the order in which the service lists them."""

    type: str
    name: str
    actions: tuple[str, ...]


CATALOG = Scope("registry", "catalog", ("*",))
DELETED_CATALOG = Scope("registry", "deleted_catalog", ("*",))


def repository_scope(name: str, *actions: str) -> Scope:
    """Return the scope of ``actions`` in a repository."""
    return Scope("repository", name, actions)


class Access:
    """Reads the credentials of requests and compares them with the scopes that these need."""

    def __init__(self, tokens: Tokens, identities: Identities, randomness: random.Random) -> None:
        self._tokens = tokens
        self._identities = identities
        self._random = randomness

    def check(self, request: Request, needed: Sequence[Scope]) -> None:
        """Let a request pass that has the needed scopes, and refuse any other with a challenge."""
        kind, dummy, value = request.header("Authorization").partition(" ")
        request.scopes = [f"{scope.type}:{scope.name}:{','.join(scope.actions)}" for scope in needed]
        if kind.lower() == "basic":
            principal = self.basic(value)
            if principal is None:
                raise self.challenge(request, needed, "")
            request.principal = principal.name
            if not all(_allowed(principal, scope) for scope in needed):
                raise self.challenge(request, needed, "insufficient_scope")
        elif kind.lower() == "bearer":
            self._bearer(request, value.strip(), needed)
        else:
            raise self.challenge(request, needed, "")

    def _bearer(self, request: Request, token: str, needed: Sequence[Scope]) -> None:
        claims = self._tokens.read(token)
        if claims is None or claims.get("aud") != request.host or claims.get("grant_type") != "access_token":
            raise self.challenge(request, needed, "invalid_token")
        request.principal = claims["sub"]
        granted: dict[tuple[str, str], set[str]] = {}
        for entry in claims["access"]:
            granted.setdefault((entry["type"], entry["name"]), set()).update(entry["actions"])
        for scope in needed:
            actions = granted.get((scope.type, scope.name), set())
            if scope.type == "repository":
                actions = actions | granted.get(("repository", "*"), set())
            if not set(scope.actions) <= actions and "*" not in actions:
                raise self.challenge(request, needed, "insufficient_scope")

    def basic(self, value: str) -> Principal | None:
        """Return who sent a Basic credential: a user name with a password, or with a token in its place. None when it is wrong."""
        try:
            username, dummy, password = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return None
        if username != TOKEN_USER:
            return self._identities.password(username, password)
        claims = self._tokens.read(password)
        return self._identities.named(claims["sub"]) if claims else None

    def granted(self, principal: Principal, scope: str, abac: bool) -> list[dict[str, object]]:
        """Return the part of ``scope`` that a token gets. The service does not mention the rest."""
        access: list[dict[str, object]] = []
        for entry in scope.split():
            kind, dummy, rest = entry.partition(":")
            name, dummy, asked = rest.rpartition(":")
            actions = _granted_actions(principal, kind, name, set(asked.split(",")), abac)
            if actions:
                access.append({"type": kind, "name": name, "actions": actions})
        if principal is NOBODY and access:
            access.append({"type": "repository", "name": "*", "actions": ["pull"]})
        return access

    def challenge(self, request: Request, needed: Sequence[Scope], problem: str) -> Refused:
        """Return the 401 that asks for the needed scopes. The order of actions in its header is random, as the service's is."""
        scopes = []
        for scope in needed:
            actions = list(scope.actions)
            self._random.shuffle(actions)
            scopes.append(f"{scope.type}:{scope.name}:{','.join(actions)}")
        value = f'Bearer realm="https://{request.host}/oauth2/token",service="{request.host}"'
        value += f',scope="{" ".join(scopes)}"' if scopes else ""
        value += f',error="{problem}"' if problem else ""
        detail = [{"Type": scope.type, "Name": scope.name, "Action": action} for scope in needed for action in scope.actions] or None
        return Refused(error(401, "UNAUTHORIZED", MESSAGE, [("Www-Authenticate", value)], detail=detail))


def _allowed(principal: Principal, scope: Scope) -> bool:
    if scope.type == "registry":
        return principal.catalog
    return set(scope.actions) <= principal.actions(scope.name)


def _granted_actions(principal: Principal, kind: str, name: str, asked: set[str], abac: bool) -> list[str]:
    """Return which of the actions of one scope a principal gets."""
    if kind == "registry":
        allowed = {"catalog": principal.catalog, "deleted_catalog": "deleted_read" in principal.actions("*")}
        return ["*"] if allowed.get(name) else []
    if kind != "repository" or (name == "*" and abac):
        return []
    possible = principal.actions(name)
    return sorted(possible if "*" in asked else asked & possible)
