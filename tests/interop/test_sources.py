# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images come from any registry: Debian's docker-registry, open to everybody, with a password, and with tokens of another host."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.registryops.acr.tests import images, modules, started
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SECONDS = 60
USER, PASSWORD = "mirror", "canary-mirror-5b1d"
# What bcrypt makes of it, by crypt(3).
BCRYPT = "$2b$04$abcdefghijklmnopqrstuuLgLFJA8TXJGAnDSYU/0YJ6fQqw/hY3O"


@contextmanager
def open_registry(folder: Path) -> Iterator[dict[str, Any]]:
    """A registry that is open to everybody."""
    with started.docker_registry(folder) as (origin, dummy):
        yield {"registry": origin.replace("localhost", "127.0.0.1")}


@contextmanager
def basic_registry(folder: Path) -> Iterator[dict[str, Any]]:
    """A registry that takes a password."""
    (folder / "users").write_text(f"{USER}:{BCRYPT}\n")
    with started.docker_registry(folder, auth={"htpasswd": {"realm": "test", "path": str(folder / "users")}}) as (origin, dummy):
        yield {"registry": origin, "username": USER, "password": PASSWORD}


class TokenService(http.server.BaseHTTPRequestHandler):
    """Gives whoever knows the password a token for what is asked (Docker registry token authentication specification)."""

    key: rsa.RSAPrivateKey

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        login = self.headers.get("Authorization", "")
        allowed = login == "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        entries = [scope.split(":") for scope in query.get("scope", [])]
        access = [{"type": kind, "name": name, "actions": actions.split(",")} for kind, name, actions in entries]
        now = int(time.time())
        claims = {"iss": "test", "sub": USER, "aud": query["service"][0], "iat": now, "nbf": now - 5, "exp": now + 300, "access": access}
        body = json.dumps({"token": self.signed(claims)} if allowed else {}).encode()
        self.send_response(200 if allowed else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def signed(self, claims: dict[str, Any]) -> str:
        """Return a JSON Web Token whose key the registry recognises by its libtrust fingerprint."""
        public = self.key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        name = base64.b32encode(hashlib.sha256(public).digest()[:30]).decode()
        header = {"alg": "RS256", "typ": "JWT", "kid": ":".join(name[start : start + 4] for start in range(0, 48, 4))}
        unsigned = ".".join(_url64(json.dumps(part).encode()) for part in (header, claims))
        return f"{unsigned}.{_url64(self.key.sign(unsigned.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def log_message(self, *dummy: Any) -> None:
        """Say nothing."""


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def token_registry(folder: Path) -> Iterator[dict[str, Any]]:
    """A registry that takes tokens of a service on another host."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "tokens")])
    now = datetime.now(timezone.utc)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    certificate = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    (folder / "tokens.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Service", (TokenService,), {"key": key}))
    threading.Thread(target=service.serve_forever, daemon=True).start()
    realm = f"http://127.0.0.1:{service.server_address[1]}/token"
    auth = {"token": {"realm": realm, "service": "mirror", "issuer": "test", "rootcertbundle": str(folder / "tokens.pem")}}
    with started.docker_registry(folder, auth=auth) as (origin, dummy):
        yield {"registry": origin, "username": USER, "password": PASSWORD, "token_service": realm}
    service.shutdown()


def oras(folder: Path, *command: str) -> str:
    """Run oras, which has to succeed, and return what it printed."""
    done = subprocess.run(["oras", *command], cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"oras {' '.join(command)}: {done.stderr}"
    return done.stdout


@pytest.fixture(scope="module", params=[open_registry, basic_registry, token_registry], ids=lambda kind: kind.__name__)
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Each kind of registry, as the option ``source_registry`` names it."""
    with request.param(tmp_path_factory.mktemp("source")) as options:
        yield options


@pytest.mark.parametrize("kind", images.KINDS)
def test_images_come_from_any_registry(acr: Callable[..., dict[str, Any]], source: dict[str, Any], tmp_path: Path, kind: str) -> None:
    """With all that is about them: docker-registry has no API for that, so oras lists it there under a tag, as OCI says."""
    image, tag = images.KINDS[kind], kind.lower().replace(" ", "-")
    images.write_layout(tmp_path / "layout", image)
    (tmp_path / "a.json").write_text("[1]")
    oras(tmp_path, "attach", "--oci-layout", f"layout@{image.root.digest}", "--artifact-type", "a/b", "a.json:application/json")
    host = source["registry"].partition("//")[2]
    login = [f"--{name}={source[name]}" for name in ("username", "password") if name in source]
    remote = [option.replace("--", "--to-") for option in ("--plain-http", *login)]
    oras(tmp_path, "cp", "--recursive", "--from-oci-layout", f"layout@{image.root.digest}", f"{host}/library/app:{tag}", *remote)
    assert image.root.digest.replace(":", "-") in oras(tmp_path, "repo", "tags", "--plain-http", *login, f"{host}/library/app").split()

    target = f"mirror/{host.replace(':', '-')}"
    items = [{"source": "library/app", "target": target, "include": [tag]}]
    copied = acr("acr_copy", images=items, source_registry=source)
    assert [(one["target"], one["digest"], one["changed"]) for one in copied["images"]] == [(f"{target}:{tag}", image.root.digest, True)]
    assert not acr("acr_copy", images=items, source_registry=source)["changed"]
    acr("acr_pull", repository=target, reference=tag, layout=str(tmp_path / "back"))
    assert images.read_layout(tmp_path / "back") == images.read_layout(tmp_path / "layout")


def test_a_password_goes_to_no_other_host(emulator: started.Registry, tmp_path: Path) -> None:
    login = {"registry": emulator.url, "ca_path": emulator.ca, "username": emulator.username, "password": emulator.password}
    with token_registry(tmp_path) as source:
        result = modules.run("acr_copy", **login, images=[{"source": "a:v1"}], source_registry={**source, "token_service": None})
        assert "asks for its password to be sent to another host, http://127.0.0.1:" in result["msg"]
        assert "set token_service of source_registry to this URL." in result["msg"]
        wrong = modules.run("acr_copy", **login, images=[{"source": "a:v1"}], source_registry={**source, "password": "canary-wrong"})
        assert "does not accept this login: check username and password of source_registry." in wrong["msg"]
    with basic_registry(tmp_path) as source:
        wrong = modules.run("acr_copy", **login, images=[{"source": "a:v1"}], source_registry={**source, "password": "canary-wrong"})
        assert wrong["failed"]
        assert "canary" not in json.dumps(wrong)
        nobody = modules.run("acr_copy", **login, images=[{"source": "a:v1"}], source_registry={"registry": source["registry"]})
        assert "requires a user name and a password: set username and password of source_registry." in nobody["msg"]
