#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_copy
short_description: Copy images between registries, or inside an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Copies images with all their platforms, and what is about them (signatures, attestations, SBOMs), from another repository or from any
    OCI registry. Every byte and digest stays the same, or the task fails.
  - Only what the target lacks is copied, several blobs at a time. Inside one registry nothing is downloaded, the registry lets one
    repository have the blobs of the other. A tag moves only after all that it needs is there.
  - Works with the permissions to pull and push, without any on the resource in Azure.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  images:
    description: The images to copy to O(registry).
    type: list
    elements: dict
    required: true
    suboptions:
      source:
        description:
          - An image (V(library/app:v1), V(library/app@sha256:...)), or a repository, from whose tags O(images[].include),
            O(images[].exclude) and O(images[].semver) choose.
        type: str
        required: true
      target:
        description:
          - The repository to copy to, for an image also with a tag (V(production/app:v1)). If not set, the names stay the same.
        type: str
      include:
        description: Regular expressions. A tag is chosen when its whole name matches one of them; without any, all are.
        type: list
        elements: str
      exclude:
        description: Regular expressions. A tag is left out when its whole name matches one of them.
        type: list
        elements: str
      semver:
        description:
          - Chooses tags that are semantic versions (with or without C(v) before them) inside this range, such as V(>=1.2 <2).
          - Pre-releases are in only if the range names one of the same version, as in V(>=2.0.0-rc.1).
        type: str
  source:
    description: The registry to copy from. If not set, it is O(registry) itself.
    type: dict
    suboptions:
      registry:
        description: Its host, with a port if needed, or its URL. V(docker.io) is Docker Hub.
        type: str
        required: true
      same_identity:
        description: Whether it is an Azure Container Registry that the task signs in to as it does to O(registry).
        type: bool
        default: false
      username:
        description: The user name there. If not set, the registry must be open to everybody.
        type: str
      password:
        description: The password that belongs to O(source.username).
        type: str
      auth_file:
        description: A file that C(docker login), C(podman login) or C(oras login) wrote.
        type: path
      token_service:
        description:
          - The address of the registry's token service, if that is on another host and may be told the password, as
            V(https://auth.docker.io/token) is for Docker Hub.
        type: str
      validate_certs:
        description: Whether to verify its certificate.
        type: bool
        default: true
      ca_path:
        description: A file with the certificates of authorities to trust there. If not set, as for O(registry).
        type: path
  referrers:
    description: Whether to copy what is about the images, too.
    type: bool
    default: true
  overwrite:
    description:
      - What happens to a tag that points at something else in the target.
      - V(if_older) moves it only if that is older than what is copied, as both say themselves (the annotation
        C(org.opencontainers.image.created), else the configuration).
    type: str
    choices:
      - always
      - never
      - if_older
    default: always
notes:
  - The credential needs C(metadata/read), C(content/read) and C(content/write) on the target's repositories, and at the source C(content/read),
    to choose from tags also C(metadata/read).
seealso:
  - module: registryops.acr.acr_tag
  - module: registryops.acr.acr_artifact_pull
"""

EXAMPLES = r"""
- name: Promote a release to another repository
  registryops.acr.acr_copy:
    registry: myregistry
    images:
      - source: library/app:v1.1.0
        target: production/app

- name: Copy all releases of version 1, but do not touch those that are there
  registryops.acr.acr_copy:
    registry: myregistry
    images:
      - source: library/app
        target: production/app
        semver: ">=1.0 <2"
    overwrite: never

- name: Copy from another registry
  registryops.acr.acr_copy:
    registry: myregistry
    source:
      registry: myregistry.azurecr.io
      username: "{{ lookup('ansible.builtin.env', 'ACR_USERNAME') }}"
      password: "{{ lookup('ansible.builtin.env', 'ACR_PASSWORD') }}"
    images:
      - source: library/app:v1.0.0
        target: mirror/app:stable
"""

RETURN = r"""
images:
  description: Each image that was chosen.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: Where it comes from.
      returned: always
      type: str
      sample: library/app:v1.1.0
    target:
      description: What it is in O(registry).
      returned: always
      type: str
      sample: production/app:v1.1.0
    digest:
      description: Its manifest.
      returned: always
      type: str
      sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    before:
      description: What the target's tag pointed at before; null if there was no such tag.
      returned: always
      type: str
      sample: null
    changed:
      description: Whether anything was copied or tagged.
      returned: always
      type: bool
      sample: true
    skipped:
      description: Why a tag was not overwritten, V(exists), V(not older) or V(age unknown); null if it was, or did not need to be.
      returned: always
      type: str
      sample: null
    manifests:
      description: How many manifests the target lacked.
      returned: always
      type: int
      sample: 3
    blobs:
      description: How many blobs it lacked.
      returned: always
      type: int
      sample: 4
    bytes:
      description: How many bytes these have. What several images share counts for each of them.
      returned: always
      type: int
      sample: 12880
done:
  description: What was copied and tagged before something failed.
  returned: when something failed
  type: list
  elements: str
  sample: ["content of production/app:v1.1.0", "tag production/app:v1.1.0"]
failures:
  description: What failed, with C(target), C(msg) and, if the registry answered, C(error).
  returned: when something failed
  type: list
  elements: dict
  sample: []
not_attempted:
  description: What was not tried after something failed.
  returned: when something failed
  type: list
  elements: str
  sample: []
diff:
  description: What the target's tags point at, and how much is copied for that.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io
    after_header: myregistry.azurecr.io
    before: ""
    after: "production/app:v1.1.0 -> sha256:6e66ab329bb9 from myregistry.azurecr.io/library/app:v1.1.0 (3 manifests and 4 blobs, 12880 bytes)\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._registry.connect import connect_source
from ..module_utils._tasks.copy import CopyTask
from ..module_utils._tasks.copy_images import choose_images


def plan(client, params):
    source = connect_source(params["source"], params)
    return CopyTask(source, client, params["referrers"], params["overwrite"]).plan(choose_images(source, params["images"]))


def main():
    image = {
        "source": {"type": "str", "required": True},
        "target": {"type": "str"},
        "include": {"type": "list", "elements": "str"},
        "exclude": {"type": "list", "elements": "str"},
        "semver": {"type": "str"},
    }
    source = {
        "registry": {"type": "str", "required": True},
        "same_identity": {"type": "bool", "default": False},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "auth_file": {"type": "path"},
        "token_service": {"type": "str", "no_log": False},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
    }
    login = {"mutually_exclusive": [("username", "auth_file")], "required_together": [("username", "password")]}
    run_module(
        plan,
        {
            "images": {"type": "list", "elements": "dict", "required": True, "options": image},
            "source": {"type": "dict", "options": source, **login},
            "referrers": {"type": "bool", "default": True},
            "overwrite": {"type": "str", "choices": ["always", "never", "if_older"], "default": "always"},
        },
    )


if __name__ == "__main__":
    main()
