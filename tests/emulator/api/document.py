# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A manifest's document, in the formats of OCI and Docker: what is in it, and what the registry keeps of that. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from ..state.media_types import INDEXES
from ..state.records import Child, Manifest

# The media type of a config that names a platform has one of these endings.
IMAGE_CONFIGS = (".image.config.v1+json", ".container.image.v1+json")


@dataclass(frozen=True)
class Document:
    """The bytes of a manifest, and the JSON object in them."""

    content: bytes
    media_type: str
    digest: str
    fields: dict[str, Any]

    @property
    def subject(self) -> str | None:
        """The digest of the manifest that this one refers to."""
        subject = self.fields.get("subject")
        return subject.get("digest") if isinstance(subject, dict) else None

    @property
    def config(self) -> dict[str, Any]:
        """The descriptor of the config, or an empty one."""
        config = self.fields.get("config")
        return config if isinstance(config, dict) else {}

    @property
    def has_image_config(self) -> bool:
        """Whether the config is one that names a platform, by its media type."""
        media_type: str = self.config.get("mediaType", "")
        return media_type.endswith(IMAGE_CONFIGS)

    @property
    def blobs(self) -> list[str]:
        """The digests of the blobs that must be in the repository. Those with addresses of their own (``urls``) need not be there."""
        parts = [self.config] if isinstance(self.fields.get("config"), dict) else []
        parts += [item for key in ("layers", "blobs") for item in self._descriptors(key) if not item.get("urls")]
        return [str(part.get("digest")) for part in parts]

    @property
    def manifests(self) -> list[str]:
        """The digests of the manifests that an index lists."""
        return [str(item.get("digest")) for item in self._descriptors("manifests")]

    @property
    def children(self) -> list[Child]:
        """What an index lists, with its platforms."""
        items = [(item, item.get("platform") or {}) for item in self._descriptors("manifests")]
        return [Child(item.get("digest"), platform.get("architecture"), platform.get("os")) for item, platform in items]  # type: ignore[arg-type]

    def _descriptors(self, key: str) -> list[dict[str, Any]]:
        value = self.fields.get(key)
        return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

    def manifest(self, repository: str, platform: dict[str, Any], at: int) -> Manifest:
        """Return what a repository keeps of a manifest that is pushed at this time. ``platform`` has its ``architecture`` and ``os``."""
        layers = sum(int(layer.get("size", 0)) for layer in self._descriptors("layers"))
        annotations = self.fields.get("annotations")
        return Manifest(
            repository=repository,
            digest=self.digest,
            media_type=self.media_type,
            size=len(self.content),
            image_size=len(self.content) if self.media_type in INDEXES else layers,
            architecture=platform.get("architecture"),
            os=platform.get("os"),
            config_media_type=self.config.get("mediaType"),
            artifact_type=self.fields.get("artifactType"),
            annotations=json.dumps(annotations) if annotations else None,
            subject=self.subject,
            created=at,
            updated=at,
        )


def parse_object(content: bytes) -> dict[str, Any] | None:
    """Return a JSON object, None when the content is something else."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def digest_of(content: bytes) -> str:
    """Return the digest of some bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
