# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import tarfile

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._content import artifact_files
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.modules import told

MODULE = "acr_push"
REPOSITORY = "team/reports"
TYPE = "application/vnd.example.report"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@pytest.fixture
def files(tmp_path):
    """Return two files as the option has them."""
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "b.txt").write_text("Hello!")
    return [
        {"src": str(tmp_path / "a.json"), "media_type": "application/json", "annotations": {"number": 1}},
        {"src": str(tmp_path / "b.txt"), "title": "texts/b.txt"},
    ]


def manifest(registry, reference: str, repository: str = REPOSITORY) -> dict:
    return registry.session.get(f"https://r.azurecr.io/v2/{repository}/manifests/{reference}", headers={"Accept": OCI_MANIFEST}).json()


@pytest.mark.parametrize("check", [True, False])
def test_files_are_pushed(registry, files, check):
    mark = registry.mark()
    options = {"repository": REPOSITORY, "files": files, "tags": ["latest", "v1"], "artifact_type": TYPE, "annotations": {"by": "me"}}
    result = registry.run(MODULE, check=check, **options)
    assert result["changed"]
    # Two files, of which one is the same two bytes as the empty configuration.
    assert result["uploaded"] == {"manifest_count": 1, "blob_count": 2, "bytes": result["uploaded"]["bytes"]}
    assert result["image"] == f"r.azurecr.io/{REPOSITORY}@{result['digest']}"
    assert "(6 bytes) texts/b.txt" in result["diff"]["after"]
    if check:
        assert registry.writes(mark) == []
        return
    # What OCI's "Guidelines for Artifact Usage" shows for an artifact with content and without a configuration.
    kept = manifest(registry, "latest")
    assert kept["config"] == {
        "mediaType": "application/vnd.oci.empty.v1+json",
        "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "size": 2,
    }
    assert (kept["artifactType"], kept["annotations"]) == (TYPE, {"by": "me"})
    assert [(layer["mediaType"], layer["annotations"]) for layer in kept["layers"]] == [
        ("application/json", {"number": "1", "org.opencontainers.image.title": "a.json"}),
        ("application/vnd.oci.image.layer.v1.tar", {"org.opencontainers.image.title": "texts/b.txt"}),
    ]
    again = registry.run(MODULE, **options)
    assert (again["changed"], again["uploaded"]["bytes"]) == (False, 0)


def test_an_artifact_with_a_configuration(registry, files):
    config = {"src": files[0]["src"], "media_type": "application/vnd.cncf.helm.config.v1+json"}
    result = registry.run(MODULE, repository=REPOSITORY, files=files[1:], config=config, tags=["chart"])
    assert result["artifact_type"] == config["media_type"]
    assert "artifactType" not in manifest(registry, "chart")


@pytest.mark.parametrize("check", [True, False])
def test_attaching(registry, files, check):
    image = registry.push(REPOSITORY, images.image("one"), "v1")
    result = registry.run(MODULE, repository=REPOSITORY, files=files, subject="v1", artifact_type=TYPE, check=check)
    assert (result["changed"], result["tags"]) == (True, [])
    listed = registry.get(f"/v2/{REPOSITORY}/referrers/{image}")["manifests"]
    assert [(one["digest"], one["artifactType"]) for one in listed] == ([] if check else [(result["digest"], TYPE)])
    if not check:
        assert not registry.run(MODULE, repository=REPOSITORY, files=files, subject="v1", artifact_type=TYPE)["changed"]


def test_a_title_that_leads_out_is_not_even_pushed(registry, files):
    mark = registry.mark()
    for title in ("../x", "/etc/passwd", "a/../../x", "a//b", "a\\b", ".."):
        result = registry.run(MODULE, repository=REPOSITORY, files=[{**files[0], "title": title}], tags=["v1"])
        assert result["msg"] == f"The title '{title}' is not a safe relative path; nothing was changed."
    twice = registry.run(MODULE, repository=REPOSITORY, files=[files[0], {**files[1], "title": "a.json"}])
    assert twice["msg"] == "Two files have the title 'a.json', so only one of them could be pulled. Set title."
    assert registry.writes(mark) == []


@pytest.mark.parametrize("packed", [False, True])
def test_a_layout_is_pushed_with_all_platforms(registry, tmp_path, packed):
    image = images.multi_platform("one")
    images.write_layout(tmp_path / "layout", image)
    path = tmp_path / "layout"
    if packed:
        path = tmp_path / "layout.tar"
        with tarfile.open(path, "w") as archive:
            archive.add(tmp_path / "layout", ".")
    result = registry.run(MODULE, repository=REPOSITORY, layout=str(path), tags=["v1"])
    assert (result["changed"], result["digest"]) == (True, image.root.digest)
    assert result["uploaded"]["manifest_count"] == 3
    info = registry.run("acr_manifest_info", repository=REPOSITORY, references=["v1"], gather=["completeness"])
    assert info["manifests"][0]["complete"]
    assert not registry.run(MODULE, repository=REPOSITORY, layout=str(path), tags=["v1"])["changed"]


def test_a_layout_that_is_none(registry, tmp_path):
    (tmp_path / "file").write_text("x")
    for path, reason in {"file": "is neither a folder nor an uncompressed tar archive.", ".": "is not an OCI image layout, which is a folder or"}.items():
        assert reason in registry.run(MODULE, repository=REPOSITORY, layout=str(tmp_path / path), tags=["v1"])["msg"]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_a_layout_that_lacks_something(registry, tmp_path, check, packed):
    """Seen before anything is uploaded, also when the content is there but is not what its digest says."""
    image = images.image("one")
    layout = tmp_path / "layout"
    images.write_layout(layout, image)
    blob = layout / "blobs" / "sha256" / image.blobs[1].digest.partition(":")[2]
    mark = registry.mark()
    for damage in (lambda: blob.write_bytes(b"x" + blob.read_bytes()[1:]), blob.unlink):
        damage()
        if packed:
            with tarfile.open(tmp_path / "layout.tar", "w") as archive:
                archive.add(layout, ".")
        result = registry.run(MODULE, repository=REPOSITORY, layout=str(tmp_path / "layout.tar" if packed else layout), tags=["v1"], check=check)
        lost = f"1 of its blobs are missing or damaged ({image.blobs[1].digest})"
        assert result["msg"] == f"{image.root.digest} is incomplete at its source: {lost}. Nothing was copied."
    assert registry.writes(mark) == []


def test_a_layout_that_is_damaged(registry, tmp_path):
    image = images.image("one")
    images.write_layout(tmp_path, image)
    mark = registry.mark()
    manifest_file = tmp_path / "blobs" / "sha256" / image.root.digest.partition(":")[2]
    manifest_file.write_bytes(b"{}")
    assert "is damaged: its content has another digest." in registry.run(MODULE, repository=REPOSITORY, layout=str(tmp_path))["msg"]
    (tmp_path / "index.json").write_text("{}")
    assert "is damaged: it is not a valid index." in registry.run(MODULE, repository=REPOSITORY, layout=str(tmp_path))["msg"]
    assert registry.writes(mark) == []


def test_a_file_that_changes_while_it_is_uploaded(registry, files, tmp_path, monkeypatch):
    monkeypatch.setattr(artifact_files, "measure_file", lambda path: (f"sha256:{'0' * 64}", 2))
    result = registry.run(MODULE, repository=REPOSITORY, files=files[:1], tags=["v1"])
    assert f"The content of sha256:{'0' * 64} changed while it was uploaded to '{REPOSITORY}', so the registry refused it" in result["msg"]
    assert registry.get(f"/acr/v1/{REPOSITORY}")["errors"][0]["code"] == "NAME_UNKNOWN"


def test_a_layout_with_several_manifests(registry, tmp_path):
    images.write_layout(tmp_path, images.image("one"))
    index = json.loads((tmp_path / "index.json").read_text())
    index["manifests"][0]["annotations"] = {"org.opencontainers.image.ref.name": "one"}
    other = images.image("two")
    for content in (*other.blobs, *other.manifests):
        (tmp_path / "blobs" / "sha256" / content.digest.partition(":")[2]).write_bytes(content.data)
    index["manifests"].append(other.root.descriptor(annotations={"org.opencontainers.image.ref.name": "two"}))
    (tmp_path / "index.json").write_text(json.dumps(index))
    unclear = registry.run(MODULE, repository=REPOSITORY, layout=str(tmp_path), tags=["v1"])
    assert unclear["msg"] == f"The layout {tmp_path} holds 2 manifests: set layout_reference to one of them (names: one, two)."
    wrong = registry.run(MODULE, repository=REPOSITORY, layout=str(tmp_path), tags=["v1"], layout_reference="../../etc/passwd")
    assert wrong["msg"] == f"The layout {tmp_path} has no manifest ../../etc/passwd (names: one, two)."
    assert registry.run(MODULE, repository=REPOSITORY, layout=str(tmp_path), tags=["v1"], layout_reference="two")["digest"] == other.root.digest


def test_locks_are_seen_before_anything_is_uploaded(registry, files):
    registry.push(REPOSITORY, images.image("one"), "v1")
    registry.patch(f"/acr/v1/{REPOSITORY}/_tags/v1", writeEnabled=False)
    mark = registry.mark()
    assert "A lock on the tag forbids changing tag 'v1'" in registry.run(MODULE, repository=REPOSITORY, files=files, tags=["v1"])["msg"]
    assert registry.writes(mark) == []


def test_blobs_of_another_repository_are_mounted(registry, files):
    registry.run(MODULE, repository="team/other", files=files)
    mark = registry.mark()
    registry.run(MODULE, repository=REPOSITORY, files=files, mount_from=["team/other"])
    assert sorted(write.split(" ")[0] for write in registry.writes(mark)) == ["POST", "POST", "PUT"]


def test_a_tag_that_moved_is_told_when_another_fails(registry, files):
    registry.emulator.faults.set([{"method": "PUT", "path": f"/v2/{REPOSITORY}/manifests/v2", "times": 0, "status": 405, "body": "{}"}])
    result = registry.run(MODULE, repository=REPOSITORY, files=files, tags=["v1", "v2", "v3"])
    digest = registry.get(f"/acr/v1/{REPOSITORY}/_tags/v1")["tag"]["digest"]
    assert (result["failed"], result["changed"]) == (True, True)
    assert (told(result["done"]), told(result["not_attempted"])) == (
        [f"push manifest {REPOSITORY}@{digest}", f"tag tag {REPOSITORY}:v1"],
        [f"tag tag {REPOSITORY}:v3"],
    )
    assert told(result["failures"]) == [f"tag tag {REPOSITORY}:v2"]
    assert [(tag["name"], tag["digest"], tag["changed"]) for tag in result["tags"]] == [("v1", digest, True), ("v2", None, False), ("v3", None, False)]


def test_nothing_is_no_artifact(registry):
    """A list that a template left empty does not move a tag to an artifact without files."""
    result = registry.run(MODULE, repository=REPOSITORY, files=[], tags=["latest"], artifact_type=TYPE)
    assert result["msg"].startswith("There is nothing to push: files is empty, and neither config nor annotations are set.")
    assert registry.run(MODULE, repository=REPOSITORY, files=[], tags=["latest"], artifact_type=TYPE, annotations={"by": "me"})["changed"]


@pytest.mark.parametrize("about", [False, True])
def test_an_artifact_without_a_name_in_a_layout(registry, tmp_path, about):
    """As oras lists it: with its type, and without a tag. The same with what is about an image, when that alone is there."""
    image = images.image("one")
    registry.push(REPOSITORY, image, "v1")
    artifact = images.image("two", artifactType=TYPE, **({"subject": image.root.descriptor()} if about else {}))
    images.write_layout(tmp_path / "layout", artifact)
    index = {"schemaVersion": 2, "manifests": [artifact.root.descriptor(artifactType=TYPE, annotations={"x": 1, "org.opencontainers.image.ref.name": []})]}
    (tmp_path / "layout" / "index.json").write_text(json.dumps(index))
    result = registry.run(MODULE, repository=REPOSITORY, layout=str(tmp_path / "layout"))
    assert result["digest"] == artifact.root.digest


@pytest.mark.parametrize("check", [True, False])
def test_a_tag_that_exists_is_overwritten_as_told(registry, files, check):
    theirs = registry.push(REPOSITORY, images.image("theirs"), "v1")
    options = {"repository": REPOSITORY, "files": files, "check": check}
    mark = registry.mark()
    result = registry.run(MODULE, tags=["v1", "v2"], overwrite="error", **options)
    assert result["msg"] == f"Tags of '{REPOSITORY}' point at other manifests, and overwrite is error: v1. Nothing was changed."
    never = registry.run(MODULE, tags=["v1"], overwrite="never", **options)
    stays = {"name": "v1", "digest": theirs, "previous_digest": theirs, "changed": False, "not_overwritten": "exists"}
    assert (never["changed"], never["tags"], never["image"], never["uploaded"]["bytes"]) == (False, [stays], None, 0)
    assert registry.writes(mark) == []
    some = registry.run(MODULE, tags=["v1", "v2"], overwrite="never", **options)
    assert (some["changed"], some["tags"][0], some["tags"][1]["digest"]) == (True, stays, some["digest"])
    if not check:
        assert registry.get(f"/acr/v1/{REPOSITORY}/_tags/v1")["tag"]["digest"] == theirs
        # What is there has a name, although the tag is not one of its names.
        assert registry.run(MODULE, tags=["v1"], overwrite="never", **options)["image"] == f"r.azurecr.io/{REPOSITORY}@{some['digest']}"
        assert registry.run(MODULE, tags=["v1"], **options)["tags"][0]["changed"]
