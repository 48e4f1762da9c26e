# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_copy: which images to copy, from where to where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._common.errors import NotFoundError, UsageError
from .._common.names import digest_name, repository_name, tag_name
from .._common.patterns import Selection
from .._common.semver import Range, Version
from .._registry.client import RegistryClient


@dataclass(frozen=True)
class CopiedImage:
    """One image to copy: a tag or digest of ``source``, to ``target`` and a tag there, or none."""

    source: str
    reference: str
    target: str
    tag: str | None

    @property
    def origin(self) -> str:
        """What is copied, for people."""
        return f"{self.source}{'@' if ':' in self.reference else ':'}{self.reference}"

    @property
    def name(self) -> str:
        """What it becomes, for people."""
        return f"{self.target}:{self.tag}" if self.tag else f"{self.target}@{self.reference}"


def choose_images(source: RegistryClient, items: Sequence[Mapping[str, Any]]) -> list[CopiedImage]:
    """Return the images that a task's option images names; UsageError when two become the same, or one cannot be meant."""
    found = [image for item in items for image in _of(source, item)]
    names: dict[str, CopiedImage] = {}
    for image in found:
        other = names.setdefault(image.name, image)
        if other.origin != image.origin:
            raise UsageError(f"{other.origin} and {image.origin} would both become {image.name}: give one of them another target.")
    return list(names.values())


def _of(source: RegistryClient, item: Mapping[str, Any]) -> Iterator[CopiedImage]:
    repository, reference = _split(item["source"])
    target, tag = _split(item["target"]) if item["target"] else (repository, None)
    patterns = bool(item["include"] or item["exclude"] or item["semver"])
    if tag and ":" in tag:
        raise UsageError(f"The target {item['target']} has a digest, but that is the source's: name a repository, or a tag.")
    if reference:
        if patterns:
            raise UsageError(f"{item['source']} is one image, so include, exclude and semver have nothing to choose from: leave its tag out.")
        yield CopiedImage(repository, reference, target, tag or (None if ":" in reference else reference))
        return
    if not patterns:
        raise UsageError(f"{item['source']} is a whole repository: add a tag, or choose from its tags with include ('.*' is all of them), exclude or semver.")
    if tag:
        raise UsageError(f"The target {item['target']} has a tag, but {item['source']} may be several images: name a repository.")
    selection = Selection(item["include"], item["exclude"])
    versions = Range(item["semver"]) if item["semver"] else None
    tags = source.content.tags(repository)
    if tags is None:
        raise NotFoundError(f"Repository '{repository}' does not exist in {source.server.host}: check the name.")
    for name in sorted(tags):
        version = Version.parse(name) if versions else None
        if name in selection and (versions is None or (version is not None and version in versions)):
            yield CopiedImage(repository, name, target, name)


def _split(text: str) -> tuple[str, str | None]:
    """Return repository and tag or digest of ``library/app:v1`` or ``library/app@sha256:...``."""
    repository, at, digest = text.partition("@")
    if at:
        return repository_name(repository), digest_name(digest)
    repository, colon, tag = text.partition(":")
    return repository_name(repository), tag_name(tag) if colon else None
