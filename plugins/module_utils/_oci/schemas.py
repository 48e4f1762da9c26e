# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The JSON Schemas of manifests (OCI image specification 1.1; Docker image manifest version 2, schema 2)."""

from __future__ import annotations

import traceback
from typing import Any

from .._common.errors import InvalidManifestError, MissingLibraryError
from .._common.text import printable
from .document import MEDIA_TYPE, Document
from .media_types import DOCKER_LIST, DOCKER_MANIFEST, OCI_ARTIFACT, OCI_INDEX, OCI_MANIFEST

_MEDIA_TYPE = {"type": "string", "pattern": f"^{MEDIA_TYPE.pattern}$"}
_ANNOTATIONS = {"type": "object", "additionalProperties": {"type": "string"}}

_DESCRIPTOR: dict[str, Any] = {
    "type": "object",
    "required": ["mediaType", "digest", "size"],
    "properties": {
        "mediaType": _MEDIA_TYPE,
        "digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        "size": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
        "urls": {"type": "array", "items": {"type": "string"}},
        "annotations": _ANNOTATIONS,
        "artifactType": _MEDIA_TYPE,
        "data": {"type": "string"},
        "platform": {
            "type": "object",
            "required": ["architecture", "os"],
            "properties": {
                "architecture": {"type": "string"},
                "os": {"type": "string"},
                "os.version": {"type": "string"},
                "os.features": {"type": "array", "items": {"type": "string"}},
                "variant": {"type": "string"},
            },
        },
    },
}


def _schema(required: list[str], **properties: Any) -> dict[str, Any]:
    common = {"schemaVersion": {"const": 2}, "mediaType": _MEDIA_TYPE, "annotations": _ANNOTATIONS, "subject": _DESCRIPTOR, "artifactType": _MEDIA_TYPE}
    return {"type": "object", "required": required, "properties": {**common, **properties}}


_DESCRIPTORS = {"type": "array", "items": _DESCRIPTOR}
_IMAGE = _schema(["schemaVersion", "config", "layers"], config=_DESCRIPTOR, layers=_DESCRIPTORS)
_INDEX = _schema(["schemaVersion", "manifests"], manifests=_DESCRIPTORS)
_ARTIFACT = _schema(["mediaType"], blobs=_DESCRIPTORS)
SCHEMAS = {OCI_MANIFEST: _IMAGE, DOCKER_MANIFEST: _IMAGE, OCI_INDEX: _INDEX, DOCKER_LIST: _INDEX, OCI_ARTIFACT: _ARTIFACT}


def validate_schema(document: Document) -> None:
    """Check a manifest against the schema of its media type, if there is one; InvalidManifestError says where it is not valid."""
    schema = SCHEMAS.get(document.media_type)
    if schema is None:
        return
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        raise MissingLibraryError("jsonschema", traceback.format_exc()) from None
    errors = sorted(Draft202012Validator(schema).iter_errors(document.data), key=lambda error: list(map(str, error.absolute_path)))
    if errors:
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in errors[0].absolute_path).lstrip(".")
        more = f" (the first of {len(errors)} errors)" if len(errors) > 1 else ""
        raise InvalidManifestError(
            f"The manifest is not a valid {document.media_type}: {f'{place}: ' if place else ''}{printable(errors[0].message, 160)}{more}."
        )
