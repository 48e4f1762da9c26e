#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_usage_info
short_description: Report storage usage of repositories in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Reports for each repository how many bytes its images would occupy without sharing layers, how many bytes they actually occupy, how many
    bytes no other repository shares, and how many bytes only untagged manifests and orphaned referrers need.
  - The registry itself only reports its total size.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
options:
  repositories:
    description:
      - The names of the repositories to examine. The catalog of the registry is not read then, so the credential does not need permission to
        list repositories. Mutually exclusive with O(include) and O(exclude).
      - If omitted, all repositories that O(include) and O(exclude) select are examined.
    type: list
    elements: str
  on_missing:
    description:
      - What to do if a repository in O(repositories) does not exist.
      - V(error) makes the task fail at the end. V(warn) warns. V(skip) only returns the repository in RV(missing).
    type: str
    choices:
      - error
      - warn
      - skip
    default: warn
  include:
    description:
      - Patterns. A repository is selected if its whole name matches at least one of them. A pattern that matches nothing causes a warning.
      - If omitted, all repositories are selected.
    type: list
    elements: str
  exclude:
    description:
      - Patterns. A repository is excluded if its whole name matches at least one of them.
    type: list
    elements: str
  pattern_type:
    description:
      - The syntax of the patterns in O(include) and O(exclude). V(regex) means regular expressions, V(glob) means wildcards (V(*), V(?) and
        V([...])).
    type: str
    choices:
      - regex
      - glob
    default: regex
  top:
    description: The number of largest images to return for each repository.
    type: int
    default: 5
notes:
  - The credential needs C(metadata/read) and C(content/read) on the repositories. Unless O(repositories) is set, it also needs permission to list
    repositories.
  - All manifests are read, because only they show which layers are shared. Layers that can be stored outside of the registry (C(urls)) are not
    counted.
  - All sizes are calculated from the manifests. The billed size can differ, because the registry deletes unneeded content with a delay.
seealso:
  - module: registryops.acr.acr_retention
  - module: registryops.acr.acr_repository_info
"""

EXAMPLES = r"""
- name: Examine the storage usage of all repositories
  registryops.acr.acr_usage_info:
    registry: myregistry
  register: usage

- name: Show the three largest repositories and the total size
  ansible.builtin.debug:
    msg: "{{ usage.repositories[:3] | map(attribute='name') | join(', ') }} of {{ usage.totals.unique_bytes | human_readable }}"
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
repositories:
  description: The repositories, sorted by size, largest first.
  returned: success, or when a repository is missing
  type: list
  elements: dict
  contains:
    name:
      description: The name of the repository.
      returned: always
      type: str
      sample: library/app
    tag_count:
      description: The number of tags in the repository.
      returned: always
      type: int
      sample: 48
    manifest_count:
      description: The number of manifests in the repository.
      returned: always
      type: int
      sample: 130
    logical_bytes:
      description: The size of all manifests and their blobs in bytes, with each blob counted once for each manifest that needs it.
      returned: always
      type: int
      sample: 4210000000
    unique_bytes:
      description: The size of all manifests and their blobs in bytes, with each blob counted once.
      returned: always
      type: int
      sample: 961000000
    exclusive_bytes:
      description: The part of RV(repositories[].unique_bytes) that no other examined repository has.
      returned: always
      type: int
      sample: 412000000
    dedup_factor:
      description: RV(repositories[].logical_bytes) divided by RV(repositories[].unique_bytes).
      returned: always
      type: float
      sample: 4.38
    untagged:
      description:
        - The number of manifests that no tag needs, the size in bytes of the content that only they need, and its share of
          RV(repositories[].unique_bytes).
      returned: always
      type: dict
      sample:
        manifest_count: 12
        bytes: 88000000
        share: 0.0916
    orphans:
      description: The same for those of the untagged manifests that are referrers and whose subject no longer exists.
      returned: always
      type: dict
      sample:
        manifest_count: 2
        bytes: 9100
        share: 0.0
    largest:
      description:
        - The largest tagged images, with all their platforms. C(image_size) is the size of such an image in bytes, C(exclusive_bytes) the size
          of the content that no other tagged image in the repository needs.
      returned: always
      type: list
      elements: dict
      sample:
        - digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
          tags: [v1.1.0]
          image_size: 180000000
          exclusive_bytes: 21000000
totals:
  description: The sums for all examined repositories. In C(unique_bytes), content that several repositories share is counted once.
  returned: success, or when a repository is missing
  type: dict
  sample:
    repository_count: 12
    logical_bytes: 8400000000
    unique_bytes: 1500000000
    dedup_factor: 5.6
missing:
  description: The items of O(repositories) that do not exist.
  returned: success, or when a repository is missing
  type: list
  elements: str
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
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._common.patterns import GLOB, REGEX
from ..module_utils._tasks.option_rules import ERROR, SKIP, WARN
from ..module_utils._tasks.usage_info import plan


def main() -> None:
    run_module(
        plan,
        {
            "repositories": {"type": "list", "elements": "str"},
            "on_missing": {"type": "str", "choices": [ERROR, WARN, SKIP], "default": WARN},
            "include": {"type": "list", "elements": "str"},
            "exclude": {"type": "list", "elements": "str"},
            "pattern_type": {"type": "str", "choices": [REGEX, GLOB], "default": REGEX},
            "top": {"type": "int", "default": 5},
        },
        reads_only=True,
        mutually_exclusive=[("repositories", "include"), ("repositories", "exclude")],
    )


if __name__ == "__main__":
    main()
