# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._registry import connect
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.modules import told

MODULE = "acr_copy"
SOURCE = "library/app"
TARGET = "production/app"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def dated(text: str, created: str | None) -> images.Image:
    """Return an image that says when it was made, or does not."""
    return images.image(text, annotations={"org.opencontainers.image.created": created} if created else {})


def tags(registry, repository: str = TARGET) -> dict[str, str]:
    return {tag["name"]: tag["digest"] for tag in registry.get(f"/acr/v1/{repository}/_tags").get("tags") or []}


@pytest.fixture
def release(registry):
    """Push an image of two platforms with something about one of them, and return both digests."""
    image = images.multi_platform("one")
    registry.push(SOURCE, image, "v1.0.0")
    about = images.image("signature", artifactType="a/b", subject=image.manifests[0].descriptor())
    return image.root.digest, registry.push(SOURCE, about)


@pytest.mark.parametrize("check", [True, False])
def test_an_image_is_copied_with_all_that_belongs_to_it(registry, release, check):
    digest, about = release
    mark = registry.mark()
    options = {"images": [{"source": f"{SOURCE}:v1.0.0", "target": TARGET}]}
    result = registry.run(MODULE, check=check, **options)
    assert result["changed"]
    (image,) = result["images"]
    assert (image["source"], image["target"], image["digest"], image["previous_digest"]) == (f"{SOURCE}:v1.0.0", f"{TARGET}:v1.0.0", digest, None)
    assert (image["image"], image["source_digest"]) == (f"r.azurecr.io/{TARGET}@{digest}", digest)
    assert (image["copied"]["manifest_count"], image["copied"]["blob_count"], image["not_overwritten"]) == (4, 6, None)
    amount = f"4 manifests and 6 blobs, {image['copied']['bytes']} bytes"
    assert result["diff"]["after"] == f"{TARGET}:v1.0.0 -> {digest[:19]} from r.azurecr.io/{SOURCE}:v1.0.0 ({amount})\n"
    if check:
        assert registry.writes(mark) == []
        return
    # Blobs are mounted, so nothing is downloaded or uploaded; the tag comes last.
    writes = registry.writes(mark)
    assert [write.split(" ")[0] for write in writes] == ["POST"] * 6 + ["PUT"] * 5
    assert writes[-1] == f"PUT /v2/{TARGET}/manifests/v1.0.0"
    assert not [request for request in registry.requests(mark) if request.startswith("GET") and "/blobs/" in request]
    assert tags(registry) == {"v1.0.0": digest}
    (found,) = registry.run("acr_manifest_info", repository=TARGET, references=["v1.0.0"], gather=["completeness"])["manifests"]
    assert found["complete"]
    child = found["platforms"][0]["digest"]
    assert [one["digest"] for one in registry.get(f"/v2/{TARGET}/referrers/{child}")["manifests"]] == [about]
    mark = registry.mark()
    assert not registry.run(MODULE, **options)["changed"]
    assert registry.writes(mark) == []


def test_without_referrers(registry, release):
    result = registry.run(MODULE, images=[{"source": f"{SOURCE}:v1.0.0", "target": f"{TARGET}:stable"}], referrers=False)
    assert (result["images"][0]["target"], result["images"][0]["copied"]["manifest_count"]) == (f"{TARGET}:stable", 3)
    again = registry.run(MODULE, images=[{"source": f"{SOURCE}:v1.0.0", "target": f"{TARGET}:stable"}])
    assert (again["changed"], again["images"][0]["copied"]["manifest_count"]) == (True, 1)
    assert "(1 manifests and 2 blobs, " in again["diff"]["after"]


def test_by_digest(registry, release):
    digest = release[0]
    result = registry.run(MODULE, images=[{"source": f"{SOURCE}@{digest}", "target": TARGET}])
    assert (result["changed"], result["images"][0]["target"]) == (True, f"{TARGET}@{digest}")
    assert [result["images"][0][key] for key in ("digest", "previous_digest", "changed")] == [digest, None, True]
    again = registry.run(MODULE, images=[{"source": f"{SOURCE}@{digest}", "target": TARGET}])
    assert [again["images"][0][key] for key in ("digest", "previous_digest", "changed")] == [digest, digest, False]
    assert tags(registry) == {}
    assert registry.get(f"/acr/v1/{TARGET}/_manifests/{digest}")["manifest"]["digest"] == digest
    assert registry.run(MODULE, images=[{"source": f"{SOURCE}@{digest}", "target": f"{TARGET}:v2"}])["images"][0]["target"] == f"{TARGET}:v2"
    assert tags(registry) == {"v2": digest}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"include": [".*"]}, ["1.2", "latest", "v1.0.0", "v1.10.0", "v2.0.0-rc.1", "v2.0.0"]),
        ({"include": ["v.*"], "exclude": [".*-rc.*"]}, ["v1.0.0", "v1.10.0", "v2.0.0"]),
        ({"include": ["latest|v1"]}, ["latest"]),
        ({"semver": ">=1.2 <2"}, ["1.2", "v1.10.0"]),
        ({"semver": ">=1.2,<=2.0"}, ["1.2", "v1.10.0", "v2.0.0"]),
        ({"semver": ">2.0.0-alpha"}, ["v2.0.0-rc.1", "v2.0.0"]),
        ({"semver": ">=1", "exclude": ["v.*"]}, ["1.2"]),
    ],
)
def test_tags_are_chosen(registry, choice, expected):
    registry.push(SOURCE, images.image("one"), "v1.0.0", "v1.10.0", "v2.0.0-rc.1", "v2.0.0", "latest", "1.2")
    result = registry.run(MODULE, images=[{"source": SOURCE, "target": TARGET, **choice}])
    assert sorted(tags(registry)) == sorted(expected)
    assert [image["source"].partition(":")[2] for image in result["images"]] == sorted(expected)


@pytest.mark.parametrize(
    ("overwrite", "ours", "theirs", "kept"),
    [
        ("always", None, None, None),
        ("never", None, None, "exists"),
        ("if_older", "2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z", None),
        ("if_older", "2026-01-01T00:00:00.5Z", "2026-01-01T01:00:00+02:00", None),
        ("if_older", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "not older"),
        ("if_older", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "not older"),
        ("if_older", "2026-02-01T00:00:00Z", None, "age unknown"),
        ("if_older", "yesterday", "2026-01-01T00:00:00Z", "age unknown"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_what_is_there_already(registry, overwrite, ours, theirs, kept, check):
    digest = registry.push(SOURCE, dated("ours", ours), "v1")
    before = registry.push(TARGET, dated("theirs", theirs), "v1")
    result = registry.run(MODULE, images=[{"source": f"{SOURCE}:v1", "target": TARGET}], overwrite=overwrite, check=check)
    (image,) = result["images"]
    assert (image["previous_digest"], image["not_overwritten"], image["changed"], result["changed"]) == (before, kept, kept is None, kept is None)
    # What the target points at, not what it was to point at.
    assert (image["digest"], image["source_digest"]) == (before if kept else digest, digest)
    assert image["image"] == f"r.azurecr.io/{TARGET}@{image['digest']}"
    assert tags(registry) == {"v1": before if kept or check else digest}


@pytest.mark.parametrize(
    ("choice", "warning"),
    [
        ({"include": ["v*"]}, f"include pattern 'v*' (regex) matched none of the 2 tags of {SOURCE}. As a glob, it would match 2: set pattern_type: glob."),
        ({"include": ["x"]}, f"include pattern 'x' (regex) matched none of the 2 tags of {SOURCE}."),
        ({"semver": ">=9"}, f"include, exclude and semver choose none of the 2 tags of {SOURCE}."),
        ({"exclude": [".*"]}, f"include, exclude and semver choose none of the 2 tags of {SOURCE}."),
    ],
)
def test_a_choice_of_nothing_is_a_warning(registry, choice, warning):
    registry.push(SOURCE, images.image("one"), "v1.0.0", "v1.1.0")
    result = registry.run(MODULE, images=[{"source": SOURCE, "target": TARGET, **choice}])
    assert (result["changed"], result["images"]) == (False, [])
    (shown,) = result["warnings"]
    assert warning in json.dumps(shown)


def test_globs_choose_tags(registry):
    registry.push(SOURCE, images.image("one"), "v1.0.0", "v1.1.0", "latest")
    result = registry.run(MODULE, images=[{"source": SOURCE, "target": TARGET, "include": ["v1.*", "*"], "exclude": ["lat*"]}], pattern_type="glob")
    assert sorted(tags(registry)) == ["v1.0.0", "v1.1.0"]
    assert "warnings" not in result


@pytest.mark.parametrize("check", [True, False])
def test_overwrite_error_stops_before_the_first_copy(registry, check):
    for tag in ("v1", "v2", "v3"):
        registry.push(SOURCE, images.image(tag), tag)
        if tag != "v2":
            registry.push(TARGET, images.image("theirs"), tag)
    mark = registry.mark()
    result = registry.run(MODULE, images=[{"source": SOURCE, "target": TARGET, "include": [".*"]}], overwrite="error", check=check)
    assert result["msg"] == (f"Tags of r.azurecr.io point at other manifests, and overwrite is error: {TARGET}:v1, {TARGET}:v3. Nothing was changed.")
    assert registry.writes(mark) == []
    assert registry.run(MODULE, images=[{"source": f"{SOURCE}:v2", "target": TARGET}], overwrite="error", check=check)["changed"]
    if not check:
        assert not registry.run(MODULE, images=[{"source": f"{SOURCE}:v2", "target": TARGET}], overwrite="error")["changed"]


def test_images_that_share_layers_are_copied_once(registry):
    shared = images.image("shared")
    for number in range(6):
        variant = json.loads(shared.root.data)
        variant["annotations"] = {"number": str(number)}
        content = images.Content(OCI_MANIFEST, json.dumps(variant).encode())
        registry.push(SOURCE, images.Image(shared.blobs, (content,)), f"v{number}")
    mark = registry.mark()
    result = registry.run(MODULE, images=[{"source": SOURCE, "target": TARGET, "include": [".*"]}])
    assert [image["copied"]["blob_count"] for image in result["images"]] == [2] * 6
    assert len([write for write in registry.writes(mark) if write.startswith("POST")]) == 2


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"source": f"{SOURCE}:gone"}, f"r.azurecr.io has no {SOURCE}:gone. Check the name. Nothing was copied."),
        ({"source": "none", "include": [".*"]}, "Repository 'none' does not exist in r.azurecr.io. Check the name."),
        ({"source": SOURCE}, f"{SOURCE} is a whole repository. Add a tag, or choose tags with include ('.*' is all of them), exclude or semver."),
        ({"source": f"{SOURCE}:v1.0.0", "include": [".*"]}, "is one image, so include, exclude and semver cannot choose among its tags"),
        ({"source": SOURCE, "include": [".*"], "target": f"{TARGET}:v1"}, "may be several images. Name a repository."),
        ({"source": f"{SOURCE}:v1.0.0", "target": f"{TARGET}@sha256:{'0' * 64}"}, "has a digest, but the digest always comes from the source"),
        ({"source": "Not A Name:v1"}, "cannot be the name of a repository"),
        ({"source": SOURCE, "semver": "newest"}, "'newest' is not a range of versions"),
    ],
)
def test_what_cannot_be_meant(registry, release, item, message):
    mark = registry.mark()
    assert message in registry.run(MODULE, images=[item])["msg"]
    assert registry.writes(mark) == []


def test_two_images_for_one_tag(registry, release):
    registry.push(SOURCE, images.image("two"), "v2.0.0")
    items = [{"source": f"{SOURCE}:{tag}", "target": f"{TARGET}:stable"} for tag in ("v1.0.0", "v2.0.0")]
    message = f"{SOURCE}:v1.0.0 and {SOURCE}:v2.0.0 would both become {TARGET}:stable. Give one of them another target."
    assert registry.run(MODULE, images=items)["msg"] == message


def test_a_source_that_is_not_whole(registry, release):
    index = json.loads(images.multi_platform("one").root.data)
    lost = index["manifests"][1]["digest"]
    assert registry.session.delete(f"https://r.azurecr.io/v2/{SOURCE}/manifests/{lost}").status_code == 202
    mark = registry.mark()
    result = registry.run(MODULE, images=[{"source": f"{SOURCE}:v1.0.0", "target": TARGET}])
    assert result["msg"] == f"{release[0]} is incomplete at its source: 1 of its manifests are missing or damaged ({lost}). Nothing was copied."
    assert registry.writes(mark) == []


@pytest.mark.parametrize("check", [True, False])
def test_a_source_that_lacks_a_layer(registry, check):
    image = images.image("one")
    registry.push(SOURCE, image, "v1")
    assert registry.session.delete(f"https://r.azurecr.io/v2/{SOURCE}/blobs/{image.blobs[1].digest}").status_code == 202
    mark = registry.mark()
    result = registry.run(MODULE, images=[{"source": f"{SOURCE}:v1", "target": TARGET}], check=check)
    assert f"1 of its blobs are missing or damaged ({image.blobs[1].digest}). Nothing was copied." in result["msg"]
    assert registry.writes(mark) == []


def test_a_lock_stops_everything_before_the_first_copy(registry, release):
    registry.push(TARGET, images.image("theirs"), "v1.0.0")
    registry.patch(f"/acr/v1/{TARGET}/_tags/v1.0.0", writeEnabled=False)
    mark = registry.mark()
    result = registry.run(MODULE, images=[{"source": f"{SOURCE}:v1.0.0", "target": repository} for repository in ("first", TARGET)])
    assert "A lock on the tag forbids changing tag 'v1.0.0'; nothing was changed." in result["msg"]
    assert registry.writes(mark) == []


def test_one_that_fails_is_told_from_those_that_do_not(registry, release):
    registry.push(SOURCE, images.image("two"), "v2.0.0")
    registry.emulator.faults.set([{"method": "PUT", "path": f"/v2/{TARGET}/manifests/v2.0.0", "times": 0, "status": 405, "body": "{}"}])
    result = registry.run(MODULE, images=[{"source": SOURCE, "target": TARGET, "include": [".*"]}], concurrency=1)
    digests = [image["source_digest"] for image in result["images"]]
    assert [(image["digest"], image["changed"]) for image in result["images"]] == [(digests[0], True), (None, True)]
    assert result["images"][1]["copied"]["manifest_count"] == 1
    pushed = [f"push manifest {TARGET}@{digest}" for digest in digests]
    assert (result["changed"], told(result["done"]), result["not_attempted"]) == (True, [pushed[0], f"tag tag {TARGET}:v1.0.0", pushed[1]], [])
    assert told(result["failures"]) == [f"tag tag {TARGET}:v2.0.0"]


def test_an_image_that_is_copied_in_part_is_a_change(registry, release):
    registry.emulator.faults.set([{"method": "PUT", "path": f"/v2/{TARGET}/manifests/{release[0]}", "times": 0, "status": 405, "body": "{}"}])
    result = registry.run(MODULE, images=[{"source": f"{SOURCE}:v1.0.0", "target": TARGET}])
    assert (result["failed"], result["changed"], result["done"]) == (True, True, [])
    assert told(result["failures"]) == [f"push manifest {TARGET}@{result['images'][0]['source_digest']}"]
    assert told(result["not_attempted"]) == [f"tag tag {TARGET}:v1.0.0"]
    kept = len(registry.get(f"/acr/v1/{TARGET}/_manifests")["manifests"])
    (image,) = result["images"]
    assert (image["digest"], image["image"], image["changed"]) == (None, None, True)
    assert (image["copied"]["manifest_count"], image["copied"]["blob_count"]) == (kept, 6)
    assert result["msg"].endswith(f"6 of 6 blobs and {kept} of 4 manifests were copied before; they stay.")
    assert result["failures"][0]["error"]["status"] == 405
    registry.emulator.faults.set([{"method": "POST", "path": ".*", "times": 0, "status": 405, "body": "{}"}])
    nothing = registry.run(MODULE, images=[{"source": f"{SOURCE}:v1.0.0", "target": "third"}])
    assert (nothing["changed"], nothing["done"]) == (False, [])


def test_mounting_that_is_refused_ends_in_an_upload(registry, release):
    """As when the registry does not let this credential read there: it begins an upload instead."""
    registry.emulator.faults.set(
        [{"method": "POST", "path": r"/v2/.*mount=.*", "times": 1, "status": 202, "headers": {"Location": "/v2/production/app/blobs/uploads/x"}}]
    )
    assert registry.run(MODULE, images=[{"source": f"{SOURCE}:v1.0.0", "target": TARGET}])["changed"]
    (found,) = registry.run("acr_manifest_info", repository=TARGET, references=["v1.0.0"], gather=["completeness"])["manifests"]
    assert found["complete"]


@pytest.mark.parametrize("choice", [{}, {"auth_source": "password"}])
def test_from_another_registry_with_another_login(registry, release, choice):
    """The same emulator under another name: its tokens are asked for with the source's own password."""
    source = {"registry": "other.azurecr.io", "username": "admin", "password": "emulator-admin-password", **choice}
    result = registry.run(MODULE, images=[{"source": f"{SOURCE}:v1.0.0", "target": "mirror/app"}], source_registry=source)
    assert result["changed"]
    assert tags(registry, "mirror/app") == {"v1.0.0": release[0]}
    assert "mount=" not in " ".join(entry["target"] for entry in registry.emulator.journal.after(0))


@pytest.mark.parametrize(
    ("login", "message"),
    [
        ({"username": "admin"}, "parameters are required together: username, password found in source_registry"),
        ({"username": "admin", "password": "password", "auth_file": "/f"}, "parameters are mutually exclusive: username|auth_file found in source_registry"),
        ({"auth_source": "same", "auth_file": "/f"}, "source_registry.auth_source is same, which does not use auth_file. Remove one or the other."),
        (
            {"auth_source": "anonymous", "username": "admin", "password": "hidden"},
            "source_registry.auth_source is anonymous, which does not use username and password. Remove one or the other.",
        ),
        ({"auth_source": "auth_file"}, "source_registry.auth_source is auth_file, so auth_file of source_registry must be set as well."),
        ({"auth_source": "password"}, "source_registry.auth_source is password, so username and password of source_registry must be set as well."),
        (
            {"auth_source": "auth_file", "username": "admin", "password": "password"},
            "source_registry.auth_source is auth_file, so auth_file of source_registry must be set as well.",
        ),
        ({"auth_source": "anonymous"}, "other.azurecr.io does not allow anonymous access to this repository: set username and password of source_registry."),
        ({}, "other.azurecr.io does not allow anonymous access to this repository: set username and password of source_registry."),
        ({"username": "admin", "password": "wrong"}, "other.azurecr.io does not accept this login: check username and password of source_registry."),
    ],
)
def test_logins_at_the_source(registry, release, login, message):
    result = registry.run(MODULE, images=[{"source": f"{SOURCE}:v1.0.0", "target": "mirror/app"}], source_registry={"registry": "other.azurecr.io", **login})
    assert message in result["msg"]


def test_the_same_identity_with_other_certificates(registry, release, monkeypatch):
    asked = []
    make = connect.Transport
    monkeypatch.setattr(connect, "Transport", lambda origin, settings: asked.append((origin, settings.verify)) or make(origin, settings))
    source = {"registry": "other.azurecr.io", "auth_source": "same", "ca_path": "/other.pem"}
    assert registry.run(MODULE, images=[{"source": f"{SOURCE}:v1.0.0", "target": "mirror/app"}], source_registry=source)["changed"]
    assert ("https://other.azurecr.io", "/other.pem") in asked


def test_the_age_of_indexes_in_indexes(registry):
    """Each of thirty levels lists the one below twice: that makes 31 manifests, not a thousand millions."""
    inner = dated("ours", "2026-02-01T00:00:00Z")
    for level in range(30):
        child = inner.root.descriptor()
        data = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [child, {**child, "annotations": {"level": str(level)}}]}).encode()
        inner = images.Image(inner.blobs, (*inner.manifests, images.Content(OCI_INDEX, data)))
    digest = registry.push(SOURCE, inner, "v1")
    registry.push(TARGET, dated("theirs", "2026-02-01T02:00:00+03:00"), "v1")
    assert registry.run(MODULE, images=[{"source": f"{SOURCE}:v1", "target": TARGET}], overwrite="if_older")["changed"]
    assert tags(registry) == {"v1": digest}
