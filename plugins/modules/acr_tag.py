#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_tag
short_description: Tag, untag and promote images in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Points tags of a repository at an existing manifest, which O(reference) names. The digest stays the same. No image is pulled or pushed.
  - With O(state=absent), removes tags. The manifest is kept, even if it has no other tags.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The name of the repository, without the login server.
    type: str
    required: true
  tags:
    description: The tags to set or remove.
    type: list
    elements: str
    required: true
  state:
    description: Whether the tags should exist.
    type: str
    choices:
      - present
      - absent
    default: present
  reference:
    description:
      - The manifest that the tags should point at, as another tag or as a digest. Required with O(state=present).
      - To remove tags only if they point at a certain manifest, use O(expected_digest).
    type: str
  overwrite:
    description:
      - What to do with a tag that already points at another manifest.
      - V(always) moves the tag. V(never) leaves it as it is, and C(not_overwritten) in RV(tags) gives the reason. V(error) makes the task
        fail without changing anything.
      - Only V(always) is accepted with O(state=absent).
    type: str
    choices:
      - always
      - never
      - error
    default: always
  expected_digest:
    description:
      - Only changes the tags if each tag that would change points at this digest. Otherwise, the task fails and changes nothing. This prevents
        overwriting the push of someone else.
      - For tags that must not exist yet, use O(overwrite=error).
      - The registry itself has no conditional changes. The tag is checked immediately before each change, so another change within
        milliseconds can still be missed.
    type: str
notes:
  - The credential needs C(metadata/read) on the repository. It also needs C(content/read) and C(content/write) to set tags, and
    C(content/delete) to remove tags.
  - If the registry has a retention policy for untagged manifests, it deletes manifests that have lost their last tag.
seealso:
  - module: registryops.acr.acr_tag_properties
  - module: registryops.acr.acr_copy
  - module: registryops.acr.acr_manifest
"""

EXAMPLES = r"""
- name: Promote a release candidate
  registryops.acr.acr_tag:
    registry: myregistry
    repository: library/app
    tags:
      - v2.0.0
      - stable
    reference: v2.0.0-rc1

- name: Add a tag, and fail if it already points at another image
  registryops.acr.acr_tag:
    registry: myregistry
    repository: library/app
    tags:
      - production
    reference: v1.1.0
    overwrite: error
  register: production

- name: Show by which name the image is to be deployed
  ansible.builtin.debug:
    var: production.image

- name: Remove tags, but keep the images
  registryops.acr.acr_tag:
    registry: myregistry
    repository: library/app
    tags:
      - nightly
      - experiment
    state: absent
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
digest:
  description: The digest that the tags point at.
  returned: when O(state=present)
  type: str
  sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
image:
  description: The image, with its digest, as it can be pulled.
  returned: when O(state=present)
  type: str
  sample: myregistry.azurecr.io/library/app@sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
tags:
  description: Each tag, with the digest it pointed at before and the digest it points at now. V(null) means that the tag does not exist.
  returned: success, or when a change failed
  type: list
  elements: dict
  sample:
    - name: v2.0.0
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      previous_digest: null
      changed: true
done:
  description: The changes that were made. In check mode, the changes that would be made.
  returned: always
  type: list
  elements: dict
  sample:
    - repository: library/app
      kind: tag
      name: v2.0.0
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      action: tag
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
  description: The tags that change, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/library/app
    after_header: myregistry.azurecr.io/library/app
    before: ""
    after: "tag v2.0.0 -> sha256:6e66ab329bb9\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._tasks.tag import plan


def main() -> None:
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "tags": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "reference": {"type": "str"},
            "overwrite": {"type": "str", "choices": ["always", "never", "error"], "default": "always"},
            "expected_digest": {"type": "str"},
        },
        required_if=[("state", "present", ("reference",))],
    )


if __name__ == "__main__":
    main()
