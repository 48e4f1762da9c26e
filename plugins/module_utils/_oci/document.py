# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Manifests as documents: their bytes, and what they refer to.

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

# In bytes; the service rejects larger manifests.
MANIFEST_LIMIT = 4 * 1024 * 1024

# RFC 6838, section 4.2, which OCI requires.
MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")


def encoded(text: str) -> bytes:
    """Return ``text`` in UTF-8; InvalidManifestError if it has surrogates, which stand for bytes that were not text."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidManifestError("The manifest has characters that UTF-8 cannot encode. Push it from a file with src.") from None


@dataclass(frozen=True)
class Descriptor:
    """A reference to a manifest or blob. ``size`` is in bytes; ``data`` is the whole descriptor as JSON, unchanged."""

    media_type: str
    digest: str
    size: int
    data: Mapping[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @classmethod
    def from_json(cls, data: Any) -> Descriptor:
        """Read a descriptor; InvalidManifestError if it is not valid."""
        media_type, digest, size = (data.get(key) if isinstance(data, dict) else None for key in ("mediaType", "digest", "size"))
        if not isinstance(media_type, str) or not isinstance(digest, str) or not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise InvalidManifestError(f"A descriptor needs mediaType, digest and size. This one is {printable(json.dumps(data), 120)}.")
        try:
            return cls(media_type, digest_name(digest), size, data)
        except UsageError as error:
            raise InvalidManifestError(f"A descriptor is not valid: {error}") from None

    def to_json(self) -> dict[str, Any]:
        """Return the descriptor in the form that manifests contain."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size, **{key: self.data[key] for key in self.data if key not in _NEEDED}}

    @property
    def annotations(self) -> Mapping[str, str]:
        """The annotations of the descriptor."""
        return _texts(self.data.get("annotations"))

    @property
    def platform(self) -> str | None:
        """The platform of the content: ``linux/arm64`` or ``linux/arm/v7``."""
        value = self.data.get("platform")
        if not isinstance(value, dict):
            return None
        return "/".join(printable(str(value[key]), 60) for key in ("os", "architecture", "variant") if value.get(key)) or None

    @property
    def is_foreign(self) -> bool:
        """Whether the content can be outside the registry (layers with ``urls``)."""
        return bool(self.data.get("urls"))


_NEEDED = frozenset({"mediaType", "digest", "size"})


@dataclass(frozen=True)
class Document:
    """A manifest: its bytes, its media type, and its ``data``. Digests are of these bytes, so the bytes are never encoded again."""

    content: bytes
    media_type: str
    data: Mapping[str, Any] = field(repr=False, compare=False, hash=False)

    @classmethod
    def read(cls, content: bytes, media_type: str | None = None) -> Document:
        """Read a manifest; InvalidManifestError if it is not valid, or if its own media type differs from ``media_type``.

        Without ``media_type``, the manifest's own is used, or else the one that its fields imply.
        """
        try:
            data = json.loads(content, object_pairs_hook=_unique, parse_constant=_no_constant)
        except RecursionError:
            raise InvalidManifestError("The manifest is nested too deeply.") from None
        except ValueError as error:
            raise InvalidManifestError(f"The manifest is not valid JSON: {printable(str(error), 120)}.") from None
        if not isinstance(data, dict):
            raise InvalidManifestError("The manifest is not a JSON object.")
        own = data.get("mediaType")
        if own is not None and not isinstance(own, str):
            raise InvalidManifestError("The manifest's mediaType is not a string.")
        if media_type and own and own != media_type:
            raise InvalidManifestError(f"The manifest's own mediaType is {printable(own, 80)}, not {printable(media_type, 80)}.")
        for name in filter(None, (media_type, own)):
            if not MEDIA_TYPE.fullmatch(name):
                raise InvalidManifestError(f"'{printable(name, 80)}' is not a media type.")
        if "manifests" in data and ("layers" in data or "config" in data):
            raise InvalidManifestError(
                "The manifest has both the manifests of an index and the layers or config of an image, which readers interpret differently."
            )
        return cls(content, media_type or own or _guess(data), data)

    @classmethod
    def write(cls, data: Mapping[str, Any], media_type: str | None = None) -> Document:
        """Make a manifest of ``data``. Equal data gives equal bytes, whatever the order of its keys."""
        return cls.read(encoded(json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)), media_type)

    @cached_property
    def digest(self) -> str:
        """The digest of the bytes."""
        return digest_of(self.content)

    @property
    def descriptor(self) -> Descriptor:
        """The descriptor by which others refer to this manifest."""
        return Descriptor(self.media_type, self.digest, len(self.content))

    @property
    def is_index(self) -> bool:
        """Whether it is an index, which lists other manifests."""
        return "manifests" in self.data

    @cached_property
    def children(self) -> tuple[Descriptor, ...]:
        """The manifests that an index lists."""
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
        """Each blob that it needs, once: configuration and layers."""
        found = ([self.config] if self.config else []) + list(self.layers)
        return tuple({descriptor.digest: descriptor for descriptor in found}.values())

    @cached_property
    def subject(self) -> Descriptor | None:
        """The manifest that this one refers to as a signature, SBOM or the like: its subject."""
        return None if self.data.get("subject") is None else Descriptor.from_json(self.data["subject"])

    @property
    def artifact_type(self) -> str | None:
        """The ``artifactType``, or else the media type of the configuration (OCI, "Guidelines for Artifact Usage")."""
        own = self.data.get("artifactType")
        return own if isinstance(own, str) and own else self.config.media_type if self.config else None

    @property
    def annotations(self) -> Mapping[str, str]:
        """The annotations of the manifest."""
        return _texts(self.data.get("annotations"))

    def _listed(self, key: str) -> Iterator[Descriptor]:
        value = self.data.get(key)
        if not isinstance(value, list) and value is not None:
            raise InvalidManifestError(f"The manifest's {key} is not a list.")
        return map(Descriptor.from_json, value or ())


def _texts(value: Any) -> Mapping[str, str]:
    """Return the annotations that are strings, which the specification requires of all."""
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}


def _guess(data: Mapping[str, Any]) -> str:
    """Return the media type of a manifest without mediaType, which OCI allows."""
    if "manifests" in data:
        return OCI_INDEX
    if "config" in data or "layers" in data:
        return OCI_MANIFEST
    raise InvalidManifestError("The manifest has no mediaType, and neither config, layers nor manifests: set media_type.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key appears twice, which readers interpret differently")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON")
