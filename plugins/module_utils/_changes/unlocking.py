# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Removing locks, acting on what they protected, and restoring them when that fails.

The only place that removes a lock for the sake of another change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from .._common.concurrency import concurrently
from .._common.errors import AcrError, LeftUnlockedError
from .._registry.client import RegistryClient
from .._registry.properties import REPOSITORY, Attributes
from .locks import AttributeChange

ResultT = TypeVar("ResultT")


def with_unlocked(client: RegistryClient, repository: str, changes: Sequence[AttributeChange], act: Callable[[], ResultT]) -> ResultT:
    """Make ``changes``, which unlock a repository or something in it, then return what ``act`` returns.

    Whatever fails, an interrupt included: the attributes of all that may have been unlocked are restored. LeftUnlockedError when that is
    not possible; it says what to set. When ``act`` succeeds, nothing is restored: what was unlocked has been deleted.
    """
    # A change whose answer was lost may have been made: whatever was begun is restored.
    begun: list[AttributeChange] = []

    def unlock(change: AttributeChange) -> None:
        begun.append(change)
        _set_attributes(client, repository, change, change.after)

    try:
        # A locked repository refuses to unlock what it holds, so it comes first.
        for group in _split(changes):
            concurrently(unlock, group, client.concurrency, finishes=True)
        return act()
    except BaseException as error:
        left = _restore(client, repository, begun)
        if not left:
            raise
        places = ", ".join(f"{change.kind} '{change.name}' to {_locks(change)}" for change in left)
        left_unlocked = LeftUnlockedError(
            f"{error} Locks of repository '{repository}' that were removed for this could not all be restored: set {places}.",
            error.to_result() if isinstance(error, AcrError) else {},
        )
        if isinstance(error, Exception):
            raise left_unlocked from error
        raise error from left_unlocked


def _split(changes: Sequence[AttributeChange]) -> tuple[list[AttributeChange], list[AttributeChange]]:
    """Return those of ``changes`` that concern the repository itself, and the others."""
    return [change for change in changes if change.kind == REPOSITORY], [change for change in changes if change.kind != REPOSITORY]


def _restore(client: RegistryClient, repository: str, changes: Sequence[AttributeChange]) -> list[AttributeChange]:
    """Set the attributes as they were, those of the repository last; return the changes that could not be undone."""

    def undone(change: AttributeChange) -> bool:
        try:
            _set_attributes(client, repository, change, change.before)
        except AcrError:
            return not _is_open(client, repository, change)
        return True

    own, inside = _split(changes)
    restored = [*concurrently(undone, inside, client.concurrency, finishes=True), *map(undone, own)]
    return [change for change, is_restored in zip([*inside, *own], restored) if not is_restored]


def _set_attributes(client: RegistryClient, repository: str, change: AttributeChange, attributes: Attributes) -> None:
    if change.kind == REPOSITORY:
        client.repositories.set_attributes(repository, attributes, change.wanted)
    else:
        client.metadata_of(change.kind).set_attributes(repository, change.name, attributes, change.wanted)


def _is_open(client: RegistryClient, repository: str, change: AttributeChange) -> bool:
    """Whether something still exists and lacks a lock that it had; True when that cannot be found out."""
    try:
        found = client.repositories.get(repository) if change.kind == REPOSITORY else client.metadata_of(change.kind).get(repository, change.name)
    except AcrError:
        return True
    return found is not None and any(getattr(found.attributes, flag) != getattr(change.before, flag) for flag in change.wanted)


def _locks(change: AttributeChange) -> str:
    """Return the flags that lock, as a sentence: ``can_delete: false, can_write: false``."""
    before = change.before.to_result()
    return ", ".join(f"{flag}: {str(before[flag]).lower()}" for flag in change.wanted)
