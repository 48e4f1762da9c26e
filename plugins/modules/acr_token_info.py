#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_token_info
short_description: Get login tokens for an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Gets a refresh token of the registry, with which later tasks and C(docker login) can sign in without Microsoft Entra ID.
  - On request, also gets an access token for given repositories, and returns the permissions that the registry actually granted.
  - The tokens are secret and part of the result. Set C(no_log=true) on the task.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
attributes:
  idempotent:
    support: partial
    details:
      - This module never changes anything, but each run gets new tokens, also in check mode.
options:
  repositories:
    description:
      - The names of the repositories that the access token is for. V(*) requests access to all repositories. A registry with repository
        permissions ignores V(*).
    type: list
    elements: str
    default: []
  actions:
    description: The actions that the access token should allow in each of the O(repositories).
    type: list
    elements: str
    choices:
      - pull
      - push
      - delete
      - metadata_read
      - metadata_write
    default:
      - pull
      - metadata_read
  catalog:
    description: Whether the access token should allow listing the repositories of the registry.
    type: bool
    default: false
notes:
  - If the credential lacks a permission, the registry silently grants less than requested. Check RV(granted).
seealso:
  - module: registryops.acr.acr_repository_info
  - name: Log in Docker, Podman or Helm
    description: How to use the refresh token with C(community.docker.docker_login).
    link: https://github.com/registryops/acr/blob/main/docs/authentication.md
  - name: Azure Container Registry authentication
    description: How the tokens of the registry relate to each other.
    link: https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md
"""

EXAMPLES = r"""
- name: Sign in once
  registryops.acr.acr_token_info:
    registry: myregistry
    repositories:
      - library/app
  register: token
  no_log: true

- name: Use the refresh token in a later task
  registryops.acr.acr_repository_info:
    registry: myregistry
    repositories:
      - library/app
    refresh_token: "{{ token.refresh_token | default(omit, true) }}"

- name: Show the permissions of the credential in this repository
  ansible.builtin.debug:
    var: token.granted
"""

RETURN = r"""
registry:
  description: The login server of the registry.
  returned: always
  type: str
  sample: myregistry.azurecr.io
refresh_token:
  description:
    - A refresh token, to be used as O(refresh_token) of later tasks or as the password of C(docker login). This value is secret.
    - V(null) with O(username) and O(password) and with anonymous access, because the registry then provides no refresh token.
  returned: success
  type: str
  sample: eyJhbGciOiJSUzI1NiIs
refresh_token_expires_at:
  description: When the refresh token expires, in ISO 8601 format.
  returned: success
  type: str
  sample: "2026-01-01T03:15:00Z"
access_token:
  description: An access token. V(null) if neither O(repositories) nor O(catalog) is set. This value is secret.
  returned: success
  type: str
  sample: eyJhbGciOiJSUzI1NiIs
access_token_expires_at:
  description: When the access token expires, in ISO 8601 format.
  returned: success
  type: str
  sample: "2026-01-01T01:15:00Z"
granted:
  description: The permissions of the access token.
  returned: success
  type: list
  elements: dict
  contains:
    type:
      description: V(repository) or V(registry).
      returned: always
      type: str
      sample: repository
    name:
      description: The name of the repository, or V(catalog).
      returned: always
      type: str
      sample: library/app
    actions:
      description: The actions that are allowed.
      returned: always
      type: list
      elements: str
      sample: [metadata_read, pull]
login_server:
  description: The login server of the registry, for C(docker login).
  returned: success
  type: str
  sample: myregistry.azurecr.io
login_username:
  description: The user name for C(docker login) with one of the tokens as the password.
  returned: success
  type: str
  sample: 00000000-0000-0000-0000-000000000000
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
from ..module_utils._tasks.token_info import plan


def main() -> None:
    run_module(
        plan,
        {
            "repositories": {"type": "list", "elements": "str", "default": []},
            "actions": {
                "type": "list",
                "elements": "str",
                "choices": ["pull", "push", "delete", "metadata_read", "metadata_write"],
                "default": ["pull", "metadata_read"],
            },
            "catalog": {"type": "bool", "default": False},
        },
        reads_only=True,
    )


if __name__ == "__main__":
    main()
