# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""A manifest itself: its bytes, and what they refer to.

Sources: OCI image specification 1.1 (manifest, index, descriptor), Docker image manifest version 2 schema 2. Pure: no request is made here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .._common.digests import digest_of
from .._common.errors import InvalidManifestError, UsageError
from .._common.names import digest_name
from .._common.text import printable
from .media_types import OCI_INDEX, OCI_MANIFEST

# The service takes no larger one.
MANIFEST_LIMIT = 4 * 1024 * 1024

# RFC 6838, 4.2, as OCI asks for.
MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")


def encoded(text: str) -> bytes:
    """Return a text as UTF-8; InvalidManifestError where it has bytes that were no text."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidManifestError("The manifest has characters that UTF-8 does not have; push it as a file with src.") from None


@dataclass(frozen=True)
class Descriptor:
    """How one piece of content refers to another; ``data`` is all that it says, as it was written. ``size`` is in bytes."""

    media_type: str
    digest: str
    size: int
    data: Mapping[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @classmethod
    def from_json(cls, data: Any) -> Descriptor:
        """Read a descriptor; InvalidManifestError when it is none."""
        media_type, digest, size = (data.get(key) if isinstance(data, dict) else None for key in ("mediaType", "digest", "size"))
        if not isinstance(media_type, str) or not isinstance(digest, str) or not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise InvalidManifestError(f"A descriptor needs mediaType, digest and size, and this one is {printable(json.dumps(data), 120)}.")
        try:
            return cls(media_type, digest_name(digest), size, data)
        except UsageError as error:
            raise InvalidManifestError(f"A descriptor cannot be used: {error}") from None

    def to_json(self) -> dict[str, Any]:
        """Return the descriptor as it is written in a manifest."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size, **{key: self.data[key] for key in self.data if key not in _NEEDED}}

    @property
    def annotations(self) -> Mapping[str, str]:
        """What is noted about the content."""
        return _texts(self.data.get("annotations"))

    @property
    def platform(self) -> str | None:
        """The platform that the content is for, as ``linux/arm64`` or ``linux/arm/v7``."""
        value = self.data.get("platform")
        if not isinstance(value, dict):
            return None
        return "/".join(printable(str(value[key]), 60) for key in ("os", "architecture", "variant") if value.get(key)) or None

    @property
    def is_foreign(self) -> bool:
        """Whether the content may be kept somewhere else than in the registry (layers with ``urls``)."""
        return bool(self.data.get("urls"))


_NEEDED = frozenset({"mediaType", "digest", "size"})


@dataclass(frozen=True)
class Document:
    """A manifest's bytes and their media type; digests are of these very bytes, so they are never written again."""

    content: bytes
    media_type: str
    data: Mapping[str, Any] = field(repr=False, compare=False, hash=False)

    @classmethod
    def read(cls, content: bytes, media_type: str | None = None) -> Document:
        """Read a manifest; InvalidManifestError when it is none, or when it is not what ``media_type`` says.

        Without ``media_type`` it is what the manifest itself says, else what its fields tell.
        """
        try:
            data = json.loads(content, object_pairs_hook=_unique, parse_constant=_no_constant)
        except RecursionError:
            raise InvalidManifestError("The manifest is nested too deeply.") from None
        except ValueError as error:
            raise InvalidManifestError(f"The manifest is not JSON: {printable(str(error), 120)}.") from None
        if not isinstance(data, dict):
            raise InvalidManifestError("The manifest is not a JSON object.")
        own = data.get("mediaType")
        if own is not None and not isinstance(own, str):
            raise InvalidManifestError("The manifest's mediaType is not a string.")
        if media_type and own and own != media_type:
            raise InvalidManifestError(f"The manifest says that its media type is {printable(own, 80)}, not {printable(media_type, 80)}.")
        for name in filter(None, (media_type, own)):
            if not MEDIA_TYPE.fullmatch(name):
                raise InvalidManifestError(f"'{printable(name, 80)}' is not a media type.")
        if "manifests" in data and ("layers" in data or "config" in data):
            raise InvalidManifestError("The manifest has both manifests and layers, so what it is depends on who reads it.")
        return cls(content, media_type or own or _guess(data), data)

    @classmethod
    def write(cls, data: Mapping[str, Any], media_type: str | None = None) -> Document:
        """Write a manifest: the same data is the same bytes each time, whatever the order of its keys."""
        return cls.read(encoded(json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)), media_type)

    @cached_property
    def digest(self) -> str:
        """The digest of the bytes."""
        return digest_of(self.content)

    @property
    def descriptor(self) -> Descriptor:
        """How others refer to this manifest."""
        return Descriptor(self.media_type, self.digest, len(self.content))

    @property
    def is_index(self) -> bool:
        """Whether it lists other manifests."""
        return "manifests" in self.data

    @cached_property
    def children(self) -> tuple[Descriptor, ...]:
        """The manifests that it lists."""
        return tuple(self._listed("manifests"))

    @cached_property
    def config(self) -> Descriptor | None:
        """The configuration of an image."""
        return None if self.data.get("config") is None else Descriptor.from_json(self.data["config"])

    @cached_property
    def layers(self) -> tuple[Descriptor, ...]:
        """The layers of an image, or the files of an artifact."""
        return (*self._listed("layers"), *self._listed("blobs"))

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """Every blob that it needs, each once: configuration and layers."""
        found = ([self.config] if self.config else []) + list(self.layers)
        return tuple({descriptor.digest: descriptor for descriptor in found}.values())

    @cached_property
    def subject(self) -> Descriptor | None:
        """The manifest that this one is about."""
        return None if self.data.get("subject") is None else Descriptor.from_json(self.data["subject"])

    @property
    def artifact_type(self) -> str | None:
        """What kind of artifact it is: its ``artifactType``, else the media type of its configuration (OCI, "Guidelines for Artifact Usage")."""
        own = self.data.get("artifactType")
        return own if isinstance(own, str) and own else self.config.media_type if self.config else None

    @property
    def annotations(self) -> Mapping[str, str]:
        """What is noted about it."""
        return _texts(self.data.get("annotations"))

    def _listed(self, key: str) -> Iterator[Descriptor]:
        value = self.data.get(key)
        if not isinstance(value, list) and value is not None:
            raise InvalidManifestError(f"The manifest's {key} is not a list.")
        return map(Descriptor.from_json, value or ())


def _texts(value: Any) -> Mapping[str, str]:
    """Return those annotations that are texts, as all should be."""
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}


def _guess(data: Mapping[str, Any]) -> str:
    """Return the media type of a manifest that does not say it, as OCI allows."""
    if "manifests" in data:
        return OCI_INDEX
    if "config" in data or "layers" in data:
        return OCI_MANIFEST
    raise InvalidManifestError("The manifest does not say its media type, and has neither config, layers nor manifests: set media_type.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice, so what it means depends on who reads it")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")
