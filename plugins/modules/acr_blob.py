#!/usr/bin/python
# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acr_blob
short_description: Upload, download and delete blobs of an Azure Container Registry
version_added: 0.1.0
author:
  - registryops.acr contributors (@registryops)
description:
  - Blobs are the layers and configurations of images, and the files of artifacts. To push or pull those as a whole, use
    M(registryops.acr.acr_artifact) and M(registryops.acr.acr_artifact_pull).
  - Uploads a file unless the repository has a blob with its digest; downloads one unless the file here already has it.
  - Any size goes with constant memory. What breaks goes on where it was, and nothing is kept before its digest was verified.
extends_documentation_fragment:
  - registryops.acr._registry
  - registryops.acr._attributes
options:
  repository:
    description: The repository, without the registry's name.
    type: str
    required: true
  state:
    description:
      - Whether the blob is to be there.
      - V(absent) deletes it from this repository even if a manifest needs it; the images that do cannot be pulled any more.
    type: str
    choices:
      - present
      - absent
    default: present
  digest:
    description:
      - The blob's digest. Needed unless O(src) or O(content) is given; with these, what they must have.
    type: str
  src:
    description: A file to upload.
    type: path
  content:
    description: A text to upload, as UTF-8. Where a template makes something else of it, use O(src).
    type: raw
  dest:
    description:
      - A file to download the blob to. It is replaced all at once, after the digest was verified, or stays as it was.
      - A symbolic link is replaced, not followed.
    type: path
  mount_from:
    description:
      - Repositories of the same registry that may have the blob already. What one of them has is not uploaded.
    type: list
    elements: str
notes:
  - The credential needs C(content/read) on the repository; to upload C(metadata/read) and C(content/write), to delete C(metadata/read) and
    C(content/delete) as well.
  - The registry shows a repository only when it holds a manifest. Blobs that no manifest needs are deleted by it some day.
seealso:
  - module: registryops.acr.acr_artifact
  - module: registryops.acr.acr_artifact_pull
  - module: registryops.acr.acr_manifest
"""

EXAMPLES = r"""
- name: Upload a text
  registryops.acr.acr_blob:
    registry: myregistry
    repository: library/app
    content: Hello!
  register: greeting

- name: Let another repository have it, without uploading it again
  registryops.acr.acr_blob:
    registry: myregistry
    repository: team/tool
    digest: "{{ greeting.digest }}"
    mount_from:
      - library/app

- name: Download it
  registryops.acr.acr_blob:
    registry: myregistry
    repository: team/tool
    digest: "{{ greeting.digest }}"
    dest: /tmp/greeting.txt

- name: Delete it
  registryops.acr.acr_blob:
    registry: myregistry
    repository: team/tool
    digest: "{{ greeting.digest }}"
    state: absent
"""

RETURN = r"""
digest:
  description: The blob.
  returned: success
  type: str
  sample: sha256:334d016f755cd6dc58c53a86e183882f8ec14f52fb05345887c8a5edd42c87b7
size:
  description: Its size in bytes.
  returned: when O(state=present)
  type: int
  sample: 6
diff:
  description: Whether the blob is in the repository, or what the file has, before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: myregistry.azurecr.io/library/app
    after_header: myregistry.azurecr.io/library/app
    before: ""
    after: "blob sha256:334d016f755c (6 bytes)\n"
"""

from ..module_utils._ansible.run import run_module
from ..module_utils._changes.tagging import refuse_locked
from ..module_utils._common.digests import digest_of
from ..module_utils._common.errors import NotFoundError, UsageError
from ..module_utils._common.files import ensure_writable, file_digest, measure_file, replace_file
from ..module_utils._common.names import digest_name, repository_name
from ..module_utils._common.plan import Plan, Step
from ..module_utils._common.text import short_digest
from ..module_utils._content.download import download
from ..module_utils._content.sources import BytesSource, FileSource, RepositorySource
from ..module_utils._content.stores import RepositoryStore
from ..module_utils._oci.document import Descriptor
from ..module_utils._registry.connect import connect
from ..module_utils._tasks.option_rules import refuse_options

OCTETS = "application/octet-stream"


def plan(client, params):
    name = repository_name(params["repository"])
    digest = digest_name(params["digest"]) if params["digest"] else None
    if params["state"] == "absent":
        refuse_options(params, "src", "content", "dest", "mount_from")
        client.announce([name], "metadata_read", "pull", "delete")
        return _absent(client, name, digest)
    if params["dest"]:
        return _download(client, name, digest, params["dest"])
    client.announce([name], "metadata_read", "pull", "pull,push")
    return _upload(client, name, digest, params)


def _upload(client, name, digest, params):
    sources = tuple(repository_name(other) for other in params["mount_from"] or ())
    source, size = None, None
    if params["src"] is not None:
        found, size = measure_file(params["src"])
        source = FileSource(params["src"], size)
    elif params["content"] is not None:
        source = BytesSource(_text(params["content"]))
        found, size = digest_of(source.content), source.size
    else:
        found = digest
    if digest not in (None, found):
        raise UsageError(f"The content has digest {found}, not {digest} as digest says. Nothing was uploaded.")
    kept = client.content.blob_size(name, found)
    if kept is None and source is None:
        sizes = ((other, client.content.blob_size(other, found)) for other in sources)
        holder, size = next(((other, size) for other, size in sizes if size is not None), (None, None))
        if holder is None:
            raise NotFoundError(f"Neither '{name}' nor one of mount_from has blob {found}, and there is no src or content to upload.")
        # With a client of its own: an upload that waits for this download must not hold its connection.
        source = RepositorySource(connect(params).content, holder, Descriptor(OCTETS, found, size))
    if kept is None:
        refuse_locked(client.repositories.get(name))
    blob = Descriptor(OCTETS, found, size if kept is None else kept)
    store = RepositoryStore(client.content, name, sources)
    step = Step(f"blob {found} of '{name}'", lambda: store.put_blob(blob, source))
    return _plan(client, name, blob, before=[], after=[_line(blob)], steps=[step] if kept is None else [])


def _text(content):
    if not isinstance(content, str):
        raise UsageError(f"content is no text but a {type(content).__name__}, perhaps made by a template: quote it, or use src. Nothing was uploaded.")
    return content.encode()


def _download(client, name, digest, dest):
    size = client.content.blob_size(name, digest)
    if size is None:
        raise NotFoundError(f"Repository '{name}' of {client.server.host} has no blob {digest}: check both.")
    blob = Descriptor(OCTETS, digest, size)
    before = file_digest(dest)
    if before != digest:
        ensure_writable(dest, size)
    step = Step(f"file {dest}", lambda: replace_file(dest, download(client.content, name, blob)))
    was = [f"{dest}: {short_digest(before)}"] if before else []
    return _plan(client, name, blob, before=was, after=[f"{dest}: {short_digest(digest)}"], steps=[] if before == digest else [step])


def _absent(client, name, digest):
    size = client.content.blob_size(name, digest)
    if size is not None:
        refuse_locked(client.repositories.get(name))
    step = Step(f"blob {digest} of '{name}'", lambda: client.content.delete_blob(name, digest))
    before = [] if size is None else [_line(Descriptor(OCTETS, digest, size))]
    return Plan({"digest": digest}, before, [], f"{client.server.host}/{name}", [step] if size is not None else [])


def _plan(client, name, blob, before, after, steps):
    header = f"{client.server.host}/{name}"
    return Plan({"digest": blob.digest, "size": blob.size}, before if steps else [], after if steps else [], header, steps)


def _line(blob):
    return f"blob {short_digest(blob.digest)} ({blob.size} bytes)"


def main():
    run_module(
        plan,
        {
            "repository": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "digest": {"type": "str"},
            "src": {"type": "path"},
            "content": {"type": "raw"},
            "dest": {"type": "path"},
            "mount_from": {"type": "list", "elements": "str"},
        },
        mutually_exclusive=[("src", "content", "dest")],
        required_one_of=[("digest", "src", "content")],
        required_by={"dest": ("digest",)},
        required_if=[("state", "absent", ("digest",))],
    )


if __name__ == "__main__":
    main()
