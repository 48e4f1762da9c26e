#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_tag_info
short_description: List the tags of a repository in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Reads tags of one repository, with the digests that they point at.
  - Returns the four attributes (locks) of each tag, and their effect in combination with the locks of its manifest and of the repository.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
options:
  repository:
    description: The name of the repository, without the login server.
    type: str
    required: true
  tags:
    description:
      - The names of the tags to read. O(on_missing) determines what happens if one does not exist.
      - If omitted, all tags that O(include), O(exclude) and O(digest) select are read.
    type: list
    elements: str
  include:
    description:
      - Patterns. A tag is selected if its whole name matches at least one of them. A pattern that matches none causes a warning.
      - If omitted, all tags are selected, unless O(tags) is set.
    type: list
    elements: str
  exclude:
    description:
      - Patterns. A tag is excluded if its whole name matches at least one of them. Tags in O(tags) are never excluded.
    type: list
    elements: str
  pattern_type:
    description: Whether the patterns in O(include) and O(exclude) are regular expressions or globs.
    type: str
    choices:
      - regex
      - glob
    default: regex
  digest:
    description:
      - Only returns the tags that point at this digest. Mutually exclusive with O(tags).
    type: str
  order_by:
    description:
      - How to sort the tags.
    type: str
    choices:
      - name
      - last_updated_asc
      - last_updated_desc
    default: name
  limit:
    description:
      - The maximum number of tags to return, in the order of O(order_by). Mutually exclusive with O(tags).
    type: int
  on_missing:
    description:
      - What to do if the repository or a tag in O(tags) does not exist. All other tags are returned in any case.
      - V(error) makes the task fail at the end, V(warn) causes a warning. With V(skip), only RV(missing) lists them.
    type: str
    choices:
      - error
      - warn
      - skip
    default: warn
notes:
  - The credential needs C(metadata/read) on the repository.
seealso:
  - module: registryops.acr.acr_tag_properties
  - module: registryops.acr.acr_tag
  - module: registryops.acr.acr_repository_info
"""

EXAMPLES = r"""
- name: Read which image a tag points at
  registryops.acr.acr_tag_info:
    registry: myregistry
    repository: library/app
    tags:
      - v1.0.0
    on_missing: error
  register: release

- name: Show its digest
  ansible.builtin.debug:
    msg: "{{ release.tags | map(attribute='digest') | first }}"

- name: Read the five newest tags
  registryops.acr.acr_tag_info:
    registry: myregistry
    repository: library/app
    order_by: last_updated_desc
    limit: 5

- name: Read the releases
  registryops.acr.acr_tag_info:
    registry: myregistry
    repository: library/app
    include:
      - v*
    exclude:
      - "*-rc*"
    pattern_type: glob
  register: releases

- name: Show which of them can still be lost
  ansible.builtin.debug:
    msg: "{{ releases.tags | selectattr('effective.can_delete') | map(attribute='name') }}"
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
tags:
  description:
    - The tags, in the order of O(order_by).
    - In C(effective), C(can_delete) is true if the tag can be lost in any way, including with its manifest, and C(can_write) is true if it
      can be moved to another manifest.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the tag.
      returned: always
      type: str
      sample: v1.0.0
    digest:
      description: The digest that the tag points at.
      returned: always
      type: str
      sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    created_on:
      description: When the tag was created, in ISO 8601 format.
      returned: always
      type: str
      sample: "2026-03-31T22:45:04.3251053Z"
    last_updated_on:
      description: When something was last pushed under the tag, in ISO 8601 format.
      returned: always
      type: str
      sample: "2026-03-31T22:45:04.3251053Z"
    can_delete:
      description: Whether the attributes of the tag allow deleting it.
      returned: always
      type: bool
      sample: false
    can_write:
      description: Whether the attributes of the tag allow changing it. V(false) also prevents its deletion.
      returned: always
      type: bool
      sample: false
    can_list:
      description: Whether the attributes of the tag allow listing it.
      returned: always
      type: bool
      sample: true
    can_read:
      description: Whether the attributes of the tag allow pulling it.
      returned: always
      type: bool
      sample: true
    effective:
      description: What can actually be done with the tag.
      returned: always
      type: dict
      sample: {"can_delete": true, "can_list": true, "can_read": true, "can_write": false}
missing:
  description: The items of O(tags) that do not exist.
  returned: success
  type: list
  elements: str
  sample: []
truncated:
  description: Whether there are more tags than O(limit) allows.
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
from ..module_utils._tasks.tag_info import plan


def main() -> None:
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "tags": {"type": "list", "elements": "str"},
            "include": {"type": "list", "elements": "str"},
            "exclude": {"type": "list", "elements": "str"},
            "pattern_type": {"type": "str", "choices": ["regex", "glob"], "default": "regex"},
            "digest": {"type": "str"},
            "order_by": {"type": "str", "choices": ["name", "last_updated_asc", "last_updated_desc"], "default": "name"},
            "limit": {"type": "int"},
            "on_missing": {"type": "str", "choices": ["error", "warn", "skip"], "default": "warn"},
        },
        reads_only=True,
        mutually_exclusive=[("tags", "digest"), ("tags", "limit")],
    )


if __name__ == "__main__":
    main()
