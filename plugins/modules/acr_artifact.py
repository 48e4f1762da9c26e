#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_artifact
short_description: Push files or images to an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Pushes files as an artifact, as C(oras push) and C(oras attach) do, or an image with all its platforms from an OCI image layout, as
    C(skopeo copy oci:...) and C(docker buildx build --output type=oci) make one.
  - The same files and options make the same artifact each time, so that a second run finds it there and changes nothing. Only what the
    repository lacks is uploaded, several blobs at a time, and tags move last.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The repository, without the registry's name.
    type: str
    required: true
  tags:
    description: Tags to point at the artifact. Without any, it is pushed by its digest, which suits what has a O(subject).
    type: list
    elements: str
  files:
    description: The files to push.
    type: list
    elements: dict
    suboptions:
      path:
        description: The file.
        type: path
        required: true
      title:
        description: The name that it gets when it is pulled, which may have folders before it. If not set, the last part of O(files[].path).
        type: str
      media_type:
        description: Its media type. If not set, V(application/vnd.oci.image.layer.v1.tar), as oras says.
        type: str
      annotations:
        description: What else to note about the file.
        type: dict
  config:
    description: A configuration, for artifacts that have one, as Helm charts do. If not set, it is the empty one of OCI.
    type: dict
    suboptions:
      path:
        description: The file.
        type: path
        required: true
      media_type:
        description: Its media type.
        type: str
        required: true
  artifact_type:
    description:
      - What kind of artifact it is. If neither this nor O(config) is set, V(application/vnd.unknown.artifact.v1), as oras says.
    type: str
  annotations:
    description: What to note about the artifact.
    type: dict
  subject:
    description: A tag or digest of the repository that the artifact is about. It is then one of that manifest's referrers.
    type: str
  layout:
    description: A folder with an OCI image layout, or an uncompressed tar archive of one, to push from.
    type: path
  layout_reference:
    description: The name or digest of the manifest in O(layout), if it holds several.
    type: str
  referrers:
    description: Whether to push what O(layout) holds about the image (signatures, attestations, …), too.
    type: bool
    default: true
  mount_from:
    description: Repositories of the same registry that may have some of the blobs already. What one of them has is not uploaded.
    type: list
    elements: str
notes:
  - The credential needs C(metadata/read), C(content/read) and C(content/write) on the repository.
seealso:
  - module: registryops.acr.acr_artifact_pull
  - module: registryops.acr.acr_copy
"""

EXAMPLES = r"""
- name: Write a report
  ansible.builtin.copy:
    content: "{}"
    dest: /tmp/report.json
    mode: "0644"

- name: Push it as an artifact of its own
  registryops.acr.acr_artifact:
    registry: myregistry
    repository: team/reports
    tags:
      - latest
    artifact_type: application/vnd.example.report
    files:
      - path: /tmp/report.json
        media_type: application/json

- name: Attach it to a release
  registryops.acr.acr_artifact:
    registry: myregistry
    repository: library/app
    subject: v1.1.0
    artifact_type: application/vnd.example.report
    files:
      - path: /tmp/report.json
        media_type: application/json

- name: Take a release out of the registry, with its report
  registryops.acr.acr_artifact_pull:
    registry: myregistry
    repository: library/app
    reference: v1.1.0
    layout: /tmp/release

- name: Push it somewhere else
  registryops.acr.acr_artifact:
    registry: myregistry
    repository: team/app
    tags:
      - v1.1.0
    layout: /tmp/release
"""

RETURN = r"""
digest:
  description: The artifact's manifest.
  returned: success
  type: str
  sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
media_type:
  description: The manifest's media type.
  returned: success
  type: str
  sample: application/vnd.oci.image.manifest.v1+json
artifact_type:
  description: What kind of artifact it is; null for an index without such a type.
  returned: success
  type: str
  sample: application/vnd.example.report
tags:
  description: Each tag, with the manifest it pointed at before and the one it points at now.
  returned: success
  type: list
  elements: dict
  sample:
    - name: latest
      before: null
      after: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
      changed: true
uploaded:
  description: How much the repository lacked.
  returned: success
  type: dict
  sample:
    manifests: 1
    blobs: 2
    bytes: 716
done:
  description: What was changed before something failed.
  returned: when something failed
  type: list
  elements: str
  sample: []
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
  description: What the repository lacks, and what the tags point at.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/team/reports
    after_header: myregistry.azurecr.io/team/reports
    before: ""
    after: "blob sha256:44136fa355b3 (2 bytes) report.json\ntag latest -> sha256:6e66ab329bb9\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._changes.manifest_push import read_subject
from ..module_utils._common.names import repository_name
from ..module_utils._content.artifact_files import artifact_from_files
from ..module_utils._content.layout import Layout
from ..module_utils._tasks.artifact import plan_push


def plan(client, params):
    name = repository_name(params["repository"])
    client.announce([name], "metadata_read", "pull", "pull,push")
    if params["layout"]:
        source = Layout(params["layout"])
        root = source.root(params["layout_reference"])
    else:
        about = read_subject(client.content, name, params["subject"]) if params["subject"] else None
        source = artifact_from_files(params["files"] or (), params["config"], params["artifact_type"], params["annotations"], about)
        root = source.root
    mount_from = [repository_name(other) for other in params["mount_from"] or ()]
    return plan_push(client, name, source, root, params["tags"] or (), params["referrers"], mount_from)


def main():
    file = {
        "path": {"type": "path", "required": True},
        "title": {"type": "str"},
        "media_type": {"type": "str"},
        "annotations": {"type": "dict"},
    }
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "tags": {"type": "list", "elements": "str"},
            "files": {"type": "list", "elements": "dict", "options": file},
            "config": {"type": "dict", "options": {"path": {"type": "path", "required": True}, "media_type": {"type": "str", "required": True}}},
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
