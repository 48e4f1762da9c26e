#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_repository
short_description: Lock, unlock or delete a whole repository of an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Sets what may be done with a repository. It is not created, which happens with the first push into it.
  - With O(state=absent) deletes it with all it holds, and returns what it takes to bring that back.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The repository, without the registry's name.
    type: str
    required: true
  state:
    description: V(present) sets the attributes that are given. V(absent) deletes the repository with all its manifests and tags.
    type: str
    choices:
      - present
      - absent
    default: present
  can_delete:
    description: Whether it can be deleted; what it holds can be deleted nevertheless. If not set, it stays as it is.
    type: bool
  can_write:
    description:
      - Whether it can be changed. If V(false), nothing can be pushed into it or deleted from it, nor can attributes of what it holds be
        changed. If not set, it stays as it is.
    type: bool
  can_list:
    description: Whether it appears in lists. If not set, it stays as it is.
    type: bool
  can_read:
    description: Whether it can be pulled from. If not set, it stays as it is.
    type: bool
  confirm:
    description:
      - The repository's name once more. With O(state=absent) it is needed when the repository has more than O(max_tags) tags, or holds
        something that is locked. Without it, the task fails and says what the repository holds.
    type: str
  max_tags:
    description: How many tags a repository may have to be deleted without O(confirm).
    type: int
    default: 10
  override_locks:
    description:
      - Whether to delete the repository although it is locked itself, or holds what is locked. The locks are taken away before, and put
        back if it then cannot be deleted. O(confirm) is needed as well.
    type: bool
    default: false
notes:
  - The credential needs C(metadata/read) on the repository; to set attributes and to override locks also C(metadata/write), to delete
    C(content/delete). With C(content/read), RV(undo) is in the right order also where something was pushed before what it is about.
  - What was deleted can be restored only while the registry's soft delete policy is enabled.
seealso:
  - module: registryops.acr.acr_restore
  - module: registryops.acr.acr_repository_info
  - module: registryops.acr.acr_tag_properties
  - module: registryops.acr.acr_manifest
  - name: Delete container images in Azure Container Registry
    description: What deleting a repository means.
    link: https://learn.microsoft.com/azure/container-registry/container-registry-delete
"""

EXAMPLES = r"""
- name: Let nobody delete this repository as a whole
  registryops.acr.acr_repository:
    registry: myregistry
    repository: library/app
    can_delete: false

- name: Allow it again
  registryops.acr.acr_repository:
    registry: myregistry
    repository: library/app
    can_delete: true

- name: Delete what a feature branch left behind
  registryops.acr.acr_repository:
    registry: myregistry
    repository: feature/login
    state: absent

- name: Delete an old repository, however much is in it and whatever is locked
  registryops.acr.acr_repository:
    registry: myregistry
    repository: team/tool
    state: absent
    override_locks: true
    confirm: team/tool
"""

RETURN = r"""
repository:
  description: The repository's name.
  returned: success
  type: str
  sample: library/app
before:
  description: The attributes as they were.
  returned: when O(state=present)
  type: dict
  sample: {"can_delete": true, "can_list": true, "can_read": true, "can_write": true}
after:
  description: The attributes as they are now; in check mode, as they would be.
  returned: when O(state=present)
  type: dict
  sample: {"can_delete": false, "can_list": true, "can_read": true, "can_write": true}
digests:
  description: The manifests that were deleted; in check mode, that would be.
  returned: when O(state=absent)
  type: list
  elements: str
  sample: ["sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417"]
tags:
  description: The tags that were deleted with them.
  returned: when O(state=absent)
  type: list
  elements: str
  sample: ["v1.0.0"]
manifest_count:
  description: How many manifests that were, with those that lists hide.
  returned: when O(state=absent)
  type: int
  sample: 1
tag_count:
  description: How many tags that were, with those that lists hide.
  returned: when O(state=absent)
  type: int
  sample: 1
unlocked:
  description: The locks that were taken away before.
  returned: when O(state=absent)
  type: list
  elements: str
  sample: ["tag 'v1.0.0'"]
undo:
  description:
    - What M(registryops.acr.acr_restore) needs to bring it all back, if the registry kept it.
    - It is in the order in which it can be restored, which is what an index lists before the index, and what a signature is about before
      the signature.
  returned: when O(state=absent)
  type: list
  elements: dict
  sample:
    - repository: library/app
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      tags: ["v1.0.0"]
failures:
  description: The change that failed, with C(target), C(msg) and, if the registry answered, C(error).
  returned: when it failed
  type: list
  elements: dict
  sample: []
diff:
  description: The attributes that change, or the first 50 of all that goes.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/library/app
    after_header: myregistry.azurecr.io/library/app
    before: "repository library/app:\n  can_delete: true\n"
    after: "repository library/app:\n  can_delete: false\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._changes.locks import describe_flags, repository_change
from ..module_utils._changes.repository_deletion import plan_deletion
from ..module_utils._common.errors import NotFoundError, UsageError
from ..module_utils._common.names import repository_name
from ..module_utils._common.plan import Plan, Step
from ..module_utils._registry.properties import FLAGS


def plan(client, params):
    name = repository_name(params["repository"])
    wanted = {flag: params[flag] for flag in FLAGS if params[flag] is not None}
    if params["state"] == "present":
        return _attributes(client, name, wanted)
    if wanted:
        raise UsageError(f"{', '.join(wanted)} with state=absent has no meaning: to delete a repository that is locked, set override_locks.")
    if params["max_tags"] < 0:
        raise UsageError(f"max_tags is {params['max_tags']}, but must be at least 0.")
    if params["confirm"] not in (None, name):
        raise UsageError(f"confirm is '{params['confirm']}', but the repository is '{name}': set it to the name of what is to be deleted. Nothing was deleted.")
    return plan_deletion(client, name, params["confirm"] == name, params["max_tags"], params["override_locks"])


def _attributes(client, name, wanted):
    repository = client.repositories.get(name)
    if repository is None:
        raise NotFoundError(
            f"Repository '{name}' does not exist in {client.server.host}: check the name. A repository comes into being with the first push into it."
        )
    change = repository_change(repository, wanted)
    step = Step(f"repository '{name}' ({describe_flags(change.wanted)})", lambda: client.repositories.set_attributes(name, change.after, change.wanted))
    return Plan(
        {"repository": name, "before": change.before.to_result(), "after": change.after.to_result()},
        change.lines(change.before) if change.changed else [],
        change.lines(change.after) if change.changed else [],
        f"{client.server.host}/{name}",
        [step] if change.changed else [],
    )


def main():
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            **{flag: {"type": "bool"} for flag in FLAGS},
            "confirm": {"type": "str"},
            "max_tags": {"type": "int", "default": 10},
            "override_locks": {"type": "bool", "default": False},
        },
        required_if=[("state", "present", tuple(FLAGS), True)],
    )


if __name__ == "__main__":
    main()
