# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a lock forbids."""

from __future__ import annotations

from ..front.messages import Refused, error
from ..state.store import Store

MESSAGE = (
    "The operation is disallowed on this registry, repository or image. View troubleshooting steps at "
    "https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation"
)


def disallowed() -> Refused:
    """Return the refusal of an operation that a lock forbids."""
    return Refused(error(405, "REGISTRY_DISALLOWED_OPERATION", MESSAGE, detail={}, storage=True))


def refuse_in_locked_repository(store: Store, name: str) -> None:
    """Refuse a change in a repository that cannot be written."""
    if store.repositories.is_write_locked(name):
        raise disallowed()
