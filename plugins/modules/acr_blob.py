#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_blob
short_description: Upload, mount and delete blobs in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Uploads a file or text as a blob unless the repository already has it, or deletes a blob. To download one, use
    M(registryops.acr.acr_fetch).
  - Blobs are the layers and configs of images, and the files of artifacts. To push or pull whole images and artifacts, use
    M(registryops.acr.acr_push) and M(registryops.acr.acr_pull).
  - Memory use does not depend on the size of the blob. Interrupted uploads are resumed.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The name of the repository, without the login server.
    type: str
    required: true
  state:
    description:
      - Whether the blob should exist.
      - V(absent) deletes the blob from this repository. The task fails if a manifest of the repository needs it, unless O(allow_breaking)
        allows that.
    type: str
    choices:
      - present
      - absent
    default: present
  digest:
    description:
      - The digest of the blob. Required unless O(src) or O(content) is set.
      - With O(src) or O(content), the task fails if the content has another digest.
    type: str
  src:
    description: The path of a file to upload. Mutually exclusive with O(content).
    type: path
  content:
    description:
      - A text to upload, encoded as UTF-8. Mutually exclusive with O(src).
      - Use O(src) if templating turns the text into another type, such as a dictionary.
    type: raw
  mount_from:
    description:
      - The names of other repositories in the same registry. If one of them has the blob, it is mounted from there instead of uploaded.
    type: list
    elements: str
  allow_breaking:
    description:
      - What a deletion may break.
      - With V(manifests), the blob is deleted even if manifests need it. Images with these manifests can then no longer be pulled.
      - A manifest that the registry does not list, because its C(can_list) is V(false), is not found.
    type: list
    elements: str
    choices:
      - manifests
    default: []
notes:
  - The credential needs C(content/read) on the repository. It also needs C(metadata/read) and C(content/write) to upload a blob, and
    C(metadata/read) and C(content/delete) to delete one.
  - The registry does not list a repository that has no manifest. It eventually deletes blobs that no manifest refers to.
seealso:
  - module: registryops.acr.acr_push
  - module: registryops.acr.acr_fetch
  - module: registryops.acr.acr_manifest
"""

EXAMPLES = r"""
- name: Upload a text
  registryops.acr.acr_blob:
    registry: myregistry
    repository: library/app
    content: Hello!
  register: greeting

- name: Mount the blob in another repository
  registryops.acr.acr_blob:
    registry: myregistry
    repository: team/tool
    digest: "{{ greeting.digest }}"
    mount_from:
      - library/app

- name: Delete the blob
  registryops.acr.acr_blob:
    registry: myregistry
    repository: team/tool
    digest: "{{ greeting.digest }}"
    state: absent
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
digest:
  description: The digest of the blob.
  returned: success, or when a change failed
  type: str
  sample: sha256:334d016f755cd6dc58c53a86e183882f8ec14f52fb05345887c8a5edd42c87b7
size:
  description: The size of the blob in bytes.
  returned: when O(state=present)
  type: int
  sample: 6
blocked:
  description: The blob to delete, with the digests of the manifests that need it.
  returned: when the task fails for this reason
  type: list
  elements: dict
  sample:
    - digest: sha256:334d016f755cd6dc58c53a86e183882f8ec14f52fb05345887c8a5edd42c87b7
      manifests: [sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417]
done:
  description: The changes that were made. In check mode, the changes that would be made.
  returned: always
  type: list
  elements: dict
  sample:
    - repository: library/app
      kind: blob
      name: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      action: push
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
  description: The blob in the repository, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/library/app
    after_header: myregistry.azurecr.io/library/app
    before: ""
    after: "blob sha256:334d016f755c (6 bytes)\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._tasks.blob import plan


def main() -> None:
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "digest": {"type": "str"},
            "src": {"type": "path"},
            "content": {"type": "raw"},
            "mount_from": {"type": "list", "elements": "str"},
            "allow_breaking": {"type": "list", "elements": "str", "choices": ["manifests"], "default": []},
        },
        mutually_exclusive=[("src", "content")],
        required_one_of=[("digest", "src", "content")],
        required_if=[("state", "absent", ("digest",))],
    )


if __name__ == "__main__":
    main()
