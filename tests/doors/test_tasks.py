# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task says besides its arguments: where it runs because of it, and that it is heeded there."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from ansible_collections.registryops.acr.tests import images
from ansible_collections.registryops.acr.tests.doors.conftest import PASSWORD, Core

INFO = "registryops.acr.acr_repository_info"
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user without a password")
HERE, ELSEWHERE = "runs in the controller's process", "runs as a module: "


@pytest.fixture
def registry(registries):
    with registries() as one:
        yield one


@pytest.fixture
def run(registry, tmp_path):
    """Play one task, with the version of ansible-core that the tests run with, and return its result and all that was printed."""
    core = Core("this one", Path(sys.executable))

    def play(task: dict[str, Any], *arguments: str, play: dict[str, Any] | None = None, **environment: str) -> tuple[dict[str, Any], str]:
        options = {"registry": registry.url, "username": "admin", "password": PASSWORD, "repositories": ["library/app"]}
        module = {} if any("." in key for key in task) else {INFO: options}
        first = {**module, "register": "result", "ignore_errors": True, **task}
        second = {"ansible.builtin.copy": {"content": "{{ result | to_json }}", "dest": str(tmp_path / "result.json")}, "vars": {"acr_import_modules": True}}
        path = tmp_path / "play.yml"
        path.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, **(play or {}), "tasks": [first, second]}], sort_keys=False))
        printed = core.play(path, registry, "-vvv", *arguments, **environment)
        return json.loads((tmp_path / "result.json").read_text()), printed

    return play


@pytest.mark.parametrize(
    ("task", "environment", "reason"),
    [
        ({"vars": {"acr_import_modules": False}}, {}, "acr_import_modules is false"),
        ({"vars": {"acr_import_modules": "{{ 'no' }}"}}, {}, "acr_import_modules is false"),
        ({}, {"ACR_IMPORT_MODULES": "false"}, "acr_import_modules is false"),
        ({"async": 30, "poll": 1}, {}, "it is asynchronous"),
        ({"vars": {"ansible_python_interpreter": "{{ ansible_playbook_python | dirname }}/../bin/python"}}, {}, "the interpreter is "),
        ({"environment": {"PYTHONWARNINGS": "ignore"}}, {}, "its environment is meant for another Python"),
        pytest.param({"become": True, "become_method": "su"}, {}, "it becomes another user", marks=ROOT),
    ],
    ids=["variable", "template", "environment", "async", "interpreter", "python", "become"],
)
def test_what_cannot_be_the_same_runs_as_a_module(run, task, environment, reason):
    result, printed = run(task, **environment)
    assert ELSEWHERE + reason in printed
    assert HERE not in printed
    assert result["repositories"][0]["name"] == "library/app", printed


def test_another_host_runs_as_a_module(run, tmp_path):
    """Nothing listens there: what matters is that the task was sent."""
    inventory = tmp_path / "hosts"
    inventory.write_text("elsewhere ansible_host=127.0.0.1 ansible_port=9 ansible_ssh_common_args='-o ConnectTimeout=2'\n")
    result, printed = run({"delegate_to": "elsewhere", "ignore_unreachable": True}, "-i", str(inventory))
    assert ELSEWHERE + "the connection is ssh" in printed
    assert result["unreachable"] is True


def test_a_switch_that_is_none_is_an_error(run):
    result, printed = run({"vars": {"acr_import_modules": "perhaps"}})
    assert result["msg"].endswith("acr_import_modules is 'perhaps', but must be true or false.")


def test_the_environment_of_a_task_is_heeded_and_gone_after_it(run, registry):
    """Two items of a loop share a process: the second must not find what was for the first."""
    options = {"registry": registry.url, "repositories": ["library/app"], "password": PASSWORD}
    result, printed = run({INFO: options, "loop": ["first", "second"], "environment": "{{ {'ACR_USERNAME': 'admin'} if item == 'first' else {} }}"})
    assert printed.count(HERE) == 2
    assert [item["failed"] for item in result["results"]] == [False, True]
    assert "username" in result["results"][1]["msg"]


def test_module_defaults_are_heeded(run, registry):
    shared = {"registry": registry.url, "username": "admin", "password": PASSWORD}
    result, printed = run({INFO: {"repositories": ["library/app"]}}, play={"module_defaults": {"group/registryops.acr.acr": shared}})
    assert HERE in printed
    assert result["repositories"][0]["name"] == "library/app"


def test_a_relative_path_is_one_of_the_playbook(run, registry, tmp_path):
    shutil.copy(registry.ca, tmp_path / "our-ca.pem")
    options = {"registry": registry.url, "username": "admin", "password": PASSWORD, "repositories": ["library/app"], "ca_path": "our-ca.pem"}
    result, printed = run({INFO: options}, REQUESTS_CA_BUNDLE="/none")
    assert HERE in printed
    assert result["failed"] is False, result


def test_a_task_that_takes_too_long_is_ended(run, registry):
    registry.control("POST", "faults", {"rules": [{"path": "/acr/v1/.*", "times": 0, "delay": 20}]})
    begun = time.monotonic()
    result, printed = run({"timeout": 2})
    assert HERE in printed
    assert result["failed"] is True
    assert "2 second" in result["msg"] or "2 second" in json.dumps(result)
    assert time.monotonic() - begun < 15


def test_a_warning_is_one_of_its_task_alone(run, registry):
    """An index whose child is gone is warned of; the next item of the loop is not."""
    with requests.Session() as session:
        session.trust_env, session.auth, session.verify = False, ("admin", PASSWORD), registry.ca
        manifests = f"{registry.url}/v2/library/app/manifests"
        child = session.get(f"{manifests}/v1.1.0", headers={"Accept": images.OCI_INDEX}).json()["manifests"][0]
        assert session.delete(f"{manifests}/{child['digest']}").status_code == 202
    options = {"registry": registry.url, "username": "admin", "password": PASSWORD, "repository": "library/app", "can_list": True, "apply_to": "image"}
    result, printed = run({"registryops.acr.acr_tag_properties": {**options, "tags": ["{{ item }}"]}, "loop": ["v1.1.0", "v1.0.0"]})
    assert printed.count(HERE) == 2
    assert [item["failed"] for item in result["results"]] == [False, False]
    assert printed.count("[WARNING]: An index of 'library/app' lists manifest") == 1


@pytest.mark.parametrize(("switch", "lines"), [("true", True), ("", False)])
def test_progress_is_shown_when_it_is_asked_for(run, registry, switch, lines):
    """Without a terminal it is quiet; the result does not know of it."""
    registry.control("POST", "seed", {"manifests": 2500, "tags": 2500})
    registry.control("POST", "faults", {"rules": [{"path": "/acr/v1/.*", "times": 0, "delay": 0.6}]})
    options = {"registry": registry.url, "username": "admin", "password": PASSWORD, "repositories": ["seed/0000"], "gather": ["tags"]}
    result, printed = run({INFO: options}, **({"ACR_PROGRESS": switch} if switch else {}))
    assert ("acr_repository_info: 1,000 read of /acr/v1/seed/0000/_tags" in printed) is lines
    assert len(result["repositories"][0]["tags"]) == 2500
    assert "read of" not in json.dumps(result)


def test_without_requests_the_module_says_what_to_install(tmp_path, run):
    """The controller's Python has requests here; what hides it is an import hook in a folder that is looked in first."""
    hook = tmp_path / "hook" / "sitecustomize.py"
    hook.parent.mkdir()
    hook.write_text("import sys\nsys.modules['requests'] = None\n")
    result, printed = run({}, PYTHONPATH=str(Path(hook.parent)))
    assert ELSEWHERE + "the controller's Python has no requests" in printed
    assert "Failed to import the required Python library (requests)" in result["msg"]
