# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Which tags and manifests of a repository go, which stay, and why. Pure: no request is made here.

Mark and sweep: roots are everything that no rule asks to go, what is locked, protected or in use; all that roots need stays. Only what a
rule asks for, with what belongs to it, can go, and only as far as no root needs it. Roots are only ever added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .._common.text import short_digest
from .._common.times import format_span
from .._content.snapshot import Snapshot, subject_of_tag
from .._registry.properties import Attributes, ManifestProperties, TagProperties
from .protection import Protection
from .rules import DELETE, KEEP, KEEP_REFERRERS, ORPHANS, UNLOCK, Rule, too_young


@dataclass(frozen=True)
class Verdict:
    """What becomes of a tag or manifest, by which rule, and why; what a rule spares has the action ``keep``."""

    action: str
    rule: str
    reason: str

    @property
    def deletes(self) -> bool:
        """Whether it goes."""
        return self.action == DELETE


@dataclass(frozen=True)
class RepositoryDecision:
    """What becomes of a repository: a verdict for each tag that a rule is about, and for each manifest that a rule asks to go."""

    tags: dict[str, Verdict]
    manifests: dict[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    """Applies ``rules``, of which the first that is about something decides; ``now`` is in seconds since 1970."""

    rules: Sequence[Rule]
    protection: Protection
    now: float
    override_locks: bool = False

    def asks(self, snapshot: Snapshot) -> bool:
        """Whether a rule asks for anything, before it is known what refers to what: if not, that need not be found out."""
        case = _Evaluation(self, snapshot)
        untagged = (manifest for manifest in snapshot.manifests.values() if not case.names(manifest.digest))
        return any(verdict.action != KEEP for verdict in case.tags.values()) or any(case.is_old(manifest) for manifest in untagged)

    def spared(self, snapshot: Snapshot) -> dict[str, Verdict]:
        """Return what the rules say of the tags of a repository in which nothing changes."""
        return _Evaluation(self, snapshot).tags

    def decide(self, snapshot: Snapshot) -> RepositoryDecision:
        """Return what becomes of a repository, whose contents have been read."""
        return _Evaluation(self, snapshot).decide()

    def is_locked(self, attributes: Attributes) -> bool:
        """Whether a lock keeps something."""
        return attributes.is_locked and not self.override_locks


class _Evaluation:
    """One repository, and what is decided of it so far."""

    def __init__(self, judge: Policy, snapshot: Snapshot) -> None:
        self._judge = judge
        self._snapshot = snapshot
        self._name = snapshot.repository.name
        self._manifests: dict[str, Verdict] = {}
        self._untagged_rule = next((rule for rule in judge.rules if rule.untagged_older_than is not None and self._name in rule.repositories), None)

    def decide(self) -> RepositoryDecision:
        """Return the verdicts."""
        graph, tags = self._snapshot.graph, self.tags
        self._manifests = {**dict(self._nameless()), **dict(self._untagged())}
        for digest in [digest for digest, verdict in self._manifests.items() if verdict.deletes]:
            self._respect_referrers(digest)
        asked = {digest for digest, verdict in self._manifests.items() if verdict.deletes}
        doomable = graph.belongings(asked)
        needed = graph.needs(digest for digest in graph.edges if digest not in doomable or self._own_reason(digest))
        for digest in asked & needed:
            self._manifests[digest] = Verdict(KEEP, self._manifests[digest].rule, self._need(digest, needed))
        self._doom_belongings(asked - needed, doomable - needed)
        for name, tag in self._snapshot.tags.items():
            verdict = self._manifests.get(tag.digest)
            if subject_of_tag(name) and verdict and verdict.deletes:
                tags[name] = verdict
        return RepositoryDecision(tags, self._manifests)

    def names(self, digest: str) -> list[str]:
        """Return the tags of a manifest that are names."""
        return [name for name in self._snapshot.tags_of.get(digest, ()) if subject_of_tag(name) is None]

    @cached_property
    def tags(self) -> dict[str, Verdict]:
        """What the rules say of the tags that are names."""
        verdicts: dict[str, Verdict] = {}
        left = {tag.name: tag for tag in self._snapshot.tags.values() if subject_of_tag(tag.name) is None}
        for rule in self._judge.rules:
            if rule.tags is None or self._name not in rule.repositories:
                continue
            matching = [tag for tag in left.values() if tag.name in rule.tags]
            spared = rule.spared(matching, self._judge.now)
            for tag in matching:
                del left[tag.name]
                reason = f"{rule.name} says so" if rule.action == KEEP else spared.get(tag.name) or self._untouchable(rule, tag)
                verdicts[tag.name] = Verdict(KEEP, rule.name, reason) if reason else Verdict(rule.action, rule.name, rule.reason)
        return verdicts

    def _untouchable(self, rule: Rule, tag: TagProperties) -> str | None:
        """Return why a tag stays as it is although a rule is about it."""
        manifest = self._snapshot.manifests.get(tag.digest)
        if not self._snapshot.repository.attributes.can_write:
            return "the repository is locked"
        protected = self._protected(tag.digest, [tag.name])
        if rule.action in (DELETE, UNLOCK) and protected:
            return protected
        if rule.action == DELETE and self._judge.is_locked(tag.attributes):
            return "locked"
        if rule.action == DELETE and manifest is not None and self._judge.is_locked(manifest.attributes):
            return "its manifest is locked"
        return None

    def _protected(self, digest: str, names: Sequence[str] = ()) -> str | None:
        protection = self._judge.protection
        reasons = (protection.of_digest(self._name, digest), *(protection.of_tag(self._name, name) for name in names))
        return next(filter(None, reasons), None)

    def _nameless(self) -> Iterator[tuple[str, Verdict]]:
        """Give the manifests that lose all their names."""
        for digest in self._snapshot.manifests:
            names = self.names(digest)
            verdicts = [verdict for verdict in map(self.tags.get, names) if verdict is not None and verdict.deletes]
            if names and len(verdicts) == len(names):
                yield digest, Verdict(DELETE, verdicts[0].rule, f"tag {names[0]}: {verdicts[0].reason}")

    def _untagged(self) -> Iterator[tuple[str, Verdict]]:
        """Give what the rules say of manifests that have no name, are part of nothing, and are about nothing that is there."""
        rule, graph = self._untagged_rule, self._snapshot.graph
        if rule is None:
            return
        for digest, manifest in self._snapshot.manifests.items():
            subjects = graph.edges[digest].subjects
            if self.names(digest) or graph.parents.get(digest) or any(subject in graph.edges for subject in subjects):
                continue
            reason = self._spared(manifest, rule)
            if reason is None and subjects and rule.referrers != ORPHANS:
                reason = "what it is about is gone, and the rule does not ask for orphans"
            what = "about something that is gone" if subjects else "untagged"
            age = f"{what}, older than {format_span(rule.untagged_older_than or 0)}"
            yield digest, Verdict(KEEP, rule.name, reason) if reason else Verdict(DELETE, rule.name, age)

    def is_old(self, manifest: ManifestProperties) -> bool:
        """Whether a manifest without a name may go, as far as it can be told from itself."""
        return self._untagged_rule is not None and self._spared(manifest, self._untagged_rule) is None

    def _spared(self, manifest: ManifestProperties, rule: Rule) -> str | None:
        if not self._snapshot.repository.attributes.can_write:
            return "the repository is locked"
        reason = self._protected(manifest.digest) or ("locked" if self._judge.is_locked(manifest.attributes) else None)
        ages = (too_young(time, rule.untagged_older_than or 0, self._judge.now) for time in (manifest.created_on, manifest.last_updated_on))
        return reason or next(filter(None, ages), None)

    def _respect_referrers(self, digest: str) -> None:
        """Keep a manifest with its names when something is about it or a part of it, and one of its rules wants that kept."""
        graph, names = self._snapshot.graph, self.names(digest)
        asking = {self._manifests[digest].rule, *(self.tags[name].rule for name in names)}
        keeping = [rule.name for rule in self._judge.rules if rule.name in asking and rule.referrers == KEEP_REFERRERS]
        if keeping and any(other in graph.edges for part in graph.parts([digest]) for other in graph.referrers.get(part, ())):
            self._manifests[digest] = kept = Verdict(KEEP, keeping[0], "something is about it, and the rule keeps that")
            self.tags.update((tag, kept) for tag in names)

    def _own_reason(self, digest: str) -> str | None:
        """Return why a manifest stays for its own sake."""
        verdict = self._manifests.get(digest)
        if verdict is not None and not verdict.deletes:
            return verdict.reason
        for name in self._snapshot.tags_of.get(digest, ()):
            verdict, tag = self.tags.get(name), self._snapshot.tags.get(name)
            if subject_of_tag(name) is None and (verdict is None or not verdict.deletes):
                return f"tag {name} stays"
            if tag is not None and self._judge.is_locked(tag.attributes):
                return f"tag {name} is locked"
        if self._judge.is_locked(self._snapshot.manifests[digest].attributes):
            return "locked"
        return self._protected(digest)

    def _need(self, digest: str, needed: set[str]) -> str:
        """Return why a manifest stays that a rule asked to go."""
        graph = self._snapshot.graph
        found = [
            *(f"part of {short_digest(other)}, which stays" for other in graph.parents.get(digest, ()) if other in needed),
            *(f"about {short_digest(other)}, which stays" for other in graph.edges[digest].subjects if other in needed),
            *(f"{short_digest(other)}, which stays, is about it" for other in graph.referrers.get(digest, ()) if other in needed),
        ]
        return self._own_reason(digest) or found[0]

    def _doom_belongings(self, asked: Iterable[str], doomed: Collection[str]) -> None:
        """Say of those that go without a rule of their own what they belong to."""
        graph, todo = self._snapshot.graph, sorted(asked)
        for digest in todo:
            belongings = [(other, "part of") for other in graph.edges[digest].children] + [(other, "about") for other in graph.referrers.get(digest, ())]
            for other, word in belongings:
                if other in doomed and other not in self._manifests:
                    self._manifests[other] = Verdict(DELETE, self._manifests[digest].rule, f"{word} {short_digest(digest)}, which goes")
                    todo.append(other)
