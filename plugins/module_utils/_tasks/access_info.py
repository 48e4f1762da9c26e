# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""acr_access_info: whether tasks can reach the registry, sign in, and have the permissions that they need."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from .._auth.token_details import TokenDetails
from .._common.concurrency import concurrently
from .._common.errors import AcrError, FindingError
from .._common.names import repository_name
from .._common.plan import Plan
from .._common.text import listed, printable
from .._registry.client import RegistryClient

# What each module needs in a repository. In check mode it needs no more of that than metadata_read, deleted_read and pull.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "acr_blob": ("metadata_read", "pull", "push", "delete"),
    "acr_copy": ("metadata_read", "pull", "push"),
    "acr_deleted_info": ("metadata_read", "deleted_read"),
    "acr_fetch": ("pull",),
    "acr_manifest": ("metadata_read", "pull", "push", "delete"),
    "acr_manifest_info": ("pull",),
    "acr_manifest_properties": ("metadata_read", "metadata_write"),
    "acr_pull": ("pull",),
    "acr_push": ("metadata_read", "pull", "push"),
    "acr_repository": ("metadata_read", "metadata_write", "delete"),
    "acr_repository_info": ("metadata_read",),
    "acr_retention": ("metadata_read", "pull", "delete", "metadata_write"),
    "acr_restore": ("metadata_read", "deleted_read", "deleted_restore", "pull", "push"),
    "acr_tag": ("metadata_read", "pull", "push", "delete"),
    "acr_tag_info": ("metadata_read",),
    "acr_tag_properties": ("metadata_read", "metadata_write"),
    "acr_usage_info": ("metadata_read", "pull"),
}


# Soft delete is a preview, and scope maps cannot grant its permissions.
ORDINARY = [module for module, needed in NEEDS.items() if not any(action.startswith("deleted_") for action in needed)]


CHECKS = ("dns", "connection", "firewall", "challenge", "sign_in", "permissions")


class Options(TypedDict):
    """The options of acr_access_info."""

    repositories: list[str]
    modules: list[str] | None
    fail_on: list[str]
    # One of the connection options.
    validate_certs: bool


def plan(client: RegistryClient, params: Options) -> Plan:
    """Return what each check found; FindingError when a check of fail_on failed."""
    repositories = [repository_name(name) for name in dict.fromkeys(params["repositories"])]
    findings, permissions = examine_access(client, repositories, params["modules"] or ORDINARY, params["validate_certs"])
    failed = [finding.message for finding in findings if finding.ok is False]
    result = {
        "ready": not failed,
        "summary": " ".join(failed) or "The registry is ready to use.",
        "checks": [finding.to_result() for finding in findings],
        "permissions": [permission.to_result() for permission in permissions],
    }
    # A check that could not be made, because an earlier one failed, counts as failed.
    bad = {finding.check for finding in findings if finding.ok is not True} if failed else set()
    if bad.intersection(params["fail_on"]):
        raise FindingError(f"The registry is not ready to use: {failed[0]}", result)
    return Plan(result=result)


@dataclass(frozen=True)
class Finding:
    """What a check found; ``ok`` is None when the check was not made, because an earlier one failed or it does not apply."""

    check: str
    ok: bool | None
    message: str

    def to_result(self) -> dict[str, Any]:
        """Return the finding as a task returns it."""
        return {"check": self.check, "ok": self.ok, "message": self.message}


@dataclass(frozen=True)
class Permission:
    """What the registry grants in a repository that a module shall work on."""

    repository: str
    module: str
    granted: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        """The permissions that the module needs and does not get."""
        return [action for action in NEEDS[self.module] if action not in self.granted]

    def to_result(self) -> dict[str, Any]:
        """Return the permission as a task returns it."""
        needed = list(NEEDS[self.module])
        return {"repository": self.repository, "module": self.module, "needed": needed, "missing": self.missing, "ok": not self.missing}


def examine_access(client: RegistryClient, repositories: Iterable[str], modules: Iterable[str], verified: bool) -> tuple[list[Finding], list[Permission]]:
    """Do what a task does, step by step, as far as that is possible; what fails is a finding, not an error. ``verified``: TLS is."""
    permissions: list[Permission] = []
    findings = list(_reach(client, verified))
    if all(finding.ok is not False for finding in findings):
        findings.append(_sign_in(client))
    if findings[-1].ok:
        try:
            granted = concurrently(lambda name: (name, _granted(client, name)), repositories, client.concurrency)
            permissions = [Permission(name, module, actions) for name, actions in granted for module in modules]
            findings.append(_sum_up(permissions))
        except AcrError as error:
            findings.append(Finding("permissions", False, str(error)))
    made = {finding.check for finding in findings}
    findings += [Finding(check, None, "Not checked, because an earlier check failed.") for check in CHECKS if check not in made]
    return findings, permissions


def _reach(client: RegistryClient, verified: bool) -> Iterable[Finding]:
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
    yield Finding("firewall", True, "The registry's network rules allow this address.")
    challenge = answer.challenge("bearer")
    if answer.status != 401 or challenge is None or challenge.parameters.get("realm") != f"{client.server.origin}/oauth2/token":
        shown = f"{answer.status} {printable(answer.headers.get('WWW-Authenticate', ''), 120)}".strip()
        yield Finding("challenge", False, f"{client.server.host} does not ask for a token as an Azure Container Registry does ({shown}). Check its name.")
        return
    yield Finding("challenge", True, "This is an Azure Container Registry; it asks for a token.")


def _sign_in(client: RegistryClient) -> Finding:
    try:
        client.login((), (), catalog=True)
    except AcrError as error:
        return Finding("sign_in", False, str(error))
    return Finding("sign_in", True, "The registry accepts the credential and gives it a token.")


def _dns(client: RegistryClient) -> Finding:
    host = client.server.host.partition(":")[0]
    if client.proxied:
        return Finding("dns", None, "Not checked, because a proxy resolves the name.")
    try:
        addresses = sorted({str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
    except OSError as error:
        return Finding("dns", False, f"The name {host} cannot be resolved here ({error.strerror}). Check the name, and DNS if the registry is private.")
    return Finding("dns", True, f"{host} resolves to {', '.join(addresses)}.")


def _granted(client: RegistryClient, name: str) -> tuple[str, ...]:
    actions = sorted({action for needed in NEEDS.values() for action in needed})
    token = client.login([name], actions, catalog=False)[1]
    grants = TokenDetails.of(token).grants if token else ()
    return tuple(action for grant in grants if grant.name in (name, "*") for action in grant.actions)


def _sum_up(permissions: list[Permission]) -> Finding:
    if not permissions:
        return Finding("permissions", None, "Not checked. Set repositories to see what is granted there.")
    lacking = [permission for permission in permissions if permission.missing]
    if not lacking:
        return Finding("permissions", True, "The credential has all permissions that the modules need.")
    named = listed([f"{permission.module} in '{permission.repository}' lacks {', '.join(permission.missing)}" for permission in lacking], separator="; ")
    return Finding("permissions", False, f"{named}. Assign a role that grants it, or extend the scope map.")
