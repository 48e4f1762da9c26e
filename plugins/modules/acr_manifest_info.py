#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_manifest_info
short_description: See what manifests of an Azure Container Registry are made of
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Returns manifests as they are kept, byte for byte and as data, and on request the configuration of images, what refers to them
    (signatures, attestations, …), and whether all that they need is there.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
options:
  repository:
    description: The repository, without the registry's name.
    type: str
    required: true
  references:
    description: The tags and digests of the manifests.
    type: list
    elements: str
    required: true
  gather:
    description:
      - What else to find out.
      - V(config) reads the configuration of images, and thus their platform.
      - V(referrers) lists what is about each manifest, and what is about that.
      - V(completeness) asks whether each blob and manifest that it needs is there.
    type: list
    elements: str
    choices:
      - config
      - referrers
      - completeness
    default: []
  artifact_types:
    description: With V(referrers) in O(gather), returns only those of these types, with all that is about them.
    type: list
    elements: str
notes:
  - The credential needs C(content/read) on the repository.
seealso:
  - module: registryops.acr.acr_repository_info
  - module: registryops.acr.acr_manifest
"""

EXAMPLES = r"""
- name: Look at a release with all its platforms
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

- name: Make sure that it can be pulled
  ansible.builtin.assert:
    that:
      - release.manifests[0].complete
      - release.manifests[0].platforms | map(attribute='platform') | list == ['linux/amd64', 'linux/arm64']
"""

RETURN = r"""
manifests:
  description: The manifests that were found, in the order of O(references).
  returned: success
  type: list
  elements: dict
  contains:
    reference:
      description: The tag or digest by which it was asked for.
      returned: always
      type: str
      sample: v1.1.0
    digest:
      description: Its digest.
      returned: always
      type: str
      sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    media_type:
      description: Its media type.
      returned: always
      type: str
      sample: application/vnd.oci.image.index.v1+json
    artifact_type:
      description: What kind of artifact it is; null for an index without such a type.
      returned: always
      type: str
      sample: application/vnd.oci.image.config.v1+json
    size:
      description: The bytes of the manifest itself.
      returned: always
      type: int
      sample: 714
    content_size:
      description: The bytes of its configuration and layers, each counted once; 0 for an index.
      returned: always
      type: int
      sample: 3208942
    content:
      description: The manifest's bytes in Base64.
      returned: always
      type: str
      sample: eyJzY2hlbWFWZXJzaW9uIjoyfQ==
    document:
      description: The manifest as data.
      returned: always
      type: dict
      sample:
        schemaVersion: 2
    subject:
      description: The digest of what it is about, if it is about something.
      returned: always
      type: str
      sample: null
    platforms:
      description:
        - Of an index, each manifest that it lists and the platform that it is for (null if it does not say).
        - Of an image, the platform of its configuration, if O(gather) has V(config).
      returned: always
      type: list
      elements: dict
      sample:
        - digest: sha256:0f3a1b6f2a11bdbd5a0ed37cc08f4d4a1f46d9d1a6a3a3c9a1ab9a4a3d0f9a11
          platform: linux/amd64
    config:
      description: The configuration of an image; null for what has none that is JSON.
      returned: when O(gather) has V(config)
      type: dict
      sample:
        architecture: amd64
        os: linux
    referrers:
      description: What is about it, each with C(referrers) of its own.
      returned: when O(gather) has V(referrers)
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
      description: Whether all that it needs is in the repository.
      returned: when O(gather) has V(completeness)
      type: bool
      sample: true
    missing:
      description: The manifests and blobs that it needs and that are not there.
      returned: when O(gather) has V(completeness)
      type: list
      elements: dict
      sample:
        - digest: sha256:0f3a1b6f2a11bdbd5a0ed37cc08f4d4a1f46d9d1a6a3a3c9a1ab9a4a3d0f9a11
          media_type: application/vnd.oci.image.layer.v1.tar+gzip
          size: 3208942
missing:
  description: Those of O(references) that do not exist.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._common.concurrency import concurrently
from ..module_utils._common.names import digest_name, repository_name, tag_name
from ..module_utils._common.plan import Plan
from ..module_utils._content.stores import RepositoryStore
from ..module_utils._tasks.manifest_info import Inspection


def plan(client, params):
    name = repository_name(params["repository"])
    references = [digest_name(reference) if ":" in reference else tag_name(reference) for reference in dict.fromkeys(params["references"])]
    store = RepositoryStore(client.content, name)
    inspection = Inspection(store, frozenset(params["gather"]), params["artifact_types"], client.concurrency)
    found = concurrently(store.manifest, references, client.concurrency)
    return Plan(
        {
            "manifests": [inspection.describe(reference, document) for reference, document in zip(references, found) if document],
            "missing": [reference for reference, document in zip(references, found) if document is None],
        }
    )


def main():
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "references": {"type": "list", "elements": "str", "required": True},
            "gather": {"type": "list", "elements": "str", "choices": ["config", "referrers", "completeness"], "default": []},
            "artifact_types": {"type": "list", "elements": "str"},
        },
    )


if __name__ == "__main__":
    main()
