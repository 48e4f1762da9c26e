# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import LockedError
from ansible_collections.registryops.acr.plugins.module_utils._common.plan import Change, Plan, Step
from ansible_collections.registryops.acr.plugins.module_utils._common.refusal import Refusal


def locked():
    body = b'{"errors":[{"code":"REGISTRY_DISALLOWED_OPERATION","message":"The operation is disallowed.","detail":{}}]}\n'
    raise LockedError(Refusal("PATCH", "https://r.azurecr.io/acr/v1/app/_tags/b", 405, {}, body))


def step(name, apply=lambda: None):
    return Step(Change("library/app", "tag", name, None, "delete"), apply)


def test_a_plan_without_steps_changes_nothing_and_shows_nothing():
    plan = Plan(result={"tags": []}, header="r/app")
    assert not plan.prediction.changed
    assert plan.diff == {"before_header": "r/app", "after_header": "r/app", "before": "", "after": ""}
    assert not plan.apply(8).changed


def test_all_steps_are_done():
    done = []
    plan = Plan(result={}, steps=[step(str(number), lambda number=number: done.append(number)) for number in range(50)])
    outcome = plan.apply(8)
    assert sorted(done) == list(range(50))
    assert outcome.changed
    assert not outcome.message


@pytest.mark.parametrize("workers", [1, 8])
def test_after_a_failure_it_is_said_what_was_done_and_what_was_not(workers):
    steps = [step("a"), step("b", locked), *(step(f"c{number}") for number in range(100))]
    outcome = Plan(result={}, steps=steps).apply(workers)
    report = outcome.to_result()
    assert [failure["name"] for failure in report["failures"]] == ["b"]
    assert report["failures"][0]["error"]["code"] == "REGISTRY_DISALLOWED_OPERATION"
    assert len(report["done"]) + 1 + len(report["not_attempted"]) == 102
    names = [[change["name"] for change in report[key]] for key in ("done", "not_attempted")]
    assert not set(names[0]) & set(names[1])
    if workers == 1:
        assert report["done"] == [{"repository": "library/app", "kind": "tag", "name": "a", "digest": None, "action": "delete"}]
    assert outcome.message.startswith(f"{len(report['done'])} of 102 changes were made; delete tag library/app:b failed: PATCH https://r.azurecr.io/")
    assert "was answered with 405" in outcome.message


def test_what_is_predicted_is_what_is_done_and_the_rest_of_a_result_follows_from_that():
    steps = [step("a"), step("b", locked)]
    plan = Plan(result={"missing": []}, report=lambda done: {"tags": sorted(change.name for change in done)}, steps=steps)
    assert plan.to_result(plan.prediction) == {"missing": [], "tags": ["a", "b"]}
    assert plan.to_result(plan.apply(1)) == {"missing": [], "tags": ["a"]}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change("app", "tag", "v1", None, "delete"), "delete tag app:v1"),
        (Change("app", "tag", "v1", None, "tag"), "tag app:v1"),
        (Change("app", "blob", "sha256:0", "sha256:0", "push"), "push blob app@sha256:0"),
        (Change("app", "repository", "app", None, "lock"), "lock repository app"),
        (Change("app", "file", "/tmp/a", "sha256:0", "write"), "write file /tmp/a"),
    ],
)
def test_a_change_is_told_in_a_few_words(change, text):
    assert str(change) == text
