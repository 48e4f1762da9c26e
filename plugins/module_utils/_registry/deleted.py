# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Soft-deleted artifacts: how to list and to restore them.

Source: Microsoft's "Recover deleted artifacts with the soft delete policy in Azure Container Registry (preview)" for the rules, the
Azure CLI (``az acr manifest list-deleted`` and others) for addresses, scopes and names on the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from .._auth.scopes import Scope, repository_scope
from .._common.errors import PermissionDeniedError, RegistryError
from .._common.names import digest_name, repository_name, tag_name
from .endpoint import Endpoint, is_found
from .properties import list_at, required_name, required_value

DELETED_CATALOG = Scope("registry", "deleted_catalog", "*")
DELETED_READ = "deleted_read"
DELETED_RESTORE = "deleted_read,deleted_restore"
_ROLE = "assign a role with the permission Microsoft.ContainerRegistry/registries/deleted/read"
ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class DeletedRepository:
    """A repository that holds soft-deleted artifacts."""

    name: str
    created_on: str
    deleted_on: str

    @classmethod
    def from_json(cls, data: Any) -> DeletedRepository:
        """Read one repository of ``GET /acr/v1/_deleted/_catalog``."""
        return cls(required_name(data, "repository", repository_name), *_times(data))

    def to_result(self) -> dict[str, Any]:
        """Return the facts as a task returns them."""
        return asdict(self)


@dataclass(frozen=True)
class DeletedManifest:
    """A manifest that can be restored."""

    digest: str
    created_on: str
    deleted_on: str

    @classmethod
    def from_json(cls, data: Any) -> DeletedManifest:
        """Read one manifest of ``GET /acr/v1/_deleted/{name}/_manifests``."""
        return cls(required_name(data, "digest", digest_name), *_times(data))

    def to_result(self) -> dict[str, Any]:
        """Return the facts as a task returns them."""
        return asdict(self)


@dataclass(frozen=True)
class DeletedTag:
    """A tag that was deleted, alone or with its manifest, ``digest``. The same name can appear several times."""

    name: str
    digest: str
    created_on: str
    deleted_on: str

    @classmethod
    def from_json(cls, data: Any) -> DeletedTag:
        """Read one tag of ``GET /acr/v1/_deleted/{name}/_tags``."""
        return cls(required_name(data, "tag", tag_name), required_name(data, "digest", digest_name), *_times(data))

    def to_result(self) -> dict[str, Any]:
        """Return the facts as a task returns them."""
        return asdict(self)


class Deleted(Endpoint):
    """``/acr/v1/_deleted``. If nothing was deleted, lists are empty."""

    def catalog(self) -> list[DeletedRepository]:
        """List the repositories that hold soft-deleted artifacts."""
        advice = f"The credential lacks the permission to list all repositories with deleted artifacts: name the repositories, or {_ROLE}."
        return self._all("/acr/v1/_deleted/_catalog", DELETED_CATALOG, "repositories", DeletedRepository.from_json, lambda item: item.name, advice)

    def manifests(self, repository: str) -> list[DeletedManifest]:
        """List the deleted manifests of a repository. The repository itself may be deleted too."""
        path = f"/acr/v1/_deleted/{repository}/_manifests"
        return self._all(
            path,
            repository_scope(repository, DELETED_READ),
            "manifests",
            DeletedManifest.from_json,
            lambda item: item.digest,
            _lacking(repository, DELETED_READ),
        )

    def tags(self, repository: str) -> list[DeletedTag]:
        """List the deleted tags of a repository. The repository itself may be deleted too."""
        path = f"/acr/v1/_deleted/{repository}/_tags"
        return self._all(path, repository_scope(repository, DELETED_READ), "tags", DeletedTag.from_json, lambda item: item, _lacking(repository, DELETED_READ))

    def restore(self, repository: str, digest: str, tag: str | None, force: bool) -> bool:
        """Restore a deleted manifest, and ``tag`` with it; False if it is not among the deleted manifests.

        Its children and its referrers are not restored with it, and its subject must exist already. The service refuses to move a tag
        that points at another manifest, unless ``force`` is set.
        """
        target = f"/acr/v1/_deleted/{repository}/_manifests/{digest}?force={force}"
        with _explained(f"{_lacking(repository, DELETED_RESTORE).rstrip('.')} and Microsoft.ContainerRegistry/registries/deleted/restore/action."):
            return is_found(self._http.send("POST", target, repository_scope(repository, DELETED_RESTORE), body={"tag": tag}))

    def _all(self, path: str, needed: Scope, key: str, read: Callable[[Any], ItemT], same: Callable[[ItemT], Hashable], advice: str) -> list[ItemT]:
        with _explained(advice):
            return self._list(path, needed, lambda page: [read(item) for item in list_at(page, key)], same).items


@contextmanager
def _explained(lacking: str) -> Iterator[None]:
    """Add advice to errors of the registry; ``lacking`` is the advice for a credential without permission."""
    try:
        yield
    except PermissionDeniedError as error:
        raise PermissionDeniedError(error.answer, lacking) from None
    except RegistryError as error:
        if error.answer.status == 404 and not error.answer.code:
            advice = "This registry does not offer soft delete (a preview feature), so deleted artifacts cannot be listed or restored."
            raise RegistryError(error.answer, advice) from None
        if error.answer.status in (400, 409):
            advice = "Restore the subject of a manifest before the manifest itself; set overwrite to always to move an existing tag."
            raise RegistryError(error.answer, advice) from None
        raise


def _lacking(repository: str, actions: str) -> str:
    return f"The credential lacks {actions} on repository '{repository}': {_ROLE}."


def _times(data: Any) -> tuple[str, str]:
    return required_value(data, "createdAt", str), required_value(data, "deletedAt", str)
