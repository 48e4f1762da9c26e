#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_push
short_description: Push files and OCI images to an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Pushes files as an OCI artifact, like C(oras push) and C(oras attach), or pushes an image with all its platforms from an OCI image
    layout, as created by C(skopeo copy) and C(docker buildx build --output type=oci).
  - The same files and options always produce the same digest, so a second run changes nothing. Only missing blobs and manifests are
    uploaded, several at a time. Tags are set last.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The name of the repository, without the login server.
    type: str
    required: true
  tags:
    description:
      - The tags to point at the artifact.
      - If omitted, the artifact is pushed by its digest only, which is usual for artifacts with a O(subject).
    type: list
    elements: str
  overwrite:
    description:
      - What to do with a tag that already points at another manifest.
      - V(always) moves the tag. V(never) leaves it as it is, and C(not_overwritten) in RV(tags) gives the reason. If all of O(tags) stay as they
        are, nothing is pushed. V(error) makes the task fail without changing anything.
    type: str
    choices:
      - always
      - never
      - error
    default: always
  files:
    description: The files to push. One of O(files), O(layout) and O(subject) is required.
    type: list
    elements: dict
    suboptions:
      src:
        description: The path of the file.
        type: path
        required: true
      title:
        description:
          - The name that the file gets when it is pulled. It can include directories.
          - Defaults to the last part of O(files[].src).
        type: str
      media_type:
        description:
          - The media type of the file.
          - Defaults to V(application/vnd.oci.image.layer.v1.tar), as in C(oras).
        type: str
      annotations:
        description: Annotations for the file.
        type: dict
  config:
    description:
      - The config of the artifact, for artifact types that have one, such as Helm charts.
      - Defaults to the empty config that OCI defines.
    type: dict
    suboptions:
      src:
        description: The path of the config file.
        type: path
        required: true
      media_type:
        description: The media type of the config.
        type: str
        required: true
  artifact_type:
    description:
      - The type of the artifact.
      - Defaults to V(application/vnd.unknown.artifact.v1), as in C(oras), unless O(config) is set.
    type: str
  annotations:
    description: Annotations for the artifact.
    type: dict
  subject:
    description:
      - The subject of the artifact, given as a tag or digest in the same repository. The artifact becomes a referrer of this manifest.
    type: str
  layout:
    description:
      - The path of an OCI image layout to push from, either a directory or an uncompressed tar archive.
      - Mutually exclusive with O(files), O(config), O(artifact_type), O(annotations) and O(subject).
    type: path
  layout_reference:
    description: The name or digest of the manifest to push. Required if O(layout) has more than one image.
    type: str
  referrers:
    description: Whether to also push the referrers of the image in O(layout) (signatures, attestations, SBOMs).
    type: bool
    default: true
  mount_from:
    description:
      - The names of other repositories in the same registry. Blobs that one of them has are mounted from there instead of uploaded.
    type: list
    elements: str
notes:
  - The credential needs C(metadata/read), C(content/read) and C(content/write) on the repository.
seealso:
  - module: registryops.acr.acr_pull
  - module: registryops.acr.acr_copy
"""

EXAMPLES = r"""
- name: Write a report
  ansible.builtin.copy:
    content: "{}"
    dest: /tmp/report.json
    mode: "0644"

- name: Push the report as an artifact with a tag
  registryops.acr.acr_push:
    registry: myregistry
    repository: team/reports
    tags:
      - latest
    artifact_type: application/vnd.example.report
    files:
      - src: /tmp/report.json
        media_type: application/json

- name: Attach the report to a release
  registryops.acr.acr_push:
    registry: myregistry
    repository: library/app
    subject: v1.1.0
    artifact_type: application/vnd.example.report
    files:
      - src: /tmp/report.json
        media_type: application/json

- name: Export the release and its report to an OCI image layout
  registryops.acr.acr_pull:
    registry: myregistry
    repository: library/app
    reference: v1.1.0
    layout: /tmp/release

- name: Push the layout to another repository
  registryops.acr.acr_push:
    registry: myregistry
    repository: team/app
    tags:
      - v1.1.0
    layout: /tmp/release
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
image:
  description: The image, with its digest, as it can be pulled. V(null) if the repository does not have it.
  returned: success, or when a change failed
  type: str
  sample: myregistry.azurecr.io/team/reports@sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
media_type:
  description: The media type of the manifest.
  returned: success, or when a change failed
  type: str
  sample: application/vnd.oci.image.manifest.v1+json
artifact_type:
  description: The type of the artifact. For an image, the media type of its config. V(null) for an index without a type.
  returned: success, or when a change failed
  type: str
  sample: application/vnd.example.report
tags:
  description: Each tag, with the digest it pointed at before and the digest it points at now. V(null) means that the tag does not exist.
  returned: success, or when a change failed
  type: list
  elements: dict
  sample:
    - name: latest
      digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      previous_digest: null
      changed: true
uploaded:
  description: How many manifests, blobs and bytes were uploaded.
  returned: success, or when a change failed
  type: dict
  sample:
    manifest_count: 1
    blob_count: 2
    bytes: 716
done:
  description: The changes that were made. In check mode, the changes that would be made.
  returned: always
  type: list
  elements: dict
  sample:
    - repository: team/reports
      kind: tag
      name: latest
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
  description: The blobs and manifests to upload, and the tags that change, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/team/reports
    after_header: myregistry.azurecr.io/team/reports
    before: ""
    after: "blob sha256:44136fa355b3 (2 bytes) report.json\ntag latest -> sha256:6e66ab329bb9\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._tasks.push import plan


def main() -> None:
    file = {
        "src": {"type": "path", "required": True},
        "title": {"type": "str"},
        "media_type": {"type": "str"},
        "annotations": {"type": "dict"},
    }
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "tags": {"type": "list", "elements": "str"},
            "overwrite": {"type": "str", "choices": ["always", "never", "error"], "default": "always"},
            "files": {"type": "list", "elements": "dict", "options": file},
            "config": {"type": "dict", "options": {"src": {"type": "path", "required": True}, "media_type": {"type": "str", "required": True}}},
            "artifact_type": {"type": "str"},
            "annotations": {"type": "dict"},
            "subject": {"type": "str"},
            "layout": {"type": "path"},
            "layout_reference": {"type": "str"},
            "referrers": {"type": "bool", "default": True},
            "mount_from": {"type": "list", "elements": "str"},
        },
        mutually_exclusive=[("layout", option) for option in ("files", "config", "artifact_type", "annotations", "subject")],
        required_one_of=[("layout", "files", "subject")],
        required_by={"layout_reference": ("layout",)},
    )


if __name__ == "__main__":
    main()
