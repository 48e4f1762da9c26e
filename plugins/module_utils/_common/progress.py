# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The progress of a long task, reported to a listener if the host of the task has set one."""

from __future__ import annotations

from collections.abc import Callable

# Set by the host of a task; called from any thread, at any rate.
LISTENER: Callable[[str], None] | None = None


def report(text: str) -> None:
    """Report progress: ``120 of 4,000 changes made``."""
    if LISTENER is not None:
        LISTENER(text)
