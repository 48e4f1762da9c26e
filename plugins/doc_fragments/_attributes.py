# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and predict the result exactly, without changing anything.
    support: full
  diff_mode:
    description: Shows what was changed, or would be changed in check mode.
    support: full
  idempotent:
    description: Running the module again with the same options changes nothing.
    support: full
  action:
    description: Runs in the controller's process if the connection is local, which takes about a tenth of the time.
    support: full
    details:
      - Runs as an ordinary module on another host, with C(become), with C(async), with another Python interpreter, or if the
        variable C(acr_import_modules) is V(false).
  async:
    description: Supports C(async). The task then runs as an ordinary module.
    support: full
  action_group:
    description: Use C(group/registryops.acr.acr) in C(module_defaults) to set the shared options once.
    support: full
    membership:
      - registryops.acr.acr
  platform:
    description: The operating systems on which the module runs.
    support: full
    platforms: posix
  delegation:
    description: Supports C(delegate_to).
    support: full
    details:
      - The task connects to the registry from the host that it is delegated to, and reads and writes files there.
"""

    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and predict the result exactly, without changing anything.
    support: full
    details:
      - This module never changes anything.
  diff_mode:
    description: Shows what was changed, or would be changed in check mode.
    support: N/A
    details:
      - This module never changes anything.
  idempotent:
    description: Running the module again with the same options changes nothing.
    support: full
    details:
      - This module never changes anything.
  action:
    description: Runs in the controller's process if the connection is local, which takes about a tenth of the time.
    support: full
    details:
      - Runs as an ordinary module on another host, with C(become), with C(async), with another Python interpreter, or if the
        variable C(acr_import_modules) is V(false).
  async:
    description: Supports C(async). The task then runs as an ordinary module.
    support: full
  action_group:
    description: Use C(group/registryops.acr.acr) in C(module_defaults) to set the shared options once.
    support: full
    membership:
      - registryops.acr.acr
  platform:
    description: The operating systems on which the module runs.
    support: full
    platforms: posix
  delegation:
    description: Supports C(delegate_to).
    support: full
    details:
      - The task connects to the registry from the host that it is delegated to, and reads and writes files there.
"""

    FILES = r"""
options: {}
attributes:
  safe_file_operations:
    description: A file is either replaced as a whole or left as it is. A symbolic link in its place is replaced, not followed.
    support: full
"""
