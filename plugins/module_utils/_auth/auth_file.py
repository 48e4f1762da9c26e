# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Login files: where docker, podman, oras and others keep logins, and the helpers that keep them elsewhere.

Formats: containers-auth.json(5), and docker's config.json with its credential helper protocol.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from typing import Any

from .._common.errors import CredentialError, UsageError
from .._common.text import printable
from .credentials import TOKEN_USER, Credential, RefreshToken, UsernamePassword
from .token_endpoint import TokenEndpoint
from .tokens import Token

HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
HELPER_SECONDS = 60
# The names of Docker Hub in files of podman and docker.
DOCKER_HUB = ("docker.io", "https://index.docker.io/v1/")


class AuthFile:
    """The login for a registry in a file, which is read again for each token."""

    def __init__(self, path: str, host: str) -> None:
        self._path = path
        self._host = host

    def access_token(self, endpoint: TokenEndpoint, scope: str) -> Token:
        """Return an access token for the user of the login."""
        return self._login().access_token(endpoint, scope)

    def refresh_token(self, endpoint: TokenEndpoint) -> Token | None:
        """Return the refresh token of the login, or None if it is a password."""
        return self._login().refresh_token(endpoint)

    def _login(self) -> Credential:
        username, secret = read_login(self._path, self._host)
        return RefreshToken(secret) if username in ("", TOKEN_USER) else UsernamePassword(username, secret)


def read_login(path: str, host: str) -> tuple[str, str]:
    """Return user name and secret for the registry ``host``; with an empty name the secret is an identity token.

    UsageError when the file cannot be used, CredentialError when it has no login for the registry.
    """
    document = _read_document(path)
    names = (host, f"https://{host}", *(DOCKER_HUB if host == "registry-1.docker.io" else ()))
    helper, entry = (next(filter(None, map(_mapping(document, key).get, names)), None) for key in ("credHelpers", "auths"))
    entry = entry if isinstance(entry, dict) else {}
    if not helper and not (entry.get("auth") or entry.get("identitytoken")):
        helper = document.get("credsStore")
    # Helpers know Docker Hub by docker's name for it.
    found = _ask_helper(str(helper), names[-1] if len(names) > 2 else host, path) if helper else _read_entry(entry, host, path)
    if found is None:
        raise CredentialError(f"auth_file {path} has no login for {host}: log in to it first.")
    return found


def _read_document(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise UsageError(f"auth_file {path} cannot be read: {reason}. Set it to a file that docker login or podman login has written.") from None
    return document if isinstance(document, dict) else {}


def _mapping(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _read_entry(entry: dict[str, Any], host: str, path: str) -> tuple[str, str] | None:
    if entry.get("identitytoken"):
        return "", str(entry["identitytoken"])
    try:
        username, colon, secret = base64.b64decode(str(entry.get("auth") or ""), validate=True).decode().partition(":")
    except ValueError:
        raise UsageError(f"auth_file {path} has a damaged login for {host}, which is not base64: log in again.") from None
    return (username, secret) if colon else None


def _ask_helper(name: str, host: str, path: str) -> tuple[str, str] | None:
    """Ask the program ``docker-credential-NAME``, as docker does."""
    if not HELPER.fullmatch(name):
        raise UsageError(f"auth_file {path} names the credential helper '{printable(name, 60)}', which is not a valid name. Log in again without it.")
    program = f"docker-credential-{name}"
    try:
        # AnsibleModule.run_command has no limit in time, and a helper may wait for somebody to unlock a key.
        # pylint: disable-next=ansible-bad-function
        done = subprocess.run([program, "get"], input=host, capture_output=True, encoding="utf-8", errors="replace", timeout=HELPER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = error.strerror if isinstance(error, OSError) else f"it did not end within {HELPER_SECONDS} seconds"
        raise CredentialError(
            f"The credential helper {program}, which auth_file {path} names, cannot be run ({reason}): install it, or log in without it."
        ) from None
    try:
        answer = json.loads(done.stdout) if done.returncode == 0 else {}
    except ValueError:
        answer = {}
    if not isinstance(answer, dict) or not answer.get("Secret"):
        return None
    username = str(answer.get("Username") or "")
    return ("" if username == "<token>" else username), str(answer["Secret"])
