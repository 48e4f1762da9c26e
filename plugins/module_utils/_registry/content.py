# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The operations that every registry has: manifests, referrers, tags, and blobs except their content.

Source: OCI distribution specification 1.1. The content of blobs is the subject of _content/upload and _content/download.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from .._auth.scopes import Scope, repository_scope
from .._auth.session import AuthorizedTransport
from .._common.errors import InvalidManifestError, PermissionDeniedError, ProtocolError, UsageError
from .._common.names import digest_name, tag_name
from .._common.text import printable, redact
from .._http.paging import listing
from .._http.response import Response, resolve_link
from .._http.stream import Stream
from .._http.transport import Body
from .._oci.document import MANIFEST_LIMIT, Descriptor, Document
from .._oci.media_types import ACCEPT_MANIFEST, OCI_INDEX
from .endpoint import Endpoint, is_found
from .properties import list_at

# The actions of a scope for pushing.
PUSH = "pull,push"


class Content(Endpoint):
    """``/v2`` of a registry. For what does not exist, methods return ``None``, ``False`` or an empty list."""

    def __init__(self, http: AuthorizedTransport, concurrency: int) -> None:
        super().__init__(http, concurrency)
        self.http = http

    def head(self, repository: str, reference: str) -> Descriptor | None:
        """Return the descriptor of the manifest that a tag or digest names, without reading its document."""
        response = self.http.send("HEAD", f"/v2/{repository}/manifests/{reference}", repository_scope(repository, "pull"), headers={"Accept": ACCEPT_MANIFEST})
        if not _is_found_by_head(response):
            return None
        digest, size = response.headers.get("Docker-Content-Digest"), response.headers.get("Content-Length", "")
        if digest is None or not size.isdecimal():
            # The specification does not require a registry to send these.
            document = self.manifest(repository, reference)
            return document.descriptor if document else None
        return Descriptor(_media_type(response), _sent_digest(response, digest), int(size))

    def manifest(self, repository: str, reference: str) -> Document | None:
        """Return a manifest, verified against its digest."""
        response = self.http.send("GET", f"/v2/{repository}/manifests/{reference}", repository_scope(repository, "pull"), headers={"Accept": ACCEPT_MANIFEST})
        if not is_found(response):
            return None
        if len(response.body) > MANIFEST_LIMIT:
            raise ProtocolError(
                f"Manifest {reference} of '{repository}' has {len(response.body):,} bytes, which is more than registries allow; it was not used."
            )
        try:
            document = Document.read(response.body, _media_type(response))
        except InvalidManifestError as error:
            raise InvalidManifestError(f"Manifest {reference} of '{repository}' cannot be used: {error}") from None
        expected = {reference} if ":" in reference else set()
        if "Docker-Content-Digest" in response.headers:
            expected.add(_sent_digest(response, response.headers["Docker-Content-Digest"]))
        if expected - {document.digest}:
            raise ProtocolError(f"The registry answered with other content than that of manifest {reference} of '{repository}'; it was not used.")
        return document

    def put_manifest(self, repository: str, reference: str, document: Document) -> None:
        """Push a manifest, under a tag or its digest; its children and blobs must exist in the repository."""
        response = self.http.send(
            "PUT", f"/v2/{repository}/manifests/{reference}", repository_scope(repository, PUSH), body=Body(document.content, document.media_type)
        )
        if not 200 <= response.status < 300:
            raise response.error()
        kept = response.headers.get("Docker-Content-Digest", document.digest)
        if kept != document.digest:
            raise ProtocolError(f"The registry stored manifest {document.digest} of '{repository}' as {printable(kept, 80)}: it was damaged on the way.")

    def referrers(self, repository: str, digest: str, artifact_type: str | None = None) -> list[Descriptor]:
        """Return the referrers of ``digest``: all of them, or those with one ``artifact_type``."""
        path = f"/v2/{repository}/referrers/{digest}"

        def fetch(target: str) -> Response:
            response = self.http.send("GET", target, repository_scope(repository, "pull"), headers={"Accept": OCI_INDEX})
            if response.status != 200:
                raise _NoReferrersApiError(response)
            return response

        try:
            listed = listing(fetch, path, {"artifactType": artifact_type}, _descriptors, lambda descriptor: descriptor.digest).items
        except _NoReferrersApiError as error:
            if error.response.status not in (400, 404, 405, 424):
                raise error.response.error() from None
            # A registry without this API has the list under a tag (specification, "Referrers Tag Schema").
            document = self.manifest(repository, digest.replace(":", "-"))
            listed = list(document.children) if document else []
        return [descriptor for descriptor in listed if artifact_type in (None, descriptor.data.get("artifactType"))]

    def tags(self, repository: str) -> list[str] | None:
        """List the tags of a repository; None if it does not exist."""
        listed = self._list(f"/v2/{repository}/tags/list", repository_scope(repository, "metadata_read,pull"), _tags, str)
        return listed.items if listed.exists else None

    def blob_size(self, repository: str, digest: str) -> int | None:
        """Return the size of a blob in bytes; None if it does not exist."""
        response = self.http.send("HEAD", f"/v2/{repository}/blobs/{digest}", repository_scope(repository, "pull"))
        if not _is_found_by_head(response):
            return None
        size = response.headers.get("Content-Length", "")
        if not size.isdecimal():
            raise ProtocolError(f"{response.method} {redact(response.url)} was answered without the size of the blob (Content-Length).")
        return int(size)

    def mount(self, repository: str, digest: str, source: str) -> bool:
        """Add a blob of the repository ``source`` to ``repository`` of the same registry; False if the registry does not mount it."""
        target = f"/v2/{repository}/blobs/uploads/?mount={quote(digest)}&from={quote(source, safe='')}"
        try:
            response = self.http.send("POST", target, Scope("repository", repository, PUSH, repository_scope(source, "pull")))
        except PermissionDeniedError:
            return False
        if response.status == 202:
            # The registry began an upload instead, which is not needed.
            self.http.send("DELETE", self.location(response), repository_scope(repository, PUSH))
        elif response.status != 201 and response.status != 404:
            raise response.error()
        return response.status == 201

    def location(self, answer: Response | Stream) -> str:
        """Return the request target at which an upload continues; it must be in the same registry, because credentials are sent to it."""
        own = urlsplit(answer.url)
        link = resolve_link(answer.url, answer.headers.get("Location", ""))
        if (link.scheme, link.netloc) != (own.scheme, own.netloc) or not link.path.startswith("/v2/"):
            raise ProtocolError(
                f"{answer.method} {redact(answer.url)} redirects to {printable(redact(link.geturl()), 120)}, which is not this registry; that was not followed."
            )
        return f"{link.path}?{link.query}" if link.query else link.path

    def delete_blob(self, repository: str, digest: str) -> bool:
        """Delete a blob from a repository, even if a manifest needs it; False if it did not exist."""
        return self._delete(f"/v2/{repository}/blobs/{digest}", repository, lambda: self.blob_size(repository, digest))


class _NoReferrersApiError(Exception):
    """The registry does not list referrers; not raised beyond this file."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def _is_found_by_head(response: Response) -> bool:
    """Like ``is_found``, for an answer to HEAD, which has no body: the headers tell whether a 404 comes from the registry."""
    if response.status == 404 and ("Docker-Distribution-Api-Version" in response.headers or "json" in response.headers.get("Content-Type", "")):
        return False
    return is_found(response)


def _media_type(response: Response) -> str:
    return printable(response.headers.get("Content-Type", "").partition(";")[0].strip(), 255)


def _sent_digest(response: Response, digest: str) -> str:
    try:
        return digest_name(digest)
    except UsageError:
        raise ProtocolError(f"{response.method} {redact(response.url)} was answered with an invalid digest: {printable(digest, 80)}.") from None


def _descriptors(page: Any) -> list[Descriptor]:
    return [Descriptor.from_json(item) for item in list_at(page, "manifests")]


def _tags(page: Any) -> list[str]:
    return [tag_name(str(tag)) for tag in list_at(page, "tags")]
