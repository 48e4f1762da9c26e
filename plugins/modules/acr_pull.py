#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_pull
short_description: Pull files and OCI images from an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Writes the files of an artifact to a directory, like C(oras pull), or writes an image with all its platforms as an OCI image layout,
    from which C(skopeo), C(oras) and M(registryops.acr.acr_push) can push it.
  - Only missing content is downloaded, several blobs at a time. A file is replaced atomically, after its digest is verified.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
  - registryops.acr._attributes.files
options:
  repository:
    description: The name of the repository, without the login server.
    type: str
    required: true
  reference:
    description: The tag or digest of the artifact.
    type: str
    required: true
  dest:
    description:
      - The directory to write the files to. It is created if it does not exist.
      - Each file is named after its title in the artifact. If a title leads out of the directory, or through a symbolic link, the task
        fails and writes nothing.
      - Files that are not part of the artifact are kept.
      - Mutually exclusive with O(layout). One of the two is required.
    type: path
  layout:
    description:
      - The directory to write an OCI image layout to. Its existing content is kept.
      - Mutually exclusive with O(dest). One of the two is required.
    type: path
  layout_reference:
    description:
      - The name of the image in O(layout).
      - Defaults to the tag in O(reference). If O(reference) is a digest, the image has no name by default.
    type: str
  referrers:
    description: Whether to also pull the referrers of the image (signatures, attestations, SBOMs) into O(layout).
    type: bool
    default: true
  on_untitled:
    description:
      - What to do if the artifact has blobs without a title, which cannot be written to O(dest).
      - In each case, all the other files are written, and RV(untitled) lists the blobs. V(error) then makes the task fail, V(warn) warns.
    type: str
    choices:
      - error
      - warn
      - skip
    default: error
notes:
  - The credential needs C(content/read) on the repository.
seealso:
  - module: registryops.acr.acr_push
  - module: registryops.acr.acr_fetch
"""

EXAMPLES = r"""
- name: Push a file
  registryops.acr.acr_push:
    registry: myregistry
    repository: team/reports
    tags:
      - latest
    files:
      - src: /etc/hostname

- name: Pull the file
  registryops.acr.acr_pull:
    registry: myregistry
    repository: team/reports
    reference: latest
    dest: /tmp/reports

- name: Export an image to an OCI image layout, for use without a network
  registryops.acr.acr_pull:
    registry: myregistry
    repository: library/app
    reference: v1.1.0
    layout: /tmp/images
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
digest:
  description: The digest of the manifest.
  returned: success, or when a change failed
  type: str
  sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
artifact_type:
  description: The type of the artifact. For an image, the media type of its config. V(null) for an index without a type.
  returned: success, or when a change failed
  type: str
  sample: application/vnd.example.report
files:
  description: The files, each with the digest that the file on disk has now and had before. V(null) means that it does not exist.
  returned: when O(dest) is set
  type: list
  elements: dict
  sample:
    - title: report.json
      path: /tmp/reports/report.json
      digest: sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
      size: 2
      previous_digest: null
      changed: true
untitled:
  description: The digests of the blobs that have no title, and are therefore not written.
  returned: when O(dest) is set
  type: list
  elements: str
  sample: []
downloaded:
  description: How many manifests, blobs and bytes were downloaded to the layout.
  returned: when O(layout) is set
  type: dict
  sample:
    manifest_count: 3
    blob_count: 4
    bytes: 12880
done:
  description: The changes that were made. In check mode, the changes that would be made.
  returned: always
  type: list
  elements: dict
  sample:
    - repository: team/reports
      kind: file
      name: /tmp/reports/report.json
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
  description: The files, or the image in the layout, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/team/reports
    after_header: myregistry.azurecr.io/team/reports
    before: ""
    after: "/tmp/reports/report.json: sha256:44136fa355b3\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._tasks.pull import plan


def main() -> None:
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "reference": {"type": "str", "required": True},
            "dest": {"type": "path"},
            "layout": {"type": "path"},
            "layout_reference": {"type": "str"},
            "referrers": {"type": "bool", "default": True},
            "on_untitled": {"type": "str", "choices": ["error", "warn", "skip"], "default": "error"},
        },
        mutually_exclusive=[("dest", "layout")],
        required_one_of=[("dest", "layout")],
        required_by={"layout_reference": ("layout",)},
    )


if __name__ == "__main__":
    main()
