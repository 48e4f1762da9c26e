# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Options that had another name: no task accepts the old one, but each says what to write instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# Of each module, the old names and the new ones; a name in a suboption has dots, as in files.path. Where one word cannot
# replace the other, a sentence says what to write.
RENAMED: dict[str, dict[str, str]] = {
    "acr_repository": {"max_tags": "confirm_above"},
    "acr_repository_info": {"digest": "digest was moved to acr_tag_info.", "names": "repositories"},
    "acr_tag": {"digest": "reference", "source_tag": "reference"},
    "acr_tag_properties": {
        "manifest": "manifest was replaced by apply_to: image (formerly true) or tag (formerly false).",
        "missing": "missing was renamed to on_missing, and takes error, warn or skip.",
    },
    "acr_blob": {"dest": "Download the blob with acr_fetch, which has dest."},
    "acr_copy": {"source": "source_registry", "source_registry.same_identity": "Write auth_source: same instead of same_identity."},
    "acr_manifest": {"digests": "references", "by_tag": "Write the tags in references instead of setting by_tag.", "even_if": "allow_breaking"},
    "acr_push": {"files.path": "files.src", "config.path": "config.src"},
    "acr_deleted_info": {"names": "repositories"},
    "acr_restore": {"items": "manifests"},
    "acr_retention": {"patterns": "pattern_type", "protect.patterns": "protect.tags"},
    "acr_usage_info": {"names": "repositories"},
}


def renamed_option(module: str, params: Mapping[str, Any]) -> str:
    """Return a sentence that says how to write the first old option in ``params``; an empty string if there is none."""
    for old, new in RENAMED.get(module, {}).items():
        if any(True for dummy in _values(params, old.split("."))):
            return new if " " in new else f"{old} was renamed to {new}."
    return ""


def _values(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """Give each value at a path in options and the options inside of them; an option may hold a list of such options."""
    if not path:
        yield value
    elif isinstance(value, Mapping):
        if path[0] in value:
            yield from _values(value[path[0]], path[1:])
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, path)
