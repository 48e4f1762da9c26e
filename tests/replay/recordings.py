# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recordings of the service as exchanges that can be sent again.

Of most uploads only the size was recorded. They are sent with content made up from the recorded digest, and everything that
depends on its real digest is rewritten: paths, manifests, the digests of those manifests, and the expected answers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DIGEST = re.compile(r"(sha256(?::|%3A))([0-9a-f]{64})")
UPLOAD = re.compile(r"/blobs/uploads/(?P<uuid>[0-9a-f-]{36})")
READ = re.compile(r"/v2/(?P<repository>.+)/(?P<kind>manifests|blobs)/(?P<reference>[^/]+)")
SIZE = re.compile(r"BODY IS byte\(s\) \(size - (\d+)\)")


@dataclass
class Answer:
    """``headers``: lower-case name to values joined by a comma; ``body`` None: not recorded."""

    status: int
    headers: dict[str, str]
    body: str | None


@dataclass
class Exchange:
    """A request and the service's answer. ``complete``: every header of the answer was recorded."""

    label: str
    method: str
    path: str
    host: str
    headers: dict[str, str]
    body: bytes
    answer: Answer
    complete: bool = True
    state: str = ""


@dataclass(frozen=True)
class Found:
    """What a recording finds in the registry without having put it there; a blob has no media type."""

    repository: str
    data: bytes
    media_type: str = ""
    tag: str = ""


def conformance(path: Path) -> tuple[list[Exchange], list[Found]]:
    """Return the exchanges of a run of the OCI conformance tests, and what it found."""
    entries = json.loads(path.read_text())
    contents = _Contents(entries)
    return [_conformance(number, entry, contents) for number, entry in enumerate(entries)], _found(entries, contents)


def _conformance(number: int, entry: dict[str, Any], contents: _Contents) -> Exchange:
    answer = entry["resh"]
    media_type = answer.get("Content-Type", "")
    # Where the recorder found no JSON, it says so before what it found.
    recorded: str | None = entry["resb"].rpartition("Log Body as-is:\n")[2]
    if media_type == "application/octet-stream":
        recorded = None
    elif recorded and (media_type.startswith("application/json") or "/referrers/" in entry["path"]):
        recorded = _compact(recorded)
    elif recorded and media_type.startswith("text/plain"):
        recorded += "\n"
    elif recorded and "Docker-Content-Digest" in answer:
        recorded = contents.recorded(answer["Docker-Content-Digest"]).decode()
    expected = Answer(
        int(entry["status"].split()[0]),
        {name.lower(): contents.rewritten(value) for name, value in answer.items()},
        None if recorded is None else contents.rewritten(recorded),
    )
    headers = {name: value for name, value in entry["reqh"].items() if name != "Content-Length"}
    path = contents.rewritten(entry["path"])
    return Exchange(f"conformance {number}", entry["method"], path, entry["host"], headers, contents.body(number, entry), expected)


def _found(entries: list[dict[str, Any]], contents: _Contents) -> list[Found]:
    pushed: set[str] = set()
    found: dict[Found, None] = {}
    for entry in entries:
        target = READ.fullmatch(entry["path"])
        digest = entry["resh"].get("Docker-Content-Digest") or (target and target.group("reference")) or ""
        if entry["status"].startswith("201"):
            pushed.add(digest)
        elif target and entry["status"].startswith("200") and digest not in pushed:
            manifest = target.group("kind") == "manifests"
            tag = target.group("reference") if manifest and ":" not in target.group("reference") else ""
            data = contents.rewritten(contents.recorded(digest).decode()).encode()
            found[Found(target.group("repository"), data, entry["resh"]["Content-Type"] if manifest else "", tag)] = None
    return list(found)


def transcribed(path: Path) -> list[Exchange]:
    """Return single exchanges, of which people wrote down what mattered; ``state`` names what each needs to find."""
    return [_transcribed(entry) for entry in json.loads(path.read_text())]


def _transcribed(entry: dict[str, Any]) -> Exchange:
    asked, given = entry["request"], entry["response"]
    body = asked.get("body", "")
    sent = {"Content-Type": "application/json"} if isinstance(body, dict) else {}
    if isinstance(body, str) and body:
        sent = {"Content-Type": "application/x-www-form-urlencoded"}
    text = body if isinstance(body, str) else json.dumps(body)
    recorded = given.get("body_bytes")
    if recorded is None and "body" in given:
        recorded = given["body"] if isinstance(given["body"], str) else _compact(json.dumps(given["body"]))
        recorded = recorded.rstrip("\n") if str(len(recorded) - 1) == given["headers"].get("Content-Length") else recorded
    headers = {name.lower(): ", ".join(value) if isinstance(value, list) else str(value) for name, value in given["headers"].items()}
    if recorded is not None and "content-length" in headers and headers["content-length"] != str(len(recorded.encode())):
        # Names were replaced when it was written down, and the length was not.
        del headers["content-length"]
    answer = Answer(given["status"], headers, recorded or "")
    return Exchange(f"transcribed {entry['id']}", asked["method"], asked["path"], "", sent, text.encode(), answer, complete=False, state=entry["id"])


def _compact(text: str) -> str:
    """Undo the indenting of JSON: the service writes it compact and ends it with a newline."""
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False) + "\n"


class _Contents:
    """What was uploaded, by recorded digest: as recorded, or made up."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        self._known: dict[str, bytes] = {}
        self._new: dict[str, str] = {}
        self._offsets: dict[int, tuple[str, int]] = {}
        for entry in entries:
            for data in (_decoded(entry["reqb"]), entry["resb"].encode(), _tabbed(entry["resb"])):
                self._known[hashlib.sha256(data).hexdigest()] = data
        self._make_up(entries)

    def _make_up(self, entries: list[dict[str, Any]]) -> None:
        """Make up the content of every finished upload that was not recorded, and note where each piece of it begins."""
        pieces: dict[str, list[tuple[int, int]]] = {}
        for number, entry in enumerate(entries):
            upload = UPLOAD.search(entry["path"])
            accepted = entry["status"].startswith("20") and entry["method"] in ("PATCH", "PUT", "POST")
            if not accepted or "/blobs/uploads/" not in entry["path"]:
                continue
            received = pieces.setdefault(upload.group("uuid") if upload else str(number), [])
            received.append((number, _size(entry)))
            digest = DIGEST.search(entry["path"]) if "digest=" in entry["path"] else None
            if digest and upload:
                self._finish(digest.group(2), pieces.pop(upload.group("uuid")))
            elif digest:
                self._finish(digest.group(2), received)

    def _finish(self, digest: str, received: list[tuple[int, int]]) -> None:
        offset = 0
        for number, size in received:
            self._offsets[number] = (digest, offset)
            offset += size
        if digest not in self._known:
            content = hashlib.shake_128(digest.encode()).digest(offset)
            self._known[digest] = content
            self._new[digest] = hashlib.sha256(content).hexdigest()

    def recorded(self, digest: str) -> bytes:
        """Return the content that has a recorded digest."""
        return self._known[digest.partition(":")[2]]

    def rewritten(self, text: str) -> str:
        """Return ``text`` with recorded digests replaced by those of what is sent."""
        return DIGEST.sub(lambda match: match.group(1) + self._renamed(match.group(2)), text)

    def _renamed(self, digest: str) -> str:
        if digest not in self._new:
            data = self._known.get(digest)
            self._new[digest] = hashlib.sha256(self.rewritten(data.decode()).encode()).hexdigest() if data is not None else digest
        return self._new[digest]

    def body(self, number: int, entry: dict[str, Any]) -> bytes:
        """Return what to send with an entry."""
        recorded = _decoded(entry["reqb"])
        if recorded:
            return self.rewritten(recorded.decode()).encode()
        size = _size(entry)
        digest, offset = self._offsets.get(number, ("", 0))
        return self._known[digest][offset : offset + size] if digest else bytes(size)


def _tabbed(text: str) -> bytes:
    """Return JSON as the conformance tests write their manifests: indented by tabs; the recorder indented it by spaces."""
    try:
        return json.dumps(json.loads(text), indent="\t").encode()
    except ValueError:
        return b""


def _size(entry: dict[str, Any]) -> int:
    match = SIZE.search(entry["reqb"])
    return int(match.group(1)) if match else 0


def _decoded(recorded: str) -> bytes:
    """Return a request's body, when it was recorded: as a quoted base64 string."""
    try:
        return base64.b64decode(recorded.strip('"'), validate=True)
    except binascii.Error:
        return b""
