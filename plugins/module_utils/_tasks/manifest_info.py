# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_manifest_info: manifests, with their platforms, configurations and referrers."""

from __future__ import annotations

import base64
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypedDict

from .._common.concurrency import concurrently
from .._common.names import LoginServer, reference_name, repository_name
from .._common.plan import Plan
from .._common.text import listed
from .._content.image_config import read_config
from .._content.stores import RepositoryStore
from .._content.tree import ensure_bounded, missing_blobs, read_tree
from .._oci.document import Descriptor, Document
from .._registry.client import RegistryClient
from .option_rules import absence


class Options(TypedDict):
    """The options of acr_manifest_info."""

    repository: str
    references: list[str]
    gather: list[str]
    artifact_types: list[str] | None
    on_missing: str


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return the manifests, with what the task gathers of them."""
    name = repository_name(params["repository"])
    references = [reference_name(reference) for reference in dict.fromkeys(params["references"])]
    store = RepositoryStore(client.content, name)
    inspection = Inspection(client.server, store, frozenset(params["gather"]), params["artifact_types"], client.concurrency)
    found = concurrently(store.manifest, references, client.concurrency)
    missing = [reference for reference, document in zip(references, found) if document is None]
    absent = absence(params["on_missing"], missing, f"Repository '{name}' of {client.server.host} has no manifest {listed(missing)}. Check the names.")
    return Plan(
        result={
            "manifests": [inspection.describe(reference, document) for reference, document in zip(references, found) if document],
            "missing": missing,
        },
        warnings=absent.warnings,
        problem=absent.problem,
    )


@dataclass(frozen=True)
class Inspection:
    """Describes manifests of ``store`` in the registry ``server``; ``gather`` names what else is returned (content, config, referrers, completeness)."""

    server: LoginServer
    store: RepositoryStore
    gather: Collection[str]
    artifact_types: Collection[str] | None
    workers: int

    def describe(self, reference: str, document: Document) -> dict[str, Any]:
        """Return a manifest as a task returns it."""
        platforms = [{"digest": child.digest, "platform": child.platform} for child in document.children]
        result: dict[str, Any] = {
            "reference": reference,
            "digest": document.digest,
            "image": self.server.image(self.store.repository, document.digest),
            "media_type": document.media_type,
            "artifact_type": document.artifact_type,
            "size": len(document.content),
            "image_size": None if document.is_index else sum({blob.digest: blob.size for blob in document.blobs}.values()),
            "document": document.data,
            "subject": document.subject.digest if document.subject else None,
            "platforms": platforms,
        }
        if "content" in self.gather:
            result.update(content=base64.b64encode(document.content).decode(), encoding="base64")
        if "config" in self.gather:
            result["config"] = config = read_config(self.store, document)
            if config and config.get("os") and config.get("architecture"):
                result["platforms"] = [{"digest": document.digest, "platform": Descriptor("", "", 0, {"platform": config}).platform}]
        if "referrers" in self.gather:
            result["referrers"] = self._referrers(document.digest)
        if "completeness" in self.gather:
            found = read_tree(self.store, document, referrers=False, workers=self.workers)
            blobs = [blob for blob in found.blobs.values() if not blob.is_foreign]
            missing = [*found.missing, *missing_blobs(self.store, blobs, self.workers)]
            result["complete"] = not missing
            result["missing_content"] = [{"digest": part.digest, "media_type": part.media_type, "size": part.size} for part in missing]
        return result

    def _referrers(self, digest: str) -> list[dict[str, Any]]:
        """Return the referrers of ``digest``, each with its own referrers. A manifest has one subject, so it is listed once."""
        found: list[dict[str, Any]] = []
        seen = {digest}
        level = [(digest, found)]
        while level:
            answers = concurrently(lambda parent: self.store.referrers(parent[0]), level, self.workers)
            fresh: dict[str, tuple[Descriptor, list[dict[str, Any]]]] = {}
            for (dummy, siblings), referrers in zip(level, answers):
                fresh.update((referrer.digest, (referrer, siblings)) for referrer in referrers if referrer.digest not in seen)
            seen.update(fresh)
            ensure_bounded(digest, len(seen))
            kinds = concurrently(lambda one: self._kind(one[0]), fresh.values(), self.workers)
            level = []
            for (referrer, siblings), kind in zip(fresh.values(), kinds):
                # The types choose among the direct referrers only.
                if self.artifact_types is None or siblings is not found or kind in self.artifact_types:
                    entry = _referrer_result(referrer, kind)
                    siblings.append(entry)
                    level.append((referrer.digest, entry["referrers"]))
        return found

    def _kind(self, referrer: Descriptor) -> str | None:
        """Return the artifact type of a referrer. The service leaves it out where it is only the media type of the config."""
        kind = referrer.data.get("artifactType")
        document = None if isinstance(kind, str) else self.store.manifest(referrer.digest)
        return document.artifact_type if document else kind


def _referrer_result(referrer: Descriptor, kind: str | None) -> dict[str, Any]:
    return {
        "digest": referrer.digest,
        "media_type": referrer.media_type,
        "artifact_type": kind,
        "size": referrer.size,
        "annotations": referrer.annotations,
        "referrers": [],
    }
