# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What it takes for tags to point at a manifest, or to be gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._common.errors import BlockedError, DriftError
from .._common.plan import Step
from .._common.text import short_digest
from .._registry.client import RegistryClient
from .._registry.properties import RepositoryProperties, TagProperties

ABSENT = "absent"


@dataclass(frozen=True)
class Tagging:
    """Tags of ``repository`` with the digests they point at (None: no such tag), and the one that they shall point at (None: be gone)."""

    repository: str
    before: Mapping[str, str | None]
    after: str | None

    @property
    def changes(self) -> list[str]:
        """The tags for which that is a change."""
        return [tag for tag, digest in self.before.items() if digest != self.after]

    def to_result(self) -> list[dict[str, Any]]:
        """Return each tag with what was and what will be."""
        return [{"name": tag, "before": digest, "after": self.after, "changed": digest != self.after} for tag, digest in self.before.items()]

    @property
    def lines_before(self) -> list[str]:
        """The tags that change, as a diff shows them."""
        return [f"tag {tag} -> {short_digest(self.before[tag] or '')}" for tag in self.changes if self.before[tag]]

    @property
    def lines_after(self) -> list[str]:
        """The same, as they will be."""
        return [f"tag {tag} -> {short_digest(self.after)}" for tag in self.changes if self.after]

    def steps(self, client: RegistryClient, change: Callable[[str], object], target: str = "tag '{}'") -> list[Step]:
        """Return the steps that ``change`` these tags, each after a second look; they are called ``target``."""

        def apply(tag: str) -> None:
            self.ensure_unmoved(client, tag)
            change(tag)

        return [Step(target.format(tag), partial(apply, tag)) for tag in self.changes]

    def ensure_unmoved(self, client: RegistryClient, tag: str) -> None:
        """Look again right before a change; DriftError when somebody else was faster."""
        found = client.tags.get(self.repository, tag)
        now, seen = found.digest if found else None, self.before[tag]
        if now not in (seen, self.after):
            raise DriftError(f"Tag '{tag}' was moved from {seen or 'nothing'} to {now or 'nothing'} while the task was at work. Run the task again.")


def read_tagging(client: RegistryClient, name: str, tags: Iterable[str], digest: str | None, expected: str | None = None) -> Tagging:
    """Read where ``tags`` point. BlockedError when a lock forbids what is wanted, DriftError when a tag is not where it is expected."""
    wanted = list(tags)
    repository = client.repositories.get(name)
    found = client.tags.get_many(repository, wanted) if repository and wanted else {}
    result = Tagging(name, {tag: found[tag].digest if tag in found else None for tag in wanted}, digest)
    for tag in result.changes:
        if expected and (result.before[tag] or ABSENT) != expected:
            where = result.before[tag] or "nothing"
            raise DriftError(f"Tag '{tag}' of '{name}' points at {where}, not at {expected} as expected. Nothing was changed.")
        refuse_locked_tag(repository, found.get(tag), tag, deletes=digest is None)
    return result


def refuse_locked_tag(repository: RepositoryProperties | None, found: TagProperties | None, tag: str, deletes: bool) -> None:
    """Raise BlockedError when a lock forbids to move ``tag``, or to take it away; ``found`` is the tag as it is."""
    locked = None
    if found and (not found.attributes.can_write or (deletes and not found.attributes.can_delete)):
        locked = "the tag"
    if repository and not repository.attributes.can_write:
        locked = f"repository '{repository.name}'"
    if locked:
        raise BlockedError(f"A lock on {locked} forbids to change tag '{tag}'; nothing was changed. Unlock it with acr_tag_properties first.")


def refuse_locked(repository: RepositoryProperties | None) -> None:
    """Raise BlockedError when nothing can be put into a repository, or taken from it."""
    if repository and not repository.attributes.can_write:
        raise BlockedError(
            f"Repository '{repository.name}' has can_write: false, so nothing in it can be changed, and nothing was. Set can_write: true on it first."
        )
