#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_access_info
short_description: Check network access and permissions for an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Checks, in the order in which a task meets them, everything that can keep it from working - name resolution, the connection and its
    certificate, the network rules of the registry, whether it is an Azure Container Registry, the credential, and for each repository
    the permissions that the modules of this collection need.
  - A failed check is part of the result. The task itself fails only if O(fail_on) lists the check, or if its options are invalid.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
options:
  repositories:
    description: The names of the repositories to check permissions for. They do not need to exist.
    type: list
    elements: str
    default: []
  modules:
    description:
      - The modules to check permissions for.
      - If omitted, all modules that work on repositories are checked, except those that require soft delete.
    type: list
    elements: str
    choices:
      - acr_blob
      - acr_copy
      - acr_deleted_info
      - acr_fetch
      - acr_manifest
      - acr_manifest_info
      - acr_manifest_properties
      - acr_pull
      - acr_push
      - acr_repository
      - acr_repository_info
      - acr_retention
      - acr_restore
      - acr_tag
      - acr_tag_info
      - acr_tag_properties
      - acr_usage_info
  fail_on:
    description:
      - The checks that make the task fail, either because they fail themselves, or because they could not be made after an earlier check
        failed.
    type: list
    elements: str
    choices:
      - dns
      - connection
      - firewall
      - challenge
      - sign_in
      - permissions
    default: []
notes:
  - The permissions checked are those of a real run. In check mode, modules need only permissions to read.
  - The module requests tokens for the credential. It neither reads nor changes anything in the registry.
seealso:
  - module: registryops.acr.acr_token_info
  - name: Check the health of an Azure container registry
    description: What az acr check-health checks.
    link: https://learn.microsoft.com/azure/container-registry/container-registry-check-health
"""

EXAMPLES = r"""
- name: Check whether locks can be set in a repository
  registryops.acr.acr_access_info:
    registry: myregistry
    repositories:
      - library/app
    modules:
      - acr_tag_properties
  register: access

- name: Show the summary
  ansible.builtin.debug:
    var: access.summary

- name: Stop here if the registry cannot be reached or refuses the credential
  registryops.acr.acr_access_info:
    registry: myregistry
    fail_on:
      - connection
      - sign_in
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
ready:
  description: Whether no check failed.
  returned: success, or when a check in O(fail_on) fails
  type: bool
  sample: false
summary:
  description: The messages of all failed checks, or a message that no check failed.
  returned: success, or when a check in O(fail_on) fails
  type: str
  sample: "acr_tag_properties in 'library/app' lacks metadata_write. Assign a role that grants it, or extend the scope map."
checks:
  description: The result of each check, in the order in which they are made.
  returned: success, or when a check in O(fail_on) fails
  type: list
  elements: dict
  contains:
    check:
      description: V(dns), V(connection), V(firewall), V(challenge), V(sign_in) or V(permissions).
      returned: always
      type: str
      sample: sign_in
    ok:
      description: Whether the check passed. V(null) if it was not made.
      returned: always
      type: bool
      sample: true
    message:
      description: What was found, and what to do about it.
      returned: always
      type: str
      sample: The registry accepts the credential and gives it a token.
permissions:
  description: For each repository and module, the permissions that the module needs there, and which of them are missing.
  returned: success, or when a check in O(fail_on) fails
  type: list
  elements: dict
  sample:
    - repository: library/app
      module: acr_tag_properties
      needed: [metadata_read, metadata_write]
      missing: [metadata_write]
      ok: false
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._tasks.access_info import CHECKS, NEEDS, plan


def main() -> None:
    run_module(
        plan,
        {
            "repositories": {"type": "list", "elements": "str", "default": []},
            "modules": {"type": "list", "elements": "str", "choices": list(NEEDS)},
            "fail_on": {"type": "list", "elements": "str", "choices": list(CHECKS), "default": []},
        },
        reads_only=True,
    )


if __name__ == "__main__":
    main()
