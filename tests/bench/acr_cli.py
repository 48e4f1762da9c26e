# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``acr_retention`` beside ``acr purge``: what does each delete of the same registry, and how long does it take?

Both are told to delete tags that begin with v and are older than 30 days, and untagged manifests of that age. Each case below is a repository;
what only one of them deletes is printed, then what is left broken, then times, in turns. Run by ``make bench-acr-cli ACR_CLI=/path/to/acr``.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import images
import started
from bench.retention import run

DAY = 86_400
ROUNDS = 3
REPOSITORIES, MANIFESTS, TAGS = 20, 100, 50
OLD, NEW = 40, 1
CONCURRENCY = 8
WOULD = re.compile(r"^Would delete: [^/]+/(\S+?)(?::(\S+)|@(\S+))$", re.MULTILINE)
# Repository, and a tag or digest.
Item = tuple[str, str]


class Registry:
    """An emulator, and a way to fill it with content of given ages, in days."""

    def __init__(self, registry: started.Registry) -> None:
        self.emulator = registry
        self.pusher = images.Pusher(registry.url, registry.ca, registry.username, registry.password)
        self._session = requests.Session()
        self._session.trust_env, self._session.verify, self._session.auth = False, registry.ca, (registry.username, registry.password)

    def push(self, days: float, repository: str, image: images.Image, *tags: str) -> images.Image:
        """Push an image as of so many days ago."""
        self.emulator.control("POST", "clock", {"advance": -days * DAY})
        self.pusher.push(repository, image, *tags)
        self.emulator.control("POST", "clock", {"advance": days * DAY})
        return image

    def lock(self, repository: str, path: str) -> None:
        """Lock a tag or manifest."""
        self._session.patch(f"{self.emulator.url}/acr/v1/{repository}/{path}", json={"deleteEnabled": False}).raise_for_status()

    def untag(self, repository: str, tag: str) -> None:
        """Delete a tag."""
        self._session.delete(f"{self.emulator.url}/acr/v1/{repository}/_tags/{tag}").raise_for_status()

    def items(self) -> set[Item]:
        """Return all tags and manifests."""
        found = {(name, tag["name"]) for name in self.repositories() for tag in self._get(f"/acr/v1/{name}/_tags?n=1000").get("tags") or []}
        return found | {(name, one["digest"]) for name in self.repositories() for one in self._get(f"/acr/v1/{name}/_manifests?n=1000").get("manifests") or []}

    def repositories(self) -> list[str]:
        """Return the names of the cases."""
        return [name for name in self._get("/acr/v1/_catalog?n=1000")["repositories"] or [] if not name.startswith("round")]

    def broken(self) -> list[Item]:
        """Return the indexes that lack a part."""
        there = self.items()
        found = []
        for repository, digest in sorted(item for item in there if ":" in item[1]):
            headers = {"Accept": f"{images.OCI_INDEX}, {images.OCI_MANIFEST}"}
            document = self._session.get(f"{self.emulator.url}/v2/{repository}/manifests/{digest}", headers=headers).json()
            if any((repository, part["digest"]) not in there for part in document.get("manifests", ())):
                found.append((repository, digest))
        return found

    def _get(self, path: str) -> Any:
        answer = self._session.get(f"{self.emulator.url}{path}")
        return answer.json() if answer.status_code == 200 else {}


def about(subject: images.Image) -> images.Image:
    """Return a signature of an image."""
    return images.image(f"about {subject.root.digest}", artifactType="application/vnd.example.signature", subject=subject.root.descriptor())


def index(*listed: images.Image, **more: Any) -> images.Image:
    """Return an index of images that are there already."""
    document = {"schemaVersion": 2, "mediaType": images.OCI_INDEX, "manifests": [one.root.descriptor() for one in listed], **more}
    return images.Image((), (images.Content(images.OCI_INDEX, json.dumps(document).encode()),))


def fill(registry: Registry, names: dict[Item, str]) -> None:
    """Make the cases; ``names`` takes what each manifest is, for people."""

    def push(days: float, repository: str, what: str, image: images.Image, *tags: str) -> images.Image:
        registry.push(days, repository, image, *tags)
        for manifest in image.manifests:
            names.setdefault((repository, manifest.digest), f"a platform of {what}")
        names[repository, image.root.digest] = what
        return image

    push(OLD, "images", "the old image v1", images.image("old"), "v1")
    push(NEW, "images", "the new image v2", images.image("new"), "v2")
    push(OLD, "images", "an old image without a tag", images.image("old, untagged"))
    push(NEW, "images", "a new image without a tag", images.image("new, untagged"))
    push(OLD, "indexes", "the old index v1", images.multi_platform("old"), "v1")
    push(OLD, "indexes", "the old index stable", images.multi_platform("stable"), "stable")
    push(OLD, "indexes", "an old index without a tag", images.multi_platform("old, untagged"))
    part = push(OLD, "shared", "an old image that a new index lists", images.image("part"), "v1")
    push(NEW, "shared", "the new index v2", index(part), "v2")
    inner = push(OLD, "nested", "an old index that a new index lists", images.multi_platform("inner"))
    push(NEW, "nested", "the new index v2", index(inner), "v2")
    push(OLD, "names", "an old image with two names", images.image("two names"), "v1", "stable")
    push(OLD, "lost-name", "an old image that lost a new name a day ago", images.image("lost name"), "v1")
    push(NEW, "lost-name", "an old image that lost a new name a day ago", images.image("lost name"), "temporary")
    registry.untag("lost-name", "temporary")
    push(OLD, "locked-tag", "an image whose old tag v1 is locked", images.image("locked tag"), "v1")
    registry.lock("locked-tag", "_tags/v1")
    locked = push(OLD, "locked-image", "a locked image with the old tag v1", images.image("locked image"), "v1")
    registry.lock("locked-image", f"_manifests/{locked.root.digest}")
    for repository, tags in (("locked-index", ["stable"]), ("locked-index-untagged", [])):
        locked = push(OLD, repository, "a locked index", images.multi_platform("locked"), *tags)
        registry.lock(repository, f"_manifests/{locked.root.digest}")
    signed = push(OLD, "signed", "the old signed image v1", images.image("signed"), "v1")
    push(OLD, "signed", "the signature of v1", about(signed))
    signed = push(NEW, "signed", "the new signed image v2", images.image("signed anew"), "v2")
    push(OLD, "signed", "the signature of v2", about(signed))
    push(OLD, "signed", "a signature of what is gone", about(images.image("gone")))
    signed = push(OLD, "signed-index", "the old signed index v1", images.multi_platform("signed"), "v1")
    push(OLD, "signed-index", "the signature of v1", about(signed))
    signed = push(OLD, "locked-signature", "an old image v1 with a locked signature", images.image("signed"), "v1")
    signature = push(OLD, "locked-signature", "a locked signature", about(signed))
    registry.lock("locked-signature", f"_manifests/{signature.root.digest}")
    new = push(NEW, "cosign", "the new image v2", images.image("new"), "v2")
    push(OLD, "cosign", "the signature of v2", images.image("a signature"), f"{new.root.digest.replace(':', '-')}.sig")
    for days, repository in ((OLD, "index-about-old"), (NEW, "index-about-new")):
        subject = push(days, repository, "an image", images.image("subject"), "v1")
        child = push(OLD, repository, "what an index lists that is about the image", images.image("report"))
        push(OLD, repository, "an index that is about the image", index(child, subject=subject.root.descriptor()))


def purge(binary: str, registry: Registry, repositories: str, *more: str) -> str:
    """Run ``acr purge`` and return what it prints."""
    emulator = registry.emulator
    # It takes a name without a dot for one of azurecr.io.
    host = emulator.host.replace("localhost", "127.0.0.1")
    login = ["-r", host, "-u", emulator.username, "-p", emulator.password]
    command = [binary, "purge", *login, "--filter", f"{repositories}:^v.*$", "--ago", "30d", "--untagged", "--concurrency", str(CONCURRENCY), *more]
    environment = {**os.environ, "SSL_CERT_FILE": emulator.ca}
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        print(f"acr purge failed: {done.stdout[-500:]}{done.stderr[-500:]}")
    return done.stdout


def retain(registry: Registry, repositories: str, check: bool) -> dict[str, Any]:
    """Run ``acr_retention`` and return its result."""
    choice = {"repositories": {"include": [repositories]}, "tags": {"include": ["v.*"]}}
    rule = {**choice, "older_than": "30d", "untagged": {"older_than": "30d"}, "action": "delete"}
    result = run(registry.emulator, check, rules=[rule], max_delete_percent=100, concurrency=CONCURRENCY).result
    if result.get("failed"):
        print(f"acr_retention failed: {result['msg']}")
    return result


@contextmanager
def registries() -> Iterator[dict[str, Registry]]:
    """Start two emulators."""
    with started.emulator() as one, started.emulator() as other:
        yield {"acr purge": Registry(one), "acr_retention": Registry(other)}


def compare(binary: str, both: dict[str, Registry]) -> None:
    """Let each of them loose on the same content, and print what differs."""
    names: dict[Item, str] = {}
    for registry in both.values():
        fill(registry, names)
    before = both["acr purge"].items()
    assert before == both["acr_retention"].items()
    planned = {
        "acr purge": {(name, tag or digest) for name, tag, digest in WOULD.findall(purge(binary, both["acr purge"], ".*", "--dry-run"))},
        "acr_retention": {(item["repository"], item["name"]) for item in retain(both["acr_retention"], ".*", True)["plan"]["changes"]},
    }
    for registry in both.values():
        assert registry.items() == before, "a dry run deleted something"
    purge(binary, both["acr purge"], ".*")
    retain(both["acr_retention"], ".*", False)
    gone = {name: before - registry.items() for name, registry in both.items()}

    def tell(headline: str, items: set[Item]) -> None:
        print(f"{headline}: {len(items)}")
        for repository, name in sorted(items):
            print(f"    {repository}: {names.get((repository, name), f'tag {name}')}")

    print(f"Of {len(before)} tags and manifests, {len(set.intersection(*gone.values()))} were deleted by both.")
    for name, other in (("acr purge", "acr_retention"), ("acr_retention", "acr purge")):
        tell(f"Deleted by {name} only", gone[name] - gone[other])
    for name, registry in both.items():
        tell(f"{name}: deleted without having been announced", gone[name] - planned[name])
        tell(f"{name}: announced and not deleted", planned[name] - gone[name])
        tell(f"{name}: indexes that lack a platform afterwards", set(registry.broken()))
    after = {name: registry.items() for name, registry in both.items()}
    purge(binary, both["acr purge"], ".*")
    retain(both["acr_retention"], ".*", False)
    for name, registry in both.items():
        tell(f"{name}: left for a second run", after[name] - registry.items())


def measure(binary: str, both: dict[str, Registry]) -> None:
    """Print how long each takes, in turns."""
    ways: dict[tuple[str, str], Callable[[str], object]] = {
        ("plan", "acr purge"): lambda names: purge(binary, both["acr purge"], names, "--dry-run"),
        ("plan", "acr_retention"): lambda names: retain(both["acr_retention"], names, True),
        ("delete", "acr purge"): lambda names: purge(binary, both["acr purge"], names),
        ("delete", "acr_retention"): lambda names: retain(both["acr_retention"], names, False),
    }
    taken: dict[tuple[str, str], list[float]] = {}
    print(f"{REPOSITORIES} repositories of {MANIFESTS} images, {TAGS} of them with a tag, {CONCURRENCY} requests at a time; seconds:")
    for number in range(ROUNDS):
        for registry in both.values():
            seed = {"prefix": f"round{number}/", "repositories": REPOSITORIES, "manifests": MANIFESTS, "tags": TAGS}
            registry.emulator.control("POST", "seed", seed)
        for way, call in ways.items():
            begun = time.monotonic()
            call(f"round{number}/.*")
            taken.setdefault(way, []).append(time.monotonic() - begun)
        print(f"round {number + 1}: " + ", ".join(f"{' '.join(way)} {times[-1]:.1f}" for way, times in taken.items()), flush=True)
    for what in ("plan", "delete"):
        ours, theirs = (statistics.median(taken[what, name]) for name in ("acr_retention", "acr purge"))
        print(f"To {what}, acr_retention takes {ours / theirs:.2f} of the time of acr purge ({ours:.1f} s and {theirs:.1f} s).")


def main() -> None:
    """Compare, and print."""
    if len(sys.argv) != 2 or not os.access(sys.argv[1], os.X_OK):
        sys.exit("Say where acr is: make bench-acr-cli ACR_CLI=/path/to/acr")
    with registries() as both:
        compare(sys.argv[1], both)
        measure(sys.argv[1], both)


if __name__ == "__main__":
    main()
