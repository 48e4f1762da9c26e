#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_restore
short_description: Restore soft-deleted images and tags in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Restores manifests and tags that were deleted while the soft delete policy of the registry was enabled, and that the registry still
    retains.
  - A manifest that exists is not changed. Only its missing tags are added.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  manifests:
    description:
      - The manifests to restore. Within a repository, they are restored in the given order.
      - Restoring an index does not restore the manifests it lists, and restoring an image does not restore its referrers. List all of them,
        with each subject before its referrers.
      - Mutually exclusive with O(undo). One of the two is required.
    type: list
    elements: dict
    suboptions:
      repository:
        description: The name of the repository, without the login server. The repository itself can be deleted.
        type: str
        required: true
      digest:
        description: The digest of the manifest.
        type: str
        required: true
      tags:
        description: The tags that should point at the manifest.
        type: list
        elements: str
        default: []
  undo:
    description:
      - What to restore, as returned in RV(registryops.acr.acr_repository#module:undo) or RV(registryops.acr.acr_retention#module:undo).
      - The whole result of such a task, the result of such a task with a loop, and JSON text of any of these are also accepted.
      - Mutually exclusive with O(manifests). One of the two is required.
    type: raw
  overwrite:
    description:
      - What to do with a tag that already points at another manifest.
      - V(always) moves the tag. V(never) leaves it as it is, and C(not_overwritten) in RV(manifests[].tags) gives the reason. V(error) makes
        the task fail without restoring anything.
    type: str
    choices:
      - always
      - never
      - error
    default: error
notes:
  - The credential needs C(metadata/read) on the repositories, and the permissions C(Microsoft.ContainerRegistry/registries/deleted/read) and
    C(Microsoft.ContainerRegistry/registries/deleted/restore/action), which a scope map cannot grant. To restore more than one tag of a
    manifest, or a tag of a manifest that exists, it also needs C(content/read) and C(content/write).
  - Soft delete is a preview feature of Azure. It retains deleted content for 1 to 90 days, by default for 7 days.
seealso:
  - module: registryops.acr.acr_deleted_info
  - module: registryops.acr.acr_repository
  - name: Recover deleted artifacts with soft delete policy in Azure Container Registry
    description: What soft delete retains, and for how long.
    link: https://learn.microsoft.com/azure/container-registry/container-registry-soft-delete-policy
"""

EXAMPLES = r"""
- name: Delete a repository
  registryops.acr.acr_repository:
    registry: myregistry
    repository: team/tool
    state: absent
  register: removed

- name: Restore the repository as it was
  registryops.acr.acr_restore:
    registry: myregistry
    undo: "{{ removed }}"

- name: Delete an image
  registryops.acr.acr_manifest:
    registry: myregistry
    repository: library/app
    references:
      - nightly
    state: absent

- name: List the deleted tags
  registryops.acr.acr_deleted_info:
    registry: myregistry
    repositories:
      - library/app
    gather:
      - tags
  register: deleted

- name: Restore the image that was deleted last
  registryops.acr.acr_restore:
    registry: myregistry
    manifests:
      - repository: library/app
        digest: >-
          {{ (deleted.repositories | map(attribute='tags') | flatten | selectattr('name', 'eq', 'nightly') | sort(attribute='deleted_on')
              | last).digest }}
        tags:
          - nightly
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
manifests:
  description: The manifests, in the order in which they were given.
  returned: success, or when a change failed
  type: list
  elements: dict
  contains:
    repository:
      description: The name of the repository.
      returned: always
      type: str
      sample: library/app
    digest:
      description: The digest of the manifest.
      returned: always
      type: str
      sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    restored:
      description: Whether the manifest was deleted and had to be restored.
      returned: always
      type: bool
      sample: true
    tags:
      description: Each tag, with the digest it pointed at before and the digest it points at now. V(null) means that the tag does not exist.
      returned: always
      type: list
      elements: dict
      sample:
        - name: v1.0.0
          digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
          previous_digest: null
          changed: true
    changed:
      description: Whether the manifest was restored, or any of its tags changed.
      returned: always
      type: bool
      sample: true
done:
  description: The changes that were made. In check mode, the changes that would be made.
  returned: always
  type: list
  elements: dict
  sample:
    - repository: library/app
      kind: manifest
      name: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      action: restore
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
  description: The restored manifests, and the tags that change, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io
    after_header: myregistry.azurecr.io
    before: ""
    after: "library/app: manifest sha256:6e66ab329bb9\nlibrary/app: tag v1.0.0 -> sha256:6e66ab329bb9\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._tasks.restore import plan


def main() -> None:
    run_module(
        plan,
        {
            "manifests": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "repository": {"type": "str", "required": True},
                    "digest": {"type": "str", "required": True},
                    "tags": {"type": "list", "elements": "str", "default": []},
                },
            },
            "undo": {"type": "raw"},
            "overwrite": {"type": "str", "choices": ["always", "never", "error"], "default": "error"},
        },
        mutually_exclusive=[("manifests", "undo")],
        required_one_of=[("manifests", "undo")],
    )


if __name__ == "__main__":
    main()
