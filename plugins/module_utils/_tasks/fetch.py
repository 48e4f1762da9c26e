# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_fetch: writes the exact bytes of a blob or a manifest to a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypedDict

from .._common.errors import NotFoundError
from .._common.file_modes import file_mode, present_mode
from .._common.files import change_mode, ensure_writable, file_digest, replace_file
from .._common.names import digest_name, reference_name, repository_name
from .._common.plan import Change, Plan, Step
from .._common.text import short_digest
from .._content.download import download
from .._oci.document import Descriptor
from .._registry.client import RegistryClient


class Options(TypedDict):
    """The options of acr_fetch."""

    repository: str
    blob: str | None
    manifest: str | None
    dest: str
    mode: Any


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what it takes for a file to have the bytes of the blob or the manifest, and its mode."""
    name, dest = repository_name(params["repository"]), params["dest"]
    if params["blob"] is not None:
        content = _blob(client, name, digest_name(params["blob"]))
    else:
        content = _manifest(client, name, reference_name(params["manifest"] or ""))
    before, mode = file_digest(dest), file_mode(dest, params["mode"])
    modes = mode is not None and mode != present_mode(dest)
    change = Change(name, "file", dest, content.digest, "write")
    steps = []
    if before != content.digest:
        ensure_writable(dest, content.size)
        steps = [Step(change, lambda: replace_file(dest, content.pieces(), mode))]
    elif mode is not None and modes:
        steps = [Step(change, lambda: change_mode(dest, mode))]
    return Plan(
        result={"digest": content.digest, "size": content.size, "media_type": content.media_type, "previous_digest": before},
        before=[_line(dest, before, present_mode(dest) if modes else None)] if steps and before else [],
        after=[_line(dest, content.digest, mode if modes else None)] if steps else [],
        header=f"{client.server.host}/{name}",
        steps=steps,
    )


@dataclass(frozen=True)
class FetchedContent:
    """What is fetched; ``media_type`` is that of a manifest, or None. ``pieces`` gives its bytes, the last of them once all are verified."""

    digest: str
    size: int
    media_type: str | None
    pieces: Callable[[], Iterable[bytes]]


def _blob(client: RegistryClient, name: str, digest: str) -> FetchedContent:
    size = client.content.blob_size(name, digest)
    if size is None:
        raise NotFoundError(f"Repository '{name}' of {client.server.host} has no blob {digest}. Check both.")
    return FetchedContent(digest, size, None, lambda: download(client.content, name, Descriptor("application/octet-stream", digest, size)))


def _manifest(client: RegistryClient, name: str, reference: str) -> FetchedContent:
    document = client.content.manifest(name, reference)
    if document is None:
        raise NotFoundError(f"Repository '{name}' of {client.server.host} has no manifest {reference}. Check both.")
    return FetchedContent(document.digest, len(document.content), document.media_type, lambda: [document.content])


def _line(path: str, digest: str | None, mode: int | None) -> str:
    return f"{path}: {short_digest(digest or '')}{'' if mode is None else f' (mode {mode:04o})'}"
