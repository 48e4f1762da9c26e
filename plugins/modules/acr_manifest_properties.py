#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_manifest_properties
short_description: Lock (make immutable) or unlock manifests in an Azure Container Registry by digest
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Sets the attributes (locks) of manifests that are given by their digests, and of the manifests that an index lists.
  - A locked manifest cannot be deleted, but its tags can still be moved or removed. To lock tags with their manifests, use
    M(registryops.acr.acr_tag_properties).
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The name of the repository, without the login server.
    type: str
    required: true
  digests:
    description: The digests of the manifests. O(on_missing) determines what happens if one does not exist.
    type: list
    elements: str
    required: true
  children:
    description:
      - Whether to also set the attributes of all manifests that an index in O(digests) lists.
      - A manifest that a locked tag of another manifest needs is not unlocked because of this. It is in RV(kept).
    type: bool
    default: true
  can_delete:
    description:
      - Whether the manifest can be deleted. Its tags are deleted with it.
      - If omitted, the attribute is not changed. At least one of the four attributes is required.
    type: bool
  can_write:
    description:
      - Whether the manifest can be changed. With V(false), it cannot be deleted either.
      - If omitted, the attribute is not changed.
    type: bool
  can_list:
    description:
      - Whether the manifest is listed.
      - If omitted, the attribute is not changed.
    type: bool
  can_read:
    description:
      - Whether the manifest can be pulled.
      - If omitted, the attribute is not changed.
    type: bool
  on_missing:
    description:
      - What to do if the repository or a manifest in O(digests) does not exist. All others are changed in any case.
      - V(error) makes the task fail at the end, V(warn) causes a warning. With V(skip), only RV(missing) lists them.
    type: str
    choices:
      - error
      - warn
      - skip
    default: error
notes:
  - The credential needs C(metadata/read) on the repository. To change attributes, it also needs C(metadata/write).
  - If a repository has C(can_write=false), the attributes of its tags and manifests cannot be changed. The task then fails before its first
    change.
seealso:
  - module: registryops.acr.acr_tag_properties
  - module: registryops.acr.acr_manifest_info
  - module: registryops.acr.acr_repository_info
  - name: Lock a container image in an Azure container registry
    description: What the four attributes mean.
    link: https://learn.microsoft.com/azure/container-registry/container-registry-image-lock
"""

EXAMPLES = r"""
- name: Find out which image a tag points at
  registryops.acr.acr_tag_info:
    registry: myregistry
    repository: library/app
    tags:
      - v1.1.0
  register: release

- name: Lock the image with all its platforms, but not the tag
  registryops.acr.acr_manifest_properties:
    registry: myregistry
    repository: library/app
    digests: "{{ release.tags | map(attribute='digest') }}"
    can_delete: false
  register: locked

- name: Show what was not locked before
  ansible.builtin.debug:
    msg: "{{ locked.manifests | selectattr('changed') | map(attribute='digest') }}"

- name: Unlock it again
  registryops.acr.acr_manifest_properties:
    registry: myregistry
    repository: library/app
    digests: "{{ release.tags | map(attribute='digest') }}"
    can_delete: true
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
manifests:
  description: The manifests, sorted by digest, with the attributes that they have now. In check mode, with those after the change.
  returned: success, or when a change failed
  type: list
  elements: dict
  sample:
    - digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      media_type: application/vnd.oci.image.manifest.v1+json
      config_media_type: application/vnd.oci.image.config.v1+json
      artifact_type: null
      architecture: amd64
      os: linux
      image_size: 2479
      tags: ["v1.0.0"]
      created_on: "2026-03-31T22:45:04.3251053Z"
      last_updated_on: "2026-03-31T22:45:04.3251053Z"
      can_delete: false
      can_write: false
      can_list: true
      can_read: true
      effective: {"can_delete": false, "can_list": true, "can_read": true, "can_write": false}
      before: {"can_delete": true, "can_list": true, "can_read": true, "can_write": true}
      changed: true
kept:
  description: The manifests that stay locked, because another locked tag needs them, each with the reason.
  returned: success, or when a change failed
  type: list
  elements: dict
  sample:
    - repository: library/app
      kind: manifest
      name: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      action: unlock
      rule: null
      reason: tag stable is locked and needs it
missing:
  description: The items of O(digests) that do not exist.
  returned: success, or when a change failed
  type: list
  elements: str
  sample: []
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
  description: The attributes that change, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/library/app
    after_header: myregistry.azurecr.io/library/app
    before: "manifest sha256:6e66ab329bb9 (linux/amd64):\n  can_delete: true\n"
    after: "manifest sha256:6e66ab329bb9 (linux/amd64):\n  can_delete: false\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._registry.properties import FLAGS
from ..module_utils._tasks.manifest_properties import plan


def main() -> None:
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "digests": {"type": "list", "elements": "str", "required": True},
            "children": {"type": "bool", "default": True},
            **{flag: {"type": "bool"} for flag in FLAGS},
            "on_missing": {"type": "str", "choices": ["error", "warn", "skip"], "default": "error"},
        },
        required_one_of=[tuple(FLAGS)],
    )


if __name__ == "__main__":
    main()
