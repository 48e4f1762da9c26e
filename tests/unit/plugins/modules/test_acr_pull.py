# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.modules import told

MODULE = "acr_pull"
PUSH = "acr_push"
REPOSITORY = "team/reports"
TYPE = "application/vnd.example.report"


@pytest.fixture
def files(tmp_path):
    """Return two files as the option has them."""
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "b.txt").write_text("Hello!")
    return [
        {"src": str(tmp_path / "a.json"), "media_type": "application/json", "annotations": {"number": 1}},
        {"src": str(tmp_path / "b.txt"), "title": "texts/b.txt"},
    ]


@pytest.mark.parametrize("check", [True, False])
def test_files(registry, files, tmp_path, check):
    registry.run(PUSH, repository=REPOSITORY, files=files, tags=["latest"])
    dest = tmp_path / "new" / "folder"
    result = registry.run(MODULE, repository=REPOSITORY, reference="latest", dest=str(dest), check=check)
    assert (result["changed"], result["untitled"]) == (True, [])
    assert [(file["title"], file["previous_digest"], file["changed"]) for file in result["files"]] == [("a.json", None, True), ("texts/b.txt", None, True)]
    assert dest.exists() is not check
    if check:
        return
    assert ((dest / "a.json").read_text(), (dest / "texts" / "b.txt").read_text()) == ("{}", "Hello!")
    (dest / "a.json").write_text("changed here")
    (dest / "mine").write_text("stays")
    again = registry.run(MODULE, repository=REPOSITORY, reference="latest", dest=str(dest))
    assert [file["changed"] for file in again["files"]] == [True, False]
    assert sorted(path.name for path in dest.rglob("*") if path.is_file()) == ["a.json", "b.txt", "mine"]
    assert not registry.run(MODULE, repository=REPOSITORY, reference="latest", dest=str(dest))["changed"]


@pytest.mark.parametrize("title", ["../x", "/x", "a/../../x", "..", "a/\x1b[2J", "", "ä" * 128], ids=lambda title: ascii(title[:10]))
@pytest.mark.parametrize("check", [True, False])
def test_a_title_that_leads_out(registry, tmp_path, title, check):
    image = images.image("one")
    layer = image.blobs[1].descriptor(annotations={"org.opencontainers.image.title": title})
    hostile = images.image("one", layers=[image.blobs[1].descriptor(annotations={"org.opencontainers.image.title": "good"}), layer])
    registry.push(REPOSITORY, hostile, "v1")
    result = registry.run(MODULE, repository=REPOSITORY, reference="v1", dest=str(tmp_path / "dest"), check=check)
    assert "is not a safe relative path; nothing was changed." in result["msg"]
    assert "\x1b" not in result["msg"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("link", ["texts", "a.json"])
def test_a_link_is_not_followed(registry, files, tmp_path, link):
    registry.run(PUSH, repository=REPOSITORY, files=files, tags=["latest"])
    dest, outside = tmp_path / "dest", tmp_path / "outside"
    dest.mkdir()
    outside.mkdir()
    (dest / link).symlink_to(outside / "file" if link == "a.json" else outside)
    result = registry.run(MODULE, repository=REPOSITORY, reference="latest", dest=str(dest))
    assert f"{dest / link} is a symbolic link. An artifact's file is never written through or over one" in result["msg"]
    assert list(outside.iterdir()) == []
    assert [path.name for path in dest.iterdir()] == [link]


def test_what_is_not_files(registry, tmp_path):
    registry.push(REPOSITORY, images.multi_platform("one"), "v1")
    registry.push(REPOSITORY, images.image("one"), "v2")
    assert "is an index, which has no files" in registry.run(MODULE, repository=REPOSITORY, reference="v1", dest=str(tmp_path))["msg"]
    assert "has no file with a title" in registry.run(MODULE, repository=REPOSITORY, reference="v2", dest=str(tmp_path))["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_a_layout(registry, files, tmp_path, check):
    image = images.multi_platform("one")
    registry.push(REPOSITORY, image, "v1")
    about = registry.run(PUSH, repository=REPOSITORY, files=files, subject="v1", artifact_type=TYPE)["digest"]
    layout = tmp_path / "layout"
    result = registry.run(MODULE, repository=REPOSITORY, reference="v1", layout=str(layout), check=check)
    assert (result["changed"], result["digest"], result["downloaded"]["manifest_count"]) == (True, image.root.digest, 4)
    assert layout.exists() is not check
    if check:
        return
    kept = {f"sha256:{path.name}": path.read_bytes() for path in (layout / "blobs" / "sha256").iterdir()}
    for content in (*image.blobs, *image.manifests):
        assert kept[content.digest] == content.data
    assert json.loads((layout / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    index = json.loads((layout / "index.json").read_text())["manifests"]
    assert {(item["digest"], item.get("annotations", {}).get("org.opencontainers.image.ref.name")) for item in index} == {
        (about, None),
        (image.root.digest, "v1"),
    }
    assert not registry.run(MODULE, repository=REPOSITORY, reference="v1", layout=str(layout))["changed"]
    # Pushed somewhere else, it is the same, and so is what is about it.
    assert registry.run(PUSH, repository="elsewhere", layout=str(layout), tags=["v1"])["digest"] == image.root.digest
    assert [one["digest"] for one in registry.get(f"/v2/elsewhere/referrers/{image.root.digest}")["manifests"]] == [about]


def test_a_layout_that_lost_something_is_mended(registry, tmp_path):
    image = images.image("one")
    registry.push(REPOSITORY, image, "v1")
    layout = tmp_path / "layout"
    registry.run(MODULE, repository=REPOSITORY, reference="v1", layout=str(layout))
    lost = layout / "blobs" / "sha256" / image.blobs[1].digest.partition(":")[2]
    lost.write_bytes(b"x")
    result = registry.run(MODULE, repository=REPOSITORY, reference="v1", layout=str(layout))
    assert (result["changed"], result["downloaded"]) == (True, {"manifest_count": 0, "blob_count": 1, "bytes": len(image.blobs[1].data)})
    assert lost.read_bytes() == image.blobs[1].data


def test_a_layout_gets_a_second_image(registry, tmp_path):
    layout = tmp_path / "layout"
    for number in ("one", "two"):
        registry.push(REPOSITORY, images.image(number), number)
        registry.run(MODULE, repository=REPOSITORY, reference=number, layout=str(layout))
    names = [item["annotations"]["org.opencontainers.image.ref.name"] for item in json.loads((layout / "index.json").read_text())["manifests"]]
    assert names == ["one", "two"]
    assert registry.run(MODULE, repository=REPOSITORY, reference="two", layout=str(layout), layout_reference="one")["changed"]
    assert len(json.loads((layout / "index.json").read_text())["manifests"]) == 2


def test_a_folder_with_other_things_is_no_layout(registry, tmp_path):
    registry.push(REPOSITORY, images.image("one"), "v1")
    (tmp_path / "mine").write_text("x")
    assert "is not an OCI image layout" in registry.run(MODULE, repository=REPOSITORY, reference="v1", layout=str(tmp_path))["msg"]


def test_nothing_is_half_written(registry, files, tmp_path):
    """The second file comes with the wrong content: the first is there, the second is as it was, and the result says so."""
    registry.run(PUSH, repository=REPOSITORY, files=files, tags=["latest"])
    dest = tmp_path / "dest"
    (dest / "texts").mkdir(parents=True)
    (dest / "texts" / "b.txt").write_text("before")
    digest = hashlib.sha256(b"Hello!").hexdigest()
    registry.emulator.faults.set([{"method": "GET", "path": f".*{digest}/data.*", "times": 0, "corrupt": True}])
    result = registry.run(MODULE, repository=REPOSITORY, reference="latest", dest=str(dest), concurrency=1)
    assert (result["changed"], told(result["done"]), result["not_attempted"]) == (True, [f"write file {dest / 'a.json'}"], [])
    assert "arrived with other content than its digest says; it was not used." in result["failures"][0]["msg"]
    assert sorted(str(path.relative_to(dest)) for path in Path(dest).rglob("*") if path.is_file()) == ["a.json", "texts/b.txt"]
    assert (dest / "texts" / "b.txt").read_text() == "before"
    before = f"sha256:{hashlib.sha256(b'before').hexdigest()}"
    assert [(file["digest"], file["previous_digest"], file["changed"]) for file in result["files"]] == [
        (f"sha256:{hashlib.sha256(b'{}').hexdigest()}", None, True),
        (before, before, False),
    ]


@pytest.mark.parametrize("check", [True, False])
def test_a_file_and_a_folder_of_the_same_name(registry, tmp_path, check):
    layer = images.image("one").blobs[1]
    layers = [layer.descriptor(annotations={"org.opencontainers.image.title": title}) for title in ("a", "b/c", "a/d/e")]
    registry.push(REPOSITORY, images.image("one", layers=layers), "v1")
    result = registry.run(MODULE, repository=REPOSITORY, reference="v1", dest=str(tmp_path / "dest"), check=check)
    assert "a folder of 'a/d/e' has the same path as another file; nothing was written." in result["msg"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("check", [True, False])
def test_space_is_needed_for_all_files_that_are_missing_and_no_others(registry, files, tmp_path, check, monkeypatch):
    registry.run(PUSH, repository=REPOSITORY, files=files, tags=["latest"])
    options = {"repository": REPOSITORY, "reference": "latest", "dest": str(tmp_path / "dest"), "check": check}
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=7))
    assert "the disk has less than the 8 bytes needed: free some space. Nothing was changed." in registry.run(MODULE, **options)["msg"]
    (tmp_path / "dest").mkdir()
    (tmp_path / "dest" / "a.json").write_text("{}")
    assert registry.run(MODULE, **options)["changed"]


def test_a_destination_that_is_a_file(registry, files):
    registry.run(PUSH, repository=REPOSITORY, files=files, tags=["latest"])
    result = registry.run(MODULE, repository=REPOSITORY, reference="latest", dest=files[0]["src"])
    assert result["msg"] == f"{files[0]['src']}/a.json cannot be written: {files[0]['src']} is not a folder. Nothing was changed."


def test_the_longest_name_there_is(registry, files, tmp_path):
    title = "語" * 85
    registry.run(PUSH, repository=REPOSITORY, files=[{**files[0], "title": title}], tags=["latest"])
    assert registry.run(MODULE, repository=REPOSITORY, reference="latest", dest=str(tmp_path / "dest"))["changed"]
    assert (tmp_path / "dest" / title).read_text() == "{}"


@pytest.mark.parametrize("check", [True, False])
def test_a_layout_is_not_written_into_a_file(registry, files, check):
    registry.push(REPOSITORY, images.image("one"), "v1")
    path = files[0]["src"]
    result = registry.run(MODULE, repository=REPOSITORY, reference="v1", layout=path, check=check)
    assert result["msg"] == f"{path} is a file. A layout is written as a folder: set another path."


def test_a_title_that_is_no_text(registry, tmp_path):
    layer = images.image("one").blobs[1]
    layers = [layer.descriptor(annotations={"org.opencontainers.image.title": title}) for title in (["a"], "b")]
    registry.push(REPOSITORY, images.image("one", layers=layers), "v1")
    result = registry.run(MODULE, repository=REPOSITORY, reference="v1", dest=str(tmp_path / "dest"))
    assert ([file["title"] for file in result["files"]], result["untitled"]) == (["b"], [layer.digest])


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("policy", [None, "error", "warn", "skip"])
def test_blobs_without_a_title(registry, tmp_path, policy, check):
    """Whatever they mean to the task, the other files are written first."""
    titled, untitled = images.image("one").blobs
    layers = [titled.descriptor(annotations={"org.opencontainers.image.title": "a"}), untitled.descriptor()]
    digest = registry.push(REPOSITORY, images.image("one", layers=layers), "v1")
    result = registry.run(MODULE, repository=REPOSITORY, reference="v1", dest=str(tmp_path / "dest"), on_untitled=policy, check=check)
    sentence = f"{digest} has blobs without a title, so no file name is known: {untitled.digest}. Fetch them with acr_fetch, or set on_untitled to skip."
    assert (result["untitled"], [file["changed"] for file in result["files"]], result["changed"]) == ([untitled.digest], [True], True)
    assert (tmp_path / "dest" / "a").exists() is not check
    assert result.get("failed", False) == (policy in (None, "error"))
    assert result.get("msg") == (sentence if policy in (None, "error") else None)
    assert (sentence in str(result.get("warnings"))) == (policy == "warn")
