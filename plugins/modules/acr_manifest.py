#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_manifest
short_description: Push and delete manifests and indexes in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Pushes a manifest or an index, and points tags at it. Everything it refers to must already be in the repository. This is also checked in
    check mode.
  - With O(state=absent), deletes manifests. The task fails if that would break anything that O(allow_breaking) does not allow.
  - To push files or whole images, use M(registryops.acr.acr_push).
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The name of the repository, without the login server.
    type: str
    required: true
  state:
    description: Whether the manifest should exist.
    type: str
    choices:
      - present
      - absent
    default: present
  content:
    description:
      - The manifest, as a dictionary or as text. Either this or O(src) is required with O(state=present).
      - A dictionary is written as JSON with sorted keys and without spaces, so it always has the same digest. Text is pushed unchanged,
        byte for byte. Use O(src) if templating turns the text into a dictionary.
    type: raw
  src:
    description: The path of a file with the manifest, which is pushed unchanged, byte for byte. Mutually exclusive with O(content).
    type: path
  media_type:
    description:
      - The media type of the manifest.
      - If omitted, the manifest's own C(mediaType) is used, or else the OCI media type that its fields indicate.
    type: str
  tags:
    description:
      - The tags to point at the manifest. If omitted, the manifest is pushed by its digest, without a tag.
    type: list
    elements: str
  overwrite:
    description:
      - What to do with a tag that already points at another manifest.
      - V(always) moves the tag. V(never) leaves it as it is, and C(not_overwritten) in RV(tags) gives the reason. If all of O(tags) stay as they
        are, nothing is pushed. V(error) makes the task fail without changing anything.
      - Only V(always) is accepted with O(state=absent).
    type: str
    choices:
      - always
      - never
      - error
    default: always
  annotations:
    description: Annotations to add to the manifest. The manifest is then written again as JSON, as described for O(content).
    type: dict
  subject:
    description:
      - A tag or digest in the same repository to set as the subject of the manifest. The manifest is then written again as JSON, as described
        for O(content).
    type: str
  validate:
    description:
      - Whether to check the manifest against the schema of its media type, and that the repository has all the content it refers to.
    type: bool
    default: true
  references:
    description:
      - The tags and digests of the manifests to delete. Required with O(state=absent), and only used there.
      - A tag means the manifest that it points at. To remove tags only, use M(registryops.acr.acr_tag).
    type: list
    elements: str
  allow_breaking:
    description:
      - What a deletion may break.
      - With V(tags), manifests are deleted even if they have tags other than those in O(references). These tags are deleted too.
      - With V(indexes), manifests are deleted even if an index lists them.
      - With V(referrers), manifests are deleted even if they have referrers such as signatures, which the registry may then delete too.
      - Indexes and referrers that the same task deletes do not count. An index is deleted before the manifests it lists.
      - A locked manifest, or a manifest with a locked tag, is never deleted.
    type: list
    elements: str
    choices:
      - tags
      - indexes
      - referrers
    default: []
requirements:
  - jsonschema >= 4 (for O(validate))
notes:
  - The credential needs C(metadata/read) and C(content/read) on the repository. It also needs C(content/write) to push a manifest, and
    C(content/delete) to delete one.
seealso:
  - module: registryops.acr.acr_manifest_info
  - module: registryops.acr.acr_tag
  - module: registryops.acr.acr_push
"""

EXAMPLES = r"""
- name: Read the index of a release
  registryops.acr.acr_manifest_info:
    registry: myregistry
    repository: library/app
    references:
      - v1.1.0
  register: release

- name: Push an index with only one of its platforms
  registryops.acr.acr_manifest:
    registry: myregistry
    repository: library/app
    content:
      schemaVersion: 2
      mediaType: application/vnd.oci.image.index.v1+json
      manifests: "{{ release.manifests[0].document.manifests[:1] }}"
    annotations:
      org.opencontainers.image.version: 1.1.0
    tags:
      - v1.1.0-small
  register: small

- name: Delete the index and its tag
  registryops.acr.acr_manifest:
    registry: myregistry
    repository: library/app
    references:
      - "{{ small.digest }}"
    allow_breaking:
      - tags
    state: absent

- name: Delete the image that a tag points at
  registryops.acr.acr_manifest:
    registry: myregistry
    repository: library/app
    references:
      - nightly
    state: absent
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
digest:
  description: The digest of the manifest.
  returned: when O(state=present)
  type: str
  sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
image:
  description: The image, with its digest, as it can be pulled. V(null) if the repository does not have it.
  returned: when O(state=present)
  type: str
  sample: myregistry.azurecr.io/library/app@sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
media_type:
  description: The media type of the manifest.
  returned: when O(state=present)
  type: str
  sample: application/vnd.oci.image.index.v1+json
size:
  description: The size of the manifest itself in bytes.
  returned: when O(state=present)
  type: int
  sample: 714
tags:
  description: Each tag, with the digest it pointed at before and the digest it points at now. V(null) means that the tag does not exist.
  returned: when O(state=present)
  type: list
  elements: dict
  sample:
    - name: v1.1.0-small
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      previous_digest: null
      changed: true
deleted:
  description: The deleted manifests, each with everything that is deleted with it or breaks.
  returned: when O(state=absent)
  type: list
  elements: dict
  contains:
    digest:
      description: The digest of the manifest.
      returned: always
      type: str
      sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    tags:
      description: The tags that point at the manifest.
      returned: always
      type: list
      elements: str
      sample: [nightly]
    indexes:
      description: The digests of indexes that list the manifest and are not deleted.
      returned: always
      type: list
      elements: str
      sample: []
    referrers:
      description: The digests of referrers of the manifest that the task does not name.
      returned: always
      type: list
      elements: str
      sample: []
blocked:
  description: The manifests whose deletion would break something that O(allow_breaking) does not allow, in the same format as RV(deleted).
  returned: when the task fails for this reason
  type: list
  elements: dict
  sample:
    - digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      tags: [nightly]
      indexes: []
      referrers: []
missing:
  description: The tags and digests to delete that do not exist.
  returned: when O(state=absent)
  type: list
  elements: str
  sample: []
done:
  description: The changes that were made. In check mode, the changes that would be made.
  returned: always
  type: list
  elements: dict
  sample:
    - repository: library/app
      kind: tag
      name: v1.1.0-small
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
  description: The manifests and the tags, indexes and referrers of each, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/library/app
    after_header: myregistry.azurecr.io/library/app
    before: "tag nightly -> sha256:6e66ab329bb9\n"
    after: "tag nightly -> sha256:0f3a1b6f2a11\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._tasks.manifest import plan


def main() -> None:
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "content": {"type": "raw"},
            "src": {"type": "path"},
            "media_type": {"type": "str"},
            "tags": {"type": "list", "elements": "str"},
            "overwrite": {"type": "str", "choices": ["always", "never", "error"], "default": "always"},
            "annotations": {"type": "dict"},
            "subject": {"type": "str"},
            "validate": {"type": "bool", "default": True},
            "references": {"type": "list", "elements": "str"},
            "allow_breaking": {"type": "list", "elements": "str", "choices": ["tags", "indexes", "referrers"], "default": []},
        },
        mutually_exclusive=[("content", "src")],
        required_if=[("state", "present", ("content", "src"), True), ("state", "absent", ("references",))],
    )


if __name__ == "__main__":
    main()
