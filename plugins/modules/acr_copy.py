#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_copy
short_description: Copy, import, mirror and promote images in an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Copies images with all their platforms and referrers (signatures, attestations, SBOMs) from another repository, or from any OCI
    registry. All content and digests stay the same, or the task fails.
  - Only missing content is copied, several blobs at a time. Within one registry, blobs are mounted from the source repository instead of
    downloaded. A tag is moved only after all the content it needs has been copied.
  - Needs only permissions to pull and push, and none on the Azure resource.
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
          - An image (V(library/app:v1) or V(library/app@sha256:...)), or a repository (V(library/app)).
          - For a repository, at least one of O(images[].include), O(images[].exclude) and O(images[].semver) is required to select its
            tags. They cannot be used with an image.
        type: str
        required: true
      target:
        description:
          - The repository to copy to. If O(images[].source) is an image, a tag can be added (V(production/app:v1)). Without one, the image
            keeps its tag, or gets none if O(images[].source) has a digest.
          - Defaults to the repository in O(images[].source).
        type: str
      include:
        description:
          - Patterns. A tag is selected if its whole name matches at least one of them. A pattern that matches no tag is a warning.
          - If omitted, all tags are selected.
        type: list
        elements: str
      exclude:
        description: Patterns. A tag is excluded if its whole name matches at least one of them.
        type: list
        elements: str
      semver:
        description:
          - A range of semantic versions, such as V(>=1.2 <2). Only tags that are semantic versions in this range, with or without a leading
            C(v), are selected.
          - A pre-release is selected only if the range names a pre-release of the same version, as in V(>=2.0.0-rc.1).
        type: str
  pattern_type:
    description:
      - The syntax of all patterns. V(regex) means regular expressions, V(glob) means wildcards (V(*), V(?) and V([...])). With both, a pattern
        must match the whole name.
    type: str
    choices:
      - regex
      - glob
    default: regex
  source_registry:
    description:
      - The registry to copy from.
      - If omitted, images are copied within O(registry).
    type: dict
    suboptions:
      registry:
        description: The host of the registry, with an optional port, or its URL. V(docker.io) is Docker Hub.
        type: str
        required: true
      auth_source:
        description:
          - How to sign in to the source registry.
          - V(same) signs in as to O(registry). The source registry must then be an Azure Container Registry.
          - V(password) uses O(source_registry.username) and O(source_registry.password), and V(auth_file) uses
            O(source_registry.auth_file). These are the defaults where those options are set.
          - V(anonymous) is the default otherwise. The source registry must then allow anonymous pull.
        type: str
        choices:
          - anonymous
          - same
          - password
          - auth_file
      username:
        description: The user name for the source registry. Mutually exclusive with O(source_registry.auth_file).
        type: str
      password:
        description: The password for O(source_registry.username).
        type: str
      auth_file:
        description: The path of a file written by C(docker login), C(podman login) or C(oras login).
        type: path
      token_service:
        description:
          - The URL of the token service of the source registry, if it is on another host. The password is sent there only if this option
            is set. For Docker Hub, this is V(https://auth.docker.io/token).
        type: str
      validate_certs:
        description: Whether to verify the TLS certificate of the source registry.
        type: bool
        default: true
      ca_path:
        description:
          - The path of a file or directory with CA certificates to trust for the source registry.
          - Defaults to O(ca_path).
        type: path
  referrers:
    description: Whether to also copy the referrers of the images (signatures, attestations, SBOMs).
    type: bool
    default: true
  overwrite:
    description:
      - What to do with a target tag that points at another manifest.
      - V(always) moves it. V(never) leaves it as it is, and C(not_overwritten) in RV(images) gives the reason. V(error) makes the task fail
        without changing anything.
      - V(if_older) moves it only if its image was created before the source image. The time is that of the annotation
        C(org.opencontainers.image.created), or else that in the image config.
    type: str
    choices:
      - always
      - never
      - error
      - if_older
    default: always
notes:
  - The credential needs C(metadata/read), C(content/read) and C(content/write) on the target repositories.
  - The credential for the source needs C(content/read), and C(metadata/read) to select from the tags of a repository.
seealso:
  - module: registryops.acr.acr_tag
  - module: registryops.acr.acr_pull
"""

EXAMPLES = r"""
- name: Promote a release to another repository
  registryops.acr.acr_copy:
    registry: myregistry
    images:
      - source: library/app:v1.1.0
        target: production/app

- name: Copy all releases of version 1, but do not overwrite existing tags
  registryops.acr.acr_copy:
    registry: myregistry
    images:
      - source: library/app
        target: production/app
        semver: ">=1.0 <2"
    overwrite: never

- name: Mirror an image from another registry
  registryops.acr.acr_copy:
    registry: myregistry
    source_registry:
      registry: myregistry.azurecr.io
      username: "{{ lookup('ansible.builtin.env', 'ACR_USERNAME') }}"
      password: "{{ lookup('ansible.builtin.env', 'ACR_PASSWORD') }}"
    images:
      - source: library/app:v1.0.0
        target: mirror/app:stable
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
images:
  description: The selected images.
  returned: success, or when a change failed
  type: list
  elements: dict
  contains:
    source:
      description: The image in the source registry.
      returned: always
      type: str
      sample: library/app:v1.1.0
    target:
      description: The image in O(registry).
      returned: always
      type: str
      sample: production/app:v1.1.0
    image:
      description: The image in O(registry), with its digest, as it can be pulled. V(null) if it does not exist.
      returned: always
      type: str
      sample: myregistry.azurecr.io/production/app@sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    digest:
      description: The digest that the target has now. V(null) if it does not exist.
      returned: always
      type: str
      sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    source_digest:
      description: The digest of the source image.
      returned: always
      type: str
      sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    previous_digest:
      description: The digest that the target had before. V(null) if it did not exist.
      returned: always
      type: str
      sample: null
    copied:
      description:
        - How many manifests, blobs and bytes were copied. Content that several images share is counted for each of them.
      returned: always
      type: dict
      sample:
        manifest_count: 3
        blob_count: 4
        bytes: 12880
    not_overwritten:
      description: Why the target tag was not overwritten - V(exists), V(not older) or V(age unknown). V(null) if nothing prevented it.
      returned: always
      type: str
      sample: null
    changed:
      description: Whether anything was copied or tagged.
      returned: always
      type: bool
      sample: true
done:
  description: The changes that were made. In check mode, the changes that would be made.
  returned: always
  type: list
  elements: dict
  sample:
    - repository: production/app
      kind: tag
      name: v1.1.0
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
  description: The target tags and digests that change, with the amount of content to copy, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io
    after_header: myregistry.azurecr.io
    before: ""
    after: "production/app:v1.1.0 -> sha256:6e66ab329bb9 from myregistry.azurecr.io/library/app:v1.1.0 (3 manifests and 4 blobs, 12880 bytes)\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._registry.copy_source import SOURCE_LOGINS
from ..module_utils._tasks.copy import plan


def main() -> None:
    image = {
        "source": {"type": "str", "required": True},
        "target": {"type": "str"},
        "include": {"type": "list", "elements": "str"},
        "exclude": {"type": "list", "elements": "str"},
        "semver": {"type": "str"},
    }
    source = {
        "registry": {"type": "str", "required": True},
        "auth_source": {"type": "str", "choices": list(SOURCE_LOGINS)},
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
            "source_registry": {"type": "dict", "options": source, **login},
            "pattern_type": {"type": "str", "choices": ["regex", "glob"], "default": "regex"},
            "referrers": {"type": "bool", "default": True},
            "overwrite": {"type": "str", "choices": ["always", "never", "error", "if_older"], "default": "always"},
        },
    )


if __name__ == "__main__":
    main()
