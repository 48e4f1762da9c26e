# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``/acr/v1``: properties of repositories, tags and manifests, and their attributes (locks)."""

from __future__ import annotations

from ..front.messages import Request, Response, answer, refuse
from ..state.clock import Clock
from ..state.records import Manifest, Repository, Tag
from ..state.store import Store
from . import lists
from .locks import disallowed, refuse_in_locked_repository
from .names import Handlers
from .properties import attribute_changes, manifest_properties, reference_properties, repository_properties, tag_properties


class Metadata:
    """Lists, shows, locks and deletes what the registry holds."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.handlers: Handlers = {
            ("GET", "catalog"): self.catalog,
            ("GET", "repository"): self.repository,
            ("PATCH", "repository"): self.patch_repository,
            ("DELETE", "repository"): self.delete_repository,
            ("GET", "tags"): self.tags,
            ("GET", "tag_names"): self.tag_names,
            ("GET", "tag"): self.tag,
            ("PATCH", "tag"): self.patch_tag,
            ("DELETE", "tag"): self.delete_tag,
            ("GET", "manifests"): self.manifests,
            ("GET", "manifest_properties"): self.manifest,
            ("PATCH", "manifest_properties"): self.patch_manifest,
        }

    def catalog(self, request: Request) -> Response:
        """``GET /acr/v1/_catalog`` and ``/v2/_catalog``."""
        found = self._store.repositories.page(lists.page(request, timed=False))
        shown, link = lists.cut(request, found, lambda repository: repository.name, timed=False)
        return answer(200, {"repositories": [repository.name for repository in shown] or None}, link)

    def repository(self, request: Request, name: str) -> Response:
        """``GET /acr/v1/{name}``."""
        repository = self._found(name)
        return answer(200, repository_properties(repository, request.host, self._store.manifests.count(name), self._store.tags.count(name)))

    def patch_repository(self, request: Request, name: str) -> Response:
        """``PATCH /acr/v1/{name}``: set attributes."""
        self._found(name)
        self._store.repositories.set_attributes(name, attribute_changes(request))
        return self.repository(request, name)

    def delete_repository(self, request: Request, name: str) -> Response:
        """``DELETE /acr/v1/{name}``: with everything in it, unless something in it is locked."""
        with self._store.change():
            repository = self._store.repositories.get(name)
            if repository is None:
                raise refuse(404, "NAME_UNKNOWN", "repository name not known to registry", detail={"name": name}, storage=True)
            if self._store.is_locked(repository):
                raise disallowed()
            deleted = self._store.delete_repository(name, self._clock.ticks())
        return answer(202, {"manifestsDeleted": deleted.digests or None, "tagsDeleted": deleted.tags or None}, storage=True)

    def tags(self, request: Request, name: str) -> Response:
        """``GET /acr/v1/{name}/_tags``; with the parameter ``digest``, only those of one manifest."""
        self._found(name)
        found = self._store.tags.page(name, lists.page(request), request.parameter("digest"))
        shown, link = lists.cut(request, found, lambda tag: tag.name)
        return answer(200, {"registry": request.host, "imageName": name, "tags": [tag_properties(tag) for tag in shown] or None}, link)

    def tag_names(self, request: Request, name: str) -> Response:
        """``GET /v2/{name}/tags/list``."""
        self._found(name)
        found = self._store.tags.page(name, lists.page(request, timed=False))
        shown, link = lists.cut(request, found, lambda tag: tag.name, timed=False)
        return answer(200, {"name": name, "tags": [tag.name for tag in shown] or None}, link)

    def tag(self, request: Request, name: str, tag: str) -> Response:
        """``GET /acr/v1/{name}/_tags/{tag}``."""
        return answer(200, {"registry": request.host, "imageName": name, "tag": tag_properties(self._found_tag(name, tag))})

    def patch_tag(self, request: Request, name: str, tag: str) -> Response:
        """``PATCH /acr/v1/{name}/_tags/{tag}``: set attributes."""
        self._found_tag(name, tag)
        refuse_in_locked_repository(self._store, name)
        self._store.tags.set_attributes(name, tag, attribute_changes(request))
        return self.tag(request, name, tag)

    def delete_tag(self, request: Request, name: str, tag: str) -> Response:
        """``DELETE /acr/v1/{name}/_tags/{tag}``: its manifest stays."""
        with self._store.change():
            found = self._found_tag(name, tag, storage=True)
            refuse_in_locked_repository(self._store, name)
            if found.attributes.is_locked:
                raise disallowed()
            self._store.delete_tag(found, self._clock.ticks())
        return Response(202, [("X-Ms-Int-Docker-Content-Digest", found.digest)], storage=True)

    def manifests(self, request: Request, name: str) -> Response:
        """``GET /acr/v1/{name}/_manifests``."""
        self._found(name)
        found = self._store.manifests.page(name, lists.page(request))
        shown, link = lists.cut(request, found, lambda manifest: manifest.digest)
        items = [manifest_properties(manifest, self._store.tags.names_of(name, manifest.digest)) for manifest in shown]
        return answer(200, {"registry": request.host, "imageName": name, "manifests": items or None}, link)

    def manifest(self, request: Request, name: str, digest: str) -> Response:
        """``GET /acr/v1/{name}/_manifests/{digest}``; for an index with the manifests that it lists."""
        manifest = self._found_manifest(name, digest)
        shown = manifest_properties(manifest, self._store.tags.names_of(name, digest))
        references = [reference_properties(child) for child in self._store.manifests.children(name, digest)]
        if references:
            shown["references"] = references
        return answer(200, {"registry": request.host, "imageName": name, "manifest": shown})

    def patch_manifest(self, request: Request, name: str, digest: str) -> Response:
        """``PATCH /acr/v1/{name}/_manifests/{digest}``: set attributes."""
        self._found_manifest(name, digest)
        refuse_in_locked_repository(self._store, name)
        self._store.manifests.set_attributes(name, digest, attribute_changes(request))
        return self.manifest(request, name, digest)

    def _found(self, name: str) -> Repository:
        repository = self._store.repositories.get(name)
        if repository is None:
            raise refuse(404, "NAME_UNKNOWN", f'repository "{name}" is not found')
        return repository

    def _found_tag(self, name: str, tag: str, *, storage: bool = False) -> Tag:
        found = self._store.tags.get(name, tag)
        if found is None:
            raise refuse(404, "TAG_UNKNOWN", "the specified tag does not exist", storage=storage)
        return found

    def _found_manifest(self, name: str, digest: str) -> Manifest:
        manifest = self._store.manifests.get(name, digest)
        if manifest is None:
            raise refuse(404, "MANIFEST_UNKNOWN", f"manifest {digest} is not found")
        return manifest
