# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import json
import re

import pytest
from ansible_collections.registryops.acr.tests import images

MODULE = "acr_manifest"
REPOSITORY = "library/app"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
NOWHERE = "sha256:" + "0" * 64


@pytest.fixture
def platforms(registry):
    """Return the index of an image for two platforms, as data."""
    image = images.multi_platform("one")
    registry.push(REPOSITORY, image, "v1")
    return json.loads(image.root.data)


def manifests(registry) -> set[str]:
    return {item["digest"] for item in registry.get(f"/acr/v1/{REPOSITORY}/_manifests").get("manifests") or []}


def tags(registry) -> dict[str, str]:
    return {tag["name"]: tag["digest"] for tag in registry.get(f"/acr/v1/{REPOSITORY}/_tags").get("tags") or []}


@pytest.mark.parametrize("check", [True, False])
def test_a_dictionary_is_pushed_and_tagged(registry, platforms, check):
    content = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": platforms["manifests"][:1]}
    mark = registry.mark()
    result = registry.run(MODULE, repository=REPOSITORY, content=content, tags=["small", "v1"], annotations={"number": 1}, check=check)
    expected = json.dumps({**content, "annotations": {"number": "1"}}, sort_keys=True, separators=(",", ":")).encode()
    digest = f"sha256:{hashlib.sha256(expected).hexdigest()}"
    assert (result["changed"], result["digest"], result["media_type"], result["size"]) == (True, digest, OCI_INDEX, len(expected))
    assert [tag["changed"] for tag in result["tags"]] == [True, True]
    if check:
        assert registry.writes(mark) == []
        return
    assert tags(registry) == {"small": digest, "v1": digest}
    answer = registry.session.get(f"https://r.azurecr.io/v2/{REPOSITORY}/manifests/small", headers={"Accept": OCI_INDEX})
    assert answer.content == expected
    assert not registry.run(MODULE, repository=REPOSITORY, content=content, tags=["small", "v1"], annotations={"number": 1})["changed"]


def test_a_text_keeps_its_bytes(registry, platforms, tmp_path):
    text = json.dumps(platforms, indent=7) + "\n\n"
    (tmp_path / "index.json").write_text(text)
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    for source in ({"content": text}, {"src": str(tmp_path / "index.json")}):
        result = registry.run(MODULE, repository=REPOSITORY, **source)
        assert (result["digest"], result["tags"]) == (digest, [])
    assert digest in manifests(registry)


def test_a_subject(registry, platforms):
    result = registry.run(MODULE, repository=REPOSITORY, content={**platforms, "artifactType": "a/b"}, subject="v1")
    assert result["changed"]
    (referrer,) = registry.get(f"/v2/{REPOSITORY}/referrers/{tags(registry)['v1']}")["manifests"]
    assert (referrer["digest"], referrer["artifactType"]) == (result["digest"], "a/b")
    gone = registry.run(MODULE, repository=REPOSITORY, content=platforms, subject="gone")
    assert gone["msg"] == f"Repository '{REPOSITORY}' has no manifest gone, which is to be the subject. Push the subject first."


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"manifests": [{"mediaType": OCI_MANIFEST, "digest": NOWHERE, "size": 1}]},
            f"The manifest needs content that '{REPOSITORY}' does not have: manifest {NOWHERE}.",
        ),
        ({"schemaVersion": 1}, f"The manifest is not a valid {OCI_INDEX}: schemaVersion: 2 was expected."),
        (
            {"manifests": [{"mediaType": OCI_MANIFEST, "digest": NOWHERE, "size": -1}]},
            f"The manifest is not a valid {OCI_INDEX}: manifests[0].size: -1 is less than",
        ),
        ({"manifests": [{"mediaType": OCI_MANIFEST, "digest": "sha256:../../x", "size": 1}]}, "manifests[0].digest: 'sha256:../../x' does not match"),
        ({"annotations": {"a": 1}}, "annotations.a: 1 is not of type 'string'"),
        ({"layers": []}, "The manifest has both the manifests of an index and the layers or config of an image, which readers interpret differently."),
        ({"mediaType": OCI_MANIFEST}, f"The manifest is not a valid {OCI_MANIFEST}: 'config' is a required property (the first of 2 errors)."),
    ],
)
def test_what_is_no_manifest(registry, platforms, check, change, message):
    mark = registry.mark()
    result = registry.run(MODULE, repository=REPOSITORY, content={**platforms, **change}, tags=["v2"], check=check)
    assert result["failed"]
    assert message in result["msg"]
    assert registry.writes(mark) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "The manifest is not a JSON object."),
        ("{", "The manifest is not valid JSON: "),
        ('{"a": 1, "a": 2}', "The manifest is not valid JSON: a key appears twice"),
        ('{"a": NaN}', "The manifest is not valid JSON: NaN is not a number in JSON."),
        ("{}", "The manifest has no mediaType, and neither config, layers nor manifests: set media_type."),
        ("[" * 100_000, "The manifest is nested too deeply."),
        ('{"config": "' + "x" * (4 * 1024 * 1024) + '"}', "The manifest has 4,194,318 bytes, and the registry takes at most 4,194,304 (4 MiB)."),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_not_even_json(registry, tmp_path, text, message):
    (tmp_path / "manifest").write_text(text)
    assert message in registry.run(MODULE, repository=REPOSITORY, src=str(tmp_path / "manifest"))["msg"]


def test_the_wrong_media_type(registry, platforms):
    result = registry.run(MODULE, repository=REPOSITORY, content=platforms, media_type=OCI_MANIFEST)
    assert result["msg"] == f"The manifest's own mediaType is {OCI_INDEX}, not {OCI_MANIFEST}."


@pytest.mark.parametrize("check", [True, False])
def test_deleting_by_tag(registry, platforms, check):
    other = registry.push(REPOSITORY, images.image("two"), "v2")
    result = registry.run(MODULE, repository=REPOSITORY, references=["v2", "gone"], state="absent", check=check)
    assert result["changed"]
    assert result["deleted"] == [{"digest": other, "tags": ["v2"], "indexes": [], "referrers": []}]
    assert result["missing"] == ["gone"]
    assert (other in manifests(registry)) is check
    if not check:
        again = registry.run(MODULE, repository=REPOSITORY, references=["v2", "gone"], state="absent")
        assert (again["changed"], again["missing"]) == (False, ["v2", "gone"])


def test_tags_alone_do_not_mean_to_delete_manifests(registry, platforms):
    mark = registry.mark()
    result = registry.run(MODULE, repository=REPOSITORY, tags=["v1"], state="absent")
    assert result["msg"] == "state is absent but all of the following are missing: references"
    result = registry.run(MODULE, repository=REPOSITORY, tags=["v1"], references=["v1"], state="absent")
    assert result["msg"] == "tags has no effect with state=absent. Remove it, or change state. Nothing was changed."
    assert registry.writes(mark) == []


def test_a_manifest_is_named_by_tag_and_by_digest(registry, platforms):
    digest = registry.push(REPOSITORY, images.image("two"), "v2", "v3")
    mark = registry.mark()
    result = registry.run(MODULE, repository=REPOSITORY, references=[NOWHERE, "v2", "gone", digest, "v3"], state="absent")
    assert [one["digest"] for one in result["deleted"]] == [digest]
    assert result["missing"] == [NOWHERE, "gone"]
    assert registry.writes(mark) == [f"DELETE /v2/{REPOSITORY}/manifests/{digest}"]


@pytest.mark.parametrize("check", [True, False])
def test_what_would_break_stops_a_deletion(registry, platforms, check):
    index = tags(registry)["v1"]
    child = platforms["manifests"][0]["digest"]
    about = registry.run(MODULE, repository=REPOSITORY, content={**platforms, "artifactType": "a/b"}, subject=child)["digest"]
    registry.session.put(
        f"https://r.azurecr.io/v2/{REPOSITORY}/manifests/side", data=images.multi_platform("one").root.data, headers={"Content-Type": OCI_INDEX}
    )
    before = manifests(registry)
    for options, broken in (
        ({"references": [index]}, "tag side, tag v1"),
        ({"references": ["v1"]}, "tag side"),
        ({"references": [child]}, ", ".join(f"index {name}" for name in sorted([index, about])) + f", referrer {about}"),
        ({"references": [child], "allow_breaking": ["indexes"]}, f"referrer {about}"),
    ):
        result = registry.run(MODULE, repository=REPOSITORY, state="absent", check=check, **options)
        assert f"of '{REPOSITORY}' would delete or break {broken}; nothing was deleted." in result["msg"]
        (blocked,) = result["blocked"]
        assert set(re.findall("sha256:[0-9a-f]{64}", broken)) <= {*blocked["indexes"], *blocked["referrers"]}
        assert manifests(registry) == before
    result = registry.run(MODULE, repository=REPOSITORY, state="absent", references=[child], allow_breaking=["indexes", "referrers"], check=check)
    assert result["changed"]
    assert f"referrer {about[:19]} attached" in result["diff"]["before"]
    everything = registry.run(MODULE, repository=REPOSITORY, state="absent", references=sorted(before), allow_breaking=["tags"], check=check)
    assert everything["changed"]


def test_a_locked_manifest(registry, platforms):
    index = tags(registry)["v1"]
    registry.patch(f"/acr/v1/{REPOSITORY}/_manifests/{index}", deleteEnabled=False)
    mark = registry.mark()
    result = registry.run(MODULE, repository=REPOSITORY, state="absent", references=[index], allow_breaking=["tags"])
    assert f"Manifest {index} of '{REPOSITORY}' is locked; nothing was deleted." in result["msg"]
    assert registry.writes(mark) == []


def test_options_of_the_other_state_are_no_options(registry, platforms):
    index = tags(registry)["v1"]
    result = registry.run(MODULE, repository=REPOSITORY, content=platforms, subject="v1", references=[index], allow_breaking=["tags"], state="absent")
    assert result["msg"] == "content and subject have no effect with state=absent. Remove them, or change state. Nothing was changed."
    result = registry.run(MODULE, repository=REPOSITORY, content=platforms, references=[index])
    assert result["msg"] == "references has no effect with state=present. Remove it, or change state. Nothing was changed."
    assert index in manifests(registry)


def test_all_that_is_in_the_way_is_told(registry, platforms):
    index = tags(registry)["v1"]
    children = [child["digest"] for child in platforms["manifests"]]
    result = registry.run(MODULE, repository=REPOSITORY, state="absent", references=children, check=True)
    assert f"would delete or break index {index}, and deleting 1 of the others would break something, too; nothing was deleted." in result["msg"]
    assert result["blocked"] == [{"digest": digest, "tags": [], "indexes": [index], "referrers": []} for digest in children]


@pytest.mark.parametrize("flag", ["deleteEnabled", "writeEnabled"])
@pytest.mark.parametrize("check", [True, False])
def test_a_locked_tag_keeps_its_manifest(registry, platforms, flag, check):
    """The registry itself would delete the manifest and the tag with it."""
    registry.patch(f"/acr/v1/{REPOSITORY}/_tags/v1", **{flag: False})
    result = registry.run(MODULE, repository=REPOSITORY, state="absent", references=["v1"], allow_breaking=["tags"], check=check)
    index = tags(registry)["v1"]
    assert result["msg"] == (
        f"Tag 'v1' of '{REPOSITORY}' is locked, and deleting its manifest {index} would delete it too; nothing was deleted. "
        "Unlock it with acr_tag_properties first."
    )


def test_a_tag_that_came_meanwhile_keeps_its_manifest(registry, platforms):
    """Between the plan and the deletion somebody pushes another tag: the second look sees it."""
    index = tags(registry)["v1"]
    body = registry.session.get(f"https://r.azurecr.io/acr/v1/{REPOSITORY}/_tags").text.replace('"name":"v1"', '"name":"v2"')
    registry.emulator.faults.set([{"method": "GET", "path": rf"/acr/v1/{REPOSITORY}/_tags\?.*digest=.*", "skip": 1, "status": 200, "body": body}])
    result = registry.run(MODULE, repository=REPOSITORY, state="absent", references=["v1"])
    assert f"Manifest {index} got the tag 'v2' while the task was running; it was not deleted. Run the task again." in result["msg"]
    assert (result["changed"], tags(registry)) == (False, {"v1": index})


def test_an_index_goes_before_what_it_lists(registry, platforms):
    """So that one that cannot be deleted stays whole."""
    index = tags(registry)["v1"]
    digests = [*(child["digest"] for child in platforms["manifests"]), index]
    registry.emulator.faults.set([{"method": "DELETE", "path": f"/v2/{REPOSITORY}/manifests/{index}", "times": 0, "status": 405, "body": "{}"}])
    result = registry.run(MODULE, repository=REPOSITORY, state="absent", references=digests, allow_breaking=["tags"])
    assert (result["changed"], result["done"], len(result["not_attempted"])) == (False, [], 2)
    assert set(digests) <= manifests(registry)
    registry.emulator.faults.set([])
    assert registry.run(MODULE, repository=REPOSITORY, state="absent", references=digests, allow_breaking=["tags"])["changed"]
    assert manifests(registry) == set()


def test_annotations_are_added_where_there_are_none(registry, platforms):
    result = registry.run(MODULE, repository=REPOSITORY, content={**platforms, "annotations": None}, annotations={"a": "b"})
    assert result["changed"], result


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"media_type": "ä/é"}, "'ä/é' is not a media type."),
        ({"media_type": "a/b\nX: y"}, "'a/b X: y' is not a media type."),
        ({"annotations": {"a": "\udc80"}}, "The manifest has characters that UTF-8 cannot encode"),
        ({"annotations": {"a": "b"}, "content": {"annotations": [1], "manifests": []}}, "The annotations of the manifest are not a dictionary."),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_what_cannot_be_sent(registry, options, message, check):
    content = {"schemaVersion": 2, "manifests": []}
    assert message in registry.run(MODULE, **{"repository": REPOSITORY, "content": content, "validate": False, "check": check, **options})["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_a_tag_that_exists_is_overwritten_as_told(registry, platforms, check):
    index = tags(registry)["v1"]
    options = {"repository": REPOSITORY, "content": {**platforms, "manifests": platforms["manifests"][:1]}, "check": check}
    mark = registry.mark()
    result = registry.run(MODULE, tags=["v1", "small"], overwrite="error", **options)
    assert result["msg"] == f"Tags of '{REPOSITORY}' point at other manifests, and overwrite is error: v1. Nothing was changed."
    never = registry.run(MODULE, tags=["v1"], overwrite="never", **options)
    stays = {"name": "v1", "digest": index, "previous_digest": index, "changed": False, "not_overwritten": "exists"}
    assert (never["changed"], never["tags"], never["image"], never["diff"]["after"]) == (False, [stays], None, "")
    assert registry.writes(mark) == []
    some = registry.run(MODULE, tags=["v1", "small"], overwrite="never", **options)
    assert (some["tags"][0], some["tags"][1]["changed"], some["image"]) == (stays, True, f"r.azurecr.io/{REPOSITORY}@{some['digest']}")
    if not check:
        assert tags(registry) == {"v1": index, "small": some["digest"]}
    refused = registry.run(MODULE, repository=REPOSITORY, references=["v1"], overwrite="never", state="absent")
    assert refused["msg"] == "overwrite has no effect with state=absent. Remove it, or change state. Nothing was changed."
