# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tally says after each possible fate of a manifest, of its tags, and of a lock."""

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import UsageError
from ansible_collections.registryops.acr.plugins.module_utils._retention.drift import Drift
from ansible_collections.registryops.acr.plugins.module_utils._retention.item import PlanItem
from ansible_collections.registryops.acr.plugins.module_utils._retention.tally import Tally

DIGEST, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def item(kind, name, digest, action="delete"):
    return PlanItem("library/app", kind, name, digest, action, "rule 1", "older than 30d", "2026-01-01T00:00:00Z", 40, 0)


MANIFEST, OTHER_MANIFEST = item("manifest", DIGEST, DIGEST), item("manifest", OTHER, OTHER)
V1, V2, UNRELATED = item("tag", "v1", DIGEST), item("tag", "v2", DIGEST), item("tag", "v3", OTHER)
LOCK = item("tag", "v4", DIGEST, "lock")
ITEMS = [V1, V2, UNRELATED, MANIFEST, OTHER_MANIFEST, LOCK]
ERROR = UsageError("refused")


@pytest.fixture
def tally():
    return Tally(ITEMS)


def fates(tally):
    """Return how many items are done, drifted, failed, not attempted and pending."""
    return len(tally.done), len(tally.drifted), len(tally.failures), len(tally.not_attempted), len(tally.pending)


def test_what_nobody_has_tried_is_not_attempted(tally):
    assert (tally.total, fates(tally)) == (6, (0, 0, 0, 6, 6))
    assert tally.not_attempted == ITEMS


def test_a_deleted_manifest_takes_its_current_tags_along_and_no_others(tally):
    tally.finish(MANIFEST, {MANIFEST, V1, UNRELATED, LOCK})
    assert tally.done == [V1, MANIFEST]
    assert tally.not_attempted == [V2, UNRELATED, OTHER_MANIFEST, LOCK]
    assert tally.done_count == 2


def test_a_locked_manifest_or_a_deleted_tag_takes_nothing_along():
    lock = item("manifest", DIGEST, DIGEST, "lock")
    tally = Tally([V1, V2, lock])
    tally.finish(lock, {V1, V2, lock})
    tally.finish(V2, {V1, V2, lock})
    assert (tally.done, tally.not_attempted) == ([V2, lock], [V1])


def test_the_tags_of_a_drifted_manifest_are_kept_with_it(tally):
    own = Drift(V2, "it points elsewhere")
    tally.drift(Drift(MANIFEST, "it is locked now"), {V2: own})
    assert tally.drifted == [Drift(V1, "its image is kept: it is locked now"), own, Drift(MANIFEST, "it is locked now")]
    assert fates(tally) == (0, 3, 0, 3, 3)


def test_a_drifted_tag_says_nothing_about_its_manifest(tally):
    tally.drift(Drift(V1, "it points elsewhere"))
    assert (tally.is_pending(V1), tally.is_pending(MANIFEST)) == (False, True)


def test_the_tags_of_a_manifest_that_failed_are_not_attempted(tally):
    tally.fail(MANIFEST, ERROR)
    assert [(failure.change, failure.error) for failure in tally.failures] == [(MANIFEST.change, ERROR)]
    assert tally.not_attempted == [V1, V2, UNRELATED, OTHER_MANIFEST, LOCK]
    assert not any(tally.is_pending(tag) for tag in (MANIFEST, V1, V2))


def test_what_was_already_so_is_neither_done_nor_not_attempted(tally):
    tally.settle(LOCK)
    tally.settle(LOCK)
    assert fates(tally) == (0, 0, 0, 5, 5)


def test_an_error_of_an_item_is_not_told_again_for_its_repository(tally):
    tally.fail(V1, ERROR)
    tally.fail_repository("library/app", ERROR)
    tally.fail_repository("library/app", UsageError("refused"))
    assert [str(failure.change) for failure in tally.failures] == [str(V1.change), "delete repository library/app"]


@pytest.mark.parametrize("second", [lambda tally: tally.finish(V1), lambda tally: tally.fail(V1, ERROR), lambda tally: tally.drift(Drift(V1, "moved"))])
def test_nothing_is_decided_twice(tally, second):
    """It would be reported twice."""
    tally.finish(V1)
    with pytest.raises(KeyError):
        second(tally)


def test_everything_is_reported_exactly_once(tally):
    tally.finish(MANIFEST, set(ITEMS))
    tally.fail(OTHER_MANIFEST, ERROR)
    tally.drift(Drift(LOCK, "it points elsewhere"))
    reported = [*tally.done, *(drift.item for drift in tally.drifted), *tally.not_attempted]
    assert sorted(map(str, [*reported, OTHER_MANIFEST])) == sorted(map(str, ITEMS))
    assert fates(tally) == (3, 1, 1, 1, 0)
