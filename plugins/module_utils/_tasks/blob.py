# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_blob: uploads a blob, writes one to a file, or deletes one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any, TypedDict

from .._changes.tagging import refuse_locked
from .._common.concurrency import concurrently
from .._common.digests import digest_of
from .._common.errors import BlockedError, NotFoundError, UsageError
from .._common.files import measure_file
from .._common.names import digest_name, repository_name
from .._common.plan import Change, Plan, Step
from .._common.text import listed, short_digest
from .._content.sources import BytesSource, ContentSource, FileSource, RepositorySource
from .._content.stores import RepositoryStore
from .._oci.document import Descriptor
from .._registry.client import RegistryClient
from .option_rules import refuse_options

OCTETS = "application/octet-stream"


class Options(TypedDict):
    """The options of acr_blob."""

    repository: str
    state: str
    digest: str | None
    src: str | None
    content: Any
    mount_from: list[str] | None
    allow_breaking: list[str]


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what it takes for the repository to have the blob, or for the blob to be absent."""
    name = repository_name(params["repository"])
    if params["state"] == "absent":
        refuse_options(params, "src", "content", "mount_from")
        client.announce([name], "metadata_read", "pull", "delete")
        return _plan_deletion(client, name, digest_name(params["digest"] or ""), params["allow_breaking"])
    refuse_options(params, "allow_breaking")
    client.announce([name], "metadata_read", "pull", "pull,push")
    return _plan_upload(client, name, params)


def _plan_upload(client: RegistryClient, name: str, params: Options) -> Plan:
    mount_from = tuple(repository_name(other) for other in params["mount_from"] or ())
    given = _given_content(params)
    digest = digest_name(params["digest"] or "") if params["digest"] or given is None else given[0].digest
    if given and given[0].digest != digest:
        raise UsageError(f"The content has the digest {given[0].digest}, but digest is {digest}. Nothing was uploaded.")
    kept = client.content.blob_size(name, digest)
    if kept is not None:
        return _plan(client, name, Descriptor(OCTETS, digest, kept))
    blob, source = given or _mountable_content(client, name, digest, mount_from)
    refuse_locked(client.repositories.get(name))
    store = RepositoryStore(client.content, name, mount_from)
    return _plan(client, name, blob, after=[_line(blob)], steps=[Step(Change(name, "blob", digest, digest, "push"), partial(store.put_blob, blob, source))])


def _given_content(params: Options) -> tuple[Descriptor, ContentSource] | None:
    """Return what the task gives to upload; None when it only names a digest."""
    if params["src"] is not None:
        digest, size = measure_file(params["src"])
        return Descriptor(OCTETS, digest, size), FileSource(params["src"], size)
    text = params["content"]
    if text is None:
        return None
    if not isinstance(text, str):
        raise UsageError(f"content must be a text, but a template may have made a {type(text).__name__} of it. Quote it, or use src. Nothing was uploaded.")
    content = text.encode()
    return Descriptor(OCTETS, digest_of(content), len(content)), BytesSource(content)


def _mountable_content(client: RegistryClient, name: str, digest: str, mount_from: Sequence[str]) -> tuple[Descriptor, ContentSource]:
    """Return the blob from the first of the repositories ``mount_from`` that has it; NotFoundError when none has."""
    for other in mount_from:
        size = client.content.blob_size(other, digest)
        if size is not None:
            blob = Descriptor(OCTETS, digest, size)
            # With a client of its own: an upload that waits for this download must not hold its connection.
            return blob, RepositorySource(client.twin().content, other, blob)
    raise NotFoundError(f"Neither '{name}' nor a repository of mount_from has blob {digest}. Set src or content to upload it.")


def _plan_deletion(client: RegistryClient, name: str, digest: str, allowed: Collection[str]) -> Plan:
    """Return what it takes to delete the blob; BlockedError if a manifest needs it and ``allowed`` does not name manifests."""
    header = f"{client.server.host}/{name}"
    size = client.content.blob_size(name, digest)
    if size is None:
        return Plan(result={"digest": digest}, header=header)
    refuse_locked(client.repositories.get(name))
    if "manifests" not in allowed:
        _refuse_needed(client, name, digest)
    step = Step(Change(name, "blob", digest, digest, "delete"), lambda: client.content.delete_blob(name, digest))
    return Plan(result={"digest": digest}, before=[_line(Descriptor(OCTETS, digest, size))], header=header, steps=[step])


def _refuse_needed(client: RegistryClient, name: str, digest: str) -> None:
    """Raise BlockedError if a manifest that the repository lists needs the blob."""
    listed_ones = [manifest.digest for manifest in client.manifests.list(name).items if not manifest.is_index]
    documents = concurrently(lambda manifest: client.content.manifest(name, manifest), listed_ones, client.concurrency)
    needing = sorted(document.digest for document in documents if document and any(blob.digest == digest for blob in document.blobs))
    if needing:
        raise BlockedError(
            f"Deleting blob {digest} of '{name}' would break {listed([f'manifest {manifest}' for manifest in needing])}; nothing was deleted. "
            "Delete the manifests first, or set allow_breaking to manifests.",
            {"blocked": [{"digest": digest, "manifests": needing}]},
        )


def _plan(client: RegistryClient, name: str, blob: Descriptor, before: Sequence[str] = (), after: Sequence[str] = (), steps: Sequence[Step] = ()) -> Plan:
    header = f"{client.server.host}/{name}"
    return Plan(result={"digest": blob.digest, "size": blob.size}, before=before, after=after, header=header, steps=steps)


def _line(blob: Descriptor) -> str:
    return f"blob {short_digest(blob.digest)} ({blob.size} bytes)"
