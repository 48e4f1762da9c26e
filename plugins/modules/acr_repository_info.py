#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_repository_info
short_description: List repositories, tags and manifests of an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Reads the properties of repositories, and on request those of their tags and manifests.
  - Returns the four attributes (locks) of each item, and their effect in combination with the locks of related items.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
options:
  repositories:
    description:
      - The names of the repositories to read. The catalog of the registry is not read then, so the credential does not need permission to
        list repositories. Mutually exclusive with O(include) and O(exclude).
      - If omitted, all repositories that O(include) and O(exclude) select are read.
    type: list
    elements: str
  include:
    description:
      - Patterns. A repository is selected if its whole name matches at least one of them. A pattern that matches none causes a warning.
      - If omitted, all repositories are selected.
    type: list
    elements: str
  exclude:
    description:
      - Patterns. A repository is excluded if its whole name matches at least one of them.
    type: list
    elements: str
  pattern_type:
    description: Whether the patterns in O(include) and O(exclude) are regular expressions or globs.
    type: str
    choices:
      - regex
      - glob
    default: regex
  gather:
    description:
      - What to read of each repository. If the list is empty and O(repositories) is not set, only the names of the repositories are read.
    type: list
    elements: str
    choices:
      - properties
      - tags
      - manifests
    default:
      - properties
  order_by:
    description:
      - How to sort tags and manifests. V(name) sorts tags by name, and manifests by digest.
    type: str
    choices:
      - name
      - last_updated_asc
      - last_updated_desc
    default: name
  limit:
    description:
      - The maximum number of tags, and of manifests, to return for each repository, in the order of O(order_by).
    type: int
  on_missing:
    description:
      - What to do if a repository in O(repositories) does not exist. All other repositories are returned in any case.
      - V(error) makes the task fail at the end, V(warn) causes a warning. With V(skip), only RV(missing) lists them.
    type: str
    choices:
      - error
      - warn
      - skip
    default: warn
  limit_repositories:
    description:
      - The maximum number of repositories to return, sorted by name. Mutually exclusive with O(repositories).
    type: int
notes:
  - The credential needs C(metadata/read) on the repositories. Unless O(repositories) is set, it also needs permission to list repositories.
seealso:
  - module: registryops.acr.acr_tag_info
  - module: registryops.acr.acr_tag_properties
  - name: Lock a container image in an Azure container registry
    description: What the four attributes mean.
    link: https://learn.microsoft.com/azure/container-registry/container-registry-image-lock
"""

EXAMPLES = r"""
- name: Read all repositories of a team
  registryops.acr.acr_repository_info:
    registry: myregistry
    include:
      - team/.*

- name: Read the tags of all repositories
  registryops.acr.acr_repository_info:
    registry: myregistry
    gather:
      - tags
  register: found

- name: Show the releases that can still be lost
  ansible.builtin.debug:
    msg: "{{ item.tags | selectattr('effective.can_delete') | map(attribute='name') | select('match', 'v[0-9]') }}"
  loop: "{{ found.repositories }}"
  loop_control:
    label: "{{ item.name }}"

- name: Read tags and manifests anonymously
  registryops.acr.acr_repository_info:
    registry: myregistry
    auth_source: anonymous
    repositories:
      - library/app
    gather:
      - tags
      - manifests
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
repositories:
  description: The repositories that exist, in the order of O(repositories), or else sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the repository.
      returned: always
      type: str
      sample: library/app
    created_on:
      description: When the repository was created, in ISO 8601 format.
      returned: unless O(gather) is empty and O(repositories) is not set
      type: str
      sample: "2026-05-20T17:20:15.7887056Z"
    last_updated_on:
      description: When something was last pushed to the repository, in ISO 8601 format.
      returned: unless O(gather) is empty and O(repositories) is not set
      type: str
      sample: "2026-05-20T17:20:13.9261224Z"
    manifest_count:
      description: The number of manifests in the repository.
      returned: unless O(gather) is empty and O(repositories) is not set
      type: int
      sample: 10
    tag_count:
      description: The number of tags in the repository.
      returned: unless O(gather) is empty and O(repositories) is not set
      type: int
      sample: 4
    can_delete:
      description: Whether the attributes of the repository allow deleting it.
      returned: unless O(gather) is empty and O(repositories) is not set
      type: bool
      sample: true
    can_write:
      description: Whether the attributes of the repository allow changing it. V(false) also prevents its deletion.
      returned: unless O(gather) is empty and O(repositories) is not set
      type: bool
      sample: true
    can_list:
      description: Whether the attributes of the repository allow listing it.
      returned: unless O(gather) is empty and O(repositories) is not set
      type: bool
      sample: true
    can_read:
      description: Whether the attributes of the repository allow pulling from it.
      returned: unless O(gather) is empty and O(repositories) is not set
      type: bool
      sample: true
    effective:
      description:
        - What can actually be done with the repository.
        - A repository cannot be deleted while a tag or manifest in it is locked. Only the tags and manifests that were read are taken into
          account. So C(can_delete) is certain only if V(tags) and V(manifests) are in O(gather), and O(limit) left none out.
      returned: unless O(gather) is empty and O(repositories) is not set
      type: dict
      sample: {"can_delete": false, "can_list": true, "can_read": true, "can_write": true}
    tags:
      description:
        - The tags of the repository. In addition to the attributes, each has C(name), C(digest), C(created_on) and C(last_updated_on).
        - In C(effective), C(can_delete) is true if the tag can be lost in any way, including with its manifest, and C(can_write) is true if
          it can be moved to another manifest.
      returned: when V(tags) is in O(gather)
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
          effective: {"can_delete": true, "can_list": true, "can_read": true, "can_write": false}
    manifests:
      description:
        - The manifests of the repository. In addition to the attributes, each has C(digest), C(media_type), C(config_media_type),
          C(artifact_type), C(architecture), C(os), C(image_size) in bytes, C(tags), C(created_on) and C(last_updated_on). Properties that the
          registry does not provide are V(null).
      returned: when V(manifests) is in O(gather)
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
          can_delete: true
          can_write: true
          can_list: true
          can_read: true
          effective: {"can_delete": true, "can_list": true, "can_read": true, "can_write": true}
    truncated:
      description: Whether there are more tags or manifests than O(limit) allows.
      returned: when V(tags) or V(manifests) is in O(gather)
      type: bool
      sample: false
missing:
  description: The items of O(repositories) that do not exist.
  returned: success
  type: list
  elements: str
  sample: []
truncated:
  description: Whether there are more repositories than O(limit_repositories) allows.
  returned: success
  type: bool
  sample: false
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
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._tasks.repository_info import plan


def main() -> None:
    run_module(
        plan,
        {
            "repositories": {"type": "list", "elements": "str"},
            "include": {"type": "list", "elements": "str"},
            "exclude": {"type": "list", "elements": "str"},
            "pattern_type": {"type": "str", "choices": ["regex", "glob"], "default": "regex"},
            "gather": {"type": "list", "elements": "str", "choices": ["properties", "tags", "manifests"], "default": ["properties"]},
            "order_by": {"type": "str", "choices": ["name", "last_updated_asc", "last_updated_desc"], "default": "name"},
            "limit": {"type": "int"},
            "limit_repositories": {"type": "int"},
            "on_missing": {"type": "str", "choices": ["error", "warn", "skip"], "default": "warn"},
        },
        reads_only=True,
        mutually_exclusive=[("repositories", "include"), ("repositories", "exclude"), ("repositories", "limit_repositories")],
    )


if __name__ == "__main__":
    main()
