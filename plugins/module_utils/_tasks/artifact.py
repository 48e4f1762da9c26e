# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_artifact: pushes files as an artifact, or an image from an OCI layout."""

from __future__ import annotations

from collections.abc import Sequence

from .._changes.tagging import read_tagging, refuse_locked
from .._common.names import tag_name
from .._common.plan import Plan
from .._common.text import printable, short_digest
from .._content.artifact_files import TITLE
from .._content.copier import Copier
from .._content.stores import RepositoryStore, Store
from .._oci.document import Descriptor, Document
from .._registry.client import RegistryClient


def plan_push(client: RegistryClient, name: str, source: Store, root: Document, tags: Sequence[str], referrers: bool, mount_from: Sequence[str]) -> Plan:
    """Return what it takes for a repository to have ``root`` with all that it reaches in ``source``, and for ``tags`` to point at it."""
    target = RepositoryStore(client.content, name, tuple(mount_from))
    copier = Copier(source, target, client.concurrency)
    wanted = read_tagging(client, name, [tag_name(tag) for tag in dict.fromkeys(tags)], root.digest)
    missing = copier.compare(root, referrers)
    if missing.documents:
        refuse_locked(client.repositories.get(name))

    named = [f"manifest {short_digest(document.digest)} ({document.media_type}, {len(document.content)} bytes)" for document in missing.documents]
    blobs = [f"blob {short_digest(blob.digest)} ({blob.size} bytes){_title(blob)}" for blob in missing.blobs]
    return Plan(
        {
            "digest": root.digest,
            "media_type": root.media_type,
            "artifact_type": root.artifact_type,
            "tags": wanted.to_result(),
            "uploaded": missing.to_result(),
        },
        wanted.lines_before,
        [*blobs, *named, *wanted.lines_after],
        f"{client.server.host}/{name}",
        copier.steps(missing, root.digest, wanted.steps(client, lambda tag: target.tag(root, tag))),
    )


def _title(blob: Descriptor) -> str:
    title = blob.annotations.get(TITLE)
    return f" {printable(title, 120)}" if title else ""
