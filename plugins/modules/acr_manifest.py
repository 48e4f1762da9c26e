#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_manifest
short_description: Push and delete manifests of an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Pushes a manifest or an index, and points tags at it. What it refers to must be in the repository already, which is checked in
    check mode, too.
  - With O(state=absent) deletes manifests, and refuses to when that breaks something that O(even_if) does not name.
  - To push files or whole images, use M(registryops.acr.acr_artifact).
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The repository, without the registry's name.
    type: str
    required: true
  state:
    description: Whether the manifest is to be there.
    type: str
    choices:
      - present
      - absent
    default: present
  content:
    description:
      - The manifest, as a dictionary or as a text.
      - A dictionary is written as JSON with sorted keys and no spaces, so that it has the same digest each time. A text is pushed as
        it is, byte for byte; where a template makes a dictionary of it, use O(src).
    type: raw
  src:
    description: A file with the manifest, which is pushed as it is, byte for byte.
    type: path
  media_type:
    description: Its media type. If not set, it is what the manifest says, or else what its fields tell.
    type: str
  tags:
    description:
      - Tags to point at the manifest. Without any, it is pushed by its digest and has no tag.
      - With O(state=absent) and O(by_tag=true), the tags whose manifests are deleted.
    type: list
    elements: str
  annotations:
    description: Annotations to add. They become part of the manifest, which is then written anew.
    type: dict
  subject:
    description:
      - A tag or digest of the repository that the manifest is about. It becomes part of the manifest, which is then written anew.
    type: str
  validate:
    description:
      - Whether to check the manifest against the schema of its media type, and that the repository has all that it refers to.
    type: bool
    default: true
  digests:
    description: The manifests to delete, with O(state=absent).
    type: list
    elements: str
  by_tag:
    description:
      - Whether to delete the manifests that O(tags) point at. To take only the tags away, use M(registryops.acr.acr_tag).
    type: bool
    default: false
  even_if:
    description:
      - What a deletion may break.
      - V(tags) are tags that point at the manifest (and are not named in O(tags)), V(indexes) are indexes that list it, and
        V(referrers) are signatures and the like that are about it, and may go with it.
      - What is itself deleted in the same task is not broken by it. An index goes before what it lists.
      - A lock is stronger, also that of a tag.
    type: list
    elements: str
    choices:
      - tags
      - indexes
      - referrers
    default: []
requirements:
  - jsonschema >= 4 (for O(validate))
notes:
  - The credential needs C(metadata/read) and C(content/read) on the repository; to push C(content/write), to delete C(content/delete)
    as well.
seealso:
  - module: registryops.acr.acr_manifest_info
  - module: registryops.acr.acr_tag
  - module: registryops.acr.acr_artifact
"""

EXAMPLES = r"""
- name: See what a release is made of
  registryops.acr.acr_manifest_info:
    registry: myregistry
    repository: library/app
    references:
      - v1.1.0
  register: release

- name: Push an index with only one of its platforms
  registryops.acr.acr_manifest:
    registry: myregistry
    repository: library/app
    content:
      schemaVersion: 2
      mediaType: application/vnd.oci.image.index.v1+json
      manifests: "{{ release.manifests[0].document.manifests[:1] }}"
    annotations:
      org.opencontainers.image.version: 1.1.0
    tags:
      - v1.1.0-small
  register: small

- name: Delete it with its tag
  registryops.acr.acr_manifest:
    registry: myregistry
    repository: library/app
    digests:
      - "{{ small.digest }}"
    even_if:
      - tags
    state: absent

- name: Delete what a tag points at
  registryops.acr.acr_manifest:
    registry: myregistry
    repository: library/app
    tags:
      - nightly
    by_tag: true
    state: absent
"""

RETURN = r"""
digest:
  description: The manifest's digest.
  returned: when O(state=present)
  type: str
  sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
media_type:
  description: Its media type.
  returned: when O(state=present)
  type: str
  sample: application/vnd.oci.image.index.v1+json
size:
  description: The bytes of the manifest itself.
  returned: when O(state=present)
  type: int
  sample: 714
tags:
  description: Each tag, with the manifest it pointed at before and the one it points at now.
  returned: when O(state=present)
  type: list
  elements: dict
  sample:
    - name: v1.1.0-small
      before: null
      after: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      changed: true
deleted:
  description: The manifests that were there, with all that their deletion breaks or takes along.
  returned: when O(state=absent)
  type: list
  elements: dict
  contains:
    digest:
      description: The manifest.
      returned: always
      type: str
      sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
    tags:
      description: The tags that point at it.
      returned: always
      type: list
      elements: str
      sample: [nightly]
    indexes:
      description: The indexes that list it and stay.
      returned: always
      type: list
      elements: str
      sample: []
    referrers:
      description: The manifests that are about it and are not named.
      returned: always
      type: list
      elements: str
      sample: []
blocked:
  description: The manifests whose deletion would break what O(even_if) does not name, each with all that it would break, as in RV(deleted).
  returned: when a deletion is refused for that
  type: list
  elements: dict
  sample:
    - digest: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      tags: [nightly]
      indexes: []
      referrers: []
missing:
  description: What was to be deleted and is not there.
  returned: when O(state=absent)
  type: list
  elements: str
  sample: []
done:
  description: What was changed before something failed.
  returned: when some of the changes failed
  type: list
  elements: str
  sample: []
failures:
  description: The changes that failed, each with C(target), C(msg) and, if the registry answered, C(error).
  returned: when some of the changes failed
  type: list
  elements: dict
  sample: []
not_attempted:
  description: The changes that were not tried after one failed.
  returned: when some of the changes failed
  type: list
  elements: str
  sample: []
diff:
  description: The manifests, and what points at them, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/library/app
    after_header: myregistry.azurecr.io/library/app
    before: "tag nightly -> sha256:6e66ab329bb9\n"
    after: "tag nightly -> sha256:0f3a1b6f2a11\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._changes.manifest_deletion import plan_deletion, tags_to_delete
from ..module_utils._changes.manifest_push import ensure_pushable, plan_push, read_document
from ..module_utils._common.names import repository_name
from ..module_utils._tasks.option_rules import refuse_options


def plan(client, params):
    name = repository_name(params["repository"])
    if params["state"] == "absent":
        refuse_options(params, "content", "src", "media_type", "annotations", "subject")
        return plan_deletion(client, name, params["digests"] or (), tags_to_delete(params["tags"], params["by_tag"]), params["even_if"])
    refuse_options(params, "digests", "by_tag", "even_if")
    client.announce([name], "metadata_read", "pull", "pull,push")
    document = read_document(client.content, name, params)
    if params["validate"]:
        ensure_pushable(client.content, name, document, client.concurrency)
    return plan_push(client, name, document, params["tags"] or ())


def main():
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "content": {"type": "raw"},
            "src": {"type": "path"},
            "media_type": {"type": "str"},
            "tags": {"type": "list", "elements": "str"},
            "annotations": {"type": "dict"},
            "subject": {"type": "str"},
            "validate": {"type": "bool", "default": True},
            "digests": {"type": "list", "elements": "str"},
            "by_tag": {"type": "bool", "default": False},
            "even_if": {"type": "list", "elements": "str", "choices": ["tags", "indexes", "referrers"], "default": []},
        },
        mutually_exclusive=[("content", "src")],
        required_if=[("state", "present", ("content", "src"), True), ("state", "absent", ("digests", "tags"), True)],
    )


if __name__ == "__main__":
    main()
