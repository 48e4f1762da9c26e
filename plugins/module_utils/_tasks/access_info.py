# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_access_info: whether a task can reach the registry, sign in, and do what it needs to do."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._auth.token_details import TokenDetails
from .._common.concurrency import concurrently
from .._common.errors import AcrError, FindingError
from .._common.text import listed, printable
from .._registry.client import RegistryClient

# What each module needs in a repository; in check mode, no more of it than metadata_read and pull.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "acr_artifact": ("metadata_read", "pull", "push"),
    "acr_artifact_pull": ("pull",),
    "acr_blob": ("metadata_read", "pull", "push", "delete"),
    "acr_copy": ("metadata_read", "pull", "push"),
    "acr_deleted_info": ("deleted_read",),
    "acr_manifest": ("metadata_read", "pull", "push", "delete"),
    "acr_manifest_info": ("pull",),
    "acr_repository": ("metadata_read", "metadata_write", "delete"),
    "acr_repository_info": ("metadata_read",),
    "acr_retention": ("metadata_read", "pull", "delete", "metadata_write"),
    "acr_restore": ("metadata_read", "deleted_read", "deleted_restore", "pull", "push"),
    "acr_tag": ("metadata_read", "pull", "push", "delete"),
    "acr_tag_properties": ("metadata_read", "metadata_write"),
    "acr_usage_info": ("metadata_read", "pull"),
}


# Soft delete is a preview, and its permissions come with no token of a scope map.
ORDINARY = [module for module, needed in NEEDS.items() if not any(action.startswith("deleted_") for action in needed)]


CHECKS = ("dns", "connection", "firewall", "challenge", "sign_in", "permissions")


@dataclass(frozen=True)
class Finding:
    """``ok`` is None where the check was not made, because one before it failed or it does not apply."""

    check: str
    ok: bool | None
    message: str

    def to_result(self) -> dict[str, Any]:
        """Return the finding as a task returns it."""
        return {"check": self.check, "ok": self.ok, "message": self.message}


@dataclass(frozen=True)
class Permission:
    """What a module needs in a repository, and what of it the registry grants."""

    repository: str
    module: str
    granted: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        """What it needs and does not get."""
        return [action for action in NEEDS[self.module] if action not in self.granted]

    def to_result(self) -> dict[str, Any]:
        """Return the permission as a task returns it."""
        needed = list(NEEDS[self.module])
        return {"repository": self.repository, "module": self.module, "needed": needed, "missing": self.missing, "ok": not self.missing}


def examine_access(client: RegistryClient, repositories: Iterable[str], modules: Iterable[str], verified: bool) -> tuple[list[Finding], list[Permission]]:
    """Go the way of a task, as far as it goes; what is in the way is a finding, not an error. ``verified``: TLS is."""
    permissions: list[Permission] = []
    findings = list(_way(client, verified))
    if all(finding.ok is not False for finding in findings):
        findings.append(_sign_in(client))
    if findings[-1].ok:
        try:
            granted = concurrently(lambda name: (name, _granted(client, name)), repositories, client.concurrency)
            permissions = [Permission(name, module, actions) for name, actions in granted for module in modules]
            findings.append(_summed_up(permissions))
        except AcrError as error:
            findings.append(Finding("permissions", False, str(error)))
    made = {finding.check for finding in findings}
    findings += [Finding(check, None, "Not checked, because something before it failed.") for check in CHECKS if check not in made]
    return findings, permissions


def _way(client: RegistryClient, verified: bool) -> Iterable[Finding]:
    yield _dns(client)
    try:
        answer = client.probe()
    except AcrError as error:
        yield Finding("connection", False, str(error))
        return
    trust = "its certificate is trusted" if verified else "its certificate was not verified, because validate_certs is false"
    yield Finding("connection", True, f"{client.server.host} answers, and {trust}.")
    if answer.status == 403:
        yield Finding("firewall", False, str(answer.error()))
        return
    yield Finding("firewall", True, "The registry's network rules let this address in.")
    challenge = answer.challenge("bearer")
    if answer.status != 401 or challenge is None or challenge.parameters.get("realm") != f"{client.server.origin}/oauth2/token":
        shown = f"{answer.status} {printable(answer.headers.get('WWW-Authenticate', ''), 120)}".strip()
        yield Finding("challenge", False, f"{client.server.host} does not ask for a token as an Azure Container Registry does ({shown}): check its name.")
        return
    yield Finding("challenge", True, "It is an Azure Container Registry, and asks for a token.")


def _sign_in(client: RegistryClient) -> Finding:
    try:
        client.login((), (), catalog=True)
    except AcrError as error:
        return Finding("sign_in", False, str(error))
    return Finding("sign_in", True, "The registry gives this credential a token.")


def _dns(client: RegistryClient) -> Finding:
    host = client.server.host.partition(":")[0]
    if client.proxied:
        return Finding("dns", None, "Not checked: a proxy looks the name up.")
    try:
        addresses = sorted({str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
    except OSError as error:
        return Finding("dns", False, f"The name {host} has no address here ({error.strerror}): check the name, and DNS if the registry is private.")
    return Finding("dns", True, f"{host} is at {', '.join(addresses)}.")


def _granted(client: RegistryClient, name: str) -> tuple[str, ...]:
    actions = sorted({action for needed in NEEDS.values() for action in needed})
    token = client.login([name], actions, catalog=False)[1]
    grants = TokenDetails.of(token).grants if token else ()
    return tuple(action for grant in grants if grant.name in (name, "*") for action in grant.actions)


def _summed_up(permissions: list[Permission]) -> Finding:
    if not permissions:
        return Finding("permissions", None, "Not checked: name repositories to see what is granted there.")
    lacking = [permission for permission in permissions if permission.missing]
    if not lacking:
        return Finding("permissions", True, "The credential may do all that the modules need.")
    told = listed([f"{permission.module} in '{permission.repository}' lacks {', '.join(permission.missing)}" for permission in lacking], separator="; ")
    return Finding("permissions", False, f"{told}: assign a role or extend the scope map that grants it.")


def refuse_findings(findings: Iterable[Finding], fatal: Iterable[str], result: Mapping[str, Any]) -> None:
    """Raise FindingError when one of the ``fatal`` checks failed, or could not be made because of another."""
    failed = [finding for finding in findings if finding.ok is False]
    if failed and any(finding.check in fatal and finding.ok is not True for finding in findings):
        raise FindingError(f"The way to the registry is not free: {failed[0].message}", result)
