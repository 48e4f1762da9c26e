# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""What was deleted softly: listed, and brought back.

Source: Microsoft's "Recover deleted artifacts with the soft delete policy in Azure Container Registry (preview)" for the rules, the
Azure CLI (``az acr manifest list-deleted`` and its kin) for addresses, scopes and names on the wire.
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
    """A repository that holds what was deleted softly."""

    name: str
    created_on: str
    deleted_on: str

    @classmethod
    def from_json(cls, data: Any) -> DeletedRepository:
        """Read one repository of ``GET /acr/v1/_deleted/_catalog``."""
        return cls(required_name(data, "repository", repository_name), *_times(data))

    def to_result(self) -> dict[str, Any]:
        """Return it as a task returns it."""
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
        """Return it as a task returns it."""
        return asdict(self)


@dataclass(frozen=True)
class DeletedTag:
    """A tag that was taken away, alone or with its manifest, ``digest``. The same name can be there several times."""

    name: str
    digest: str
    created_on: str
    deleted_on: str

    @classmethod
    def from_json(cls, data: Any) -> DeletedTag:
        """Read one tag of ``GET /acr/v1/_deleted/{name}/_tags``."""
        return cls(required_name(data, "tag", tag_name), required_name(data, "digest", digest_name), *_times(data))

    def to_result(self) -> dict[str, Any]:
        """Return it as a task returns it."""
        return asdict(self)


class Deleted(Endpoint):
    """``/acr/v1/_deleted``. Where nothing was deleted, lists are empty."""

    def catalog(self) -> list[DeletedRepository]:
        """List the repositories that hold something deleted."""
        advice = f"The credential may not list what was deleted in the registry: name the repositories, or {_ROLE}."
        return self._all("/acr/v1/_deleted/_catalog", DELETED_CATALOG, "repositories", DeletedRepository.from_json, lambda item: item.name, advice)

    def manifests(self, repository: str) -> list[DeletedManifest]:
        """List the deleted manifests of a repository, which may be deleted itself."""
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
        """List the deleted tags of a repository, which may be deleted itself."""
        path = f"/acr/v1/_deleted/{repository}/_tags"
        return self._all(path, repository_scope(repository, DELETED_READ), "tags", DeletedTag.from_json, lambda item: item, _lacking(repository, DELETED_READ))

    def restore(self, repository: str, digest: str, tag: str | None, force: bool) -> bool:
        """Bring a deleted manifest back, and ``tag`` with it; False when it is not among the deleted.

        Nothing else comes back: not what an index lists, not what is about the manifest. What it is about must be there.
        A tag that points elsewhere is refused, unless ``force`` says to move it.
        """
        target = f"/acr/v1/_deleted/{repository}/_manifests/{digest}?force={force}"
        with _explained(f"{_lacking(repository, DELETED_RESTORE).rstrip('.')} and Microsoft.ContainerRegistry/registries/deleted/restore/action."):
            return is_found(self._http.send("POST", target, repository_scope(repository, DELETED_RESTORE), body={"tag": tag}))

    def _all(self, path: str, needed: Scope, key: str, read: Callable[[Any], ItemT], same: Callable[[ItemT], Hashable], advice: str) -> list[ItemT]:
        with _explained(advice):
            return self._list(path, needed, lambda page: [read(item) for item in list_at(page, key)], same).items


@contextmanager
def _explained(lacking: str) -> Iterator[None]:
    """Say more of refusals than the registry does; ``lacking`` is for a credential that may not."""
    try:
        yield
    except PermissionDeniedError as error:
        raise PermissionDeniedError(error.answer, lacking) from None
    except RegistryError as error:
        if error.answer.status == 404 and not error.answer.code:
            advice = "This registry offers no soft delete (which is a preview), so nothing that was deleted in it can be listed or restored."
            raise RegistryError(error.answer, advice) from None
        if error.answer.status in (400, 409):
            advice = "What a manifest is about has to be restored before it, and a tag that exists is moved with overwrite only."
            raise RegistryError(error.answer, advice) from None
        raise


def _lacking(repository: str, actions: str) -> str:
    return f"The credential lacks {actions} on repository '{repository}': {_ROLE}."


def _times(data: Any) -> tuple[str, str]:
    return required_value(data, "createdAt", str), required_value(data, "deletedAt", str)
