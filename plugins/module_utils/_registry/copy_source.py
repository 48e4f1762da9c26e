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

# auth_source -> the options that it requires; those of the others contradict it.
SOURCE_LOGINS: dict[str, tuple[str, ...]] = {"anonymous": (), "same": (), "password": ("username", "password"), "auth_file": ("auth_file",)}


class SourceOptions(TypedDict):
    """The option ``source_registry`` of acr_copy."""

    registry: str
    auth_source: str | None
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
    auth_source = _chosen_login(source)
    return connect_as_task(settings) if auth_source == "same" else _connect_with_login(settings, source, auth_source)


def _chosen_login(source: SourceOptions) -> str:
    """Return the ``auth_source`` of the source registry, or what its other options mean; UsageError when they contradict it."""
    given: Mapping[str, object] = source
    auth_source = source["auth_source"] or next((name for name, needed in SOURCE_LOGINS.items() if any(map(given.get, needed))), "anonymous")
    required = SOURCE_LOGINS[auth_source]
    missing = [option for option in required if not given[option]]
    if missing:
        raise UsageError(f"source_registry.auth_source is {auth_source}, so {' and '.join(missing)} of source_registry must be set as well.")
    foreign = [option for needed in SOURCE_LOGINS.values() for option in needed if given[option] and option not in required]
    if foreign:
        raise UsageError(f"source_registry.auth_source is {auth_source}, which does not use {' and '.join(foreign)}. Remove one or the other.")
    return auth_source


def _connect_with_login(settings: ConnectionSettings, source: SourceOptions, auth_source: str) -> RegistryClient:
    credential: Credential = Anonymous()
    if auth_source == "auth_file":
        credential = AuthFile(source["auth_file"] or "", settings.server.host)
    elif auth_source == "password":
        credential = UsernamePassword(source["username"] or "", source["password"] or "")
    transport = settings.transport()
    http = AuthorizedTransport(transport, ChallengedEndpoint(transport, settings.server.host, source["token_service"]), credential)
    return RegistryClient(settings.server, http, settings.concurrency, twin=lambda: _connect_with_login(settings, source, auth_source))
