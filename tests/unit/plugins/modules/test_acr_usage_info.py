# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.tests import images

MODULE = "acr_usage_info"


def size(*contents):
    """Return the bytes of manifests and blobs, each counted once."""
    return sum({content.digest: len(content.data) for content in contents}.values())


def test_what_is_shared_counts_once(registry):
    base = images.image("base")
    twin = images.image("base", annotations={"number": "2"})
    registry.push("library/app", base, "v1")
    registry.push("library/app", twin, "v2")
    registry.push("team/tool", base, "v1")
    result = registry.run(MODULE)
    app, tool = (next(one for one in result["repositories"] if one["name"] == name) for name in ("library/app", "team/tool"))
    logical = size(*base.blobs) * 2 + size(base.root, twin.root)
    unique = size(*base.blobs, base.root, twin.root)
    assert (app["tag_count"], app["manifest_count"], app["logical_bytes"], app["unique_bytes"]) == (2, 2, logical, unique)
    assert app["dedup_factor"] == round(logical / unique, 2)
    assert (app["exclusive_bytes"], tool["exclusive_bytes"]) == (size(twin.root), 0)
    assert [one["name"] for one in result["repositories"]] == ["library/app", "team/tool"]
    together = logical + size(*base.blobs, base.root)
    assert result["totals"] == {"repository_count": 2, "logical_bytes": together, "unique_bytes": unique, "dedup_factor": round(together / unique, 2)}
    assert (result["changed"], result["missing"]) == (False, [])


def test_what_has_no_tag_and_what_is_about_nothing(registry):
    image, dangling = images.multi_platform("release"), images.image("dangling")
    about = images.image("signature", artifactType="a/b", subject=image.manifests[0].descriptor())
    orphan = images.image("orphan", artifactType="a/b", subject=images.image("never pushed").root.descriptor())
    registry.push("library/app", image, "v1")
    for one in (dangling, about, orphan):
        registry.push("library/app", one)
    (app,) = registry.run(MODULE, repositories=["library/app"])["repositories"]
    # Configurations for amd64 are the same in all of them but for the layer that they name.
    needed = {content.digest for one in (image, about) for content in (*one.blobs, *one.manifests)}
    alone = [content for one in (dangling, orphan) for content in (*one.blobs, *one.manifests) if content.digest not in needed]
    assert app["untagged"] == {"manifest_count": 2, "bytes": size(*alone), "share": round(size(*alone) / app["unique_bytes"], 4)}
    assert (app["orphans"]["manifest_count"], app["orphans"]["bytes"]) == (1, size(orphan.root, *orphan.blobs))


def test_the_largest_images(registry):
    large, small = images.multi_platform("l" * 30_000), images.image("s")
    registry.push("library/app", small, "small")
    registry.push("library/app", large, "large", "latest")
    (app,) = registry.run(MODULE, top=1)["repositories"]
    bytes_of_it = size(*large.blobs, *large.manifests)
    assert app["largest"] == [{"digest": large.root.digest, "tags": ["large", "latest"], "image_size": bytes_of_it, "exclusive_bytes": bytes_of_it}]
    assert [one["tags"] for one in registry.run(MODULE)["repositories"][0]["largest"]] == [["large", "latest"], ["small"]]


@pytest.mark.parametrize(
    ("options", "names", "missing"),
    [
        ({"repositories": ["b", "none"]}, ["b"], ["none"]),
        ({"include": ["a|b"]}, ["a", "b"], []),
        ({"exclude": ["a"]}, ["b", "c/d"], []),
        ({"include": ["c/*"], "pattern_type": "glob"}, ["c/d"], []),
        ({"exclude": ["?"], "pattern_type": "glob"}, ["c/d"], []),
        ({"repositories": []}, [], []),
    ],
)
def test_repositories_are_chosen(registry, options, names, missing):
    for name in ("a", "b", "c/d"):
        registry.push(name, images.image(name), "v1")
    result = registry.run(MODULE, **options)
    assert (sorted(one["name"] for one in result["repositories"]), result["missing"]) == (names, missing)


def test_an_empty_registry(registry):
    assert registry.run(MODULE)["totals"] == {"repository_count": 0, "logical_bytes": 0, "unique_bytes": 0, "dedup_factor": 1.0}


@pytest.mark.parametrize(
    ("options", "message"),
    [({"top": -1}, "top is -1, but must be at least 0."), ({"names": ["library/app"]}, "names was renamed to repositories.")],
)
def test_bad_input(registry, options, message):
    assert registry.run(MODULE, **options)["msg"] == message


@pytest.mark.parametrize("policy", [None, "warn", "error", "skip"])
def test_a_missing_repository(registry, policy):
    registry.push("library/app", images.image("one"), "v1")
    result = registry.run(MODULE, repositories=["none", "library/app"], on_missing=policy)
    sentence = "r.azurecr.io has no repository none. Check the names."
    assert ([one["name"] for one in result["repositories"]], result["missing"]) == (["library/app"], ["none"])
    assert (result.get("failed", False), result.get("msg")) == ((True, sentence) if policy == "error" else (False, None))
    assert (sentence in str(result.get("warnings"))) == (policy in (None, "warn"))


def test_a_pattern_that_matches_nothing_is_reported(registry):
    for name in ("team/a", "team/b", "other"):
        registry.push(name, images.image(name), "v1")
    result = registry.run(MODULE, include=["other", "team/*"])
    warning = "include pattern 'team/*' (regex) matched none of the 3 repositories of r.azurecr.io. As a glob, it would match 2: set pattern_type: glob."
    assert warning in str(result["warnings"])
    assert len(result["warnings"]) == 1
