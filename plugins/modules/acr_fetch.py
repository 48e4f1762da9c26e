#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_fetch
short_description: Download a blob or manifest from an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Writes the exact bytes of one blob or one manifest to a file, unless the file already has them.
  - To pull the files of an artifact, or a whole image, use M(registryops.acr.acr_pull).
  - Memory use does not depend on the size of the blob. Interrupted downloads are resumed. The file is replaced atomically after the digest
    is verified. If the download fails, the file is not changed.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
  - registryops.acr._attributes.files
options:
  repository:
    description: The name of the repository, without the login server.
    type: str
    required: true
  blob:
    description: The digest of the blob to download. Either this or O(manifest) is required.
    type: str
  manifest:
    description: The tag or digest of the manifest to download. Mutually exclusive with O(blob).
    type: str
  dest:
    description:
      - The path of the file. Its directory must exist.
      - A symbolic link is replaced, not followed.
    type: path
    required: true
  mode:
    description:
      - The permissions of the file, as in M(ansible.builtin.file), for example V('0644') with the quotes, or V(u=rw,g=r,o=r).
      - If omitted, an existing file keeps its permissions, and a new file gets the default ones.
    type: raw
notes:
  - The credential needs C(content/read) on the repository.
seealso:
  - module: registryops.acr.acr_blob
  - module: registryops.acr.acr_manifest_info
  - module: registryops.acr.acr_pull
"""

EXAMPLES = r"""
- name: Save the manifest of a release, byte for byte
  registryops.acr.acr_fetch:
    registry: myregistry
    repository: library/app
    manifest: v1.0.0
    dest: /tmp/manifest.json
    mode: "0644"
  register: saved

- name: Check that nothing has changed it
  ansible.builtin.assert:
    that:
      - "saved.digest == 'sha256:' ~ lookup('ansible.builtin.file', '/tmp/manifest.json', rstrip=false) | hash('sha256')"

- name: Upload a text
  registryops.acr.acr_blob:
    registry: myregistry
    repository: library/app
    content: Hello!
  register: greeting

- name: Download it
  registryops.acr.acr_fetch:
    registry: myregistry
    repository: library/app
    blob: "{{ greeting.digest }}"
    dest: /tmp/greeting.txt
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
digest:
  description: The digest of the blob or the manifest.
  returned: success, or when a change failed
  type: str
  sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
size:
  description: The size of the blob or the manifest in bytes.
  returned: success, or when a change failed
  type: int
  sample: 714
media_type:
  description: The media type of the manifest. V(null) for a blob.
  returned: success, or when a change failed
  type: str
  sample: application/vnd.oci.image.manifest.v1+json
previous_digest:
  description: The digest of the content that the file had before. V(null) if the file did not exist.
  returned: success, or when a change failed
  type: str
  sample: null
done:
  description: The changes that were made. In check mode, the changes that would be made.
  returned: always
  type: list
  elements: dict
  sample:
    - repository: library/app
      kind: file
      name: /tmp/manifest.json
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      action: write
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
  description: The content and the permissions of the file, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/library/app
    after_header: myregistry.azurecr.io/library/app
    before: ""
    after: "/tmp/manifest.json: sha256:6e66ab329bb9 (mode 0644)\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._tasks.fetch import plan


def main() -> None:
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "blob": {"type": "str"},
            "manifest": {"type": "str"},
            "dest": {"type": "path", "required": True},
            "mode": {"type": "raw"},
        },
        mutually_exclusive=[("blob", "manifest")],
        required_one_of=[("blob", "manifest")],
    )


if __name__ == "__main__":
    main()
