#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_repository
short_description: Lock, unlock or delete a repository in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Sets the attributes (locks) of a repository. It does not create repositories; the registry creates one when something is first pushed to
    it.
  - With O(state=absent), deletes the repository with all its content, and returns what is needed to restore it.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The name of the repository, without the login server.
    type: str
    required: true
  state:
    description:
      - V(present) sets the attributes of the repository, which must exist. At least one attribute is required.
      - V(absent) deletes the repository with all its manifests and tags. Attributes cannot be set.
    type: str
    choices:
      - present
      - absent
    default: present
  can_delete:
    description:
      - Whether the repository can be deleted. This does not protect its tags and manifests.
      - If omitted, the attribute is not changed.
    type: bool
  can_write:
    description:
      - Whether the repository can be changed. With V(false), nothing can be pushed to it or deleted from it, and the attributes of its tags
        and manifests cannot be changed.
      - If omitted, the attribute is not changed.
    type: bool
  can_list:
    description:
      - Whether the repository is listed.
      - If omitted, the attribute is not changed.
    type: bool
  can_read:
    description:
      - Whether images can be pulled from the repository.
      - If omitted, the attribute is not changed.
    type: bool
  confirm:
    description:
      - The name of the repository, repeated to confirm its deletion.
      - Required with O(state=absent) if the repository has more than O(confirm_above) tags, or if O(override_locks) removes locks. Without it, the
        task fails and reports what the repository holds.
      - The task fails if this is not the name of the repository. Only accepted with O(state=absent).
    type: str
  confirm_above:
    description:
      - The largest number of tags that a repository can have to be deleted without O(confirm). If omitted, V(10).
      - Only accepted with O(state=absent).
    type: int
  override_locks:
    description:
      - Whether to delete the repository even if it or anything in it is locked. Requires O(confirm).
      - The locks are removed first. If the repository then cannot be deleted, they are restored.
      - Only accepted with O(state=absent).
    type: bool
    default: false
notes:
  - The credential needs C(metadata/read) on the repository. It also needs C(metadata/write) to set attributes and to override locks, and
    C(content/delete) to delete the repository.
  - With C(content/read), the order of RV(undo) is also right for referrers that were pushed before their subject.
  - Deleted content can be restored only if the soft delete policy of the registry was enabled when it was deleted.
seealso:
  - module: registryops.acr.acr_restore
  - module: registryops.acr.acr_repository_info
  - module: registryops.acr.acr_tag_properties
  - module: registryops.acr.acr_manifest
  - name: Delete container images in Azure Container Registry
    description: What happens when a repository is deleted.
    link: https://learn.microsoft.com/azure/container-registry/container-registry-delete
"""

EXAMPLES = r"""
- name: Prevent the deletion of a repository
  registryops.acr.acr_repository:
    registry: myregistry
    repository: library/app
    can_delete: false

- name: Allow the deletion of the repository
  registryops.acr.acr_repository:
    registry: myregistry
    repository: library/app
    can_delete: true

- name: Delete the repository of a feature branch
  registryops.acr.acr_repository:
    registry: myregistry
    repository: feature/login
    state: absent

- name: Delete a repository, regardless of its size and locks
  registryops.acr.acr_repository:
    registry: myregistry
    repository: team/tool
    state: absent
    override_locks: true
    confirm: team/tool
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
repository:
  description: The name of the repository.
  returned: success, or when a change failed
  type: str
  sample: library/app
can_delete:
  description: Whether the repository can be deleted now. In check mode, after the change.
  returned: when O(state=present)
  type: bool
  sample: false
can_write:
  description: Whether the repository can be changed now. In check mode, after the change.
  returned: when O(state=present)
  type: bool
  sample: true
can_list:
  description: Whether the repository is listed now. In check mode, after the change.
  returned: when O(state=present)
  type: bool
  sample: true
can_read:
  description: Whether images can be pulled from the repository now. In check mode, after the change.
  returned: when O(state=present)
  type: bool
  sample: true
before:
  description: The attributes before the change.
  returned: when O(state=present)
  type: dict
  sample: {"can_delete": true, "can_list": true, "can_read": true, "can_write": true}
digests:
  description: The digests of the deleted manifests.
  returned: when O(state=absent)
  type: list
  elements: str
  sample: ["sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417"]
tags:
  description: The names of the deleted tags.
  returned: when O(state=absent)
  type: list
  elements: str
  sample: ["v1.0.0"]
manifest_count:
  description: The number of deleted manifests, including those that are not listed (C(can_list=false)).
  returned: when O(state=absent)
  type: int
  sample: 1
tag_count:
  description: The number of deleted tags, including those that are not listed (C(can_list=false)).
  returned: when O(state=absent)
  type: int
  sample: 1
unlocked:
  description: The locks that were removed to delete the repository.
  returned: when O(state=absent)
  type: list
  elements: str
  sample: ["tag 'v1.0.0'"]
done:
  description: The changes that were made. In check mode, the changes that would be made.
  returned: always
  type: list
  elements: dict
  sample:
    - repository: library/app
      kind: repository
      name: library/app
      digest: null
      action: lock
failures:
  description: The changes that failed, as in RV(done), each with C(msg) and, if the registry sent an error response, C(error).
  returned: always
  type: list
  elements: dict
  sample: []
not_attempted:
  description: The changes that were not attempted because another one failed.
  returned: always
  type: list
  elements: dict
  sample: []
undo:
  description:
    - What M(registryops.acr.acr_restore) needs to restore the content, if the registry retains it.
    - The order is one in which everything can be restored, with the manifests of an index before the index, and a subject before its
      referrers.
  returned: when O(state=absent)
  type: list
  elements: dict
  sample:
    - repository: library/app
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      tags: ["v1.0.0"]
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
  description: The attributes that change, or the deleted content (the first 50 items), before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/library/app
    after_header: myregistry.azurecr.io/library/app
    before: "repository library/app:\n  can_delete: true\n"
    after: "repository library/app:\n  can_delete: false\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._registry.properties import FLAGS
from ..module_utils._tasks.repository import plan


def main() -> None:
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            **{flag: {"type": "bool"} for flag in FLAGS},
            "confirm": {"type": "str"},
            "confirm_above": {"type": "int"},
            "override_locks": {"type": "bool", "default": False},
        },
        required_if=[("state", "present", tuple(FLAGS), True)],
    )


if __name__ == "__main__":
    main()
