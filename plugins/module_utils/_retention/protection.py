# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What retention must never touch: tags, digests and whatever is in use somewhere. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._common.errors import UsageError
from .._common.names import DIGEST, REPOSITORY, TAG, digest_name, tag_name
from .._common.patterns import Selection


@dataclass(frozen=True)
class Protection:
    """Why tags and digests stay, whatever a rule says."""

    tags: frozenset[str] = frozenset()
    patterns: Selection | None = None
    digests: frozenset[str] = frozenset()
    # (repository, tag or digest); a digest alone has no repository.
    in_use: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @classmethod
    def parse(cls, data: Mapping[str, Any] | None, syntax: str, host: str, repositories: Collection[str]) -> Protection:
        """Read a task's option protect; UsageError when what is in use was to be known and is not.

        ``repositories`` are those that the task is about.
        """
        if not data:
            return cls()
        required = data["in_use"] is not None if data["require_in_use"] is None else data["require_in_use"]
        if required:
            _refuse_failed(data["in_use"])
        in_use = {(name, reference) for text in _texts(data["in_use"]) for name, reference in _references(text, host)}
        if required and not any(name in repositories or not name for name, dummy in in_use):
            raise UsageError(
                f"protect.in_use names no image of {host} in the repositories that the rules are about: what gathers them found none, or failed. "
                "Nothing was changed. Set protect.require_in_use to false if it may be empty."
            )
        return cls(
            tags=frozenset(tag_name(tag) for tag in data["tags"] or ()),
            patterns=Selection(data["patterns"], None, syntax) if data["patterns"] else None,
            digests=frozenset(digest_name(digest) for digest in data["digests"] or ()),
            in_use=frozenset(in_use),
        )

    def of_tag(self, repository: str, tag: str) -> str | None:
        """Return why a tag stays; None when nothing is known."""
        if tag in self.tags or (self.patterns is not None and tag in self.patterns):
            return "protected"
        return "in use" if (repository, tag) in self.in_use else None

    def of_digest(self, repository: str, digest: str) -> str | None:
        """Return why a manifest stays; None when nothing is known."""
        if digest in self.digests:
            return "protected"
        return "in use" if (repository, digest) in self.in_use or ("", digest) in self.in_use else None


def _refuse_failed(data: Any) -> None:
    """Refuse a registered result that is none, also inside of a list of them."""
    if isinstance(data, Mapping):
        bad = next((key for key in ("failed", "unreachable", "skipped") if data.get(key) is True), None)
        if bad:
            raise UsageError(f"protect.in_use is the result of a task that was {bad}, so what is in use is not known. Nothing was changed.")
    for item in data if isinstance(data, list) else data.values() if isinstance(data, Mapping) else ():
        if isinstance(item, (list, Mapping)):
            _refuse_failed(item)


def _texts(data: Any) -> Iterator[str]:
    """Give every text in any data: Kubernetes resources, Helm values, rows of a table."""
    todo = [data]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            yield from item.replace(",", " ").split()
        elif isinstance(item, Mapping):
            todo += [*item.values(), *item.keys()]
        elif isinstance(item, (list, tuple)):
            todo += item


def _references(text: str, host: str) -> Iterator[tuple[str, str]]:
    """Give repository and tag or digest of an image of ``host``, as ``docker pull`` reads it; what has no host may be one, too."""
    text = text.strip("\"'").rpartition("://")[2]
    first, slash, rest = text.partition("/")
    if slash and first.lower() == host.lower():
        text = rest
    name, dummy, digest = text.partition("@")
    repository, colon, tag = name.partition(":")
    if DIGEST.fullmatch(text):
        yield ("", text)
    elif REPOSITORY.fullmatch(repository):
        if DIGEST.fullmatch(digest):
            yield (repository, digest)
        if TAG.fullmatch(tag or "latest") and (colon or not digest):
            yield (repository, tag or "latest")
