# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send what was recorded from the service to the emulator, and say where their answers differ: ``python -m replay FOLDER``.

FOLDER holds ``acr-oci-conformance-2024.json``, sent in its order to one registry, and ``acr-transcribed.json``, each exchange of
which is sent to a new registry that holds what it needs. Ends with 1 when fewer than 98 of 100 are equal.
"""

from __future__ import annotations

import http.client
import re
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import jwt
from emulator.core import Emulator
from emulator.front.certificates import prepare
from emulator.front.server import Door
from emulator.identity.identities import ADMIN, ADMIN_PASSWORD
from requests.auth import _basic_auth_str

from .masks import differences
from .recordings import UPLOAD, Answer, Exchange, Found, conformance, transcribed
from .states import STATES, Names, found

ENOUGH = 98
BASIC = _basic_auth_str(ADMIN, ADMIN_PASSWORD)
CHALLENGE = re.compile(r'scope="([^"]*)"')

# What is not sent, and what is known to differ, each with its reason.
NOT_SENT = {"transcribed arm-import-202": "Azure Resource Manager answers this, not the registry"}
DIFFERENT = {
    "transcribed manifest-get-nondigest-404": "was written down with headers that its own note, and every recorded answer of this kind, lacks",
}


class Registry:
    """A new emulator behind TLS, asked as the service was: under the service's own name."""

    def __init__(self, folder: Path) -> None:
        self.emulator = Emulator(folder)
        authority, certificate = prepare(folder)
        self._context = ssl.create_default_context(cafile=str(authority))
        self._doors = {name: Door(self.emulator.handle, name, 0, certificate) for name in ("registry", "data")}
        self.emulator.data_origin = self._doors["data"].origin
        for door in self._doors.values():
            door.open()

    def close(self) -> None:
        """Stop answering."""
        for door in self._doors.values():
            door.close()
        self.emulator.close()

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """Send a request and return the answer, its headers joined as recordings have them."""
        port = urlsplit(path).port or self._doors["registry"].port
        connection = http.client.HTTPSConnection("localhost", port, timeout=30, context=self._context)
        try:
            target = path.removeprefix(self._doors["data"].origin)
            connection.request(method, target, body or (b"" if method in ("POST", "PUT", "PATCH") else None), headers)
            response = connection.getresponse()
            names = {name.lower() for name, dummy in response.getheaders()}
            joined = {name: ", ".join(response.msg.get_all(name) or []) for name in names}
            return Answer(response.status, joined, response.read().decode("utf-8", "replace"))
        finally:
            connection.close()

    def token(self, host: str, scope: str, authorization: str | None) -> str:
        """Return an access token."""
        headers = {"Host": host} | ({"Authorization": authorization} if authorization else {})
        answer = self.send("GET", f"/oauth2/token?service={host}&scope={scope.replace(' ', '&scope=')}", headers)
        return token_in(answer.body or "")


@contextmanager
def registry() -> Iterator[Registry]:
    """Start a registry, and stop it."""
    with tempfile.TemporaryDirectory(prefix="acr-replay-") as folder:
        started = Registry(Path(folder))
        try:
            yield started
        finally:
            started.close()


def token_in(body: str) -> str:
    """Return the token that an answer gave."""
    match = re.search(r'"(?:access|refresh)_token":"([^"]+)"', body)
    return match.group(1) if match else ""


def replay_in_order(exchanges: list[Exchange], present: list[Found]) -> Iterator[tuple[Exchange, list[str]]]:
    """Send exchanges to one registry, with its own tokens and upload addresses in place of the recorded ones."""
    uploads: dict[str, str] = {}
    token = ""
    with registry() as service:
        for item in present:
            found(service.emulator, item)
        for exchange in exchanges:
            credentials = {"Basic *****": BASIC, "Bearer *****": f"Bearer {token}"}
            headers = {name: credentials.get(value, value) for name, value in exchange.headers.items()}
            upload = UPLOAD.search(exchange.path)
            path = exchange.path
            if upload and upload.group("uuid") in uploads:
                path = uploads[upload.group("uuid")] + exchange.path.partition("_state=*****")[2]
            actual = service.send(exchange.method, path, {"Host": exchange.host, **headers}, exchange.body)
            if actual.status == 307 and exchange.answer.status != 307:
                # The recorder followed redirects, without the registry's credentials.
                actual = service.send(exchange.method, actual.headers["location"], {})
            token = token_in(actual.body or "") or token
            if "docker-upload-uuid" in actual.headers:
                uploads[exchange.answer.headers.get("docker-upload-uuid", "")] = actual.headers["location"]
            yield exchange, differences(exchange.answer, actual, complete=exchange.complete)


def replay_alone(exchange: Exchange) -> list[str]:
    """Send one exchange to a new registry that holds what it needs."""
    with registry() as service:
        names = STATES[exchange.state](service.emulator)
        host = _host(exchange)
        body = names.pop("body", exchange.body.decode())
        sent = {**exchange.headers} | ({"Content-Type": names.pop("content_type")} if "content_type" in names else {})
        names = {"<reg>.azurecr.io": host, "<reg>": host, "<echo of request x-ms-client-request-id or empty>": "", **names}
        path, body = _named(exchange.path, names), _named(body, names)
        claims = {"aud": "https://containerregistry.azure.net", "appid": "somebody", "exp": 4_000_000_000}
        body = body.replace("access_token=access_token", "access_token=" + jwt.encode(claims, "any key will do, for nobody checks it", "HS256"))
        body = body.replace("refresh_token=refresh_token", "refresh_token=" + service.emulator.tokens.refresh(host, ADMIN, "", abac=False))
        actual = service.send(exchange.method, path, {"Host": host, **sent, **_credentials(service, exchange, host, path, names)}, body.encode())
        headers = {name: _named(value, names) for name, value in exchange.answer.headers.items()}
        expected = Answer(exchange.answer.status, headers, _named(exchange.answer.body or "", names))
        return differences(expected, actual, complete=exchange.complete)


def _credentials(service: Registry, exchange: Exchange, host: str, path: str, names: Names) -> dict[str, str]:
    """Return the Authorization header that a client would send."""
    kind = names.get("credentials", "bearer")
    if kind == "none" or path.startswith("/oauth2"):
        return {}
    if kind == "invalid":
        return {"Authorization": "Bearer access_token"}
    asked = CHALLENGE.search(service.send(exchange.method, path, {"Host": host}).headers.get("www-authenticate", ""))
    token = service.token(host, asked.group(1) if asked else "", BASIC if kind == "bearer" else None)
    return {"Authorization": f"Bearer {token}"}


def _host(exchange: Exchange) -> str:
    """Return the name of the registry that answered."""
    texts = [exchange.answer.body or "", *exchange.answer.headers.values(), exchange.body.decode()]
    names = [name for text in texts for name in re.findall(r"\b[a-z]+\.azurecr\.io", text)]
    return names[0] if names else "myregistry.azurecr.io"


def _named(text: str, names: Names) -> str:
    """Replace what stands for something; of two that had the same name, ``second`` is the later."""
    for name, value in names.items():
        if name.startswith("second "):
            first = name.removeprefix("second ")
            head, dummy, tail = text.rpartition(first)
            text = head + value + tail if first in head else text
    for name, value in names.items():
        text = text.replace(name, value) if name[0] in '<"5' else text
    return text


def main() -> None:
    """Replay everything, print a line for each difference, and close with a figure."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("The recordings of the service are not here: make replay RECORDINGS=the folder that holds them.")
    folder = Path(sys.argv[1])
    results = list(replay_in_order(*conformance(folder / "acr-oci-conformance-2024.json")))
    for exchange in transcribed(folder / "acr-transcribed.json"):
        results.append((exchange, [] if exchange.label in NOT_SENT else replay_alone(exchange)))
    equal = 0
    for exchange, lines in results:
        if exchange.label in NOT_SENT:
            lines = [f"not sent: {NOT_SENT[exchange.label]}"]
        elif lines and exchange.label in DIFFERENT:
            lines.append(f"known: {DIFFERENT[exchange.label]}")
        equal += not lines
        for line in lines:
            print(f"{exchange.label}: {exchange.method} {exchange.path[:90]}: {line}")
    share = 100 * equal / len(results)
    print(f"{equal} of {len(results)} recorded exchanges are equal: {share:.1f} %.")
    sys.exit(share < ENOUGH)


if __name__ == "__main__":
    main()
