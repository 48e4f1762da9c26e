# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The client for the registry that acr_copy copies from: any registry, with the identity of the task or a login of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypedDict

from .._auth.auth_file import AuthFile
from .._auth.challenged_endpoint import ChallengedEndpoint
from .._auth.credentials import Anonymous, Credential, UsernamePassword
from .._auth.session import AuthorizedTransport
from .._common.errors import UsageError
from .._common.names import LoginServer
from .client import RegistryClient
from .connect import ConnectionSettings, connect_as_task


class SourceOptions(TypedDict):
    """The option ``source`` of acr_copy."""

    registry: str
    same_identity: bool
    username: str | None
    password: str | None
    auth_file: str | None
    token_service: str | None
    validate_certs: bool
    ca_path: str | None


def connect_source(source: SourceOptions, params: Mapping[str, Any]) -> RegistryClient:
    """Return a client for the registry that ``source`` describes; ``params``: all options of the task. No request is made."""
    task = ConnectionSettings.parse(params)
    name = "registry-1.docker.io" if source["registry"] in ("docker.io", "index.docker.io") else source["registry"]
    server = LoginServer.parse(name, task.cloud.suffix)
    settings = replace(task, server=server, validate_certs=source["validate_certs"], ca_path=source["ca_path"] or task.ca_path)
    if not source["same_identity"]:
        return _connect_with_login(settings, source)
    if source["username"] or source["auth_file"]:
        raise UsageError("source has both same_identity and a login of its own: set only one of them.")
    return connect_as_task(settings)


def _connect_with_login(settings: ConnectionSettings, source: SourceOptions) -> RegistryClient:
    credential: Credential = Anonymous()
    if source["auth_file"]:
        credential = AuthFile(source["auth_file"], settings.server.host)
    elif source["username"]:
        credential = UsernamePassword(source["username"], source["password"] or "")
    transport = settings.transport()
    http = AuthorizedTransport(transport, ChallengedEndpoint(transport, settings.server.host, source["token_service"]), credential)
    return RegistryClient(settings.server, http, settings.concurrency, twin=lambda: _connect_with_login(settings, source))
