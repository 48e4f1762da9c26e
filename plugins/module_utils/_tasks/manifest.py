# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_manifest: pushes a manifest, or deletes manifests."""

from __future__ import annotations

from typing import Any, TypedDict

from .._changes.manifest_deletion import plan_manifest_deletion
from .._changes.manifest_push import ensure_pushable, plan_push, read_document
from .._changes.tagging import ALWAYS
from .._common.names import repository_name
from .._common.plan import Plan
from .._registry.client import RegistryClient
from .option_rules import refuse_options


class Options(TypedDict):
    """The options of acr_manifest."""

    repository: str
    state: str
    content: Any
    src: str | None
    media_type: str | None
    tags: list[str] | None
    overwrite: str
    annotations: dict[str, Any] | None
    subject: str | None
    validate: bool
    references: list[str] | None
    allow_breaking: list[str]


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what it takes for the repository to have the manifest with its tags, or for manifests to be absent."""
    name = repository_name(params["repository"])
    if params["state"] == "absent":
        refuse_options(params, "content", "src", "media_type", "tags", *(["overwrite"] if params["overwrite"] != ALWAYS else []), "annotations", "subject")
        return plan_manifest_deletion(client, name, params["references"] or (), params["allow_breaking"])
    refuse_options(params, "references", "allow_breaking")
    client.announce([name], "metadata_read", "pull", "pull,push")
    document = read_document(client.content, name, params)
    if params["validate"]:
        ensure_pushable(client.content, name, document, client.concurrency)
    return plan_push(client, name, document, params["tags"] or [], params["overwrite"])
