#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_access_info
short_description: See whether tasks can reach an Azure Container Registry, and what they may do there
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Goes the way of a task, and says what is in it. The name, the connection and its certificate, the registry's network rules, whether it is
    an Azure Container Registry, the credential, and for each repository what each module of this collection needs and what is granted.
  - What it finds is its result. It fails only on what O(fail_on) names, or when its own options cannot be meant.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
options:
  repositories:
    description: The repositories in which to see what is granted. They need not exist.
    type: list
    elements: str
    default: []
  modules:
    description: The modules that shall work there. Without it, all that work on repositories, but for those that need soft delete.
    type: list
    elements: str
    choices:
      - acr_artifact
      - acr_artifact_pull
      - acr_blob
      - acr_copy
      - acr_deleted_info
      - acr_manifest
      - acr_manifest_info
      - acr_repository
      - acr_repository_info
      - acr_retention
      - acr_restore
      - acr_tag
      - acr_tag_properties
      - acr_usage_info
  fail_on:
    description: The checks that the task fails on, also when one could not be made because another failed before it.
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
  - In check mode, modules that change something need no more than C(metadata_read).
  - To sign in, the credential is asked for a token; nothing in the registry is read or changed.
seealso:
  - module: registryops.acr.acr_token_info
  - name: Check the health of an Azure container registry
    description: What az acr check-health looks at.
    link: https://learn.microsoft.com/azure/container-registry/container-registry-check-health
"""

EXAMPLES = r"""
- name: Can the locks of this repository be set from here?
  registryops.acr.acr_access_info:
    registry: myregistry
    repositories:
      - library/app
    modules:
      - acr_tag_properties
  register: access

- name: Say what was found
  ansible.builtin.debug:
    var: access.summary

- name: Stop before anything is changed, if the way is not free
  registryops.acr.acr_access_info:
    registry: myregistry
    fail_on:
      - connection
      - sign_in
"""

RETURN = r"""
ready:
  description: Whether no check failed.
  returned: success
  type: bool
  sample: false
summary:
  description: What failed, or that nothing did, in words.
  returned: success
  type: str
  sample: "acr_tag_properties in 'library/app' lacks metadata_write: assign a role or extend the scope map that grants it."
checks:
  description: Each check, in the order in which a task meets what it looks at.
  returned: success
  type: list
  elements: dict
  contains:
    check:
      description: V(dns), V(connection), V(firewall), V(challenge), V(sign_in) or V(permissions).
      returned: always
      type: str
      sample: sign_in
    ok:
      description: Whether all is well. None when it was not checked.
      returned: always
      type: bool
      sample: true
    message:
      description: What was found, and what to do about it.
      returned: always
      type: str
      sample: The registry gives this credential a token.
permissions:
  description: For each repository and module, what it needs there and what of that is missing.
  returned: success
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
from ..module_utils._common.names import repository_name
from ..module_utils._common.plan import Plan
from ..module_utils._tasks.access_info import CHECKS, NEEDS, ORDINARY, examine_access, refuse_findings


def plan(client, params):
    repositories = [repository_name(name) for name in dict.fromkeys(params["repositories"])]
    findings, permissions = examine_access(client, repositories, params["modules"] or ORDINARY, params["validate_certs"])
    failed = [finding.message for finding in findings if finding.ok is False]
    result = {
        "ready": not failed,
        "summary": " ".join(failed) or "The way to the registry is free.",
        "checks": [finding.to_result() for finding in findings],
        "permissions": [permission.to_result() for permission in permissions],
    }
    refuse_findings(findings, params["fail_on"], result)
    return Plan(result)


def main():
    run_module(
        plan,
        {
            "repositories": {"type": "list", "elements": "str", "default": []},
            "modules": {"type": "list", "elements": "str", "choices": list(NEEDS)},
            "fail_on": {"type": "list", "elements": "str", "choices": list(CHECKS), "default": []},
        },
    )


if __name__ == "__main__":
    main()
