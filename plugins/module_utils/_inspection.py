# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What a manifest is made of, found out and told."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ._concurrent import concurrently
from ._document import Descriptor, Document
from ._errors import NotFoundError, printable
from ._store import Store
from ._tree import missing_blobs, tree

# A configuration that is larger is no image's.
CONFIG_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Inspection:
    """Looks at manifests of ``store``; ``gather`` says how closely (config, referrers, completeness)."""

    store: Store
    gather: Collection[str]
    artifact_types: Collection[str] | None
    workers: int

    def describe(self, reference: str, document: Document) -> dict[str, Any]:
        """Return all about a manifest as a task returns it."""
        platforms = [{"digest": child.digest, "platform": child.platform} for child in document.children]
        result: dict[str, Any] = {
            "reference": reference,
            "digest": document.digest,
            "media_type": document.media_type,
            "artifact_type": document.artifact_type,
            "size": len(document.content),
            "content_size": sum(blob.size for blob in document.blobs),
            "content": base64.b64encode(document.content).decode(),
            "document": document.data,
            "subject": document.subject.digest if document.subject else None,
            "platforms": platforms,
        }
        if "config" in self.gather:
            result["config"] = config = config_of(self.store, document)
            if config and config.get("os") and config.get("architecture"):
                result["platforms"] = [{"digest": document.digest, "platform": Descriptor("", "", 0, {"platform": config}).platform}]
        if "referrers" in self.gather:
            result["referrers"] = self._referrers(document.digest, {document.digest}, self.artifact_types)
        if "completeness" in self.gather:
            found = tree(self.store, document, referrers=False, workers=self.workers)
            blobs = [blob for blob in found.blobs.values() if not blob.is_foreign]
            missing = [*found.missing, *missing_blobs(self.store, blobs, self.workers)]
            result["complete"] = not missing
            result["missing"] = [{"digest": part.digest, "media_type": part.media_type, "size": part.size} for part in missing]
        return result

    def _referrers(self, digest: str, above: set[str], types: Collection[str] | None) -> list[dict[str, Any]]:
        """Return what is about ``digest``; what comes round in a circle is shown once."""
        listed = [referrer for referrer in self.store.referrers(digest) if referrer.digest not in above]
        listed = [referrer for referrer in listed if types is None or referrer.data.get("artifactType") in types]
        about = concurrently(lambda referrer: self._referrers(referrer.digest, above | {referrer.digest}, None), listed, self.workers)
        return [
            {
                "digest": referrer.digest,
                "media_type": referrer.media_type,
                "artifact_type": referrer.data.get("artifactType"),
                "size": referrer.size,
                "annotations": referrer.annotations,
                "referrers": group,
            }
            for referrer, group in zip(listed, about)
        ]


def config_of(store: Store, document: Document) -> dict[str, Any] | None:
    """Return the configuration of an image as data; None when it has none that is a JSON object."""
    config = document.config
    if config is None or not config.media_type.endswith("json") or config.size > CONFIG_LIMIT:
        return None
    try:
        data = json.loads(b"".join(store.source(config).pieces(0)))
    except (ValueError, RecursionError, NotFoundError):
        return None
    return data if isinstance(data, dict) else None


def created(store: Store, document: Document) -> str | None:
    """Return when an image was made, as it says itself: an annotation, else its configuration, of an index the newest of its children."""
    said = document.annotations.get("org.opencontainers.image.created")
    if not said and document.children:
        children = [store.manifest(child.digest) for child in document.children]
        return max(filter(None, (created(store, child) for child in children if child)), default=None)
    said = said or (config_of(store, document) or {}).get("created")
    return printable(said, 60) if isinstance(said, str) else None
