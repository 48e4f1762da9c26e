#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_deleted_info
short_description: Read what was deleted softly in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Reads the manifests and tags that were deleted while the registry's soft delete policy was enabled, and that can still be restored.
  - Soft delete is a preview of Azure. It keeps what was deleted for 1 to 90 days, 7 unless set otherwise.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
options:
  names:
    description:
      - The repositories to look into, which may be deleted themselves or be there. The list of deleted repositories is not read then.
      - Without it, all repositories on that list are read that O(include) and O(exclude) choose. Name a repository that is there if
        it is not on the list, and something in it was deleted.
    type: list
    elements: str
  include:
    description:
      - Regular expressions. A repository is chosen when its whole name matches one of them.
    type: list
    elements: str
  exclude:
    description:
      - Regular expressions. A repository is left out when its whole name matches one of them.
    type: list
    elements: str
  gather:
    description:
      - What to read of each repository. An empty list reads names only.
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
seealso:
  - module: registryops.acr.acr_restore
  - name: Recover deleted artifacts with soft delete policy in Azure Container Registry
    description: What soft delete keeps, and for how long.
    link: https://learn.microsoft.com/azure/container-registry/container-registry-soft-delete-policy
"""

EXAMPLES = r"""
- name: What was deleted in the repositories of the team?
  registryops.acr.acr_deleted_info:
    registry: myregistry
    include:
      - team/.*

- name: Which tags were taken away in this one?
  registryops.acr.acr_deleted_info:
    registry: myregistry
    names:
      - library/app
    gather:
      - tags
  register: deleted

- name: Show them
  ansible.builtin.debug:
    msg: "{{ deleted.repositories[0].tags | map(attribute='name') | unique }}"
"""

RETURN = r"""
repositories:
  description: The repositories in the order of O(names), or by name. Where nothing was deleted, the lists are empty.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The repository's name.
      returned: always
      type: str
      sample: library/app
    created_on:
      description: When it was created, as the list of deleted repositories says, ISO 8601.
      returned: when O(names) is not set
      type: str
      sample: "2026-05-20T17:20:15.7887056Z"
    deleted_on:
      description: When it, or something in it, was deleted, as that list says.
      returned: when O(names) is not set
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
        - The tags that were taken away, alone or with their manifest, each with the manifest it pointed at. The same name appears
          as often as it was taken away.
      returned: when V(tags) is in O(gather)
      type: list
      elements: dict
      sample:
        - name: v1.0.0
          digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
          created_on: "2026-05-20T17:20:15.7887056Z"
          deleted_on: "2026-06-01T08:00:00.1234567Z"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._common.concurrency import concurrently
from ..module_utils._common.names import repository_name
from ..module_utils._common.patterns import Selection
from ..module_utils._common.plan import Plan


def plan(client, params):
    chosen = _choose(client, params)
    if params["gather"]:
        client.announce([item["name"] for item in chosen], "deleted_read")
    return Plan({"repositories": concurrently(lambda item: _read(client, params["gather"], item), chosen, client.concurrency)})


def _choose(client, params):
    if params["names"] is not None:
        return [{"name": repository_name(name)} for name in dict.fromkeys(params["names"])]
    selection = Selection(params["include"], params["exclude"])
    return [repository.to_result() for repository in client.deleted.catalog() if repository.name in selection]


def _read(client, gather, item):
    result = dict(item)
    if "manifests" in gather:
        result["manifests"] = [manifest.to_result() for manifest in client.deleted.manifests(item["name"])]
    if "tags" in gather:
        result["tags"] = [tag.to_result() for tag in client.deleted.tags(item["name"])]
    return result


def main():
    run_module(
        plan,
        {
            "names": {"type": "list", "elements": "str"},
            "include": {"type": "list", "elements": "str"},
            "exclude": {"type": "list", "elements": "str"},
            "gather": {"type": "list", "elements": "str", "choices": ["manifests", "tags"], "default": ["manifests", "tags"]},
        },
        mutually_exclusive=[("names", "include"), ("names", "exclude")],
    )


if __name__ == "__main__":
    main()
