#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_deleted_info
short_description: List soft-deleted manifests and tags in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Lists the manifests and tags that were deleted while the soft delete policy of the registry was enabled, and that can still be
    restored.
  - Soft delete is a preview feature of Azure. It retains deleted content for 1 to 90 days, by default for 7 days.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
options:
  repositories:
    description:
      - The names of the repositories to read, whether they still exist or are deleted themselves. The registry's list of deleted
        repositories is not read, so the credential does not need permission to read it. Mutually exclusive with O(include) and O(exclude).
      - If omitted, the repositories on that list that O(include) and O(exclude) select are read. Set O(repositories) if content was deleted
        in an existing repository that is not on the list.
    type: list
    elements: str
  on_missing:
    description:
      - What to do if a repository in O(repositories) does not exist and nothing deleted is left of it. A repository that exists is not
        missing, even if nothing was deleted in it.
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
  gather:
    description:
      - What to read of each repository. If the list is empty, neither manifests nor tags are read.
    type: list
    elements: str
    choices:
      - manifests
      - tags
    default:
      - manifests
      - tags
notes:
  - The credential needs the permission C(Microsoft.ContainerRegistry/registries/deleted/read). A scope map cannot grant it.
  - For a repository in O(repositories) in which nothing deleted is found, it also needs C(metadata/read), to find out whether the repository
    exists.
seealso:
  - module: registryops.acr.acr_restore
  - name: Recover deleted artifacts with soft delete policy in Azure Container Registry
    description: What soft delete retains, and for how long.
    link: https://learn.microsoft.com/azure/container-registry/container-registry-soft-delete-policy
"""

EXAMPLES = r"""
- name: List what was deleted in the repositories of a team
  registryops.acr.acr_deleted_info:
    registry: myregistry
    include:
      - team/.*

- name: List the deleted tags of one repository
  registryops.acr.acr_deleted_info:
    registry: myregistry
    repositories:
      - library/app
    gather:
      - tags
  register: deleted

- name: Show the names of the deleted tags
  ansible.builtin.debug:
    msg: "{{ deleted.repositories | map(attribute='tags') | flatten | map(attribute='name') | unique }}"
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
repositories:
  description: The repositories, in the order of O(repositories), or else sorted by name. If nothing was deleted in one, its lists are empty.
  returned: success, or when a repository is missing
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
      returned: when O(repositories) is not set
      type: str
      sample: "2026-05-20T17:20:15.7887056Z"
    deleted_on:
      description: When the repository, or something in it, was deleted, in ISO 8601 format.
      returned: when O(repositories) is not set
      type: str
      sample: "2026-06-01T08:00:00.1234567Z"
    manifests:
      description: The manifests that can be restored.
      returned: when V(manifests) is in O(gather)
      type: list
      elements: dict
      sample:
        - digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
          created_on: "2026-05-20T17:20:15.7887056Z"
          deleted_on: "2026-06-01T08:00:00.1234567Z"
    tags:
      description:
        - The tags that were deleted, alone or with their manifest, each with the digest it pointed at. A tag that was deleted more than
          once is listed more than once.
      returned: when V(tags) is in O(gather)
      type: list
      elements: dict
      sample:
        - name: v1.0.0
          digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
          created_on: "2026-05-20T17:20:15.7887056Z"
          deleted_on: "2026-06-01T08:00:00.1234567Z"
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
from ..module_utils._tasks.deleted_info import plan
from ..module_utils._tasks.option_rules import ERROR, SKIP, WARN


def main() -> None:
    run_module(
        plan,
        {
            "repositories": {"type": "list", "elements": "str"},
            "include": {"type": "list", "elements": "str"},
            "exclude": {"type": "list", "elements": "str"},
            "pattern_type": {"type": "str", "choices": [REGEX, GLOB], "default": REGEX},
            "on_missing": {"type": "str", "choices": [ERROR, WARN, SKIP], "default": WARN},
            "gather": {"type": "list", "elements": "str", "choices": ["manifests", "tags"], "default": ["manifests", "tags"]},
        },
        reads_only=True,
        mutually_exclusive=[("repositories", "include"), ("repositories", "exclude")],
    )


if __name__ == "__main__":
    main()
