# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json

import pytest
from ansible_collections.registryops.acr.tests import images

MODULE = "acr_manifest_info"
PUSH = "acr_manifest"
REPOSITORY = "library/app"


@pytest.fixture
def platforms(registry):
    """Return the index of an image for two platforms, as data."""
    image = images.multi_platform("one")
    registry.push(REPOSITORY, image, "v1")
    return json.loads(image.root.data)


def test_an_index(registry, platforms):
    about = registry.run(PUSH, repository=REPOSITORY, content={**platforms, "artifactType": "a/b"}, subject="v1")["digest"]
    other = registry.run(PUSH, repository=REPOSITORY, content={**platforms, "artifactType": "c/d"}, subject=about)["digest"]
    result = registry.run(MODULE, repository=REPOSITORY, references=["v1", "gone"], gather=["content", "config", "referrers", "completeness"])
    assert (result["changed"], result["missing"]) == (False, ["gone"])
    (found,) = result["manifests"]
    assert (found["image"], found["encoding"], found["image_size"]) == (f"r.azurecr.io/{REPOSITORY}@{found['digest']}", "base64", None)
    assert base64.b64decode(found["content"]) == images.multi_platform("one").root.data
    assert found["document"] == platforms
    assert [one["platform"] for one in found["platforms"]] == ["linux/amd64", "linux/arm64"]
    assert (found["config"], found["complete"], found["missing_content"]) == (None, True, [])
    (referrer,) = found["referrers"]
    assert (referrer["digest"], referrer["artifact_type"]) == (about, "a/b")
    assert [one["digest"] for one in referrer["referrers"]] == [other]
    filtered = registry.run(MODULE, repository=REPOSITORY, references=["v1"], gather=["referrers"], artifact_types=["c/d"])
    assert filtered["manifests"][0]["referrers"] == []


def test_an_image(registry, platforms):
    digest = platforms["manifests"][1]["digest"]
    result = registry.run(MODULE, repository=REPOSITORY, references=[digest], gather=["config"])
    (found,) = result["manifests"]
    assert (found["config"]["os"], found["config"]["architecture"]) == ("linux", "arm64")
    assert found["platforms"] == [{"digest": digest, "platform": "linux/arm64"}]
    assert found["image_size"] == sum(item["size"] for item in (found["document"]["config"], *found["document"]["layers"]))
    assert {"referrers", "content", "encoding", "complete", "missing_content"} & set(found) == set()


def test_what_is_not_whole(registry, platforms):
    child = registry.run(MODULE, repository=REPOSITORY, references=[platforms["manifests"][0]["digest"]])["manifests"][0]
    layer = child["document"]["layers"][0]["digest"]
    assert registry.session.delete(f"https://r.azurecr.io/v2/{REPOSITORY}/blobs/{layer}").status_code == 202
    lost = platforms["manifests"][1]["digest"]
    assert registry.session.delete(f"https://r.azurecr.io/v2/{REPOSITORY}/manifests/{lost}").status_code == 202
    (found,) = registry.run(MODULE, repository=REPOSITORY, references=["v1"], gather=["completeness"])["manifests"]
    assert not found["complete"]
    assert {part["digest"] for part in found["missing_content"]} == {layer, lost}


def test_referrers_that_go_round_in_circles(registry, platforms):
    """Whatever is asked about, the registry answers that the same twelve are about it."""
    listed = [{"mediaType": "a/b", "digest": f"sha256:{number:064}", "size": 1, "artifactType": "a/b"} for number in range(12)]
    body = json.dumps({"schemaVersion": 2, "manifests": listed})
    registry.emulator.faults.set([{"path": f"/v2/{REPOSITORY}/referrers/.*", "times": 0, "status": 200, "body": body}])
    mark = registry.mark()
    (found,) = registry.run(MODULE, repository=REPOSITORY, references=["v1"], gather=["referrers"])["manifests"]
    assert [one["referrers"] for one in found["referrers"]] == [[]] * 12
    assert len([request for request in registry.requests(mark) if "/referrers/" in request]) == 13


def test_a_referrer_whose_kind_only_its_configuration_tells(registry, platforms):
    """As the service leaves it out of its list (Azure/acr issue 784)."""
    subject = images.multi_platform("one").root
    about = images.image("about", subject=subject.descriptor())
    digest = registry.push(REPOSITORY, about)
    listed = {"schemaVersion": 2, "manifests": [about.root.descriptor()]}
    registry.emulator.faults.set([{"path": f"/v2/{REPOSITORY}/referrers/{subject.digest}.*", "times": 0, "status": 200, "body": json.dumps(listed)}])
    for types, expected in ((None, [digest]), (["application/vnd.oci.image.config.v1+json"], [digest]), (["c/d"], [])):
        (found,) = registry.run(MODULE, repository=REPOSITORY, references=["v1"], gather=["referrers"], artifact_types=types)["manifests"]
        assert [one["digest"] for one in found["referrers"]] == expected


@pytest.mark.parametrize("policy", [None, "error", "warn", "skip"])
def test_references_that_do_not_exist(registry, platforms, policy):
    result = registry.run(MODULE, repository=REPOSITORY, references=["gone", "v1", "lost"], on_missing=policy)
    sentence = f"Repository '{REPOSITORY}' of r.azurecr.io has no manifest gone, lost. Check the names."
    assert ([one["reference"] for one in result["manifests"]], result["missing"]) == (["v1"], ["gone", "lost"])
    assert result.get("msg") == (sentence if policy == "error" else None)
    assert result.get("failed", False) == (policy == "error")
    assert (sentence in json.dumps(result.get("warnings"))) == (policy in (None, "warn"))
