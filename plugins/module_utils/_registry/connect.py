# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Clients made from the connection options of a task."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from .._auth.clouds import CLOUDS, Cloud
from .._auth.credential_choice import choose_credential
from .._auth.credentials import CredentialOptions
from .._auth.session import AuthorizedTransport
from .._auth.token_endpoint import TokenEndpoint
from .._common.errors import UsageError
from .._common.names import LoginServer
from .._common.times import DAY, parse_span
from .._http.settings import TransportSettings
from .._http.transport import Transport
from .client import RegistryClient

CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")


@dataclass(frozen=True)
class ConnectionSettings:
    """Which registry to connect to, how requests are sent, and who the task acts as.

    ``credential``: the task's own options; ``timeout``: in seconds; ``ca_path``: None for the certificates of the environment or the system.
    """

    server: LoginServer
    cloud: Cloud
    credential: CredentialOptions = field(repr=False)
    validate_certs: bool
    ca_path: str | None
    timeout: float
    concurrency: int

    @classmethod
    def parse(cls, params: Mapping[str, Any]) -> ConnectionSettings:
        """Read the connection options of a task; UsageError when one is out of range or names no registry."""
        if not 1 <= params["concurrency"] <= 32:
            raise UsageError(f"concurrency is {params['concurrency']}, but must be from 1 to 32: more does not make a registry faster.")
        timeout = parse_span(params["timeout"], "timeout")
        if timeout > DAY:
            raise UsageError(f"timeout is {params['timeout']}, but must be at most 1d.")
        cloud = CLOUDS[params["cloud"]]
        return cls(
            LoginServer.parse(params["registry"], cloud.suffix),
            cloud,
            cast(CredentialOptions, params),
            params["validate_certs"],
            params["ca_path"],
            timeout,
            params["concurrency"],
        )

    @property
    def verify(self) -> bool | str:
        """What TLS is verified with. The environment is read here, because the session itself ignores it."""
        if not self.validate_certs:
            return False
        return self.ca_path or next((os.environ[name] for name in CA_VARIABLES if os.environ.get(name)), True)

    def transport(self) -> Transport:
        """Return a new transport to the registry."""
        return Transport(self.server.origin, TransportSettings(self.verify, self.timeout, self.concurrency))


def connect(params: Mapping[str, Any]) -> RegistryClient:
    """Return a client for the registry that the options of a task describe. No request is made; UsageError when they contradict."""
    return connect_as_task(ConnectionSettings.parse(params))


def connect_as_task(settings: ConnectionSettings) -> RegistryClient:
    """Return a client that acts as the task does."""
    warnings: list[str] = []
    transport = settings.transport()
    credential = choose_credential(settings.credential, settings.server.host, settings.cloud, settings.verify, warnings.append)
    http = AuthorizedTransport(transport, TokenEndpoint(transport, settings.server.host), credential)
    return RegistryClient(settings.server, http, settings.concurrency, warnings, twin=lambda: connect_as_task(settings))
