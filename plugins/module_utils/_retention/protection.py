# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What retention must never delete: tags, digests, and images in use. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._common.errors import UsageError
from .._common.names import DIGEST, REPOSITORY, TAG, digest_name
from .._common.patterns import Selection

# What a registered result says of a task that has no data, and how a sentence says it.
FAILURES = {"failed": "failed", "unreachable": "could not reach its host", "skipped": "was skipped"}


@dataclass(frozen=True)
class Protection:
    """The tags and digests that are kept, whatever a rule says."""

    tags: Selection | None = None
    digests: frozenset[str] = frozenset()
    # (repository, tag or digest); the repository is empty for a digest without one.
    in_use: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @classmethod
    def parse(cls, data: Mapping[str, Any] | None, pattern_type: str, host: str, repositories: Collection[str]) -> Protection:
        """Read the option protect of a task whose rules select ``repositories``; UsageError when the images in use are required and unknown."""
        if not data:
            return cls()
        return cls(
            tags=_tags(data["tags"], pattern_type) if data["tags"] else None,
            digests=frozenset(digest_name(digest) for digest in data["digests"] or ()),
            in_use=_in_use(data["in_use"], data["require_in_use"], host, repositories),
        )

    def of_tag(self, repository: str, tag: str) -> str | None:
        """Return why a tag is kept; None when it is not protected."""
        if self.tags is not None and tag in self.tags:
            return "protected"
        return "in use" if (repository, tag) in self.in_use else None

    def of_digest(self, repository: str, digest: str) -> str | None:
        """Return why a manifest is kept; None when it is not protected."""
        if digest in self.digests:
            return "protected"
        return "in use" if (repository, digest) in self.in_use or ("", digest) in self.in_use else None


def _tags(patterns: Sequence[str], pattern_type: str) -> Selection:
    try:
        return Selection(patterns, None, pattern_type)
    except UsageError as error:
        # protect.tags has no include.
        raise UsageError(f"protect.tags: {str(error).replace(' in include', '', 1)}") from None


def _in_use(data: Any, required: bool | None, host: str, repositories: Collection[str]) -> frozenset[tuple[str, str]]:
    """Return the references to images of ``host`` in ``data``. If ``required`` is None, they are required where there is any data."""
    required = data is not None if required is None else required
    if required:
        _refuse_failed(data)
    found = frozenset(reference for text in _texts(data) for reference in _references(text, host))
    if required and not any(name in repositories or not name for name, dummy in found):
        raise UsageError(
            f"protect.in_use names no image of {host} in the repositories that the rules match. The task that collects these names found none, or failed. "
            "Nothing was changed. Set protect.require_in_use to false if the list may be empty."
        )
    return found


def _refuse_failed(data: Any) -> None:
    """Refuse the registered result of a task that failed or did not run, also in a list of results."""
    if isinstance(data, Mapping):
        failure = next((words for key, words in FAILURES.items() if data.get(key) is True), None)
        if failure:
            raise UsageError(f"protect.in_use is the result of a task that {failure}, so it is not known what is in use. Nothing was changed.")
    for item in data if isinstance(data, list) else data.values() if isinstance(data, Mapping) else ():
        if isinstance(item, (list, Mapping)):
            _refuse_failed(item)


def _texts(data: Any) -> Iterator[str]:
    """Give every word in any data: Kubernetes resources, Helm values, rows of a table."""
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
    """Give repository and tag or digest of an image of ``host``, as ``docker pull`` reads it; a reference without a host counts, too."""
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
