# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The properties of repositories, tags and manifests: read from the registry's JSON, returned as results of tasks.

Source of the names on the wire: the Azure Container Registry data-plane API, version 2021-07-01. Results use the names of the
Azure SDKs (``can_delete``, ``created_on``). Times stay as the service writes them: ISO 8601, UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from .._common.errors import ProtocolError, UsageError
from .._common.names import digest_name, repository_name, tag_name
from .._common.text import printable
from .._oci.media_types import is_index

# Name in results -> name on the wire of the four changeable attributes.
FLAGS = {"can_delete": "deleteEnabled", "can_write": "writeEnabled", "can_list": "listEnabled", "can_read": "readEnabled"}

# The kinds of items that have attributes.
TAG, MANIFEST, REPOSITORY = "tag", "manifest", "repository"

ValueT = TypeVar("ValueT")


@dataclass(frozen=True)
class Attributes:
    """What is allowed with a repository, a tag or a manifest (``changeableAttributes``)."""

    can_delete: bool = True
    can_write: bool = True
    can_list: bool = True
    can_read: bool = True

    @classmethod
    def from_json(cls, data: Any) -> Attributes:
        """Read ``changeableAttributes``; ProtocolError if they are not valid."""
        return cls(**{name: required_value(data, wire, bool) for name, wire in FLAGS.items()})

    @property
    def is_locked(self) -> bool:
        """Whether a lock forbids deletion, as ``can_write: false`` also does."""
        return not (self.can_delete and self.can_write)

    def with_changes(self, changes: Mapping[str, bool]) -> Attributes:
        """Return these attributes with ``changes`` applied."""
        return replace(self, **changes)

    def to_wire(self, names: Mapping[str, bool]) -> dict[str, bool]:
        """Return the attributes called ``names`` as the body of a PATCH."""
        return {FLAGS[name]: getattr(self, name) for name in names}

    def to_result(self) -> dict[str, bool]:
        """Return the four flags."""
        return asdict(self)


class Properties:
    """What the properties of a repository, a tag and a manifest have in common."""

    attributes: Attributes

    def to_result(self) -> dict[str, Any]:
        """Return the properties, with the attributes beside them."""
        return {**{name: value for name, value in vars(self).items() if name != "attributes"}, **self.attributes.to_result()}


@dataclass(frozen=True)
class RepositoryProperties(Properties):
    """The properties of a repository."""

    name: str
    created_on: str
    last_updated_on: str
    manifest_count: int
    tag_count: int
    attributes: Attributes

    @classmethod
    def from_json(cls, data: Any) -> RepositoryProperties:
        """Read the answer of ``GET /acr/v1/{name}``."""
        return cls(
            name=required_name(data, "imageName", repository_name),
            created_on=required_value(data, "createdTime", str),
            last_updated_on=required_value(data, "lastUpdateTime", str),
            manifest_count=required_value(data, "manifestCount", int),
            tag_count=required_value(data, "tagCount", int),
            attributes=Attributes.from_json(required_value(data, "changeableAttributes", dict)),
        )


@dataclass(frozen=True)
class TagProperties(Properties):
    """The properties of a tag; ``digest`` is the manifest that it points at."""

    name: str
    digest: str
    created_on: str
    last_updated_on: str
    attributes: Attributes

    @classmethod
    def from_json(cls, data: Any) -> TagProperties:
        """Read one tag of ``GET /acr/v1/{name}/_tags``."""
        return cls(
            name=required_name(data, "name", tag_name),
            digest=required_name(data, "digest", digest_name),
            created_on=required_value(data, "createdTime", str),
            last_updated_on=required_value(data, "lastUpdateTime", str),
            attributes=Attributes.from_json(required_value(data, "changeableAttributes", dict)),
        )


@dataclass(frozen=True)
class Child:
    """A manifest that an index lists, and its platform if that is known."""

    digest: str
    architecture: str | None = None
    os: str | None = None

    @classmethod
    def from_json(cls, data: Any) -> Child:
        """Read one of the ``references`` of an index."""
        return cls(required_name(data, "digest", digest_name), _optional(data, "architecture", str), _optional(data, "os", str))


@dataclass(frozen=True)
class ManifestProperties(Properties):
    """The properties of a manifest.

    ``image_size`` is the service's ``imageSize`` in bytes: the sum of the layers of an image, or the size of the document of an index.
    ``children`` is ``None`` if the service did not return them, as in lists.
    """

    digest: str
    created_on: str
    last_updated_on: str
    media_type: str | None
    config_media_type: str | None
    artifact_type: str | None
    architecture: str | None
    os: str | None
    image_size: int | None
    tags: tuple[str, ...]
    children: tuple[Child, ...] | None
    attributes: Attributes

    @classmethod
    def from_json(cls, data: Any) -> ManifestProperties:
        """Read one manifest of ``GET /acr/v1/{name}/_manifests``. Missing, null and empty tags mean the same."""
        references = _optional(data, "references", list)
        return cls(
            digest=required_name(data, "digest", digest_name),
            created_on=required_value(data, "createdTime", str),
            last_updated_on=required_value(data, "lastUpdateTime", str),
            media_type=_optional(data, "mediaType", str),
            config_media_type=_optional(data, "configMediaType", str),
            artifact_type=_optional(data, "artifactType", str),
            architecture=_optional(data, "architecture", str),
            os=_optional(data, "os", str),
            image_size=_optional(data, "imageSize", int),
            tags=tuple(_check(tag, "tags", tag_name) for tag in list_at(data, "tags")),
            children=None if references is None else tuple(Child.from_json(reference) for reference in references),
            attributes=Attributes.from_json(required_value(data, "changeableAttributes", dict)),
        )

    @property
    def is_index(self) -> bool:
        """Whether it is an index, which lists other manifests."""
        return is_index(self.media_type)

    def to_result(self) -> dict[str, Any]:
        """Return the properties, with the attributes beside them; ``children`` only if they are known."""
        result = super().to_result()
        result["tags"] = list(self.tags)
        if self.children is None:
            del result["children"]
        else:
            result["children"] = [asdict(child) for child in self.children]
        return result


def repository_names(page: Any) -> list[str]:
    """Read one page of ``GET /acr/v1/_catalog``."""
    return [_check(name, "repositories", repository_name) for name in list_at(page, "repositories")]


def list_at(data: Any, key: str) -> list[Any]:
    """Return the list ``data[key]``. Instead of an empty list, the service writes ``null`` or nothing."""
    return _optional(data, key, list) or []


def required_value(data: Any, key: str, kind: type[ValueT]) -> ValueT:
    """Return ``data[key]``; ProtocolError if it is missing or not a ``kind``."""
    value = _optional(data, key, kind)
    if value is None:
        raise ProtocolError(f"The registry's answer lacks '{key}', which the ACR API always gives: is this an Azure Container Registry?")
    return value


def _optional(data: Any, key: str, kind: type[ValueT]) -> ValueT | None:
    value = data.get(key) if isinstance(data, dict) else None
    if value is None or (isinstance(value, kind) and isinstance(value, bool) is (kind is bool)):
        return value
    raise ProtocolError(f"The registry's answer has '{key}' as {type(value).__name__}, not {kind.__name__}: is this an Azure Container Registry?")


def required_name(data: Any, key: str, check: Callable[[str], str]) -> str:
    """Return the name ``data[key]``; ProtocolError if ``check`` refuses it."""
    return _check(required_value(data, key, str), key, check)


def _check(value: Any, key: str, check: Callable[[str], str]) -> str:
    text = str(value)
    try:
        return check(text)
    except UsageError:
        raise ProtocolError(f"The registry's answer has an invalid value in '{key}': '{printable(text, 80)}'. Nothing was done with it.") from None
