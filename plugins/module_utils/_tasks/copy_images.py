# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_copy: which images are copied, from where to where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

from .._common.errors import NotFoundError, UsageError
from .._common.names import digest_name, repository_name, tag_name
from .._common.patterns import Selection
from .._common.semver import Range, Version
from .._registry.client import RegistryClient


class ImageOptions(TypedDict):
    """One item of the option images."""

    source: str
    target: str | None
    include: list[str] | None
    exclude: list[str] | None
    semver: str | None


@dataclass(frozen=True)
class CopiedImage:
    """One image to copy: a tag or digest of ``source``, to ``target`` and a tag there, or None."""

    source: str
    reference: str
    target: str
    tag: str | None

    @property
    def origin(self) -> str:
        """What is copied: ``library/app:v1``."""
        return f"{self.source}{'@' if ':' in self.reference else ':'}{self.reference}"

    @property
    def name(self) -> str:
        """What it becomes: ``production/app:v1``."""
        return f"{self.target}:{self.tag}" if self.tag else f"{self.target}@{self.reference}"


@dataclass(frozen=True)
class Choice:
    """The images to copy, and what the user should know of how they were chosen."""

    images: Sequence[CopiedImage]
    warnings: Sequence[str]


def choose_images(source: RegistryClient, items: Sequence[ImageOptions], pattern_type: str) -> Choice:
    """Return the images that the option images names; UsageError when an item contradicts itself, or two images get the same name."""
    names: dict[str, CopiedImage] = {}
    warnings: list[str] = []
    for image in (image for item in items for image in _images_of(source, item, pattern_type, warnings)):
        other = names.setdefault(image.name, image)
        if other.origin != image.origin:
            raise UsageError(f"{other.origin} and {image.origin} would both become {image.name}. Give one of them another target.")
    return Choice(list(names.values()), warnings)


def _images_of(source: RegistryClient, item: ImageOptions, pattern_type: str, warnings: list[str]) -> Iterator[CopiedImage]:
    repository, reference = _split(item["source"])
    target, tag = _split(item["target"]) if item["target"] else (repository, None)
    patterns = bool(item["include"] or item["exclude"] or item["semver"])
    if tag and ":" in tag:
        raise UsageError(f"The target {item['target']} has a digest, but the digest always comes from the source. Name a repository, or a tag.")
    if reference:
        if patterns:
            raise UsageError(f"{item['source']} is one image, so include, exclude and semver cannot choose among its tags. Remove them, or its tag.")
        yield CopiedImage(repository, reference, target, tag or (None if ":" in reference else reference))
        return
    if not patterns:
        raise UsageError(f"{item['source']} is a whole repository. Add a tag, or choose tags with include ('.*' is all of them), exclude or semver.")
    if tag:
        raise UsageError(f"The target {item['target']} has a tag, but {item['source']} may be several images. Name a repository.")
    tags, warned = _chosen_tags(source, item, repository, pattern_type)
    warnings += warned
    yield from (CopiedImage(repository, name, target, name) for name in tags)


def _chosen_tags(source: RegistryClient, item: ImageOptions, repository: str, pattern_type: str) -> tuple[list[str], list[str]]:
    """Return the chosen tags of a repository, and a warning for each pattern, or else the range, that chooses none."""
    selection = Selection(item["include"], item["exclude"], pattern_type)
    versions = Range(item["semver"]) if item["semver"] else None
    tags = source.content.tags(repository)
    if tags is None:
        raise NotFoundError(f"Repository '{repository}' does not exist in {source.server.host}. Check the name.")
    chosen = selection.of(sorted(tags))
    if versions:
        chosen = [name for name in chosen if (version := Version.parse(name)) is not None and version in versions]
    warnings = selection.unmatched_warnings(tags, f"tags of {repository}")
    if not (chosen or warnings):
        warnings = [f"include, exclude and semver choose none of the {len(tags):,} tags of {repository}."]
    return chosen, warnings


def _split(text: str) -> tuple[str, str | None]:
    """Return repository and tag or digest of ``library/app:v1`` or ``library/app@sha256:...``."""
    repository, at, digest = text.partition("@")
    if at:
        return repository_name(repository), digest_name(digest)
    repository, colon, tag = text.partition(":")
    return repository_name(repository), tag_name(tag) if colon else None
