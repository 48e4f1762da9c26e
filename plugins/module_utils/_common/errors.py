# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The errors of this collection, as one tree: AcrError is the root, RegistryError and its subclasses are answers of the registry.

Functions that read return ``None`` for what does not exist; only a task that cannot do without it raises an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .refusal import Refusal


class AcrError(Exception):
    """An error that a user can act on.

    ``str()`` is one sentence: what failed, where, why and what to do. ``result`` is what the task returns with it.
    ``changed``: something had been changed before the error.
    """

    changed = False

    def __init__(self, message: str, result: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self._result = dict(result or {})

    def to_result(self) -> dict[str, Any]:
        """Return the facts for the task's result, beside ``msg``."""
        return self._result


class UsageError(AcrError):
    """Contradictory or invalid options."""


class InvalidManifestError(AcrError):
    """An invalid manifest, of the task or of the registry."""


class LocalFileError(AcrError):
    """A local file cannot be read or written."""


class NotFoundError(AcrError):
    """Something that the task needs does not exist."""


class BlockedError(AcrError):
    """Not tried: a lock forbids the change, or the change would break something."""


class MissingLibraryError(AcrError):
    """A Python library is not installed where the task runs."""

    def __init__(self, library: str, trace: str) -> None:
        super().__init__(f"The Python library {library} is needed and cannot be imported here.")
        self.library = library
        self.trace = trace


class TransportError(AcrError):
    """No answer: name resolution, network, TLS, timeout."""


class BrokenConnectionError(TransportError):
    """The connection failed in a way that another attempt may overcome."""


class ProtocolError(AcrError):
    """An answer that no registry gives: HTML, broken JSON, a link to another host."""


class CredentialError(AcrError):
    """The identity provider issued no token."""


class FindingError(AcrError):
    """A check found what the task must fail on; ``result`` is that of the whole check."""


class DriftError(AcrError):
    """The registry changed while the task was running."""


class LeftUnlockedError(AcrError):
    """A change failed, and the locks removed for it could not be restored."""

    changed = True


class RegistryError(AcrError):
    """The registry answered with an error, which is ``answer``."""

    advice = ""

    def __init__(self, answer: Refusal, advice: str | None = None) -> None:
        advice = self.advice if advice is None else advice
        super().__init__(" ".join(part for part in (f"{answer}.", advice) if part), {"error": answer.to_result()})
        self.answer = answer

    @staticmethod
    def of(answer: Refusal) -> RegistryError:
        """Return the error of the right class for ``answer``."""
        if answer.status == 401:
            return AuthenticationError(answer)
        if answer.status == 403:
            return NetworkDeniedError(answer)
        if answer.status == 405 and answer.code == "REGISTRY_DISALLOWED_OPERATION":
            return LockedError(answer)
        if answer.status == 429:
            return ThrottledError(answer)
        if answer.status == 404 and not answer.code:
            return RegistryError(answer, "The server does not know this address: is it an Azure Container Registry?")
        return RegistryError(answer, "The registry has a problem: try again later." if answer.status >= 500 else "")


class AuthenticationError(RegistryError):
    """401: the registry does not accept the credential."""

    advice = "Check the credentials of this task and that they belong to this registry."


class PermissionDeniedError(RegistryError):
    """401 ``insufficient_scope``: the credential is valid, but lacks a permission."""


class NetworkDeniedError(RegistryError):
    """403: the registry's firewall."""

    advice = "Run the task from an allowed network, or add this address to the registry's network rules."


class LockedError(RegistryError):
    """405 ``REGISTRY_DISALLOWED_OPERATION``: a lock forbids the operation."""

    advice = "A lock (can_write or can_delete is false) on the repository, tag or manifest forbids it; acr_repository_info shows which."


class ThrottledError(RegistryError):
    """429, after the last attempt."""

    advice = "The requests exceed the limits of the registry's tier: lower concurrency or try again later."
