# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_copy: copies images between repositories, also of different registries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypedDict

from .._changes.tagging import ALWAYS, ERROR, NEVER, Tagging, read_tagging, refuse_locked
from .._common.concurrency import concurrently
from .._common.errors import BlockedError, NotFoundError
from .._common.names import LoginServer
from .._common.plan import Change, Plan, Step
from .._common.text import listed, short_digest
from .._content.copier import NOTHING, Copier, MissingContent
from .._content.image_config import read_created
from .._content.stores import RepositoryStore
from .._oci.document import Document
from .._registry.client import RegistryClient
from .._registry.copy_source import SourceOptions, connect_source
from .._registry.properties import MANIFEST
from .copy_images import Choice, CopiedImage, ImageOptions, choose_images


class Options(TypedDict):
    """The options of acr_copy."""

    images: list[ImageOptions]
    source_registry: SourceOptions | None
    pattern_type: str
    referrers: bool
    overwrite: str


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what it takes for the registry to have copies of the images."""
    # With a client of its own even for the same registry: an upload that waits for a download must not hold its connection.
    source = connect_source(params["source_registry"], params) if params["source_registry"] else client.twin()
    choice = choose_images(source, params["images"], params["pattern_type"])
    return CopyTask(source, client, params["referrers"], params["overwrite"]).plan_copies(choice)


@dataclass(frozen=True)
class CopyDecision:
    """What the task does with one image; ``not_overwritten`` says why its tag stays as it is, or is None."""

    image: CopiedImage
    document: Document
    tagging: Tagging
    copier: Copier
    missing: MissingContent | None
    not_overwritten: str | None

    @property
    def changed(self) -> bool:
        """Whether anything has to be copied or tagged."""
        return self.not_overwritten is None and bool(self.tagging.changes or (self.missing and self.missing.documents))

    @property
    def push(self) -> Change:
        """The change that copies the image, before it is tagged."""
        return Change(self.image.target, MANIFEST, self.document.digest, self.document.digest, "push")

    @property
    def before(self) -> str | None:
        """The digest of what the target names now: its tag, or the digest itself. None if it does not exist."""
        if self.image.tag:
            return self.tagging.before[self.image.tag]
        return None if self.missing and self.document in self.missing.documents else self.document.digest

    @property
    def amount(self) -> str:
        """How much is copied, as a diff shows it; empty where only a tag moves."""
        if not (self.missing and self.missing.documents):
            return ""
        return f" ({len(self.missing.documents)} manifests and {len(self.missing.blobs)} blobs, {self.missing.size} bytes)"

    def to_result(self, server: LoginServer, done: Collection[Change]) -> dict[str, Any]:
        """Return what is true of the image in the registry ``server`` after the changes that are ``done``."""
        copied = NOTHING
        if self.missing:
            copied = self.missing if self.push in done else self.copier.copied(self.missing)
        pushed = self.document.digest if self.document in copied.documents else self.before
        digest = self.tagging.to_result(done)[0]["digest"] if self.image.tag else pushed
        return {
            "source": self.image.origin,
            "target": self.image.name,
            "image": server.image(self.image.target, digest) if digest else None,
            "digest": digest,
            "source_digest": self.document.digest,
            "previous_digest": self.before,
            "copied": copied.to_result(),
            "not_overwritten": self.not_overwritten,
            "changed": digest != self.before or bool(copied.documents or copied.blobs),
        }


@dataclass(frozen=True)
class CopyTask:
    """Copies images from one registry to another, or inside one."""

    source: RegistryClient
    target: RegistryClient
    referrers: bool
    overwrite: str

    def plan_copies(self, choice: Choice) -> Plan:
        """Return what it takes for the target to have the images of ``choice``."""
        images = choice.images
        same = self.source.server == self.target.server
        self.source.announce({image.source for image in images}, "pull")
        self.target.announce({image.target for image in images}, "metadata_read", "pull", "pull,push")
        copiers = {(image.source, image.target): self._copier(image, same) for image in images}
        decisions = concurrently(lambda image: self._decide(image, copiers[image.source, image.target]), images, self.target.concurrency)
        kept = [decision.image.name for decision in decisions if decision.not_overwritten]
        if kept and self.overwrite == ERROR:
            raise BlockedError(f"Tags of {self.target.server.host} point at other manifests, and overwrite is error: {listed(kept)}. Nothing was changed.")
        changing = [decision for decision in decisions if decision.changed]
        for name in {decision.image.target for decision in changing}:
            refuse_locked(self.target.repositories.get(name))
        origin = self.source.server.host
        return Plan(
            report=lambda done: {"images": [decision.to_result(self.target.server, done) for decision in decisions]},
            before=[f"{one.image.name} -> {short_digest(one.before)}" for one in changing if one.before],
            after=[f"{one.image.name} -> {short_digest(one.document.digest)} from {origin}/{one.image.origin}{one.amount}" for one in changing],
            header=self.target.server.host,
            warnings=choice.warnings,
            steps=[step for decision in changing for step in self._steps(decision)],
        )

    def _copier(self, image: CopiedImage, same: bool) -> Copier:
        target = RepositoryStore(self.target.content, image.target, (image.source,) if same else ())
        return Copier(RepositoryStore(self.source.content, image.source), target, self.target.concurrency)

    def _decide(self, image: CopiedImage, copier: Copier) -> CopyDecision:
        document = self.source.content.manifest(image.source, image.reference)
        if document is None:
            raise NotFoundError(f"{self.source.server.host} has no {image.origin}. Check the name. Nothing was copied.")
        before = self.target.content.head(image.target, image.tag) if image.tag else None
        not_overwritten = self._reason_to_keep(image, document) if before and before.digest != document.digest else None
        if not_overwritten and image.tag and before:
            wanted = Tagging(image.target, {image.tag: before.digest}, document.digest, [image.tag])
        else:
            wanted = read_tagging(self.target, image.target, [image.tag] if image.tag else [], document.digest)
        # The manifest that the tag points at is complete, but its referrers may be missing.
        settled = not_overwritten or (not self.referrers and before is not None and before.digest == document.digest)
        return CopyDecision(image, document, wanted, copier, None if settled else copier.compare(document, self.referrers), not_overwritten)

    def _reason_to_keep(self, image: CopiedImage, document: Document) -> str | None:
        """Return why an existing tag is not overwritten, or None when it is."""
        if self.overwrite == ALWAYS:
            return None
        if self.overwrite in (NEVER, ERROR):
            return "exists"
        there = self.target.content.manifest(image.target, str(image.tag))
        workers = self.target.concurrency
        new = read_created(RepositoryStore(self.source.content, image.source), document, workers)
        old = read_created(RepositoryStore(self.target.content, image.target), there, workers) if there else None
        if new is None or old is None:
            return "age unknown"
        return None if old < new else "not older"

    def _steps(self, decision: CopyDecision) -> list[Step]:
        image, content = decision.image, self.target.content
        tags = decision.tagging.steps(self.target, lambda tag: content.put_manifest(image.target, tag, decision.document))
        return decision.copier.steps(decision.missing, decision.push, tags) if decision.missing else tags
