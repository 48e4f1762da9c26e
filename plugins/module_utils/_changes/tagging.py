# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Pointing tags at a manifest, or removing them: what that changes, and what forbids it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._common.errors import BlockedError, DriftError
from .._common.plan import Change, Step
from .._common.text import listed, short_digest
from .._registry.client import RegistryClient
from .._registry.properties import TAG, RepositoryProperties, TagProperties

# What happens to a tag that points at another manifest: it is moved, it stays, or the task fails before its first change.
ALWAYS, NEVER, ERROR = "always", "never", "error"


@dataclass(frozen=True)
class Tagging:
    """Tags of ``repository`` with the digests that they point at ``before``, and the digest that all shall point at ``after``.

    None instead of a digest: the tag does not exist. ``not_overwritten`` are the tags that stay where they are.
    """

    repository: str
    before: Mapping[str, str | None]
    after: str | None
    not_overwritten: Collection[str] = ()

    @property
    def changes(self) -> list[str]:
        """The tags that change."""
        return [tag for tag, digest in self.before.items() if digest != self.after and tag not in self.not_overwritten]

    @property
    def stays(self) -> bool:
        """Whether there are tags, and all of them stay where they are, so that nothing needs the manifest."""
        return bool(self.before) and len(self.not_overwritten) == len(self.before)

    def change_of(self, tag: str) -> Change:
        """Return the change of one tag."""
        return Change(self.repository, TAG, tag, self.after or self.before[tag], "tag" if self.after else "delete")

    def to_result(self, done: Collection[Change]) -> list[dict[str, Any]]:
        """Return each tag with the digest that it points at after the changes that are ``done``, and the one before.

        A tag that stays where it is has ``not_overwritten``, the reason.
        """
        moved = {tag for tag in self.changes if self.change_of(tag) in done}
        return [
            {
                "name": tag,
                "digest": self.after if tag in moved else digest,
                "previous_digest": digest,
                "changed": tag in moved,
                **({"not_overwritten": "exists"} if tag in self.not_overwritten else {}),
            }
            for tag, digest in self.before.items()
        ]

    @property
    def lines_before(self) -> list[str]:
        """The tags that change as lines of a diff, before the change."""
        return [f"tag {tag} -> {short_digest(self.before[tag] or '')}" for tag in self.changes if self.before[tag]]

    @property
    def lines_after(self) -> list[str]:
        """The same after the change."""
        return [f"tag {tag} -> {short_digest(self.after)}" for tag in self.changes if self.after]

    def steps(self, client: RegistryClient, change: Callable[[str], object]) -> list[Step]:
        """Return a step for each tag that changes: it reads the tag again, then calls ``change`` with it."""

        def apply(tag: str) -> None:
            self.ensure_unmoved(client, tag)
            change(tag)

        return [Step(self.change_of(tag), partial(apply, tag)) for tag in self.changes]

    def ensure_unmoved(self, client: RegistryClient, tag: str) -> None:
        """Read a tag again right before it changes; DriftError when someone else has moved it."""
        found = client.tags.get(self.repository, tag)
        now, seen = found.digest if found else None, self.before[tag]
        if now not in (seen, self.after):
            raise DriftError(f"Tag '{tag}' was moved from {seen or 'nothing'} to {now or 'nothing'} while the task was running. Run the task again.")


def read_tagging(client: RegistryClient, name: str, tags: Iterable[str], digest: str | None, expected: str | None = None, overwrite: str = ALWAYS) -> Tagging:
    """Read what ``tags`` point at, which shall point at ``digest`` (None: be removed).

    ``expected`` is what each tag must point at now, unless it already points at ``digest``; None: anything.
    BlockedError when a lock or ``overwrite`` forbids the change, DriftError when a tag does not point at what is expected.
    """
    wanted = list(tags)
    repository = client.repositories.get(name)
    found = client.tags.get_many(repository, wanted) if repository and wanted else {}
    stays = [] if overwrite == ALWAYS else [tag for tag in wanted if tag in found and found[tag].digest != digest]
    if stays and overwrite == ERROR:
        raise BlockedError(f"Tags of '{name}' point at other manifests, and overwrite is error: {listed(stays)}. Nothing was changed.")
    tagging = Tagging(name, {tag: found[tag].digest if tag in found else None for tag in wanted}, digest, stays)
    for tag in tagging.changes:
        now = tagging.before[tag]
        if expected and now != expected:
            raise DriftError(f"Tag '{tag}' of '{name}' points at {now or 'nothing'}, not at {expected} as expected. Nothing was changed.")
        refuse_locked_tag(repository, found.get(tag), tag, deletes=digest is None)
    return tagging


def refuse_locked_tag(repository: RepositoryProperties | None, found: TagProperties | None, tag: str, deletes: bool) -> None:
    """Raise BlockedError when a lock forbids to move ``tag``, or to delete it; ``found`` is the tag as it is."""
    locked = None
    if found and (not found.attributes.can_write or (deletes and not found.attributes.can_delete)):
        locked = "the tag"
    if repository and not repository.attributes.can_write:
        locked = f"repository '{repository.name}'"
    if locked:
        raise BlockedError(f"A lock on {locked} forbids changing tag '{tag}'; nothing was changed. Unlock it with acr_tag_properties first.")


def refuse_locked(repository: RepositoryProperties | None) -> None:
    """Raise BlockedError when a lock forbids to push to a repository, or to delete anything in it."""
    if repository and not repository.attributes.can_write:
        raise BlockedError(
            f"Repository '{repository.name}' has can_write: false, which forbids changing anything in it. Nothing was changed. "
            "Set can_write: true on the repository first."
        )
