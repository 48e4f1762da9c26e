# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Which tags and manifests of a repository are deleted, which are kept, and why. Pure: no request is made here.

Mark and sweep. The roots are everything that no rule selects, and everything locked, protected or in use; whatever the roots need is kept. What
rules select is deleted together with its children and referrers, as far as no root needs it. Later steps only ever add roots.
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
    """The action for a tag or manifest, the name of the rule that decides it, and the reason. What a rule exempts has the action ``keep``."""

    action: str
    rule: str
    reason: str

    @property
    def deletes(self) -> bool:
        """Whether the action deletes."""
        return self.action == DELETE


@dataclass(frozen=True)
class RepositoryDecision:
    """A verdict for each tag that a rule selects, by name, and for each manifest that a rule selects or that is deleted with it, by digest."""

    tags: dict[str, Verdict]
    manifests: dict[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    """What a task wants: the first of the ``rules`` that selects something decides; ``now`` is in seconds since 1970."""

    rules: Sequence[Rule]
    protection: Protection
    now: float
    override_locks: bool = False

    def wants_change(self, snapshot: Snapshot) -> bool:
        """Whether a rule may change anything, as far as the lists tell; if not, no manifest has to be read."""
        evaluation = _Evaluation(self, snapshot)
        untagged = (manifest for manifest in snapshot.manifests.values() if not evaluation.names(manifest.digest))
        return any(verdict.action != KEEP for verdict in evaluation.tags.values()) or any(evaluation.is_deletable(manifest) for manifest in untagged)

    def decide_tags(self, snapshot: Snapshot) -> dict[str, Verdict]:
        """Return the verdicts on the tags of a repository in which nothing changes."""
        return _Evaluation(self, snapshot).tags

    def decide(self, snapshot: Snapshot) -> RepositoryDecision:
        """Return the verdicts on a repository, whose contents have been read."""
        return _Evaluation(self, snapshot).decide()

    def is_locked(self, attributes: Attributes) -> bool:
        """Whether a lock forbids to delete something."""
        return attributes.is_locked and not self.override_locks


class _Evaluation:
    """The evaluation of one repository; ``_manifests`` are the verdicts found so far."""

    def __init__(self, policy: Policy, snapshot: Snapshot) -> None:
        self._policy = policy
        self._snapshot = snapshot
        self._name = snapshot.repository.name
        self._manifests: dict[str, Verdict] = {}
        self._untagged_rule = next((rule for rule in policy.rules if rule.untagged_older_than is not None and self._name in rule.repositories), None)

    def decide(self) -> RepositoryDecision:
        """Return the verdicts."""
        graph = self._snapshot.graph
        self._manifests = {**dict(self._untagged_by_rules()), **dict(self._untagged())}
        for digest in self._deleted():
            self._respect_referrers(digest)
        selected = set(self._deleted())
        deletable = graph.belongings(selected)
        needed = graph.needs(digest for digest in graph.edges if digest not in deletable or self._own_reason(digest))
        for digest in selected & needed:
            self._manifests[digest] = Verdict(KEEP, self._manifests[digest].rule, self._need(digest, needed))
        self._delete_belongings(selected - needed, deletable - needed)
        self._delete_referrer_tags()
        return RepositoryDecision(self.tags, self._manifests)

    def names(self, digest: str) -> list[str]:
        """Return the tags of a manifest, without referrer tags."""
        return [name for name in self._snapshot.tags_of.get(digest, ()) if subject_of_tag(name) is None]

    @cached_property
    def tags(self) -> dict[str, Verdict]:
        """The verdicts on tags, by name; no rule selects a referrer tag."""
        verdicts: dict[str, Verdict] = {}
        left = {tag.name: tag for tag in self._snapshot.tags.values() if subject_of_tag(tag.name) is None}
        for rule in self._policy.rules:
            if rule.tags is None or self._name not in rule.repositories:
                continue
            selected = [tag for tag in left.values() if tag.name in rule.tags]
            exempt = rule.exempt(selected, self._policy.now)
            for tag in selected:
                del left[tag.name]
                reason = f"kept by {rule.name}" if rule.action == KEEP else exempt.get(tag.name) or self._obstacle(rule, tag)
                verdicts[tag.name] = Verdict(KEEP, rule.name, reason) if reason else Verdict(rule.action, rule.name, rule.reason)
        return verdicts

    def is_deletable(self, manifest: ManifestProperties) -> bool:
        """Whether a rule deletes a manifest without tags, as far as its own properties tell."""
        return self._untagged_rule is not None and self._untagged_obstacle(manifest, self._untagged_rule) is None

    def _deleted(self) -> list[str]:
        return [digest for digest, verdict in self._manifests.items() if verdict.deletes]

    def _obstacle(self, rule: Rule, tag: TagProperties) -> str | None:
        """Return why the action of ``rule`` is not taken on a tag."""
        manifest = self._snapshot.manifests.get(tag.digest)
        if not self._snapshot.repository.attributes.can_write:
            return "the repository is locked"
        protected = self._protected(tag.digest, [tag.name])
        if rule.action in (DELETE, UNLOCK) and protected:
            return protected
        if rule.action == DELETE and self._policy.is_locked(tag.attributes):
            return "locked"
        if rule.action == DELETE and manifest is not None and self._policy.is_locked(manifest.attributes):
            return "its manifest is locked"
        return None

    def _protected(self, digest: str, names: Sequence[str] = ()) -> str | None:
        protection = self._policy.protection
        reasons = (protection.of_digest(self._name, digest), *(protection.of_tag(self._name, name) for name in names))
        return next(filter(None, reasons), None)

    def _untagged_by_rules(self) -> Iterator[tuple[str, Verdict]]:
        """Give the manifests whose tags are all deleted."""
        for digest in self._snapshot.manifests:
            names = self.names(digest)
            verdicts = [verdict for verdict in map(self.tags.get, names) if verdict is not None and verdict.deletes]
            if names and len(verdicts) == len(names):
                yield digest, Verdict(DELETE, verdicts[0].rule, f"tag {names[0]}: {verdicts[0].reason}")

    def _untagged(self) -> Iterator[tuple[str, Verdict]]:
        """Give the verdicts on manifests without tags that no index lists and whose subject, if they have one, does not exist."""
        rule, graph = self._untagged_rule, self._snapshot.graph
        if rule is None:
            return
        for digest, manifest in self._snapshot.manifests.items():
            subjects = graph.edges[digest].subjects
            if self.names(digest) or graph.parents.get(digest) or any(subject in graph.edges for subject in subjects):
                continue
            reason = self._untagged_obstacle(manifest, rule)
            if reason is None and subjects and rule.referrers != ORPHANS:
                reason = "its subject does not exist, and the rule does not select orphans"
            kind = "orphan: its subject does not exist" if subjects else "untagged"
            age = f"{kind}, older than {format_span(rule.untagged_older_than or 0)}"
            yield digest, Verdict(KEEP, rule.name, reason) if reason else Verdict(DELETE, rule.name, age)

    def _untagged_obstacle(self, manifest: ManifestProperties, rule: Rule) -> str | None:
        """Return why ``rule`` does not delete an untagged manifest."""
        if not self._snapshot.repository.attributes.can_write:
            return "the repository is locked"
        reason = self._protected(manifest.digest) or ("locked" if self._policy.is_locked(manifest.attributes) else None)
        ages = (too_young(time, rule.untagged_older_than or 0, self._policy.now) for time in (manifest.created_on, manifest.last_updated_on))
        return reason or next(filter(None, ages), None)

    def _respect_referrers(self, digest: str) -> None:
        """Keep a manifest and its tags if it or one of its children has referrers, and a rule that selects it keeps referrers."""
        graph, names = self._snapshot.graph, self.names(digest)
        selecting = {self._manifests[digest].rule, *(self.tags[name].rule for name in names)}
        keeping = [rule.name for rule in self._policy.rules if rule.name in selecting and rule.referrers == KEEP_REFERRERS]
        if keeping and any(other in graph.edges for part in graph.parts([digest]) for other in graph.referrers.get(part, ())):
            self._manifests[digest] = kept = Verdict(KEEP, keeping[0], "it has referrers, and the rule keeps them")
            self.tags.update((tag, kept) for tag in names)

    def _own_reason(self, digest: str) -> str | None:
        """Return why a manifest is kept for its own sake."""
        verdict = self._manifests.get(digest)
        if verdict is not None and not verdict.deletes:
            return verdict.reason
        for name in self._snapshot.tags_of.get(digest, ()):
            verdict, tag = self.tags.get(name), self._snapshot.tags.get(name)
            if subject_of_tag(name) is None and (verdict is None or not verdict.deletes):
                return f"tag {name} is kept"
            if tag is not None and self._policy.is_locked(tag.attributes):
                return f"tag {name} is locked"
        if self._policy.is_locked(self._snapshot.manifests[digest].attributes):
            return "locked"
        return self._protected(digest)

    def _need(self, digest: str, needed: set[str]) -> str:
        """Return why a manifest is kept that a rule selects."""
        graph = self._snapshot.graph
        needs = [
            *(f"child of {short_digest(other)}, which is kept" for other in graph.parents.get(digest, ()) if other in needed),
            *(f"referrer of {short_digest(other)}, which is kept" for other in graph.edges[digest].subjects if other in needed),
            *(f"subject of {short_digest(other)}, which is kept" for other in graph.referrers.get(digest, ()) if other in needed),
        ]
        return self._own_reason(digest) or needs[0]

    def _delete_belongings(self, selected: Iterable[str], deleted: Collection[str]) -> None:
        """Give the ``deleted`` manifests that no rule selects a verdict that says to what they belong."""
        graph, todo = self._snapshot.graph, sorted(selected)
        for digest in todo:
            belongings = [(other, "child") for other in graph.edges[digest].children] + [(other, "referrer") for other in graph.referrers.get(digest, ())]
            for other, role in belongings:
                if other in deleted and other not in self._manifests:
                    self._manifests[other] = Verdict(DELETE, self._manifests[digest].rule, f"{role} of {short_digest(digest)}, which is deleted")
                    todo.append(other)

    def _delete_referrer_tags(self) -> None:
        for name, tag in self._snapshot.tags.items():
            verdict = self._manifests.get(tag.digest)
            if verdict and verdict.deletes and subject_of_tag(name):
                self.tags[name] = verdict
