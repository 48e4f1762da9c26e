# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The tags of one repository that a task chooses, by name and by pattern."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._common.names import tag_name
from .._common.text import listed
from .._registry.client import RegistryClient
from .._registry.properties import RepositoryProperties, TagProperties

if TYPE_CHECKING:
    from .._common.patterns import Selection


@dataclass(frozen=True)
class TagChoice:
    """The tags that a task means: the ``named`` ones, and those of ``selection``. ``on_missing`` is the option of that name."""

    named: Sequence[str]
    selection: Selection | None
    on_missing: str

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> TagChoice:
        """Read the options tags, include, exclude, pattern_type and on_missing; UsageError when one of them is not valid."""
        named = [tag_name(tag) for tag in dict.fromkeys(params["tags"] or ())]
        if not (params["include"] or params["exclude"]):
            return cls(named, None, params["on_missing"])
        # Tasks that name their tags do not load this code.
        from .._common.patterns import Selection

        return cls(named, Selection(params["include"], params["exclude"], params["pattern_type"]), params["on_missing"])

    def read(self, client: RegistryClient, name: str, repository: RepositoryProperties | None) -> ChosenTags:
        """Read the chosen tags of ``repository``, which is called ``name``; None: it does not exist.

        Patterns need the whole list, and the named tags are then taken from it, if it shows them.
        """
        place = f"Repository '{name}' of {client.server.host}"
        if repository is None:
            return self._chosen({}, f"{place} does not exist. Check the name, or set on_missing to skip.")
        warnings: list[str] = []
        if self.selection is None:
            tags = client.tags.get_many(repository, self.named)
        else:
            every = {tag.name: tag for tag in client.tags.list(name).items}
            warnings = self.selection.unmatched_warnings(list(every), f"tags of {name}")
            tags = {tag: found for tag, found in every.items() if tag in self.named or tag in self.selection}
            tags.update(client.tags.get_many(repository, [tag for tag in self.named if tag not in tags]))
        missing = [tag for tag in self.named if tag not in tags]
        return self._chosen(tags, f"{place} has no tag {listed(missing)}. Check the names, or set on_missing to skip." if missing else "", warnings)

    def _chosen(self, tags: Mapping[str, TagProperties], absent: str, warnings: Sequence[str] = ()) -> ChosenTags:
        """Return the chosen ``tags``; ``absent`` says what does not exist."""
        missing = [tag for tag in self.named if tag not in tags]
        if not absent:
            return ChosenTags(tags, missing, warnings)
        from .option_rules import absence

        lacks = absence(self.on_missing, absent, absent)
        return ChosenTags(tags, missing, [*lacks.warnings, *warnings], lacks.problem)


@dataclass(frozen=True)
class ChosenTags:
    """The chosen ``tags`` by name, and the named ones that are ``missing``. ``problem`` is what the task fails with at its end.

    ``truncated``: there are more than the task's limit.
    """

    tags: Mapping[str, TagProperties]
    missing: Sequence[str]
    warnings: Sequence[str] = ()
    problem: str = ""
    truncated: bool = False
