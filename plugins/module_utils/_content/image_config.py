# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The configuration of an image, and the time at which the image was created."""

from __future__ import annotations

import json
from typing import Any

from .._common.errors import NotFoundError
from .._common.times import parse_time
from .._oci.document import Document
from .stores import Store
from .tree import read_tree

# In bytes; no image has a larger configuration.
CONFIG_LIMIT = 4 * 1024 * 1024
CREATED = "org.opencontainers.image.created"


def read_config(store: Store, document: Document) -> dict[str, Any] | None:
    """Return the configuration of an image as data; None if it has none, or none that is a JSON object."""
    config = document.config
    if config is None or not config.media_type.endswith("json") or config.size > CONFIG_LIMIT:
        return None
    try:
        data = json.loads(b"".join(store.blob(config).pieces(0)))
    except (ValueError, RecursionError, NotFoundError):
        return None
    return data if isinstance(data, dict) else None


def read_created(store: Store, document: Document, workers: int) -> float | None:
    """Return the creation time of an image in seconds since 1970 UTC; None if it is unknown.

    It comes from an annotation, or else from the configuration; for an index, it is that of the newest child.
    """
    annotated = document.annotations.get(CREATED)
    if annotated or not document.children:
        return parse_time(annotated or (read_config(store, document) or {}).get("created"))
    children = [child for child in read_tree(store, document, referrers=False, workers=workers).documents.values() if not child.children]
    return max((moment for moment in (read_created(store, child, workers) for child in children) if moment is not None), default=None)
