# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What can go wrong, as one tree.

::

    AcrError                     one sentence for the user; to_result() is what the task returns beside it
    ├── UsageError               the task asks for something that cannot be meant
    ├── InvalidManifestError     a manifest, the task's or the registry's, that is none
    ├── LocalFileError           a file here cannot be read or written
    ├── NotFoundError            the task needs something that is not there
    ├── BlockedError             a lock, or what a change would break, was seen to be in the way, so it was not tried
    ├── MissingLibraryError      a Python library is not installed where the task runs
    ├── ConnectionFailure        no answer came: name, route, TLS, time
    ├── ProtocolError            an answer that no registry gives: HTML, broken JSON, a link that leads away
    ├── CredentialError          the identity provider gave no token
    ├── FindingError             a check found what the task was told to fail on
    ├── DriftError               the registry changed while the task was at work
    ├── LeftUnlocked             a change failed, and locks that were taken away for it could not be put back
    ├── StepsFailed              some of the changes were made, some were not
    └── RegistryError            the registry answered, and said no
        ├── AuthenticationError  401: it does not accept who we are
        ├── PermissionDenied     401 insufficient_scope: it does, but not for this
        ├── NetworkDenied        403: its firewall
        ├── LockedError          405: a lock forbids it
        └── ThrottledError       429, after every try

Functions that read return ``None`` for what is not there; it becomes an error only where a task cannot do without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .text import printable, redact


class AcrError(Exception):
    """An error that a user can act on; ``str()`` is what failed, where, why and what to do. ``changed``: something was done before it."""

    changed = False

    def to_result(self) -> dict[str, Any]:
        """Return the facts for the task's result, beside ``msg``."""
        return {}


class UsageError(AcrError):
    """The task asks for something that cannot be meant."""


class InvalidManifestError(AcrError):
    """A manifest that is none."""


class LocalFileError(AcrError):
    """A file here cannot be read or written."""


class NotFoundError(AcrError):
    """The task needs something that is not there."""


class BlockedError(AcrError):
    """A lock, or what the change would break, was seen to be in the way, so it was not tried."""


class MissingLibraryError(AcrError):
    """A Python library is not installed where the task runs."""

    def __init__(self, library: str, trace: str) -> None:
        super().__init__(f"The Python library {library} is needed and cannot be imported here.")
        self.library = library
        self.trace = trace


class TransportError(AcrError):
    """No answer came."""


class ProtocolError(AcrError):
    """An answer that no registry gives."""


class CredentialError(AcrError):
    """The identity provider gave no token."""


class FindingError(AcrError):
    """A check found what the task was told to fail on; the result is that of the whole check."""

    def __init__(self, message: str, result: Mapping[str, Any]) -> None:
        super().__init__(message)
        self._result = dict(result)

    def to_result(self) -> dict[str, Any]:
        """Return all that was found."""
        return self._result


class DriftError(AcrError):
    """The registry changed while the task was at work."""


class LeftUnlockedError(AcrError):
    """A change failed, and locks that were taken away for it could not be put back."""

    changed = True


class StepsFailed(AcrError):
    """Some of the changes were made, some were not; the result says which."""

    def __init__(self, done: Sequence[str], failed: Sequence[tuple[str, AcrError]], not_attempted: Sequence[str]) -> None:
        target, error = failed[0]
        count = f"{len(done)} of {len(done) + len(failed) + len(not_attempted)} changes were made"
        super().__init__(f"{count}; {target} failed: {error}")
        self.done = list(done)
        self.failed = list(failed)
        self.not_attempted = list(not_attempted)
        self.changed = bool(done) or any(error.changed for dummy, error in failed)

    def to_result(self) -> dict[str, Any]:
        """Return what was done, what failed and why, and what was not tried."""
        return {
            "done": self.done,
            "failures": [{"target": target, "msg": str(error), **error.to_result()} for target, error in self.failed],
            "not_attempted": self.not_attempted,
        }


class RegistryError(AcrError):
    """The registry answered, and said no."""

    advice = ""

    def __init__(self, answer: Refusal, advice: str | None = None) -> None:
        advice = self.advice if advice is None else advice
        self.answer = answer
        super().__init__(" ".join(part for part in (f"{answer}.", advice) if part))

    def to_result(self) -> dict[str, Any]:
        """Return method, URL, status, the registry's code and message, and the correlation ID that support asks for."""
        return {"error": self.answer.to_result()}


class AuthenticationError(RegistryError):
    """401: the registry does not accept who we are."""

    advice = "Check the credentials of this task and that they belong to this registry."


class PermissionDeniedError(RegistryError):
    """401 ``insufficient_scope``: known, but not allowed."""


class NetworkDeniedError(RegistryError):
    """403: the registry's firewall."""

    advice = "Run the task from an allowed network, or add this address to the registry's network rules."


class LockedError(RegistryError):
    """405 ``REGISTRY_DISALLOWED_OPERATION``: a lock forbids it."""

    advice = "A lock (can_write or can_delete is false) on the repository, tag or manifest forbids it; acr_repository_info shows which."


class ThrottledError(RegistryError):
    """429, after every try."""

    advice = "The registry is asked for more than its tier allows: lower concurrency or try again later."


class Refusal:
    """An answer with an error status, read defensively: it may be JSON of the registry, plain text or a proxy's page.

    The JSON form is ``{"errors": [{"code", "message", "detail"?}]}`` (OCI distribution specification, error codes).
    """

    def __init__(self, method: str, url: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.method = method
        self.url = redact(url)
        self.status = status
        self.correlation_id = headers.get("X-Ms-Correlation-Request-Id", "")
        self.code, self.message = _first_error(body)

    def __str__(self) -> str:
        answer = " ".join(part for part in (f"{self.method} {self.url} was answered with {self.status}", self.code) if part)
        answer += f": {self.message.rstrip('.')}" if self.message else ""
        return answer + (f" (correlation ID {self.correlation_id})" if self.correlation_id else "")

    def to_result(self) -> dict[str, Any]:
        """Return the facts as plain data."""
        return {
            "method": self.method,
            "url": self.url,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "correlation_id": self.correlation_id,
        }

    def error(self) -> RegistryError:
        """Return the error of the tree that fits this answer."""
        if self.status == 401:
            return AuthenticationError(self)
        if self.status == 403:
            return NetworkDeniedError(self)
        if self.status == 405 and self.code == "REGISTRY_DISALLOWED_OPERATION":
            return LockedError(self)
        if self.status == 429:
            return ThrottledError(self)
        if self.status == 404 and not self.code:
            return RegistryError(self, "This address is not served there: is it an Azure Container Registry?")
        return RegistryError(self, "The registry has trouble: try again later." if self.status >= 500 else "")


def _first_error(body: bytes) -> tuple[str, str]:
    try:
        document = json.loads(body)
        first = document["errors"][0]
        return printable(str(first.get("code") or "")), printable(str(first.get("message") or ""))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        text = body.decode("utf-8", "replace")
        return "", "" if "<" in text[:200] else printable(text)


class BrokenConnectionError(TransportError):
    """A connection that failed in a way that another try may mend."""


class InterruptedCopyError(AcrError):
    """A copy ended midway: what ``kept`` says was copied before ``error``, and stays."""

    changed = True

    def __init__(self, error: AcrError, kept: str) -> None:
        super().__init__(f"{error} {kept}")
        self._error = error

    def to_result(self) -> dict[str, Any]:
        """Return what the error returns."""
        return self._error.to_result()
