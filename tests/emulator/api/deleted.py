# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``/acr/v1/_deleted``: soft-deleted artifacts, and how they are restored."""

from __future__ import annotations

from ..front.messages import Request, Response, answer, refuse
from ..state.clock import Clock
from ..state.records import Tag
from ..state.store import Store
from .locks import disallowed
from .names import Handlers
from .properties import deletion


class Deleted:
    """Lists and restores what was deleted while ``soft_delete`` was set."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.handlers: Handlers = {
            ("GET", "deleted_catalog"): self.catalog,
            ("GET", "deleted_manifests"): self.manifests,
            ("GET", "deleted_tags"): self.tags,
            ("POST", "deleted_manifest"): self.restore,
        }

    def catalog(self, request: Request) -> Response:
        """``GET /acr/v1/_deleted/_catalog``: the repositories that have deleted manifests."""
        found = self._store.manifests.deleted_repositories()
        return answer(200, {"repositories": [{"repository": repository.name, **deletion(repository)} for repository in found] or None})

    def manifests(self, request: Request, name: str) -> Response:
        """``GET /acr/v1/_deleted/{name}/_manifests``."""
        found = self._store.manifests.deleted(name)
        return answer(200, {"manifests": [{"digest": manifest.digest, **deletion(manifest)} for manifest in found] or None})

    def tags(self, request: Request, name: str) -> Response:
        """``GET /acr/v1/_deleted/{name}/_tags``: a tag appears once for each time it was deleted."""
        found = self._store.tags.deleted(name)
        return answer(200, {"tags": [{"tag": tag.name, "digest": tag.digest, **deletion(tag)} for tag in found] or None})

    def restore(self, request: Request, name: str, digest: str) -> Response:
        """``POST /acr/v1/_deleted/{name}/_manifests/{digest}``: bring a manifest back, and point a tag at it."""
        tag = (request.json() or {}).get("tag")
        force = (request.parameter("force") or "").lower() == "true"
        at = self._clock.ticks()
        with self._store.change():
            manifest = self._store.manifests.get_even_deleted(name, digest)
            if manifest is None:
                raise refuse(404, "MANIFEST_UNKNOWN", f"manifest {digest} is not found")
            if manifest.subject and self._store.manifests.is_deleted(name, manifest.subject):
                raise refuse(409, "CONFLICT", f"subject {manifest.subject} is deleted")
            existing = self._store.tags.get(name, tag) if tag else None
            if existing is not None:
                _refuse_to_move(existing, digest, force)
            self._store.restore_manifest(name, digest, tag, at)
        return answer(200, {"digest": digest, "tag": tag})


def _refuse_to_move(tag: Tag, digest: str, force: bool) -> None:
    """Refuse to point an existing tag at a restored manifest, unless it points there, or ``force``; and always if it is locked."""
    if tag.digest != digest and not force:
        raise refuse(409, "CONFLICT", f"tag {tag.name} already exists")
    if not tag.attributes.can_write:
        raise disallowed()
