# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Media types of manifests (OCI image specification; Docker image manifest version 2, schema 2)."""

from __future__ import annotations

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"

# From a draft of OCI 1.1; registries still hold such manifests.
OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"

INDEXES = frozenset({OCI_INDEX, DOCKER_LIST})

# */* is not enough: the service answers 404 for types that are not named, or converts them.
ACCEPT_MANIFEST = ", ".join(
    (
        OCI_INDEX,
        OCI_MANIFEST,
        DOCKER_LIST,
        DOCKER_MANIFEST,
        OCI_ARTIFACT,
        "application/vnd.cncf.oras.artifact.manifest.v1+json",
        "*/*",
    )
)


def is_index(media_type: str | None) -> bool:
    """Whether manifests of ``media_type`` list other manifests."""
    return media_type in INDEXES
