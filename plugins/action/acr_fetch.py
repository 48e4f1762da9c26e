# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.registryops.acr.plugins.modules import acr_fetch
from ansible_collections.registryops.acr.plugins.plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """acr_fetch, in the controller's process where possible."""

    module = acr_fetch
