#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_tag
short_description: Let tags point at a manifest, or take them away
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Lets tags of a repository point at a manifest that is already there, named by its digest or by another tag. The digest stays the
    same, nothing is pulled or uploaded.
  - With O(state=absent) takes tags away. The manifest stays, with its other tags or without any.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The repository, without the registry's name.
    type: str
    required: true
  tags:
    description: The tags.
    type: list
    elements: str
    required: true
  state:
    description: Whether the tags are to be there.
    type: str
    choices:
      - present
      - absent
    default: present
  digest:
    description:
      - The manifest that the tags shall point at. To take tags away only if they point at a manifest, use O(expected_digest).
    type: str
  source_tag:
    description: The tag that points at the manifest which the tags shall point at, too.
    type: str
  expected_digest:
    description:
      - Changes nothing unless each tag that would change points at this manifest, so that somebody else's push is not lost.
      - V(absent) expects that the tags do not exist yet.
      - The registry has no such condition of its own. It is checked right before the change, and another change within
        milliseconds can still be missed.
    type: str
notes:
  - The credential needs C(metadata/read) on the repository; to point tags somewhere also C(content/read) and C(content/write), to take
    them away C(content/delete).
  - Where the registry has a retention policy for untagged manifests, it deletes manifests that lost their last tag.
seealso:
  - module: registryops.acr.acr_tag_properties
  - module: registryops.acr.acr_copy
  - module: registryops.acr.acr_manifest
"""

EXAMPLES = r"""
- name: Promote a release candidate
  registryops.acr.acr_tag:
    registry: myregistry
    repository: library/app
    tags:
      - v2.0.0
      - stable
    source_tag: v2.0.0-rc1

- name: Move a tag, unless somebody else moved it
  registryops.acr.acr_tag:
    registry: myregistry
    repository: library/app
    tags:
      - production
    source_tag: v1.1.0
    expected_digest: absent

- name: Take tags away, and leave the images
  registryops.acr.acr_tag:
    registry: myregistry
    repository: library/app
    tags:
      - nightly
      - experiment
    state: absent
"""

RETURN = r"""
digest:
  description: The manifest that the tags point at.
  returned: when O(state=present)
  type: str
  sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
tags:
  description: Each tag, with the manifest it pointed at before and the one it points at now; null where there was or is none.
  returned: success
  type: list
  elements: dict
  sample:
    - name: v2.0.0
      before: null
      after: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      changed: true
done:
  description: What was changed before something failed.
  returned: when some of the changes failed
  type: list
  elements: str
  sample: ["tag 'v2.0.0'"]
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
  description: What the tags point at, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/library/app
    after_header: myregistry.azurecr.io/library/app
    before: ""
    after: "tag v2.0.0 -> sha256:6e66ab329bb9\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._changes.tagging import ABSENT, read_tagging
from ..module_utils._common.errors import NotFoundError
from ..module_utils._common.names import digest_name, repository_name, tag_name
from ..module_utils._common.plan import Plan
from ..module_utils._tasks.option_rules import refuse_options


def plan(client, params):
    name = repository_name(params["repository"])
    tags = [tag_name(tag) for tag in dict.fromkeys(params["tags"])]
    expected = params["expected_digest"]
    if expected not in (None, ABSENT):
        digest_name(expected)
    if params["state"] == "absent":
        refuse_options(params, "digest", "source_tag")
    document = _document(client, name, params) if params["state"] == "present" else None
    wanted = read_tagging(client, name, tags, document.digest if document else None, expected)

    def change(tag):
        return client.content.put_manifest(name, tag, document) if document else client.tags.delete(name, tag)

    return Plan(
        result={**({"digest": wanted.after} if document else {}), "tags": wanted.to_result()},
        header=f"{client.server.host}/{name}",
        before=wanted.lines_before,
        after=wanted.lines_after,
        steps=wanted.steps(client, change),
    )


def _document(client, name, params):
    """Return what the tags are to point at."""
    client.announce([name], "metadata_read", "pull", "pull,push")
    reference = digest_name(params["digest"]) if params["digest"] else tag_name(params["source_tag"])
    document = client.content.manifest(name, reference)
    if document is None:
        raise NotFoundError(f"Repository '{name}' of {client.server.host} has no manifest {reference}, so no tag can point at it. Check the name.")
    return document


def main():
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "tags": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "digest": {"type": "str"},
            "source_tag": {"type": "str"},
            "expected_digest": {"type": "str"},
        },
        mutually_exclusive=[("digest", "source_tag")],
        required_if=[("state", "present", ("digest", "source_tag"), True)],
    )


if __name__ == "__main__":
    main()
