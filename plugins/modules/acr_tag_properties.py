#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_tag_properties
short_description: Lock (make immutable) or unlock tags and their images in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Sets the attributes (locks) of tags and, with O(apply_to=image), of the manifests they point at.
  - Locking a tag does not protect its manifest. If the manifest is deleted, the tag is deleted with it. To protect an image, set
    O(apply_to=image).
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The name of the repository, without the login server.
    type: str
    required: true
  tags:
    description: The names of the tags. O(on_missing) determines what happens if one does not exist. Either this or O(include) is required.
    type: list
    elements: str
  include:
    description:
      - Patterns. In addition to O(tags), a tag is selected if its whole name matches at least one of them.
      - A pattern that matches no tag causes a warning.
    type: list
    elements: str
  exclude:
    description:
      - Patterns. A tag that O(include) selects is excluded if its whole name matches at least one of them. Tags in O(tags) are
        never excluded. Requires O(include).
    type: list
    elements: str
  pattern_type:
    description: Whether the patterns in O(include) and O(exclude) are regular expressions or globs.
    type: str
    choices:
      - regex
      - glob
    default: regex
  can_delete:
    description:
      - Whether the tag can be deleted.
      - If omitted, the attribute is not changed. At least one of the four attributes is required.
    type: bool
  can_write:
    description:
      - Whether the tag can be changed. With V(false), it cannot be deleted either.
      - If omitted, the attribute is not changed.
    type: bool
  can_list:
    description:
      - Whether the tag is listed.
      - If omitted, the attribute is not changed.
    type: bool
  can_read:
    description:
      - Whether the tag can be pulled.
      - If omitted, the attribute is not changed.
    type: bool
  apply_to:
    description:
      - What to set the attributes of. V(tag) sets those of the tags only, V(image) also those of the manifests that the tags point at. For an
        index, this includes all manifests that it lists.
      - A manifest that another locked tag needs is not unlocked. It is in RV(kept).
    type: str
    choices:
      - tag
      - image
    default: tag
  on_missing:
    description:
      - What to do if the repository or a tag in O(tags) does not exist. All other tags are changed in any case.
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
  - module: registryops.acr.acr_repository_info
  - name: Lock a container image in an Azure container registry
    description: What the four attributes mean.
    link: https://learn.microsoft.com/azure/container-registry/container-registry-image-lock
"""

EXAMPLES = r"""
- name: Lock a release with its manifest and platforms
  registryops.acr.acr_tag_properties:
    registry: myregistry
    repository: library/app
    tags:
      - v1.0.0
    can_delete: false
    can_write: false
    apply_to: image

- name: Lock all releases, except release candidates
  registryops.acr.acr_tag_properties:
    registry: myregistry
    repository: library/app
    include:
      - v\d+\.\d+\.\d+.*
    exclude:
      - .*-rc\d+
    can_delete: false
    can_write: false
    apply_to: image

- name: Unlock a tag if it exists
  registryops.acr.acr_tag_properties:
    registry: myregistry
    repository: library/app
    tags:
      - v0.9.0
    can_delete: true
    can_write: true
    on_missing: skip
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
tags:
  description:
    - The selected tags, sorted by name, with the attributes that they have now. In check mode, with those after the change.
    - In C(effective), C(can_delete) is true if the tag can be lost in any way, including with its manifest, and C(can_write) is true if it
      can be moved to another manifest.
  returned: success, or when a change failed
  type: list
  elements: dict
  sample:
    - name: v1.0.0
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      created_on: "2026-03-31T22:45:04.3251053Z"
      last_updated_on: "2026-03-31T22:45:04.3251053Z"
      can_delete: false
      can_write: false
      can_list: true
      can_read: true
      effective: {"can_delete": false, "can_list": true, "can_read": true, "can_write": false}
      before: {"can_delete": true, "can_list": true, "can_read": true, "can_write": true}
      changed: true
manifests:
  description:
    - The manifests, sorted by digest, with the attributes that they have now. In check mode, with those after the change.
    - Empty unless O(apply_to=image).
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
  description: The items of O(tags) that do not exist.
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
      kind: tag
      name: v1.0.0
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
    before: "tag v1.0.0 -> sha256:6e66ab329bb9:\n  can_delete: true\n"
    after: "tag v1.0.0 -> sha256:6e66ab329bb9:\n  can_delete: false\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._registry.properties import FLAGS
from ..module_utils._tasks.tag_properties import plan


def main() -> None:
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "tags": {"type": "list", "elements": "str"},
            "include": {"type": "list", "elements": "str"},
            "exclude": {"type": "list", "elements": "str"},
            "pattern_type": {"type": "str", "choices": ["regex", "glob"], "default": "regex"},
            **{flag: {"type": "bool"} for flag in FLAGS},
            "apply_to": {"type": "str", "choices": ["tag", "image"], "default": "tag"},
            "on_missing": {"type": "str", "choices": ["error", "warn", "skip"], "default": "error"},
        },
        required_one_of=[("tags", "include"), tuple(FLAGS)],
    )


if __name__ == "__main__":
    main()
