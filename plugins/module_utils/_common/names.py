# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Names of registries, repositories, tags and digests. Every name is checked here before it becomes part of a URL."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from .errors import UsageError

# OCI distribution specification 1.1, "Pulling manifests": <name> and <reference> as tag.
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
REPOSITORY = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
REPOSITORY_LENGTH = 255
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")

# OCI image specification, descriptor, "Digests"; the service computes sha256 only.
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

_REGISTRY_NAME = re.compile(r"[A-Za-z0-9-]{5,50}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")


def repository_name(text: str) -> str:
    """Return ``text`` if it is a valid repository name; UsageError otherwise."""
    if len(text) > REPOSITORY_LENGTH or not REPOSITORY.fullmatch(text):
        raise UsageError(
            f"'{text}' cannot be the name of a repository: use lower-case letters, digits and single . _ - between them, "
            "parts separated by /, without the registry's name and without a tag."
        )
    return text


def tag_name(text: str) -> str:
    """Return ``text`` if it is a valid tag; UsageError otherwise."""
    if not TAG.fullmatch(text):
        raise UsageError(f"'{text}' cannot be a tag: use up to 128 letters, digits and . _ -, not beginning with . or -.")
    return text


def digest_name(text: str) -> str:
    """Return ``text`` if it is a digest; UsageError otherwise."""
    if not DIGEST.fullmatch(text):
        raise UsageError(f"'{text}' is not a digest: write sha256: and 64 lower-case hexadecimal digits.")
    return text


def reference_name(text: str) -> str:
    """Return ``text`` if it is a valid tag or digest; UsageError otherwise. Only a digest has a colon."""
    return digest_name(text) if ":" in text else tag_name(text)


@dataclass(frozen=True)
class LoginServer:
    """The address of a registry. ``host`` includes the port unless it is the default; tokens name the registry like this."""

    host: str
    scheme: str = "https"

    @property
    def origin(self) -> str:
        """The URL without a path: ``https://myregistry.azurecr.io``."""
        return f"{self.scheme}://{self.host}"

    def image(self, repository: str, digest: str) -> str:
        """Return the name by which an image can be pulled: ``myregistry.azurecr.io/library/app@sha256:...``."""
        return f"{self.host}/{repository}@{digest}"

    @classmethod
    def parse(cls, text: str, suffix: str) -> LoginServer:
        """Read a login server, a bare registry name (``suffix`` completes it) or an ``https://`` URL; UsageError otherwise.

        Upper case is folded: the service refuses pushes to a login server that is not in lower case.
        """
        wrong = UsageError(f"'{text}' does not name a registry: use its login server (myregistry.azurecr.io), its name (myregistry) or https://host:port.")
        url = text
        if "://" not in text:
            bare = "." not in text and ":" not in text and text.lower() != "localhost"
            if bare and not _REGISTRY_NAME.fullmatch(text):
                raise wrong
            url = f"https://{text}.{suffix}" if bare else f"https://{text}"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise wrong from None
        host = parts.netloc.lower() if port is None else parts.netloc.lower().rpartition(":")[0]
        if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise wrong
        if parts.scheme == "http" and not _is_loopback(host):
            raise UsageError(f"'{text}' would send credentials in the clear: use https://. Only for this machine (localhost), http:// is accepted.")
        default = {"https": 443, "http": 80}[parts.scheme]
        return cls(host if port in (None, default) else f"{host}:{port}", parts.scheme)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
