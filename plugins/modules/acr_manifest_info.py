#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_manifest_info
short_description: Inspect manifests, platforms and referrers in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Returns manifests as data. On request, also returns their original bytes, the config of images, the referrers (signatures,
    attestations, SBOMs), and whether all the content of an image is in the repository.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
options:
  repository:
    description: The name of the repository, without the login server.
    type: str
    required: true
  references:
    description: The tags and digests of the manifests to read.
    type: list
    elements: str
    required: true
  gather:
    description:
      - What else to read for each manifest.
      - V(content) returns the original bytes of the manifest. M(registryops.acr.acr_fetch) writes them to a file.
      - V(config) reads the config of an image, and its platform from there.
      - V(referrers) lists the referrers of the manifest, and their own referrers.
      - V(completeness) checks whether all the blobs and manifests that the manifest needs exist.
    type: list
    elements: str
    choices:
      - content
      - config
      - referrers
      - completeness
    default: []
  artifact_types:
    description:
      - With V(referrers) in O(gather), only returns referrers of these artifact types, with all their own referrers.
      - If omitted, referrers of all types are returned.
    type: list
    elements: str
  on_missing:
    description:
      - What to do if items of O(references) do not exist.
      - In each case, all the others are returned, and RV(missing) lists these. V(error) makes the task fail, V(warn) warns.
    type: str
    choices:
      - error
      - warn
      - skip
    default: warn
notes:
  - The credential needs C(content/read) on the repository.
seealso:
  - module: registryops.acr.acr_repository_info
  - module: registryops.acr.acr_manifest
"""

EXAMPLES = r"""
- name: Inspect a release with all its platforms
  registryops.acr.acr_manifest_info:
    registry: myregistry
    repository: library/app
    references:
      - v1.1.0
    gather:
      - config
      - referrers
      - completeness
  register: release

- name: Check that the release is complete and has the expected platforms
  ansible.builtin.assert:
    that:
      - release.manifests[0].complete
      - release.manifests[0].platforms | map(attribute='platform') | list == ['linux/amd64', 'linux/arm64']
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
manifests:
  description: The manifests that exist, in the order of O(references).
  returned: success
  type: list
  elements: dict
  contains:
    reference:
      description: The tag or digest from O(references).
      returned: always
      type: str
      sample: v1.1.0
    digest:
      description: The digest of the manifest.
      returned: always
      type: str
      sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    image:
      description: The image, with its digest, as it can be pulled.
      returned: always
      type: str
      sample: myregistry.azurecr.io/library/app@sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    media_type:
      description: The media type of the manifest.
      returned: always
      type: str
      sample: application/vnd.oci.image.index.v1+json
    artifact_type:
      description: The type of the artifact. For an image, the media type of its config. V(null) for an index without a type.
      returned: always
      type: str
      sample: application/vnd.oci.image.config.v1+json
    size:
      description: The size of the manifest itself in bytes.
      returned: always
      type: int
      sample: 714
    image_size:
      description: The size of the config and the layers in bytes, each counted once. V(null) for an index.
      returned: always
      type: int
      sample: 3208942
    content:
      description: The bytes of the manifest, encoded as RV(manifests[].encoding) says.
      returned: when V(content) is in O(gather)
      type: str
      sample: eyJzY2hlbWFWZXJzaW9uIjoyfQ==
    encoding:
      description: The encoding of RV(manifests[].content), which is always V(base64).
      returned: when V(content) is in O(gather)
      type: str
      sample: base64
    document:
      description: The manifest as data.
      returned: always
      type: dict
      sample:
        schemaVersion: 2
    subject:
      description: The digest of the subject. V(null) if the manifest has none.
      returned: always
      type: str
      sample: null
    platforms:
      description:
        - For an index, each manifest that it lists, with its platform (V(null) if the index does not specify one).
        - For an image, the platform from its config, if V(config) is in O(gather).
      returned: always
      type: list
      elements: dict
      sample:
        - digest: sha256:0f3a1b6f2a11bdbd5a0ed37cc08f4d4a1f46d9d1a6a3a3c9a1ab9a4a3d0f9a11
          platform: linux/amd64
    config:
      description: The config of the image. V(null) if the manifest has no config in JSON format.
      returned: when V(config) is in O(gather)
      type: dict
      sample:
        architecture: amd64
        os: linux
    referrers:
      description: The referrers of the manifest, each with its own C(referrers).
      returned: when V(referrers) is in O(gather)
      type: list
      elements: dict
      sample:
        - digest: sha256:68d409e0ab56acf154ebef2c2168b5c78beff66fb34ab891bd3c9a2a369dfa4f
          media_type: application/vnd.oci.image.manifest.v1+json
          artifact_type: application/vnd.example.signature
          size: 849
          annotations: {}
          referrers: []
    complete:
      description: Whether the repository has all the manifests and blobs that the manifest needs.
      returned: when V(completeness) is in O(gather)
      type: bool
      sample: true
    missing_content:
      description: The manifests and blobs that the manifest needs and that do not exist.
      returned: when V(completeness) is in O(gather)
      type: list
      elements: dict
      sample:
        - digest: sha256:0f3a1b6f2a11bdbd5a0ed37cc08f4d4a1f46d9d1a6a3a3c9a1ab9a4a3d0f9a11
          media_type: application/vnd.oci.image.layer.v1.tar+gzip
          size: 3208942
missing:
  description: The items of O(references) that do not exist.
  returned: success
  type: list
  elements: str
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
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._tasks.manifest_info import plan


def main() -> None:
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "references": {"type": "list", "elements": "str", "required": True},
            "gather": {"type": "list", "elements": "str", "choices": ["content", "config", "referrers", "completeness"], "default": []},
            "artifact_types": {"type": "list", "elements": "str"},
            "on_missing": {"type": "str", "choices": ["error", "warn", "skip"], "default": "warn"},
        },
        reads_only=True,
    )


if __name__ == "__main__":
    main()
