# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Checks of options that Ansible's own argument specification cannot express."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._common.errors import UsageError


def refuse_options(params: Mapping[str, Any], *options: str) -> None:
    """Raise UsageError when one of ``options`` is set, which says nothing in this state: something else may have been meant."""
    given = [option for option in options if params[option] not in (None, False, [])]
    if given:
        raise UsageError(f"{' and '.join(given)} cannot be used with state={params['state']}, and may have been meant otherwise. Nothing was changed.")
