# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_tag: points tags at an existing manifest, or removes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from .._changes.tagging import ALWAYS, read_tagging
from .._common.errors import NotFoundError, UsageError
from .._common.names import digest_name, reference_name, repository_name, tag_name
from .._common.plan import Plan
from .._registry.client import RegistryClient
from .option_rules import refuse_options

if TYPE_CHECKING:
    from .._oci.document import Document


class Options(TypedDict):
    """The options of acr_tag."""

    repository: str
    tags: list[str]
    state: str
    reference: str | None
    overwrite: str
    expected_digest: str | None


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what it takes for the tags to point at the manifest, or to be absent."""
    name = repository_name(params["repository"])
    tags = [tag_name(tag) for tag in dict.fromkeys(params["tags"])]
    expected = params["expected_digest"]
    if expected == "absent":
        raise UsageError("expected_digest must be a digest. For tags that must not exist yet, set overwrite to error.")
    if expected is not None:
        digest_name(expected)
    if params["state"] == "absent":
        refuse_options(params, "reference", *(["overwrite"] if params["overwrite"] != ALWAYS else []))
    document = _read_manifest(client, name, params) if params["state"] == "present" else None
    wanted = read_tagging(client, name, tags, document.digest if document else None, expected, params["overwrite"])

    def change(tag: str) -> None:
        if document:
            client.content.put_manifest(name, tag, document)
        else:
            client.tags.delete(name, tag)

    return Plan(
        result={"digest": document.digest, "image": client.server.image(name, document.digest)} if document else {},
        report=lambda done: {"tags": wanted.to_result(done)},
        header=f"{client.server.host}/{name}",
        before=wanted.lines_before,
        after=wanted.lines_after,
        steps=wanted.steps(client, change),
    )


def _read_manifest(client: RegistryClient, name: str, params: Options) -> Document:
    """Return the manifest that the tags shall point at; NotFoundError when there is none."""
    client.announce([name], "metadata_read", "pull", "pull,push")
    reference = reference_name(params["reference"] or "")
    document = client.content.manifest(name, reference)
    if document is None:
        raise NotFoundError(f"Repository '{name}' of {client.server.host} has no manifest {reference}, so no tag can point at it. Check the name.")
    return document
