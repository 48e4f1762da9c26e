# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no other tool checks: that nothing is forgotten, and that the collection stays as small as it is meant to be."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible._internal import _task

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
# What Ansible itself reads in a result, or writes there: the page "Return Values" of its documentation, and the fields of
# UnifiedTaskResult in ansible-core 2.21, which converts a value of another type. ``diff`` is not here: ours is Ansible's.
RESERVED = """
    ansible_facts ansible_index_var ansible_job_id ansible_loop ansible_loop_var ansible_module_results ansible_parsed ansible_stats async_result attempts
    backup_file break_when_result break_when_suppressed_exception changed changed_when_result changed_when_suppressed_exception deprecations exception
    failed failed_when_result failed_when_suppressed_exception false_condition finished invocation item loop_index loop_item module_stderr module_stdout msg
    rc results retries skip_reason skipped skipped_reason started stderr stderr_lines stdout stdout_lines unreachable warnings
"""
PACKAGE = "ansible_collections.registryops.acr.plugins"

# Module code is compiled at every run of a task. What moves content needs more, some 6 ms of a task that takes longer anyway.
MOST_LINES = {
    "acr_access_info": 2900,
    "acr_deleted_info": 2900,
    "acr_manifest_properties": 3050,
    "acr_repository_info": 2900,
    "acr_retention": 5400,
    "acr_tag": 2800,
    "acr_tag_info": 2900,
    "acr_tag_properties": 3000,
    "acr_token_info": 2800,
}
LINES_WITH_CONTENT = 5200


def documentation(module: str, part: str = "DOCUMENTATION") -> dict:
    text = (ROOT / "plugins" / "modules" / f"{module}.py").read_text()
    match = re.search(rf'^{part} = r"""(.*?)"""', text, re.MULTILINE | re.DOTALL)
    assert match, f"{module} has no {part}"
    return yaml.safe_load(match.group(1))


def test_there_are_modules():
    assert "acr_tag_properties" in MODULES


def test_the_action_group_holds_every_module_and_nothing_else():
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    assert sorted(runtime["action_groups"]["acr"]) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_its_tests(module):
    assert (ROOT / "tests" / "unit" / "plugins" / "modules" / f"test_{module}.py").is_file()
    target = (ROOT / "tests" / "integration" / "targets" / module / "tasks" / "main.yml").read_text()
    assert "name: verify" in target, "the contract of check mode is not tested"
    assert f"verify_module: registryops.acr.{module}" in target


@pytest.mark.parametrize("module", MODULES)
def test_a_module_runs_in_the_controllers_process_too(module):
    code = f"from {PACKAGE}.action.{module} import ActionModule; print(ActionModule.module.__name__)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert printed.strip() == f"{PACKAGE}.modules.{module}"
    assert {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")} == set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_documented_as_the_others(module):
    document = documentation(module)
    assert document["module"] == module
    assert document["version_added"]
    assert document["seealso"]
    fragments = document["extends_documentation_fragment"]
    attributes = "registryops.acr._attributes.info_module" if module.endswith("_info") else "registryops.acr._attributes"
    assert {"registryops.acr._registry", attributes} <= set(fragments)
    assert documentation(module, "RETURN")


def test_a_search_finds_the_module_for_each_word():
    """``ansible-doc -l`` shows the first 38 characters of a short description."""
    listed = " ".join(documentation(module)["short_description"][:38] for module in MODULES).lower()
    words = [
        "lock",
        "immutable",
        "unlock",
        "purge",
        "prune",
        "import",
        "mirror",
        "promote",
        "copy",
        "tag",
        "untag",
        "login",
        "push",
        "pull",
        "restore",
        "delete",
    ]
    assert [word for word in words if not re.search(rf"\b{word}\b", listed)] == []


def test_shared_options_stand_together():
    """ansible-doc sorts options, so that those of the connection are among those of the module."""
    text = (ROOT / "plugins" / "doc_fragments" / "_registry.py").read_text()
    options = yaml.safe_load(re.search(r'DOCUMENTATION = r"""(.*?)"""', text, re.DOTALL).group(1))["options"]
    assert [name for name, option in options.items() if not option["description"][0].startswith("Connection: ")] == []


@pytest.mark.parametrize("module", MODULES)
def test_no_result_key_is_one_of_ansibles_own(module):
    assert set(documentation(module, "RETURN")) & set(RESERVED.split()) == set()


def test_ansibles_own_result_keys_are_all_known():
    if not hasattr(_task, "UnifiedTaskResult"):
        pytest.skip("ansible-core before 2.21 does not list them.")
    settings = {field.name: field.metadata.get("ansible") for field in dataclasses.fields(_task.UnifiedTaskResult)}
    keys = {setting.key or name for name, setting in settings.items() if setting}
    assert {key for key in keys if not key.startswith("_ansible_")} - set(RESERVED.split()) == {"diff"}


def test_what_each_module_needs_is_known():
    code = f"from {PACKAGE}.module_utils._tasks.access_info import NEEDS; print(*NEEDS)"
    known = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout.split()
    # These two ask for tokens only.
    assert sorted([*known, "acr_access_info", "acr_token_info"]) == MODULES
    assert documentation("acr_access_info")["options"]["modules"]["choices"] == known


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_use_full_names(module):
    tasks = documentation(module, "EXAMPLES")
    actions = [key for task in tasks for key in task if "." in key]
    assert len(actions) == len(tasks)
    assert f"registryops.acr.{module}" in actions


def test_every_role_has_what_a_role_needs():
    roles = [path for path in (ROOT / "roles").iterdir() if path.is_dir()]
    assert roles
    for role in roles:
        specification = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]
        options = specification["options"]
        defaults = yaml.safe_load((role / "defaults" / "main.yml").read_text())
        assert {name: option.get("default") for name, option in options.items() if "default" in option} == defaults
        assert all(name.startswith(f"{role.name}_") for name in options)
        assert all(name in (role / "README.md").read_text() for name in options)
        assert (ROOT / "tests" / "integration" / "targets" / f"role_{role.name}").is_dir()


def test_no_sanity_check_is_ignored():
    assert [path.name for path in (ROOT / "tests").glob("sanity/ignore-*.txt") if path.read_text().strip()] == []


@pytest.mark.parametrize("module", MODULES)
def test_importing_a_module_loads_no_heavy_library(module):
    code = f"import sys, {PACKAGE}.modules.{module}; print(*(name for name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout.split()
    assert f"{PACKAGE}.module_utils._ansible.run" in loaded
    assert {name.partition(".")[0] for name in loaded} & {"azure", "msal", "cryptography", "jsonschema"} == set()


@pytest.mark.parametrize("module", MODULES)
def test_what_a_module_imports_stays_small(module):
    # A folder without __init__.py has no file.
    ours = f"n.startswith('{PACKAGE}.module_utils.') and m.__file__"
    code = f"import sys, {PACKAGE}.modules.{module}; print(*(m.__file__ for n, m in sys.modules.items() if {ours}))"
    files = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout.split()
    assert len(files) > 10
    assert sum(len(Path(file).read_text().splitlines()) for file in files) <= MOST_LINES.get(module, LINES_WITH_CONTENT)


def test_the_version_is_the_same_everywhere():
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    assert f'VERSION = "{version}"' in (ROOT / "plugins" / "module_utils" / "_http" / "settings.py").read_text()


def test_the_project_names_no_place_where_it_happens_to_be_built():
    # Written apart, so that this file does not find itself.
    words = ["/wo" + "rk/", "/ro" + "ot/", "pypi" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org"]
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in ROOT.rglob("*")
        if path.is_file() and not {".git", ".cache", "output", "node_modules"} & set(path.parts)
        for word in words
        if word in path.read_text(errors="replace")
    ]
    assert found == []
