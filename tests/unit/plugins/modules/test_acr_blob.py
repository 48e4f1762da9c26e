# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import os
import threading

import pytest
from ansible_collections.registryops.acr.tests import images

MODULE = "acr_blob"
REPOSITORY = "library/app"
TEXT = "Hello!"
DIGEST = "sha256:334d016f755cd6dc58c53a86e183882f8ec14f52fb05345887c8a5edd42c87b7"
OTHER = f"sha256:{hashlib.sha256(b'other').hexdigest()}"


def has(registry, repository: str = REPOSITORY, digest: str = DIGEST) -> bool:
    return registry.session.head(f"https://r.azurecr.io/v2/{repository}/blobs/{digest}").status_code == 200


def test_the_digest_is_what_others_say():
    """As printed by ``printf 'Hello!' | sha256sum``."""
    assert f"sha256:{hashlib.sha256(TEXT.encode()).hexdigest()}" == DIGEST


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("kind", ["src", "content"])
def test_upload(registry, tmp_path, kind, check):
    (tmp_path / "file").write_text(TEXT)
    source = {"src": str(tmp_path / "file")} if kind == "src" else {"content": TEXT}
    mark = registry.mark()
    result = registry.run(MODULE, repository=REPOSITORY, check=check, **source)
    assert (result["changed"], result["digest"], result["size"]) == (True, DIGEST, 6)
    assert result["diff"]["after"] == f"blob {DIGEST[:19]} (6 bytes)\n"
    assert has(registry) is not check
    if check:
        assert registry.writes(mark) == []
    else:
        again = registry.run(MODULE, repository=REPOSITORY, digest=DIGEST, **source)
        assert not again["changed"]
        assert again["diff"]["before"] == again["diff"]["after"] == ""


def test_an_empty_blob(registry):
    assert registry.run(MODULE, repository=REPOSITORY, content="")["changed"]
    assert not registry.run(MODULE, repository=REPOSITORY, content="")["changed"]


def test_a_file_without_the_digest_that_is_asked_for(registry):
    result = registry.run(MODULE, repository=REPOSITORY, content=TEXT, digest=OTHER)
    assert result["msg"] == f"The content has the digest {DIGEST}, but digest is {OTHER}. Nothing was uploaded."


@pytest.mark.parametrize("with_content", [True, False])
def test_mounting(registry, with_content):
    registry.run(MODULE, repository="team/tool", content=TEXT)
    mark = registry.mark()
    source = {"content": TEXT} if with_content else {"digest": DIGEST}
    result = registry.run(MODULE, repository=REPOSITORY, mount_from=["none", "team/tool"], **source)
    assert (result["changed"], result["digest"], result["size"]) == (True, DIGEST, 6)
    assert has(registry)
    # The first repository does not have it, so the registry began an upload, which was taken back.
    assert [write.split(" ")[0] for write in registry.writes(mark)] == ["POST", "DELETE", "POST"]


def test_mounting_what_nobody_has(registry):
    result = registry.run(MODULE, repository=REPOSITORY, digest=DIGEST, mount_from=["team/tool"])
    assert result["msg"] == f"Neither '{REPOSITORY}' nor a repository of mount_from has blob {DIGEST}. Set src or content to upload it."


@pytest.mark.parametrize("check", [True, False])
def test_deleting(registry, check):
    registry.run(MODULE, repository=REPOSITORY, content=TEXT)
    result = registry.run(MODULE, repository=REPOSITORY, digest=DIGEST, state="absent", check=check)
    assert result["changed"]
    assert result["diff"]["before"] == f"blob {DIGEST[:19]} (6 bytes)\n"
    assert has(registry) is check
    if not check:
        assert not registry.run(MODULE, repository=REPOSITORY, digest=DIGEST, state="absent")["changed"]


def test_files_that_cannot_be_read(registry, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for name, reason in {"none": "there is no such file", "fifo": "it is not a regular file"}.items():
        result = registry.run(MODULE, repository=REPOSITORY, src=str(tmp_path / name))
        assert result["msg"] == f"{tmp_path / name} cannot be read: {reason}."


def test_a_locked_repository(registry):
    registry.push(REPOSITORY, images.image("one"), "v1")
    registry.patch(f"/acr/v1/{REPOSITORY}", writeEnabled=False)
    mark = registry.mark()
    result = registry.run(MODULE, repository=REPOSITORY, content=TEXT)
    assert result["msg"].startswith(f"Repository '{REPOSITORY}' has can_write: false, which forbids changing anything in it. Nothing was changed.")
    assert registry.writes(mark) == []


def test_a_file_that_shall_be_absent_is_not_a_blob_to_delete(registry, tmp_path):
    registry.run(MODULE, repository=REPOSITORY, content=TEXT)
    for options in ({"content": TEXT}, {"src": str(tmp_path)}, {"mount_from": ["team/tool"]}):
        result = registry.run(MODULE, repository=REPOSITORY, digest=DIGEST, state="absent", **options)
        assert result["msg"] == f"{next(iter(options))} has no effect with state=absent. Remove it, or change state. Nothing was changed."
    assert has(registry)


def test_a_text_that_a_template_made_something_else_of(registry):
    """Some versions of ansible-core make a dictionary of a text that looks like one; its JSON would be lost."""
    for content, kind in (({"a": 1}, "dict"), ([1], "list"), (5, "int")):
        result = registry.run(MODULE, repository=REPOSITORY, content=content)
        assert result["msg"].startswith(f"content must be a text, but a template may have made a {kind} of it")


def test_mounting_that_is_refused_ends_in_an_upload(registry):
    """Through one connection at a time, too: the upload does not wait for itself."""
    registry.run(MODULE, repository="team/tool", content=TEXT)
    refused = {"method": "POST", "path": r"/v2/.*mount=.*", "status": 202, "headers": {"Location": f"/v2/{REPOSITORY}/blobs/uploads/x"}}
    registry.emulator.faults.set([refused])
    task = threading.Thread(target=lambda: registry.run(MODULE, repository=REPOSITORY, digest=DIGEST, mount_from=["team/tool"], concurrency=1), daemon=True)
    task.start()
    task.join(10)
    assert has(registry)


@pytest.mark.parametrize("check", [True, False])
def test_a_blob_that_a_manifest_needs_is_not_deleted(registry, check):
    image = images.image("one")
    manifests = sorted([registry.push(REPOSITORY, image, "v1"), registry.push(REPOSITORY, images.image("one", annotations={"a": "b"}))])
    blob = image.blobs[1].digest
    mark = registry.mark()
    result = registry.run(MODULE, repository=REPOSITORY, digest=blob, state="absent", check=check)
    assert result["msg"] == (
        f"Deleting blob {blob} of '{REPOSITORY}' would break {', '.join(f'manifest {one}' for one in manifests)}; nothing was deleted. "
        "Delete the manifests first, or set allow_breaking to manifests."
    )
    assert result["blocked"] == [{"digest": blob, "manifests": manifests}]
    assert registry.writes(mark) == []
    allowed = registry.run(MODULE, repository=REPOSITORY, digest=blob, state="absent", allow_breaking=["manifests"], check=check)
    assert allowed["changed"]
    assert has(registry, digest=blob) is check


def test_what_a_deletion_may_break_is_no_option_of_an_upload(registry):
    result = registry.run(MODULE, repository=REPOSITORY, content=TEXT, allow_breaking=["manifests"])
    assert result["msg"] == "allow_breaking has no effect with state=present. Remove it, or change state. Nothing was changed."
