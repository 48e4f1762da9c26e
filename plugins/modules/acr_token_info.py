#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_token_info
short_description: Get tokens of an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Gets a refresh token of the registry, with which later tasks sign in without asking Microsoft Entra ID again, and on request an access
    token for some repositories, with what it really allows.
  - Both are secret, and part of the result. Set C(no_log=true) on the task.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes.info_module
options:
  repositories:
    description: The repositories that the access token is for. V(*) asks for all, which a registry with repository permissions ignores.
    type: list
    elements: str
    default: []
  actions:
    description: What the access token shall allow in each of O(repositories).
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
    description: Whether the access token shall allow to list the registry's repositories.
    type: bool
    default: false
notes:
  - A registry grants less than was asked without a word. RV(granted) says what it granted.
seealso:
  - module: registryops.acr.acr_repository_info
  - name: Azure Container Registry authentication
    description: How its tokens are made of each other.
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

- name: Use that in later tasks
  registryops.acr.acr_repository_info:
    registry: myregistry
    names:
      - library/app
    refresh_token: "{{ token.refresh_token | default(omit, true) }}"

- name: See what this credential may do there
  ansible.builtin.debug:
    var: token.granted
"""

RETURN = r"""
refresh_token:
  description:
    - Secret. A refresh token, for the option O(refresh_token) of later tasks, or as a password of C(docker login).
    - None when signed in with O(username) and O(password) or anonymously, for which the registry gives none.
  returned: success
  type: str
  sample: eyJhbGciOiJSUzI1NiIs
refresh_token_expires_at:
  description: When it ends, by the registry's clock.
  returned: success
  type: str
  sample: "2026-01-01T03:15:00Z"
access_token:
  description: Secret. An access token for what was asked. None when nothing was.
  returned: success
  type: str
  sample: eyJhbGciOiJSUzI1NiIs
access_token_expires_at:
  description: When it ends, by the registry's clock.
  returned: success
  type: str
  sample: "2026-01-01T01:15:00Z"
granted:
  description: What the access token allows.
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
      description: The repository, or V(catalog).
      returned: always
      type: str
      sample: library/app
    actions:
      description: What is allowed there.
      returned: always
      type: list
      elements: str
      sample: [metadata_read, pull]
login_server:
  description: The registry, as C(docker login) is to be told.
  returned: success
  type: str
  sample: myregistry.azurecr.io
login_username:
  description: The user name with which either token is a password.
  returned: success
  type: str
  sample: 00000000-0000-0000-0000-000000000000
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._auth.credentials import TOKEN_USER
from ..module_utils._common.names import repository_name
from ..module_utils._common.plan import Plan


def plan(client, params):
    repositories = [name if name == "*" else repository_name(name) for name in dict.fromkeys(params["repositories"])]
    refresh, access = client.login(repositories, params["actions"], params["catalog"])
    return Plan(
        {
            "refresh_token": refresh and refresh.value,
            "refresh_token_expires_at": refresh and refresh.ends_at,
            "access_token": access and access.value,
            "access_token_expires_at": access and access.ends_at,
            "granted": access.granted if access else [],
            "login_server": client.server.host,
            "login_username": TOKEN_USER,
        }
    )


def main():
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
    )


if __name__ == "__main__":
    main()
