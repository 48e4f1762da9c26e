# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.errors import LockedError
from ansible_collections.registryops.acr.plugins.module_utils._common.plan import Plan, Step
from ansible_collections.registryops.acr.plugins.module_utils._common.refusal import Refusal


def locked():
    body = b'{"errors":[{"code":"REGISTRY_DISALLOWED_OPERATION","message":"The operation is disallowed.","detail":{}}]}\n'
    raise LockedError(Refusal("PATCH", "https://r.azurecr.io/acr/v1/app/_tags/b", 405, {}, body))


def test_a_plan_without_steps_changes_nothing_and_shows_nothing():
    plan = Plan(result={"tags": []}, header="r/app")
    assert not plan.changed
    assert plan.diff == {"before_header": "r/app", "after_header": "r/app", "before": "", "after": ""}
    assert not plan.apply(8).changed


def test_all_steps_are_done():
    done = []
    plan = Plan(result={}, steps=[Step(f"tag {number}", lambda number=number: done.append(number)) for number in range(50)])
    outcome = plan.apply(8)
    assert sorted(done) == list(range(50))
    assert outcome.changed
    assert not outcome.message


@pytest.mark.parametrize("workers", [1, 8])
def test_after_a_failure_it_is_said_what_was_done_and_what_was_not(workers):
    steps = [Step("tag a", lambda: None), Step("tag b", locked), *(Step(f"tag c{number}", lambda: None) for number in range(100))]
    outcome = Plan(result={}, steps=steps).apply(workers)
    report = outcome.to_result()
    assert [failure["target"] for failure in report["failures"]] == ["tag b"]
    assert report["failures"][0]["error"]["code"] == "REGISTRY_DISALLOWED_OPERATION"
    assert len(report["done"]) + 1 + len(report["not_attempted"]) == 102
    assert not set(report["done"]) & set(report["not_attempted"])
    if workers == 1:
        assert report["done"] == ["tag a"]
    assert outcome.message.startswith(f"{len(report['done'])} of 102 changes were made; tag b failed: PATCH https://r.azurecr.io/")
    assert "was answered with 405" in outcome.message
