#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_artifact_pull
short_description: Pull files or images from an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Writes the files of an artifact into a folder, as C(oras pull) does, or an image with all its platforms as an OCI image layout, from
    which C(skopeo), C(oras) and M(registryops.acr.acr_artifact) push it.
  - Only what is missing here is downloaded, several blobs at a time. A file is replaced all at once, after its digest was verified.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The repository, without the registry's name.
    type: str
    required: true
  reference:
    description: The tag or digest of the artifact.
    type: str
    required: true
  dest:
    description:
      - The folder for the files, which get the names that their titles say. It is made if it does not exist.
      - A title that would lead out of the folder, or through a symbolic link, is an error, and nothing is written.
      - Files that are not part of the artifact stay.
    type: path
  layout:
    description: The folder for an OCI image layout. What it holds already stays.
    type: path
  layout_reference:
    description: The name of the image in O(layout). If not set, the tag, or no name if O(reference) is a digest.
    type: str
  referrers:
    description: Whether to pull into O(layout) what is about the image (signatures, attestations, …), too.
    type: bool
    default: true
notes:
  - The credential needs C(content/read) on the repository.
seealso:
  - module: registryops.acr.acr_artifact
  - module: registryops.acr.acr_blob
"""

EXAMPLES = r"""
- name: Push a file
  registryops.acr.acr_artifact:
    registry: myregistry
    repository: team/reports
    tags:
      - latest
    files:
      - path: /etc/hostname

- name: Pull it
  registryops.acr.acr_artifact_pull:
    registry: myregistry
    repository: team/reports
    reference: latest
    dest: /tmp/reports

- name: Take an image to where there is no network
  registryops.acr.acr_artifact_pull:
    registry: myregistry
    repository: library/app
    reference: v1.1.0
    layout: /tmp/images
"""

RETURN = r"""
digest:
  description: The artifact's manifest.
  returned: success
  type: str
  sample: sha256:6e66ab329bb9e8299e57298567ceb0be05be41fc657fdfd79520e9ab9cd3b417
artifact_type:
  description: What kind of artifact it is; null for an index without such a type.
  returned: success
  type: str
  sample: application/vnd.example.report
files:
  description: The files, with the digest that was there before; null where there was none.
  returned: with O(dest)
  type: list
  elements: dict
  sample:
    - title: report.json
      path: /tmp/reports/report.json
      digest: sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
      size: 2
      before: null
      changed: true
untitled:
  description: The blobs of the artifact that have no title.
  returned: with O(dest)
  type: list
  elements: str
  sample: []
downloaded:
  description: How much the layout lacked.
  returned: with O(layout)
  type: dict
  sample:
    manifests: 3
    blobs: 4
    bytes: 12880
done:
  description: What was written before something failed.
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
  description: The files before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/team/reports
    after_header: myregistry.azurecr.io/team/reports
    before: ""
    after: "/tmp/reports/report.json: sha256:44136fa355b3\n"
"""

import os

from ..module_utils._ansible.run import run_module
from ..module_utils._common.errors import NotFoundError
from ..module_utils._common.files import ensure_writable
from ..module_utils._common.names import digest_name, repository_name, tag_name
from ..module_utils._common.plan import Plan, Step
from ..module_utils._common.text import short_digest
from ..module_utils._content.copier import Copier
from ..module_utils._content.layout import INDEX_FILE, Layout
from ..module_utils._content.stores import RepositoryStore
from ..module_utils._tasks.artifact_pull import plan_files


def plan(client, params):
    name, reference = repository_name(params["repository"]), params["reference"]
    by_tag = ":" not in reference
    document = client.content.manifest(name, tag_name(reference) if by_tag else digest_name(reference))
    if document is None:
        raise NotFoundError(f"Repository '{name}' of {client.server.host} has no manifest {reference}: check both.")
    if params["dest"]:
        return plan_files(client, name, document, params["dest"])
    layout = Layout(params["layout"], create=True)
    label = params["layout_reference"] or (reference if by_tag else None)
    copier = Copier(RepositoryStore(client.content, name), layout, client.concurrency)
    missing = copier.compare(document, params["referrers"])
    changed = bool(missing.documents or missing.blobs) or not layout.lists(document.digest, label)
    if changed:
        ensure_writable(os.path.join(params["layout"], INDEX_FILE), missing.size, makes_folders=True)
    listing = Step(f"{INDEX_FILE} of {params['layout']}", lambda: layout.tag(document, label))
    before = layout.names.get(label)
    return Plan(
        {"digest": document.digest, "artifact_type": document.artifact_type, "downloaded": missing.to_result()},
        [f"{label}: {short_digest(before.digest)}"] if changed and before else [],
        [f"{label or 'no name'}: {short_digest(document.digest)} ({missing.size} bytes are missing)"] if changed else [],
        params["layout"],
        copier.steps(missing, document.digest, [] if layout.lists(document.digest, label) else [listing]),
    )


def main():
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "reference": {"type": "str", "required": True},
            "dest": {"type": "path"},
            "layout": {"type": "path"},
            "layout_reference": {"type": "str"},
            "referrers": {"type": "bool", "default": True},
        },
        mutually_exclusive=[("dest", "layout")],
        required_one_of=[("dest", "layout")],
        required_by={"layout_reference": ("layout",)},
    )


if __name__ == "__main__":
    main()
