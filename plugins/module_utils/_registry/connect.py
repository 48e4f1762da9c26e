# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Clients made from a task's connection options."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .._auth.clouds import CLOUDS, EntraSettings
from .._auth.credentials import Anonymous, AuthFile, Credential, UsernamePassword, choose_credential
from .._auth.session import AuthorizedTransport
from .._auth.token_endpoint import TokenEndpoint
from .._common.errors import UsageError
from .._common.names import LoginServer
from .._http.settings import TransportSettings
from .._http.transport import Transport
from .client import RegistryClient


def connect_source(source: Mapping[str, Any] | None, params: Mapping[str, Any]) -> RegistryClient:
    """Return a client for the registry that a task copies from, apart from the one that it copies to. No request is made.

    It is another one even for the same registry: an upload that waits for a download must not hold its connection.
    ``source`` is the option of that name; without it, or with its ``same_identity``, the task's own identity is used.
    """
    if not source:
        return connect(params)
    name = "registry-1.docker.io" if source["registry"] in ("docker.io", "index.docker.io") else source["registry"]
    settings = {**params, "registry": name, "validate_certs": source["validate_certs"], "ca_path": source["ca_path"] or params["ca_path"]}
    if source["same_identity"]:
        if source["username"] or source["auth_file"]:
            raise UsageError("source has same_identity and a login of its own: set only one of them.")
        return connect(settings)
    # Only acr_copy needs it.
    from .._auth.challenged_endpoint import ChallengedEndpoint

    server = LoginServer.parse(name, CLOUDS[params["cloud"]].suffix)
    transport = Transport(server.origin, TransportSettings(tls_verification(settings), params["timeout"], params["concurrency"]))
    credential: Credential = Anonymous()
    if source["auth_file"]:
        credential = AuthFile(source["auth_file"], server.host)
    elif source["username"]:
        credential = UsernamePassword(source["username"], source["password"])
    http = AuthorizedTransport(transport, ChallengedEndpoint(transport, server.host, source["token_service"]), credential)
    return RegistryClient(server, http, params["concurrency"])


CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")


def connect(params: Mapping[str, Any]) -> RegistryClient:
    """Return a client for the registry that ``params`` describe. No request is made; UsageError when they contradict."""
    if not 1 <= params["concurrency"] <= 32:
        raise UsageError(f"concurrency is {params['concurrency']}, but must be from 1 to 32, which is what a registry serves well.")
    if not params["timeout"] > 0:
        raise UsageError(f"timeout is {params['timeout']:g}, but must be more than 0 seconds.")
    cloud = CLOUDS[params["cloud"]]
    server = LoginServer.parse(params["registry"], cloud.suffix)
    verify = tls_verification(params)
    authority = params["authority"] or cloud.authority
    authority = authority if "://" in authority else f"https://{authority}"
    warnings: list[str] = []
    entra = EntraSettings(authority, verify, cloud.arm_audience, params["audience"], warnings.append)
    transport = Transport(server.origin, TransportSettings(verify, params["timeout"], params["concurrency"]))
    http = AuthorizedTransport(transport, TokenEndpoint(transport, server.host), choose_credential(params, server, entra))
    return RegistryClient(server, http, params["concurrency"], warnings)


def tls_verification(params: Mapping[str, Any]) -> bool | str:
    """Return what TLS is verified with. The environment is read here, because the session itself ignores it."""
    if not params["validate_certs"]:
        return False
    return params["ca_path"] or next((os.environ[name] for name in CA_VARIABLES if os.environ.get(name)), True)
