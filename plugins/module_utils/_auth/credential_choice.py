# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Which credential the options of a task describe."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .._common.errors import UsageError
from .clouds import Cloud
from .credentials import Anonymous, Credential, CredentialOptions, RefreshToken, UsernamePassword

# auth_source -> the options it requires.
SOURCES: dict[str, tuple[str, ...]] = {
    "refresh_token": ("refresh_token",),
    "password": ("username", "password"),
    "auth_file": ("auth_file",),
    "service_principal": ("client_id", "secret", "tenant"),
    "certificate": ("client_id", "tenant", "x509_certificate_path"),
    "federated_token": ("client_id", "tenant"),
    "managed_identity": (),
    "cli": (),
    "anonymous": (),
}
# auth_source -> the options of which one suffices for ``auto`` to choose it, in this order; other options serve several sources.
_SIGNS = {
    "refresh_token": ("refresh_token",),
    "password": ("username", "password"),
    "auth_file": ("auth_file",),
    "service_principal": ("secret",),
    "certificate": ("x509_certificate_path",),
    "federated_token": ("federated_token_file", "client_assertion"),
}


def choose_credential(options: CredentialOptions, host: str, cloud: Cloud, verify: bool | str, warn: Callable[[str], None]) -> Credential:
    """Return the credential that the options of a task (or their environment variables) describe, for the registry ``host``.

    ``verify``: what TLS is verified with where an identity signs in; ``warn`` takes what the user should know. UsageError names the options
    that are missing. ``auto`` never assumes that this machine has an identity.
    """
    source, required = _chosen_source(options)
    if source == "refresh_token":
        return RefreshToken(required["refresh_token"])
    if source == "password":
        return UsernamePassword(required["username"], required["password"])
    if source == "anonymous":
        return Anonymous()
    if source == "auth_file":
        from .auth_file import AuthFile

        return AuthFile(required["auth_file"], host)
    from .entra import entra_credential
    from .entra_settings import EntraSettings

    return entra_credential(source, required, options, EntraSettings.of(options, cloud, verify, warn))


def _chosen_source(options: CredentialOptions) -> tuple[str, dict[str, str]]:
    """Return the ``auth_source`` of a task, or what ``auto`` means, and the options that it requires; UsageError when one is not set."""
    given: Mapping[str, object] = options
    source = options["auth_source"] if options["auth_source"] != "auto" else _detected_source(given)
    missing = [option for option in SOURCES[source] if not given[option]]
    if source == "federated_token" and not any(map(given.get, _SIGNS[source])):
        missing.append("federated_token_file or client_assertion")
    if missing:
        raise UsageError(f"To sign in with auth_source={source}, {' and '.join(missing)} must be set as well.")
    return source, {option: str(given[option]) for option in SOURCES[source]}


def _detected_source(given: Mapping[str, object]) -> str:
    for source, signs in _SIGNS.items():
        if any(map(given.get, signs)):
            return source
    return "service_principal" if given["client_id"] or given["tenant"] else "anonymous"
