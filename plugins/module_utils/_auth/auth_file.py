# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Files in which docker, podman, oras and others keep logins, and the helpers that keep them elsewhere.

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

HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


HELPER_SECONDS = 60


# What podman and docker call Docker Hub.
DOCKER_HUB = ("docker.io", "https://index.docker.io/v1/")


def read_login(path: str, host: str) -> tuple[str, str]:
    """Return user name and secret for the registry ``host``; an empty name goes with an identity token.

    UsageError when the file cannot be read, CredentialError when it knows nothing of the registry.
    """
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise UsageError(f"auth_file {path} cannot be read: {reason}. Name the file that docker login or podman login wrote.") from None
    document = document if isinstance(document, dict) else {}
    names = (host, f"https://{host}", *(DOCKER_HUB if host == "registry-1.docker.io" else ()))
    helper, entry = (next(filter(None, map(_mapping(document, key).get, names)), None) for key in ("credHelpers", "auths"))
    if not helper and not (isinstance(entry, dict) and (entry.get("auth") or entry.get("identitytoken"))):
        helper = document.get("credsStore")
    found = _of_helper(str(helper), names[-1] if len(names) > 2 else host, path) if helper else _of_entry(entry, path)
    if found is None:
        raise CredentialError(f"auth_file {path} has no login for {host}: log in to it first.")
    return found


def _mapping(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _of_entry(entry: Any, path: str) -> tuple[str, str] | None:
    if not isinstance(entry, dict):
        return None
    if entry.get("identitytoken"):
        return "", str(entry["identitytoken"])
    try:
        username, colon, secret = base64.b64decode(str(entry.get("auth") or ""), validate=True).decode().partition(":")
    except ValueError:
        raise UsageError(f"auth_file {path} is damaged: an entry is not base64. Log in again.") from None
    return (username, secret) if colon else None


def _of_helper(name: str, host: str, path: str) -> tuple[str, str] | None:
    """Ask a program ``docker-credential-NAME``, as the file says."""
    if not HELPER.fullmatch(name):
        raise UsageError(f"auth_file {path} names the credential helper {printable(name, 60)}, which is no name of a program.")
    program = f"docker-credential-{name}"
    try:
        # AnsibleModule.run_command has no limit in time, and a helper may wait for somebody to unlock a key.
        # pylint: disable-next=ansible-bad-function
        done = subprocess.run([program, "get"], input=host, capture_output=True, text=True, timeout=HELPER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        raise CredentialError(f"The credential helper {program}, which auth_file {path} names, cannot be run: install it, or log in without it.") from None
    try:
        answer = json.loads(done.stdout) if done.returncode == 0 else {}
    except ValueError:
        answer = {}
    if not isinstance(answer, dict) or not answer.get("Secret"):
        return None
    username = str(answer.get("Username") or "")
    return ("" if username == "<token>" else username), str(answer["Secret"])
