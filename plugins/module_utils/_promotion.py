# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Copying images between registries, or inside one: what becomes of each, and what that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ._client import RegistryClient
from ._concurrent import concurrently
from ._copy import Copier, Missing
from ._document import Document
from ._errors import NotFoundError
from ._images import Image
from ._inspection import created
from ._plan import Plan, Step
from ._reference import short
from ._store import RepositoryStore
from ._tagging import Tagging, refuse_locked, tagging


@dataclass(frozen=True)
class Decision:
    """What becomes of one image: ``skipped`` says why it is not copied."""

    image: Image
    document: Document
    tagging: Tagging
    missing: Missing | None
    skipped: str | None

    @property
    def changed(self) -> bool:
        """Whether anything is copied or tagged."""
        return self.skipped is None and bool(self.tagging.changes or (self.missing and self.missing.documents))

    @property
    def before(self) -> str | None:
        """The digest that the target's tag points at."""
        return self.tagging.before.get(self.image.tag) if self.image.tag else None

    @property
    def amount(self) -> str:
        """How much is copied, for people; nothing where only a tag moves."""
        if not (self.missing and self.missing.documents):
            return ""
        return f" ({len(self.missing.documents)} manifests and {len(self.missing.blobs)} blobs, {self.missing.size} bytes)"

    def to_result(self) -> dict[str, Any]:
        """Return the decision as a task returns it."""
        return {
            "source": self.image.origin,
            "target": self.image.name,
            "digest": self.document.digest,
            "before": self.before,
            "changed": self.changed,
            "skipped": self.skipped,
            **(self.missing.to_result() if self.missing and self.changed else {"manifests": 0, "blobs": 0, "bytes": 0}),
        }


@dataclass(frozen=True)
class Promotion:
    """Copies images from one registry to another, or inside one."""

    source: RegistryClient
    target: RegistryClient
    referrers: bool
    overwrite: str

    def plan(self, images: Sequence[Image]) -> Plan:
        """Return what it takes for the target to have ``images``."""
        same = self.source.server == self.target.server
        self.source.announce({image.source for image in images}, "pull")
        self.target.announce({image.target for image in images}, "metadata_read", "pull", "pull,push")
        copiers = {(image.source, image.target): self._copier(image, same) for image in images}
        decisions = concurrently(lambda image: self._decide(image, copiers[image.source, image.target]), images, self.target.concurrency)
        changing = [decision for decision in decisions if decision.changed]
        for name in {decision.image.target for decision in changing}:
            refuse_locked(self.target.repositories.get(name))
        return Plan(
            {"images": [decision.to_result() for decision in decisions]},
            [
                f"{one.image.name} -> {short(one.tagging.before[one.image.tag] or '')}"
                for one in changing
                if one.image.tag and one.tagging.before[one.image.tag]
            ],
            [f"{one.image.name} -> {short(one.document.digest)} from {self.source.server.host}/{one.image.origin}{one.amount}" for one in changing],
            self.target.server.host,
            [step for decision in changing for step in self._steps(decision, copiers[decision.image.source, decision.image.target])],
        )

    def _copier(self, image: Image, same: bool) -> Copier:
        target = RepositoryStore(self.target.distribution, image.target, (image.source,) if same else ())
        return Copier(RepositoryStore(self.source.distribution, image.source), target, self.target.concurrency)

    def _decide(self, image: Image, copier: Copier) -> Decision:
        document = self.source.distribution.manifest(image.source, image.reference)
        if document is None:
            raise NotFoundError(f"{self.source.server.host} has no {image.origin}: check the name. Nothing was copied.")
        before = self.target.distribution.head(image.target, image.tag) if image.tag else None
        skipped = self._skips(image, document) if before and before.digest != document.digest else None
        wanted = tagging(self.target, image.target, [image.tag] if image.tag and not skipped else [], document.digest)
        if skipped and image.tag and before:
            wanted = Tagging(image.target, {image.tag: before.digest}, before.digest)
        # What the tag points at is there; what is about it may still be missing.
        settled = skipped or (not self.referrers and before is not None and before.digest == document.digest)
        return Decision(image, document, wanted, None if settled else copier.compare(document, self.referrers), skipped)

    def _skips(self, image: Image, document: Document) -> str | None:
        """Return why an existing tag is not overwritten; None when it is."""
        if self.overwrite == "always":
            return None
        if self.overwrite == "never":
            return "exists"
        there = self.target.distribution.manifest(image.target, str(image.tag))
        workers = self.target.concurrency
        new = created(RepositoryStore(self.source.distribution, image.source), document, workers)
        old = created(RepositoryStore(self.target.distribution, image.target), there, workers) if there else None
        if new is None or old is None:
            return "age unknown"
        return None if old < new else "not older"

    def _steps(self, decision: Decision, copier: Copier) -> list[Step]:
        image, distribution = decision.image, self.target.distribution
        tags = decision.tagging.steps(self.target, lambda tag: distribution.put_manifest(image.target, tag, decision.document), f"tag {image.target}:{{}}")
        return copier.steps(decision.missing, image.name, tags) if decision.missing else tags
