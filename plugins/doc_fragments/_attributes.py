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
    description: Predicts the result of a real run without changing anything.
    support: full
  diff_mode:
    description: Shows what differs before and after.
    support: full
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
  action:
    description: Runs in the controller's own process where the connection is local, which costs a tenth of the time.
    support: full
    details:
      - Where that cannot be the same (another host, C(become), C(async), another interpreter), and with
        C(acr_import_modules=false), it runs as any module.
  async:
    description: Can be run with C(async), as a module.
    support: full
  action_group:
    description: Use C(group/registryops.acr.acr) in C(module_defaults) to set the shared options once.
    support: full
    membership:
      - registryops.acr.acr
"""

    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    description: Predicts the result of a real run without changing anything.
    support: full
    details:
      - This module never changes anything.
  diff_mode:
    description: Shows what differs before and after.
    support: N/A
    details:
      - This module never changes anything.
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
    details:
      - This module never changes anything.
  action:
    description: Runs in the controller's own process where the connection is local, which costs a tenth of the time.
    support: full
    details:
      - Where that cannot be the same (another host, C(become), C(async), another interpreter), and with
        C(acr_import_modules=false), it runs as any module.
  async:
    description: Can be run with C(async), as a module.
    support: full
  action_group:
    description: Use C(group/registryops.acr.acr) in C(module_defaults) to set the shared options once.
    support: full
    membership:
      - registryops.acr.acr
"""
