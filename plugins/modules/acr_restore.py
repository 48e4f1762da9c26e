#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_restore
short_description: Bring back what was deleted softly in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Restores manifests and tags that were deleted while the registry's soft delete policy was enabled, and that it still keeps.
  - A manifest that is there already stays as it is, and gets those of its tags that are missing.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  items:
    description:
      - What to restore. The order is kept inside a repository. An index does not bring back what it lists, nor an image what is about it,
        so name all of them, and what something is about (its subject) before that.
    type: list
    elements: dict
    suboptions:
      repository:
        description: The repository, which may be deleted itself.
        type: str
        required: true
      digest:
        description: The manifest.
        type: str
        required: true
      tags:
        description: The tags that are to point at it.
        type: list
        elements: str
        default: []
  undo:
    description:
      - The same as a task that deletes returned it, for example RV(registryops.acr.acr_repository#module:undo). The whole result of such a
        task will do, that of a loop, and either of them as JSON text.
    type: raw
  overwrite:
    description: Whether a tag that points at another manifest by now is moved. If V(false), it is an error, and nothing is restored.
    type: bool
    default: false
notes:
  - The credential needs C(metadata/read) on the repositories, and the permissions C(Microsoft.ContainerRegistry/registries/deleted/read) and
    C(Microsoft.ContainerRegistry/registries/deleted/restore/action), which a scope map cannot grant. To point more than one tag at a
    manifest, or one at a manifest that is there, it needs C(content/read) and C(content/write).
  - Soft delete is a preview of Azure. It keeps what was deleted for 1 to 90 days, 7 unless set otherwise.
seealso:
  - module: registryops.acr.acr_deleted_info
  - module: registryops.acr.acr_repository
  - name: Recover deleted artifacts with soft delete policy in Azure Container Registry
    description: What soft delete keeps, and for how long.
    link: https://learn.microsoft.com/azure/container-registry/container-registry-soft-delete-policy
"""

EXAMPLES = r"""
- name: Delete a repository
  registryops.acr.acr_repository:
    registry: myregistry
    repository: team/tool
    state: absent
  register: removed

- name: Bring it back as it was
  registryops.acr.acr_restore:
    registry: myregistry
    undo: "{{ removed }}"

- name: Delete an image
  registryops.acr.acr_manifest:
    registry: myregistry
    repository: library/app
    tags:
      - nightly
    by_tag: true
    state: absent

- name: Which one was that?
  registryops.acr.acr_deleted_info:
    registry: myregistry
    names:
      - library/app
    gather:
      - tags
  register: deleted

- name: Bring back the one that was deleted last
  registryops.acr.acr_restore:
    registry: myregistry
    items:
      - repository: library/app
        digest: "{{ (deleted.repositories[0].tags | selectattr('name', 'eq', 'nightly') | sort(attribute='deleted_on') | last).digest }}"
        tags:
          - nightly
"""

RETURN = r"""
manifests:
  description: The manifests, in the order in which they were named.
  returned: success
  type: list
  elements: dict
  contains:
    repository:
      description: The repository.
      returned: always
      type: str
      sample: library/app
    digest:
      description: The manifest.
      returned: always
      type: str
      sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    restored:
      description: Whether it had to be restored; in check mode, whether it would have to be.
      returned: always
      type: bool
      sample: true
    tags:
      description: Each tag, with the manifest it pointed at before and the one it points at now; null where there was none.
      returned: always
      type: list
      elements: dict
      sample:
        - name: v1.0.0
          before: null
          after: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
          changed: true
    changed:
      description: Whether the manifest or one of its tags was missing.
      returned: always
      type: bool
      sample: true
done:
  description: What was restored before something failed.
  returned: when some of the changes failed
  type: list
  elements: str
  sample: ["tag 'library/app:v1.0.0'"]
failures:
  description: The changes that failed, each with C(target), C(msg) and, if the registry answered, C(error).
  returned: when some of the changes failed
  type: list
  elements: dict
  sample: []
not_attempted:
  description: The changes that were not tried after one failed.
  returned: when some of the changes failed
  type: list
  elements: str
  sample: []
diff:
  description: What comes back, and what tags point at before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io
    after_header: myregistry.azurecr.io
    before: ""
    after: "library/app: manifest sha256:6e66ab329bb9\nlibrary/app: tag v1.0.0 -> sha256:6e66ab329bb9\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._tasks.restore import plan_restore, undo_entries_of, wanted_manifests


def plan(client, params):
    items = params["items"] if params["items"] is not None else undo_entries_of(params["undo"])
    return plan_restore(client, wanted_manifests(items), params["overwrite"])


def main():
    run_module(
        plan,
        {
            "items": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "repository": {"type": "str", "required": True},
                    "digest": {"type": "str", "required": True},
                    "tags": {"type": "list", "elements": "str", "default": []},
                },
            },
            "undo": {"type": "raw"},
            "overwrite": {"type": "bool", "default": False},
        },
        mutually_exclusive=[("items", "undo")],
        required_one_of=[("items", "undo")],
    )


if __name__ == "__main__":
    main()
