# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lock matrix of Microsoft's "Lock a container image", and what follows from it for a tag and its manifest together."""

from __future__ import annotations

from itertools import product

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._changes.effective_locks import effective_of_manifest, effective_of_repository, effective_of_tag
from ansible_collections.registryops.acr.plugins.module_utils._registry.properties import Attributes, ManifestProperties, RepositoryProperties, TagProperties

DIGEST = "sha256:" + "0" * 64


def tag(**flags):
    return TagProperties("v1", DIGEST, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", Attributes(**flags))


def manifest(**flags):
    return ManifestProperties(DIGEST, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", None, None, None, None, None, 1, ("v1",), None, Attributes(**flags))


def repository(**flags):
    return RepositoryProperties("app", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 1, 1, Attributes(**flags))


def test_a_locked_tag_is_lost_with_its_unlocked_manifest():
    locked = tag(can_delete=False, can_write=False)
    assert effective_of_tag(locked, manifest(), repository()) == Attributes(can_delete=True, can_write=False)
    assert effective_of_tag(locked, manifest(can_delete=False), repository()) == Attributes(can_delete=False, can_write=False)


def test_can_write_false_forbids_deletion_too():
    assert not effective_of_tag(tag(can_write=False), None, repository()).can_delete
    assert not effective_of_manifest(manifest(can_write=False), repository()).can_delete
    assert not effective_of_repository(repository(can_write=False)).can_delete


def test_a_repository_that_cannot_be_written_locks_what_it_holds():
    effective = effective_of_tag(tag(), manifest(), repository(can_write=False))
    assert (effective.can_delete, effective.can_write) == (False, False)


def test_a_repository_that_cannot_be_deleted_does_not_protect_what_it_holds():
    assert effective_of_tag(tag(), manifest(), repository(can_delete=False)) == Attributes()
    assert effective_of_manifest(manifest(), repository(can_delete=False)) == Attributes()


@pytest.mark.parametrize("locked", [tag(can_delete=False), manifest(can_write=False)])
def test_a_repository_with_something_locked_in_it_cannot_be_deleted(locked):
    assert not effective_of_repository(repository(), [tag(), locked]).can_delete


@pytest.mark.parametrize("flags", list(product([True, False], repeat=4)))
def test_what_cannot_be_read_or_listed_anywhere_cannot_be_read_or_listed(flags):
    tag_reads, manifest_reads, repository_reads, lists = flags
    effective = effective_of_tag(tag(can_read=tag_reads, can_list=lists), manifest(can_read=manifest_reads), repository(can_read=repository_reads))
    assert effective.can_read == (tag_reads and manifest_reads and repository_reads)
    assert effective.can_list == lists
