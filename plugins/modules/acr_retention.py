#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_retention
short_description: Purge, prune, lock and unlock images by rules in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Deletes tags, images and untagged manifests by rules. Also locks and unlocks tags and their images by rules.
  - Never deletes anything that is still needed. Anything no rule selects, and anything locked, protected or in use, is kept, with its
    platforms, its subject and its referrers (signatures, attestations).
  - Makes a plan first, which is the same in check mode and in a real run. RV(plan) gives the reason for each change, and RV(kept) the reason
    for each tag or manifest that a rule matches and that is kept. Guards such as O(max_delete) stop a plan before its first change.
  - A plan can be saved, reviewed, and applied later with O(plan). Items that were changed in the meantime are left alone.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
attributes:
  idempotent:
    support: partial
    details:
      - With the same O(plan), running the module again changes nothing.
      - With the same O(rules), running it again at once changes nothing. As time passes, more images reach the age that the rules set.
options:
  rules:
    description:
      - The rules. The first rule that matches a tag decides what happens to it, so put rules that keep before rules that delete.
      - Rules do not match the tags of referrers, such as C(sha256-….sig) for a C(cosign) signature. These are kept or deleted with their
        subject.
      - Mutually exclusive with O(plan). One of the two is required.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the rule, for use in results. Must be unique.
          - Defaults to C(rule 1), C(rule 2) and so on.
        type: str
      repositories:
        description:
          - The repositories that the rule applies to.
          - If all rules include only literal names, the catalog of the registry is not read.
        type: dict
        required: true
        suboptions:
          include:
            description: Patterns. A repository is selected if its whole name matches at least one of them.
            type: list
            elements: str
            required: true
          exclude:
            description: Patterns. A repository is excluded if its whole name matches at least one of them.
            type: list
            elements: str
      tags:
        description: The tags that the rule applies to. Required unless O(rules[].untagged) is set.
        type: dict
        suboptions:
          include:
            description: Patterns. A tag is selected if its whole name matches at least one of them.
            type: list
            elements: str
            required: true
          exclude:
            description: Patterns. A tag is excluded if its whole name matches at least one of them.
            type: list
            elements: str
      untagged:
        description:
          - Also applies the rule to untagged manifests that no index lists and that have no subject. Without O(rules[].tags), applies it only to
            those.
          - Requires O(rules[].action=delete).
          - In each repository, only the first rule that has this option is applied to untagged manifests.
        type: dict
        suboptions:
          older_than:
            description: Only deletes manifests that were created and last updated longer ago than this, such as V(7d).
            type: str
            required: true
      older_than:
        description: Only selects tags that were last pushed longer ago than this, such as V(30d), V(2w), V(12h) or V(1d12h).
        type: str
      keep_newest:
        description: The number of most recently pushed tags to leave alone, among all tags that the rule matches in a repository.
        type: int
      keep_minors:
        description:
          - The number of newest minor versions whose tags to leave alone, among all tags that the rule matches in a repository. For example, the
            minor version of V(v1.7.2) is V(1.7).
          - Only minor versions that have a release are counted. Tags that are not semantic versions are not affected.
        type: int
      when_count_exceeds:
        description: Only applies the rule in repositories where it matches more than this number of tags.
        type: int
      referrers:
        description:
          - What to do with the referrers (signatures, attestations) of an image to delete.
          - V(with_subject) deletes them with the image.
          - V(keep) keeps them. It therefore also keeps the image, because the service deletes referrers together with their subject.
          - V(orphans) deletes them with the image, and also deletes referrers whose subject no longer exists, at the age given in
            O(rules[].untagged), which is required.
        type: str
        choices:
          - with_subject
          - keep
          - orphans
        default: with_subject
      action:
        description:
          - What to do with the tags that the rule matches and that meet all its conditions.
          - V(delete) deletes the tags, and the images that have no other tag. With O(rules[].tags), it requires O(rules[].older_than),
            O(rules[].keep_newest) or O(rules[].keep_minors).
          - V(keep) keeps all tags that the rule matches, regardless of its conditions.
          - V(lock) sets C(can_delete) and C(can_write) of the tags, their manifests and their platforms to V(false). V(unlock) sets them to
            V(true), except for manifests that another locked tag needs.
        type: str
        choices:
          - delete
          - keep
          - lock
          - unlock
        required: true
  pattern_type:
    description:
      - The syntax of all patterns. V(regex) means regular expressions, V(glob) means wildcards (V(*), V(?) and V([...])). With both, a pattern
        must match the whole name.
      - Required with O(rules). There is no default, because a pattern such as V(v*) has a different meaning in each syntax. A pattern in
        C(include) or O(protect.tags) that matches nothing causes a warning.
    type: str
    choices:
      - regex
      - glob
  protect:
    description: What is neither deleted nor unlocked, regardless of the rules. Mutually exclusive with O(plan).
    type: dict
    suboptions:
      tags:
        description: Patterns. A tag in any repository is protected if its whole name matches at least one of them.
        type: list
        elements: str
      digests:
        description: The digests of manifests to protect.
        type: list
        elements: str
      in_use:
        description:
          - Images that are in use, and therefore to protect, as any data that contains their names. This can be the result of
            C(kubernetes.core.k8s_info), the values of a Helm chart, or the rows of a table.
        type: raw
      require_in_use:
        description:
          - Whether to fail if O(protect.in_use) contains no image in the repositories that the rules apply to, or is the result of a task that
            failed, was skipped, or could not reach its host.
          - Defaults to V(true) if O(protect.in_use) is set.
        type: bool
  plan:
    description:
      - A plan that an earlier task returned. Each item of the plan is checked again before it is changed. Items that were moved, pushed again
        or locked in the meantime, or that something new needs, are left alone and returned in RV(drifted).
      - Mutually exclusive with O(rules) and O(protect).
    type: dict
  on_unreadable:
    description:
      - What to do if a repository cannot be read. Nothing is changed in it, and the other repositories are processed.
      - V(error) makes the task fail at the end. V(warn) warns. V(skip) only returns the repository in RV(unreadable).
    type: str
    choices:
      - error
      - warn
      - skip
    default: error
  max_delete:
    description:
      - The maximum number of tags and manifests that a plan may delete. If it deletes more, the task fails before its first change.
    type: int
  max_delete_percent:
    description:
      - The maximum percentage of all tags and manifests in the examined repositories that a plan may delete. If it deletes more, the task fails
        before its first change.
    type: float
    default: 50
  min_remaining:
    description:
      - The minimum number of tags that a plan must leave in each repository in which it deletes something. If it leaves fewer, the task fails
        before its first change.
    type: int
  require_soft_delete:
    description:
      - Whether to delete only if what is deleted can be restored.
      - The module has no permission to read the soft delete policy of the registry. Instead, it checks whether the first deleted manifest can be
        restored. If not, it deletes nothing more, and the task fails.
      - The credential also needs the permission C(Microsoft.ContainerRegistry/registries/deleted/read).
    type: bool
    default: false
  override_locks:
    description:
      - Whether to also delete tags and manifests that are locked. Their locks are removed first, and restored if they cannot be deleted.
      - A repository with C(can_write=false) is never changed.
    type: bool
    default: false
  max_runtime:
    description:
      - The time, such as V(90m), after which no further repository is examined and no further change is started. This does not make the task fail.
        What is left is returned in RV(not_examined) and RV(not_attempted). Run the task again with the same rules or plan to continue.
    type: str
  verify:
    description:
      - Whether to check, in each repository in which something was deleted, that all manifests and blobs of each remaining tag still exist.
    type: bool
    default: true
notes:
  - The credential needs C(metadata/read) and C(content/read) on the repositories. It also needs C(content/delete) to delete, and
    C(metadata/write) to lock and unlock. Unless the rules include only literal names of repositories, it also needs permission to list
    repositories.
  - In each repository in which a rule requests a change, all manifests are read, because only a manifest itself shows what it refers to.
  - Deleted images occupy space until the garbage collection of the registry runs. With soft delete, this is after the retention period.
seealso:
  - module: registryops.acr.acr_usage_info
  - module: registryops.acr.acr_restore
  - module: registryops.acr.acr_manifest
  - module: registryops.acr.acr_tag
"""

EXAMPLES = r"""
- name: Keep releases, the five newest builds, and all builds of the last 30 days
  registryops.acr.acr_retention:
    registry: myregistry
    pattern_type: regex
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

- name: Make a plan without applying it
  registryops.acr.acr_retention:
    registry: myregistry
    pattern_type: glob
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

- name: Show the plan
  ansible.builtin.debug:
    msg: "{{ item.action }} {{ item.kind }} {{ item.name }} of {{ item.repository }}: {{ item.reason }}"
  loop: "{{ planned.plan.changes }}"

- name: Apply exactly this plan
  registryops.acr.acr_retention:
    registry: myregistry
    plan: "{{ planned.plan }}"
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
plan:
  description: The changes to make. Can be passed to another task with O(plan).
  returned: when a plan was made, even if the task fails later
  type: dict
  contains:
    id:
      description: A digest of the content of the plan.
      returned: always
      type: str
      sample: sha256:4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a
    registry:
      description: The login server of the registry that the plan is for.
      returned: always
      type: str
      sample: myregistry.azurecr.io
    basis:
      description: A digest of the rules, and of all tags and manifests that were examined.
      returned: always
      type: str
      sample: sha256:dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986
    changes:
      description: The tags and manifests to change.
      returned: always
      type: list
      elements: dict
      contains:
        repository:
          description: The name of the repository.
          returned: always
          type: str
          sample: library/app
        kind:
          description: V(tag) or V(manifest).
          returned: always
          type: str
          sample: tag
        name:
          description: The name of the tag, or the digest of the manifest.
          returned: always
          type: str
          sample: nightly-20260101
        digest:
          description: The digest of the manifest, or of the manifest that the tag points at.
          returned: always
          type: str
          sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
        action:
          description: V(delete), V(lock) or V(unlock).
          returned: always
          type: str
          sample: delete
        rule:
          description: The name of the rule that requests the change.
          returned: always
          type: str
          sample: builds
        reason:
          description: The reason for the change.
          returned: always
          type: str
          sample: older than 30d, not among the newest 5
        last_updated_on:
          description: When the tag or manifest was last updated, as reported by the service. For tags, O(rules[].older_than) uses this time.
          returned: always
          type: str
          sample: "2026-01-01T02:00:00.1234567Z"
        age_days:
          description: The age in whole days.
          returned: always
          type: int
          sample: 61
        bytes:
          description: For a manifest, the size of the manifest and its blobs in bytes. Other manifests can share these blobs. For a tag, V(0).
          returned: always
          type: int
          sample: 0
        tags:
          description: For a manifest to delete, the tags that are deleted with it.
          returned: always
          type: list
          elements: str
          sample: []
kept:
  description:
    - The tags and manifests that a rule matches and that are not changed, each with the reason. C(action) is the action of the rule, which is
      not applied, or V(keep).
  returned: when a plan was made, even if the task fails later
  type: list
  elements: dict
  sample:
    - repository: library/app
      kind: tag
      name: nightly-20260301
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      action: delete
      rule: builds
      reason: younger than 30d
drifted:
  description: The items of the plan that were left alone because something changed after the plan was made, each with the reason.
  returned: when a plan was made, even if the task fails later
  type: list
  elements: dict
  sample:
    - repository: library/app
      kind: tag
      name: nightly
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      action: delete
      rule: builds
      reason: it was pushed again (2026-03-01T02:00:00.1234567Z)
missing:
  description: The repositories that the rules or the plan name and that do not exist.
  returned: when a plan was made, even if the task fails later
  type: list
  elements: str
  sample: []
unreadable:
  description: The repositories that could not be read, each with C(repository), C(msg) and, if the registry sent an error response, C(error).
  returned: when a plan was made, even if the task fails later
  type: list
  elements: dict
  sample: []
not_examined:
  description: The repositories that were not read before O(max_runtime) ended.
  returned: when a plan was made, even if the task fails later
  type: list
  elements: str
  sample: []
totals:
  description: The amount of content in the repositories that were read, and how much of it the plan deletes.
  returned: when a plan was made, even if the task fails later
  type: dict
  contains:
    repository_count:
      description: The number of repositories.
      returned: always
      type: int
      sample: 12
    tag_count:
      description: The number of tags.
      returned: always
      type: int
      sample: 480
    manifest_count:
      description: The number of manifests.
      returned: always
      type: int
      sample: 1210
    deleted_tag_count:
      description: The number of tags to delete.
      returned: always
      type: int
      sample: 130
    deleted_manifest_count:
      description: The number of manifests to delete.
      returned: always
      type: int
      sample: 390
    reclaimable_bytes:
      description:
        - The size in bytes of all content that nothing in the repositories that were read needs after the deletion. Each blob is counted once.
      returned: always
      type: int
      sample: 73400320
summary:
  description: What the plan does, as a sentence.
  returned: when a plan was made, even if the task fails later
  type: str
  sample: The plan deletes 130 of 480 tags and 390 of 1,210 manifests (73,400,320 bytes).
done:
  description: The changes that were made. In check mode, the changes that would be made.
  returned: always
  type: list
  elements: dict
  sample:
    - repository: library/app
      kind: tag
      name: nightly-20260101
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      action: delete
failures:
  description: The changes that failed, as in RV(done), each with C(msg) and, if the registry sent an error response, C(error).
  returned: always
  type: list
  elements: dict
  sample: []
not_attempted:
  description: The changes that were not attempted because another one failed, or because O(max_runtime) ended.
  returned: always
  type: list
  elements: dict
  sample: []
undo:
  description:
    - The deleted tags and manifests, in an order in which M(registryops.acr.acr_restore) can restore them if soft delete was enabled.
  returned: when a plan was made, even if the task fails later
  type: list
  elements: dict
  sample:
    - repository: library/app
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      tags: [nightly-20260101]
verification:
  description:
    - The number of remaining tags that were checked (C(tag_count)), and each repository that has incomplete tags, with what is missing
      (C(incomplete)).
  returned: when a plan was made, even if the task fails later
  type: dict
  sample:
    tag_count: 350
    incomplete: []
error:
  description: The error response of the registry. Azure support asks for its C(correlation_id).
  returned: when the task fails because the registry refused a request
  type: dict
  sample:
    method: GET
    url: https://myregistry.azurecr.io/acr/v1/library/app
    status: 401
    code: UNAUTHORIZED
    message: authentication required
    correlation_id: 5f0f3a0e-8f0c-4b54-9d3f-2c8a7a0f6d11
diff:
  description: The tags and manifests that are deleted, locked or unlocked, before and after.
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
from ..module_utils._tasks.option_rules import ERROR, SKIP, WARN
from ..module_utils._tasks.retention import plan


def main() -> None:
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
    protect = {"tags": names, "digests": names, "in_use": {"type": "raw"}, "require_in_use": {"type": "bool"}}
    run_module(
        plan,
        {
            "rules": {"type": "list", "elements": "dict", "options": rule},
            "pattern_type": {"type": "str", "choices": [REGEX, GLOB]},
            "protect": {"type": "dict", "options": protect},
            "plan": {"type": "dict"},
            "on_unreadable": {"type": "str", "choices": [ERROR, WARN, SKIP], "default": ERROR},
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
        required_by={"rules": ("pattern_type",)},
    )


if __name__ == "__main__":
    main()
