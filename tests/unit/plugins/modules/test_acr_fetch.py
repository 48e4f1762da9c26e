# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shutil
from types import SimpleNamespace

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.files import replace_file
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.modules import told

MODULE = "acr_fetch"
REPOSITORY = "library/app"
TEXT = "Hello!"
DIGEST = "sha256:334d016f755cd6dc58c53a86e183882f8ec14f52fb05345887c8a5edd42c87b7"


def upload(registry) -> None:
    assert registry.run("acr_blob", repository=REPOSITORY, content=TEXT)["digest"] == DIGEST


@pytest.mark.parametrize("check", [True, False])
def test_download(registry, tmp_path, check):
    upload(registry)
    dest = tmp_path / "greeting"
    dest.write_text("before")
    dest.chmod(0o640)
    result = registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(dest), check=check)
    assert (result["changed"], result["size"]) == (True, 6)
    assert result["diff"]["after"] == f"{dest}: {DIGEST[:19]}\n"
    assert dest.read_text() == ("before" if check else TEXT)
    assert dest.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["greeting"]
    if not check:
        assert not registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(dest))["changed"]


@pytest.mark.parametrize("check", [True, False])
def test_where_a_download_cannot_go(registry, tmp_path, check):
    upload(registry)
    (tmp_path / "folder").mkdir()
    for dest, reason in {
        tmp_path / "folder": "it is a folder: set the path of a file",
        tmp_path / "none" / "file": f"there is no folder {tmp_path / 'none'}: create it first",
    }.items():
        result = registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(dest), check=check)
        assert result["msg"] == f"{dest} cannot be written: {reason}. Nothing was changed."


def test_a_blob_that_is_not_there(registry, tmp_path):
    result = registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(tmp_path / "file"))
    assert result["msg"] == f"Repository '{REPOSITORY}' of r.azurecr.io has no blob {DIGEST}. Check both."
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("fault", "reason"), [({"corrupt": True}, "arrived with other content than its digest says; it was not used.")])
def test_what_is_not_what_it_should_be_is_not_kept(registry, tmp_path, fault, reason):
    upload(registry)
    (tmp_path / "file").write_text("before")
    registry.emulator.faults.set([{"method": "GET", "path": ".*/data.*", "times": 0, **fault}])
    result = registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(tmp_path / "file"))
    assert reason in result["msg"]
    assert (tmp_path / "file").read_text() == "before"
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_is_replaced_and_not_followed(registry, tmp_path):
    upload(registry)
    (tmp_path / "elsewhere").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(tmp_path / "link"))["changed"]
    assert (tmp_path / "elsewhere").read_text() == "precious"
    assert (tmp_path / "link").read_text() == TEXT
    assert not (tmp_path / "link").is_symlink()


def test_what_is_there_needs_no_space(registry, tmp_path, monkeypatch):
    upload(registry)
    (tmp_path / "file").write_text(TEXT)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=5))
    result = registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(tmp_path / "file"))
    assert (result["changed"], "failed" in result) == (False, False)
    (tmp_path / "file").unlink()
    assert "the disk has less than the 6 bytes needed" in registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(tmp_path / "file"))["msg"]


def test_a_private_file_is_private_while_it_is_written(tmp_path):
    (tmp_path / "file").write_text("before")
    (tmp_path / "file").chmod(0o600)
    modes = []

    def pieces():
        modes.extend(path.stat().st_mode & 0o777 for path in tmp_path.iterdir())
        yield TEXT.encode()

    replace_file(str(tmp_path / "file"), pieces())
    assert modes == [0o600, 0o600]


@pytest.mark.parametrize("check", [True, False])
def test_a_manifest_arrives_byte_for_byte(registry, tmp_path, check):
    image = images.multi_platform("one")
    registry.push(REPOSITORY, image, "v1")
    for reference in ("v1", image.root.digest):
        dest = tmp_path / reference
        result = registry.run(MODULE, repository=REPOSITORY, manifest=reference, dest=str(dest), check=check)
        found = {key: result[key] for key in ("digest", "size", "media_type", "previous_digest", "changed")}
        assert found == {
            "digest": image.root.digest,
            "size": len(image.root.data),
            "media_type": image.root.media_type,
            "previous_digest": None,
            "changed": True,
        }
        assert told(result["done"]) == [f"write file {dest}"]
        assert dest.exists() is not check
        if not check:
            assert dest.read_bytes() == image.root.data
            assert not registry.run(MODULE, repository=REPOSITORY, manifest=reference, dest=str(dest))["changed"]


def test_a_manifest_that_does_not_exist(registry, tmp_path):
    result = registry.run(MODULE, repository=REPOSITORY, manifest="gone", dest=str(tmp_path / "file"))
    assert result["msg"] == f"Repository '{REPOSITORY}' of r.azurecr.io has no manifest gone. Check both."


@pytest.mark.parametrize("check", [True, False])
def test_a_mode_alone_is_a_change(registry, tmp_path, check):
    upload(registry)
    dest = tmp_path / "file"
    dest.write_text(TEXT)
    dest.chmod(0o600)
    result = registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(dest), mode="0640", check=check)
    assert (result["changed"], result["previous_digest"]) == (True, DIGEST)
    assert result["diff"]["before"] == f"{dest}: {DIGEST[:19]} (mode 0600)\n"
    assert result["diff"]["after"] == f"{dest}: {DIGEST[:19]} (mode 0640)\n"
    assert dest.stat().st_mode & 0o7777 == (0o600 if check else 0o640)
    if not check:
        again = registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(dest), mode="0640")
        assert (again["changed"], again["diff"]["before"], again["diff"]["after"]) == (False, "", "")


@pytest.mark.parametrize("mode", ["0644", "644", 0o644, "u=rw,g=r,o=r", "a=r,u+w"])
def test_a_new_file_gets_its_mode(registry, tmp_path, mode):
    upload(registry)
    dest = tmp_path / "file"
    assert registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(dest), mode=mode)["changed"]
    assert dest.stat().st_mode & 0o7777 == 0o644
    assert not registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(dest), mode=mode)["changed"]


@pytest.mark.parametrize("mode", ["all", "0999", "77777", "u=rwz", "", 4096, True, [1]])
def test_what_is_not_a_mode(registry, tmp_path, mode):
    upload(registry)
    result = registry.run(MODULE, repository=REPOSITORY, blob=DIGEST, dest=str(tmp_path / "file"), mode=mode)
    assert result["msg"] == f"'{mode}' is not a mode: write '0644' with the quotes, or u=rw,g=r,o=r. Nothing was changed."
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "one of the following is required: blob, manifest"),
        ({"blob": DIGEST, "manifest": "v1"}, "parameters are mutually exclusive: blob|manifest"),
        ({"blob": "v1"}, "'v1' is not a digest: write sha256: and 64 lower-case hexadecimal digits."),
        ({"manifest": "Not a tag"}, "'Not a tag' cannot be a tag: use up to 128 letters, digits and . _ -, not beginning with . or -."),
    ],
)
def test_options_that_contradict(registry, tmp_path, options, message):
    assert registry.run(MODULE, repository=REPOSITORY, dest=str(tmp_path / "file"), **options)["msg"] == message
