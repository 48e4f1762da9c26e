#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_retention
short_description: Clean up an Azure Container Registry, and delete nothing that is still needed
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Deletes tags and images by rules, and untagged manifests; locks and unlocks by rules, too.
  - Nothing goes that is needed by something that stays. What no rule asks to go, what is locked, protected or in use stays, with its platforms,
    what it is about and what is about it (signatures, attestations).
  - First makes a plan, which is the same in check mode and in a real run, and tells for each item why it goes, and for each that a rule is
    about and that stays, why it stays. Guards stop a plan before its first change.
  - A plan can be kept, looked at, and applied later with O(plan). What has changed since is left alone.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  rules:
    description:
      - The rules. The first that is about a tag decides, so put those that keep before those that delete.
      - Tags such as C(sha256-….sig), which are about another image, are not matched by rules; they go and stay with that image.
    type: list
    elements: dict
    suboptions:
      name:
        description: What to call the rule in results. If not set, C(rule 1), C(rule 2), ….
        type: str
      repositories:
        description: The repositories that the rule is about. Where all rules name them literally, the registry's catalog is not read.
        type: dict
        required: true
        suboptions:
          include:
            description: Patterns, of which one must match the whole name.
            type: list
            elements: str
            required: true
          exclude:
            description: Patterns, of which none must match the whole name.
            type: list
            elements: str
      tags:
        description: The tags that the rule is about.
        type: dict
        suboptions:
          include:
            description: Patterns, of which one must match the whole tag.
            type: list
            elements: str
            required: true
          exclude:
            description: Patterns, of which none must match the whole tag.
            type: list
            elements: str
      untagged:
        description:
          - Makes the rule also, or without O(rules[].tags) only, about manifests that have no tag, are part of no index, and are about nothing.
          - The first rule that has it and is about a repository decides there.
        type: dict
        suboptions:
          older_than:
            description: Only those go that were pushed longer ago than this.
            type: str
            required: true
      older_than:
        description: Only tags that were last pushed longer ago than this, such as V(30d), V(2w), V(12h) or V(1d12h).
        type: str
      keep_newest:
        description: Spares so many of all tags that the rule is about in a repository, those that were pushed last.
        type: int
      keep_minors:
        description: Spares the tags of so many newest minor versions (as V(1.7) in V(v1.7.2)), as far as tags are semantic versions.
        type: int
      when_count_exceeds:
        description: Begins only in repositories where the rule is about more tags than this.
        type: int
      referrers:
        description:
          - What becomes of what is about an image that is to go. V(with_subject) lets it go with the image.
          - V(keep) keeps it, and therefore the image, because the service deletes it together with the image.
          - V(orphans) also deletes what is about something that is gone, at the age of O(rules[].untagged).
        type: str
        choices:
          - with_subject
          - keep
          - orphans
        default: with_subject
      action:
        description:
          - What to do with the tags that the rule is about and does not spare.
          - V(delete) deletes them and the images that have no other tag. Needs O(rules[].older_than), O(rules[].keep_newest) or
            O(rules[].keep_minors).
          - V(lock) and V(unlock) set C(can_delete) and C(can_write) of tags, their manifests and platforms.
        type: str
        choices:
          - delete
          - keep
          - lock
          - unlock
        required: true
  patterns:
    description:
      - What patterns are. V(regex) are regular expressions, V(glob) have V(*), V(?) and V([...]). Both must match the whole name.
      - Needed with O(rules), because V(v*) means something else in each of them.
    type: str
    choices:
      - regex
      - glob
  protect:
    description: What must stay, whatever the rules say.
    type: dict
    suboptions:
      tags:
        description: Tags, in any repository.
        type: list
        elements: str
      patterns:
        description: Patterns of tags.
        type: list
        elements: str
      digests:
        description: Manifests.
        type: list
        elements: str
      in_use:
        description:
          - What is in use somewhere, as any data in which names of images stand, such as the result of C(kubernetes.core.k8s_info), the values
            of a chart, or the rows of a table.
        type: raw
      require_in_use:
        description:
          - Whether to refuse to run when O(protect.in_use) names nothing in the repositories that the rules are about, or is the result of a task
            that failed. If not set, true with O(protect.in_use).
        type: bool
  plan:
    description:
      - A plan that an earlier task returned. It is applied as it is, after each item was looked at again. An item that was moved, pushed
        again, locked, or is needed by something new is left alone and reported as drifted.
    type: dict
  max_delete:
    description: Stops a plan that deletes more tags and manifests than this.
    type: int
  max_delete_percent:
    description: Stops a plan that deletes a larger share of the tags and manifests in the repositories that the rules are about.
    type: float
    default: 50
  min_remaining:
    description: Stops a plan that leaves fewer tags than this in a repository from which it deletes something.
    type: int
  require_soft_delete:
    description:
      - Whether to refuse to delete where nothing could be restored. What the registry's policy is cannot be read with the permissions that this
        module has, so the first manifest that is deleted is looked for among what can be restored; if it is not there, nothing more is deleted.
      - The credential then needs the permission to read what was deleted.
    type: bool
    default: false
  override_locks:
    description:
      - Whether locked tags and manifests go, too. Their locks are taken away first, and put back if they cannot be deleted.
      - A repository with C(can_write=false) is never changed.
    type: bool
    default: false
  max_runtime:
    description:
      - Begins nothing more after this time, such as V(90m). What was not tried is reported, and a further run, with the rules or with the same
        plan, goes on.
    type: str
  verify:
    description: Whether to check, after something was deleted in a repository, that each of its tags still has all manifests and blobs.
    type: bool
    default: true
notes:
  - The credential needs C(metadata/read) and C(content/read) on the repositories, to delete C(content/delete), to lock and unlock
    C(metadata/write). Without names of repositories it must also be allowed to list them.
  - What a manifest refers to is told only by itself, so in each repository where a rule asks for something all manifests are read.
  - A repository that cannot be read is left alone, the others are not; the task then fails at its end.
  - Deleted images take up space until the registry collects its garbage, and with soft delete until that ends.
seealso:
  - module: registryops.acr.acr_usage_info
  - module: registryops.acr.acr_restore
  - module: registryops.acr.acr_manifest
  - module: registryops.acr.acr_tag
"""

EXAMPLES = r"""
- name: Keep releases, the five newest builds, and a month of the rest
  registryops.acr.acr_retention:
    registry: myregistry
    patterns: regex
    rules:
      - name: releases
        repositories: {include: [library/.*]}
        tags: {include: ['v\d+\.\d+\.\d+', latest]}
        action: keep
      - name: builds
        repositories: {include: [library/.*]}
        tags: {include: ['.*']}
        untagged: {older_than: 7d}
        older_than: 30d
        keep_newest: 5
        action: delete
    max_delete: 500

- name: Plan
  registryops.acr.acr_retention:
    registry: myregistry
    patterns: glob
    rules:
      - repositories: {include: [library/app]}
        tags: {include: [nightly*]}
        older_than: 14d
        action: delete
    protect:
      in_use:
        - myregistry.azurecr.io/library/app:v1.1.0
  check_mode: true
  register: planned

- name: Apply what was planned, and nothing else
  registryops.acr.acr_retention:
    registry: myregistry
    plan: "{{ planned.plan }}"
"""

RETURN = r"""
plan:
  description: What to change, to be looked at and to be given as O(plan).
  returned: success, and when a guard stops it
  type: dict
  contains:
    id:
      description: A digest of all that the plan says and rests on.
      returned: always
      type: str
      sample: sha256:4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a
    registry:
      description: The registry that it is for.
      returned: always
      type: str
      sample: myregistry.azurecr.io
    basis:
      description: A digest of the rules, and of all tags and manifests that were looked at.
      returned: always
      type: str
      sample: sha256:dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986
    items:
      description: The tags and manifests that change.
      returned: always
      type: list
      elements: dict
      contains:
        repository:
          description: The repository.
          returned: always
          type: str
          sample: library/app
        kind:
          description: V(tag) or V(manifest).
          returned: always
          type: str
          sample: tag
        name:
          description: The tag, or the manifest's digest.
          returned: always
          type: str
          sample: nightly-20260101
        digest:
          description: The manifest.
          returned: always
          type: str
          sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
        action:
          description: V(delete), V(lock) or V(unlock).
          returned: always
          type: str
          sample: delete
        rule:
          description: The rule that asks for it.
          returned: always
          type: str
          sample: builds
        reason:
          description: Why.
          returned: always
          type: str
          sample: older than 30d, not among the newest 5
        last_updated_on:
          description: When it was last pushed, as the service writes it. This is the time by which rules go.
          returned: always
          type: str
          sample: "2026-01-01T02:00:00.1234567Z"
        age_days:
          description: Its age in whole days.
          returned: always
          type: int
          sample: 61
        bytes:
          description: Of a manifest, its bytes and those of its blobs, some of which others may need, too. Of a tag, 0.
          returned: always
          type: int
          sample: 0
        tags:
          description: Of a manifest, the tags that go with it.
          returned: always
          type: list
          elements: str
          sample: []
kept:
  description: What a rule that deletes, locks or unlocks is about, and that stays as it is, with the reason.
  returned: success, and when a guard stops the plan
  type: list
  elements: dict
  sample:
    - repository: library/app
      kind: tag
      name: nightly-20260301
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      rule: builds
      reason: younger than 30d
drifted:
  description: What was planned and left alone, because it is not as it was when it was planned.
  returned: success, and when a guard stops the plan
  type: list
  elements: dict
  sample:
    - target: delete tag library/app:nightly
      reason: it was pushed again (2026-03-01T02:00:00.1234567Z)
missing:
  description: The repositories that the rules or the plan name and that do not exist.
  returned: success, and when a guard stops the plan
  type: list
  elements: str
  sample: []
unreadable:
  description: The repositories that could not be looked at, each with C(repository), C(msg) and, if the registry answered, C(error).
  returned: success, and when a guard stops the plan
  type: list
  elements: dict
  sample: []
not_examined:
  description: The repositories for which O(max_runtime) left no time.
  returned: success, and when a guard stops the plan
  type: list
  elements: str
  sample: []
summary:
  description: How much there is in the repositories that were looked at, and how much of it the plan deletes.
  returned: success, and when a guard stops the plan
  type: dict
  contains:
    repositories:
      description: How many repositories there are.
      returned: always
      type: int
      sample: 12
    tags:
      description: How many tags they have.
      returned: always
      type: int
      sample: 480
    manifests:
      description: How many manifests they have.
      returned: always
      type: int
      sample: 1210
    deleted_tags:
      description: How many tags go.
      returned: always
      type: int
      sample: 130
    deleted_manifests:
      description: How many manifests go.
      returned: always
      type: int
      sample: 390
    reclaimable_bytes:
      description: The bytes that only what goes needs, each blob counted once, as far as the repositories that were read tell.
      returned: always
      type: int
      sample: 73400320
done:
  description: What was changed.
  returned: after a real run
  type: list
  elements: str
  sample: ["delete tag library/app:nightly-20260101"]
failures:
  description: What failed, each with C(target), C(msg) and, if the registry answered, C(error).
  returned: after a real run
  type: list
  elements: dict
  sample: []
not_attempted:
  description: What was not tried, because something before it failed or there was no time.
  returned: after a real run
  type: list
  elements: str
  sample: []
undo:
  description: What was deleted, in the order in which M(registryops.acr.acr_restore) can restore it where the registry has soft delete.
  returned: after a real run
  type: list
  elements: dict
  sample:
    - repository: library/app
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      tags: [nightly-20260101]
verification:
  description: How many tags that stay were checked (C(references)), and what is C(broken), by repository.
  returned: after a real run
  type: dict
  sample:
    references: 350
    broken: []
diff:
  description: What goes, and what is locked or unlocked.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io
    after_header: myregistry.azurecr.io
    before: "library/app: tag nightly-20260101 -> sha256:6e66ab329bb9 (builds: older than 30d)\n"
    after: ""
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._common.patterns import GLOB, REGEX
from ..module_utils._retention.rules import ACTIONS, REFERRERS, WITH_SUBJECT
from ..module_utils._tasks.retention import plan


def main():
    names = {"type": "list", "elements": "str"}
    selection = {"include": {**names, "required": True}, "exclude": names}
    rule = {
        "name": {"type": "str"},
        "repositories": {"type": "dict", "required": True, "options": selection},
        "tags": {"type": "dict", "options": selection},
        "untagged": {"type": "dict", "options": {"older_than": {"type": "str", "required": True}}},
        "older_than": {"type": "str"},
        "keep_newest": {"type": "int"},
        "keep_minors": {"type": "int"},
        "when_count_exceeds": {"type": "int"},
        "referrers": {"type": "str", "choices": list(REFERRERS), "default": WITH_SUBJECT},
        "action": {"type": "str", "choices": list(ACTIONS), "required": True},
    }
    protect = {"tags": names, "patterns": names, "digests": names, "in_use": {"type": "raw"}, "require_in_use": {"type": "bool"}}
    run_module(
        plan,
        {
            "rules": {"type": "list", "elements": "dict", "options": rule},
            "patterns": {"type": "str", "choices": [REGEX, GLOB]},
            "protect": {"type": "dict", "options": protect},
            "plan": {"type": "dict"},
            "max_delete": {"type": "int"},
            "max_delete_percent": {"type": "float", "default": 50},
            "min_remaining": {"type": "int"},
            "require_soft_delete": {"type": "bool", "default": False},
            "override_locks": {"type": "bool", "default": False},
            "max_runtime": {"type": "str"},
            "verify": {"type": "bool", "default": True},
        },
        mutually_exclusive=[("plan", "rules"), ("plan", "protect")],
        required_one_of=[("rules", "plan")],
        required_by={"rules": ("patterns",)},
    )


if __name__ == "__main__":
    main()
