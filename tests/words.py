# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of the interface: each name of an option, and each key of a result, has one type and one meaning. They stand in words.yml beside this file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

WORDS = yaml.safe_load(Path(__file__).with_name("words.yml").read_text())
OPTIONS: dict[str, list[str]] = WORDS["options"]
RESULTS: dict[str, list[str]] = WORDS["results"]
# What is inside of these are not our words, but those of Ansible, of a specification or of a user.
FOREIGN = {"diff", "annotations", "labels", "document"}


def entry(table: Mapping[str, list[str]], path: str) -> str:
    """Return the name under which something at ``path`` stands in a table: its own, or with dots where it means something else inside of another."""
    while path not in table and "." in path:
        path = path.partition(".")[2]
    return path


def nested(value: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Give each key of a result with its value, also of what is inside of it; such a key has a name with dots."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield before + key, inner
            if key.rpartition(".")[2] not in FOREIGN:
                yield from nested(inner, f"{before}{key}.")
    elif isinstance(value, list):
        for item in value:
            yield from nested(item, before)


def type_of(value: Any) -> str:
    """Return the type of a value as Ansible calls it: str, int, float, bool, dict, list of str; an empty list has no elements."""
    if isinstance(value, list):
        kinds = sorted({type_of(item) for item in value})
        return f"list of {' or '.join(kinds)}" if kinds else "list"
    return "null" if value is None else type(value).__name__


def unknown(result: Mapping[str, Any], before: str = "") -> list[str]:
    """Return what a result, of the module ``before``, has that is not in the table, or has another type there: an empty list if all is as it should be."""
    found = []
    for path, value in nested(result, before):
        kind, expected = type_of(value), RESULTS.get(entry(RESULTS, path), ["no key"])[0]
        if kind != "null" and kind != expected and not (kind == "list" and expected.startswith("list of ")):
            found.append(f"{path}: {kind}, not {expected}")
    return sorted(set(found))
