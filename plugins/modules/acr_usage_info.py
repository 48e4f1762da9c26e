#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_usage_info
short_description: See what takes up space in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Tells of each repository how many bytes its images would take, how many they do take because they share layers, how many go with it
    alone, and how many are only there for what has no tag or is about something that is gone.
  - The registry itself tells only how much all of it takes.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
options:
  names:
    description:
      - The repositories. The list of all repositories is not read then, so the credential need not be allowed to.
      - Without it, all repositories that O(include) and O(exclude) choose.
    type: list
    elements: str
  include:
    description: Regular expressions. A repository is chosen when its whole name matches one of them.
    type: list
    elements: str
  exclude:
    description: Regular expressions. A repository is left out when its whole name matches one of them.
    type: list
    elements: str
  top:
    description: Of how many largest images to tell in each repository.
    type: int
    default: 5
notes:
  - The credential needs C(metadata/read) and C(content/read) on the repositories, and the right to list them unless O(names) is set.
  - All manifests are read, because nothing else says which layers they share. Layers that are kept elsewhere (C(urls)) do not count.
  - What is counted is what the manifests say. A bill may differ, as the registry deletes what is no longer needed only some time later.
seealso:
  - module: registryops.acr.acr_retention
  - module: registryops.acr.acr_repository_info
"""

EXAMPLES = r"""
- name: See what takes up space
  registryops.acr.acr_usage_info:
    registry: myregistry
  register: usage

- name: Name the three largest repositories
  ansible.builtin.debug:
    msg: "{{ usage.repositories[:3] | map(attribute='name') | join(', ') }} of {{ usage.total.unique_bytes | human_readable }}"
"""

RETURN = r"""
repositories:
  description: The repositories, the largest first.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The repository.
      returned: always
      type: str
      sample: library/app
    tags:
      description: How many tags it has.
      returned: always
      type: int
      sample: 48
    manifests:
      description: How many manifests it has.
      returned: always
      type: int
      sample: 130
    logical_bytes:
      description: The bytes of all manifests and their blobs, each as often as it is needed.
      returned: always
      type: int
      sample: 4210000000
    unique_bytes:
      description: The same, each counted once.
      returned: always
      type: int
      sample: 961000000
    exclusive_bytes:
      description: Those that no other of the repositories looked at has, and that would go with this one.
      returned: always
      type: int
      sample: 412000000
    dedup_factor:
      description: RV(repositories[].logical_bytes) for each of RV(repositories[].unique_bytes).
      returned: always
      type: float
      sample: 4.38
    untagged:
      description: Manifests that no tag leads to, the bytes that only they need, and their share of RV(repositories[].unique_bytes).
      returned: always
      type: dict
      sample:
        manifests: 12
        bytes: 88000000
        share: 0.0916
    orphans:
      description: Those of them that are about something that is gone, in the same way.
      returned: always
      type: dict
      sample:
        manifests: 2
        bytes: 9100
        share: 0.0
    top:
      description:
        - The largest images that have a tag, with all their platforms, and as C(exclusive_bytes) what no other image of the repository that has a
          tag needs.
      returned: always
      type: list
      elements: dict
      sample:
        - digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
          tags: [v1.1.0]
          bytes: 180000000
          exclusive_bytes: 21000000
total:
  description: The same of all these repositories together; what several of them have counts once in C(unique_bytes).
  returned: success
  type: dict
  sample:
    repositories: 12
    logical_bytes: 8400000000
    unique_bytes: 1500000000
    dedup_factor: 5.6
missing:
  description: Those of O(names) that do not exist.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._common.concurrency import concurrently
from ..module_utils._common.errors import UsageError
from ..module_utils._common.names import repository_name
from ..module_utils._common.patterns import Selection
from ..module_utils._common.plan import Plan
from ..module_utils._content.snapshot import read_contents, read_snapshot
from ..module_utils._tasks.usage_info import describe_usage


def plan(client, params):
    if params["top"] < 0:
        raise UsageError(f"top is {params['top']}, but must be at least 0.")
    if params["names"] is not None:
        names = [repository_name(name) for name in dict.fromkeys(params["names"])]
    else:
        names = Selection(params["include"], params["exclude"]).of(client.repositories.names().items)
    client.announce(names, "metadata_read", "pull")
    looked = concurrently(lambda name: read_snapshot(client, name), names, client.concurrency)
    snapshots = [read_contents(client, snapshot) for snapshot in looked if snapshot]
    missing = [name for name, snapshot in zip(names, looked) if snapshot is None and params["names"] is not None]
    return Plan({**describe_usage(snapshots, params["top"]), "missing": missing})


def main():
    run_module(
        plan,
        {
            "names": {"type": "list", "elements": "str"},
            "include": {"type": "list", "elements": "str"},
            "exclude": {"type": "list", "elements": "str"},
            "top": {"type": "int", "default": 5},
        },
        mutually_exclusive=[("names", "include"), ("names", "exclude")],
    )


if __name__ == "__main__":
    main()
