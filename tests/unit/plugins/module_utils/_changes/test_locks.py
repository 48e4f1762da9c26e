# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of attributes: what differs, and how a diff shows it."""

from __future__ import annotations

from ansible_collections.registryops.acr.plugins.module_utils._changes import locks
from ansible_collections.registryops.acr.plugins.module_utils._registry.properties import Attributes, ManifestProperties, TagProperties

DIGEST = "sha256:" + "0" * 64


def tag(**flags):
    return TagProperties("v1", DIGEST, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", Attributes(**flags))


def manifest(**flags):
    return ManifestProperties(DIGEST, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", None, None, None, None, None, 1, ("v1",), None, Attributes(**flags))


def test_a_change_keeps_what_is_not_wanted_and_names_what_differs():
    change = locks.tag_change(tag(can_list=False, can_delete=False), {"can_delete": False, "can_write": False})
    assert change.after == Attributes(can_delete=False, can_write=False, can_list=False, can_read=True)
    assert change.wanted == {"can_write": False}
    assert change.lines(change.before) == ["tag v1 -> sha256:000000000000:", "  can_write: true"]
    assert change.lines(change.after) == ["tag v1 -> sha256:000000000000:", "  can_write: false"]


def test_no_difference_is_no_change():
    assert not locks.manifest_change(manifest(can_delete=False), {"can_delete": False}).changed
