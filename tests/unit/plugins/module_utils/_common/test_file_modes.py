# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compared with what Ansible's own file modules make of the same text."""

from __future__ import annotations

import os

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.registryops.acr.plugins.module_utils._common.file_modes import file_mode

MODES = [
    "u=rw,g=r,o=r",
    "a+x",
    "+x",
    "-w",
    "=r",
    "u+x,g-r",
    "ug=rwX",
    "go-rwx",
    "u+s",
    "g+s",
    "+t",
    "u=rwx,go=",
    "a=X",
    "u+r-w",
    "o=",
    "u=rws,g=s",
    "u+t",
    "o+t",
    "o=t",
]


@pytest.mark.parametrize("umask", [0o022, 0o077])
@pytest.mark.parametrize("before", [0o600, 0o644, 0o755, 0o4755])
@pytest.mark.parametrize("mode", MODES)
def test_a_symbolic_mode_means_what_it_means_to_ansible(tmp_path, mode, before, umask):
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(before)
    old = os.umask(umask)
    try:
        expected = AnsibleModule._symbolic_mode_to_octal((tmp_path / "file").stat(), mode)
        assert oct(file_mode(str(tmp_path / "file"), mode) or 0) == oct(expected)
    finally:
        os.umask(old)
