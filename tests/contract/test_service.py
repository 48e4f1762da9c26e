# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only Azure Container Registry does: its own API, its tokens, its errors to the byte.

The expected values were seen in answers of the service (its clients' public test recordings and the published OCI conformance
report of 2024), or stand in Microsoft's documentation and REST specification, version 2021-07-01.
"""

from __future__ import annotations

import base64
import json
import re

import jwt
import pytest
from ansible_collections.registryops.acr.tests import images

GUIDE = "visit https://aka.ms/acr/authorization for more information."
LOCKED = (
    b'{"errors":[{"code":"REGISTRY_DISALLOWED_OPERATION","message":"The operation is disallowed on this registry, repository or image. View '
    b'troubleshooting steps at https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation","detail":{}}]}\n'
)
ZERO = "sha256:" + "0" * 64
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z")


def scopes(answer):
    """The scopes a challenge asks for, whatever the order of their actions."""
    found = re.search(r'scope="([^"]*)"', answer.headers["Www-Authenticate"]).group(1)
    return {(scope.rpartition(":")[0], frozenset(scope.rpartition(":")[2].split(","))) for scope in found.split(" ")}


def token(acr, scope, **form):
    answer = acr.send("POST", "/oauth2/token", data={"service": "r.azurecr.io", "scope": scope, **form})
    assert answer.status_code == 200
    assert list(answer.json()) == ["access_token"]
    return answer.json()["access_token"]


# Challenges


def test_the_root_asks_for_no_scope(nobody):
    answer = nobody.send("GET", "/v2/")
    assert answer.status_code == 401
    assert answer.headers["Www-Authenticate"] == 'Bearer realm="https://r.azurecr.io/oauth2/token",service="r.azurecr.io"'
    assert answer.content == b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required, ' + GUIDE.encode() + b'","detail":null}]}\n'
    assert answer.headers["Content-Length"] == "149"


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/acr/v1/_catalog", ("registry:catalog", {"*"})),
        ("GET", "/v2/_catalog", ("registry:catalog", {"*"})),
        ("GET", "/acr/v1/a/b", ("repository:a/b", {"metadata_read"})),
        ("GET", "/acr/v1/a%2Fb/_tags", ("repository:a/b", {"metadata_read"})),
        ("GET", "/acr/v1/a/b/_tags/v1", ("repository:a/b", {"metadata_read"})),
        ("GET", "/acr/v1/a/b/_manifests", ("repository:a/b", {"metadata_read"})),
        ("GET", "/v2/a/b/tags/list", ("repository:a/b", {"metadata_read"})),
        ("PATCH", "/acr/v1/a/b", ("repository:a/b", {"metadata_write"})),
        ("PATCH", "/acr/v1/a/b/_tags/v1", ("repository:a/b", {"metadata_write"})),
        ("DELETE", "/acr/v1/a/b", ("repository:a/b", {"delete"})),
        ("DELETE", "/acr/v1/a/b/_tags/v1", ("repository:a/b", {"delete"})),
        ("DELETE", f"/v2/a/b/manifests/{ZERO}", ("repository:a/b", {"delete"})),
        ("DELETE", f"/v2/a/b/blobs/{ZERO}", ("repository:a/b", {"delete"})),
        ("GET", "/v2/a/b/manifests/v1", ("repository:a/b", {"pull"})),
        ("HEAD", f"/v2/a/b/blobs/{ZERO}", ("repository:a/b", {"pull"})),
        ("GET", f"/v2/a/b/referrers/{ZERO}", ("repository:a/b", {"pull"})),
        ("PUT", "/v2/a/b/manifests/v1", ("repository:a/b", {"pull", "push"})),
        ("POST", "/v2/a/b/blobs/uploads/", ("repository:a/b", {"pull", "push"})),
        ("PATCH", "/v2/a/b/blobs/uploads/00000000-0000-0000-0000-000000000000", ("repository:a/b", {"pull", "push"})),
        ("GET", "/v2/a/b/blobs/uploads/00000000-0000-0000-0000-000000000000", ("repository:a/b", {"pull"})),
        ("GET", "/acr/v1/_deleted/_catalog", ("registry:deleted_catalog", {"*"})),
        ("GET", "/acr/v1/_deleted/a/b/_manifests", ("repository:a/b", {"deleted_read"})),
        ("GET", "/acr/v1/_deleted/a/b/_tags", ("repository:a/b", {"deleted_read"})),
        ("POST", f"/acr/v1/_deleted/a/b/_manifests/{ZERO}", ("repository:a/b", {"deleted_read", "deleted_restore"})),
    ],
)
def test_an_operation_asks_for_its_scope(nobody, method, path, scope):
    answer = nobody.send(method, path)
    assert answer.status_code == 401
    assert scopes(answer) == {(scope[0], frozenset(scope[1]))}
    assert "error=" not in answer.headers["Www-Authenticate"]


def test_a_challenge_lists_pull_before_push_in_its_body_and_in_any_order_in_its_header(nobody):
    headers = set()
    for dummy in range(30):
        answer = nobody.send("POST", "/v2/ocitest/alltests/blobs/uploads/")
        headers.add(answer.headers["Www-Authenticate"].partition('scope="')[2])
        assert answer.content == (
            b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required, ' + GUIDE.encode() + b'","detail":['
            b'{"Type":"repository","Name":"ocitest/alltests","Action":"pull"},{"Type":"repository","Name":"ocitest/alltests","Action":"push"}]}]}\n'
        )
        assert answer.headers["Content-Length"] == "274"
    assert headers == {'repository:ocitest/alltests:pull,push"', 'repository:ocitest/alltests:push,pull"'}


def test_a_mount_asks_for_two_scopes_in_one_attribute(nobody):
    answer = nobody.send("POST", f"/v2/ocitest/mount-source/blobs/uploads/?from=ocitest%2Falltests&mount={ZERO}")
    assert scopes(answer) == {("repository:ocitest/mount-source", frozenset({"pull", "push"})), ("repository:ocitest/alltests", frozenset({"pull"}))}
    assert len(answer.json()["errors"][0]["detail"]) == 3


def test_a_token_that_is_none_and_one_that_is_too_weak_are_told_apart(nobody):
    nobody.session.headers["Authorization"] = "Bearer nonsense"
    assert nobody.send("GET", "/acr/v1/_catalog").headers["Www-Authenticate"].endswith(',scope="registry:catalog:*",error="invalid_token"')
    weak = token(nobody, "repository:app:pull", grant_type="password", username="admin", password="emulator-admin-password")
    nobody.session.headers["Authorization"] = f"Bearer {weak}"
    answer = nobody.send("PATCH", "/acr/v1/app", json={})
    assert answer.status_code == 401
    assert answer.headers["Www-Authenticate"].endswith(',scope="repository:app:metadata_write",error="insufficient_scope"')


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("HEAD", "/v2/a/manifests/.INVALID_MANIFEST_NAME"),
        ("GET", "/v2/a/manifests/sha256:totallywrong"),
        ("PUT", "/v2/a/manifests/sha256:totallywrong"),
        ("GET", "/acr/v1/a/_manifests/latest"),
        ("GET", "/v2/a/nothing"),
        ("GET", "/"),
    ],
)
def test_an_address_nobody_knows_is_plain_text_before_any_authentication(nobody, method, path):
    answer = nobody.send(method, path)
    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Content-Length"]) == (404, "text/plain; charset=utf-8", "19")
    assert "Access-Control-Expose-Headers" not in answer.headers
    assert answer.headers["Docker-Distribution-Api-Version"] == "registry/2.0"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.raw.headers.getlist("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"] * 2
    assert method == "HEAD" or answer.content == b"404 page not found\n"


# Tokens


def claims(value):
    return jwt.decode(value, options={"verify_signature": False})


def test_an_entra_token_becomes_a_refresh_token_and_that_an_access_token(nobody):
    now = int(nobody.emulator.clock.now())
    entra = jwt.encode({"exp": now + 3600, "aud": "https://containerregistry.azure.net", "appid": "someone"}, "a-key-of-somebody-else-not-ours-at-all!")
    answer = nobody.send("POST", "/oauth2/exchange", data={"grant_type": "access_token", "service": "r.azurecr.io", "access_token": entra})
    assert (answer.status_code, list(answer.json())) == (200, ["refresh_token"])
    refresh = answer.json()["refresh_token"]
    known = claims(refresh)
    assert (known["exp"] - known["iat"], known["iss"], known["aud"]) == (11700, "Azure Container Registry", "r.azurecr.io")
    assert (known["grant_type"], known["version"]) == ("refresh_token", "1.0")
    access = claims(token(nobody, "repository:app:pull,push", grant_type="refresh_token", refresh_token=refresh))
    assert (access["exp"] - access["iat"], access["grant_type"]) == (4500, "access_token")
    assert access["access"] == [{"type": "repository", "name": "app", "actions": ["pull", "push"]}]


def test_a_token_of_entra_that_is_none_is_refused_in_78_bytes(nobody):
    answer = nobody.send("POST", "/oauth2/exchange", data={"grant_type": "access_token", "service": "r.azurecr.io", "access_token": "x"})
    assert answer.status_code == 401
    assert answer.content == b'{"errors":[{"code":"UNAUTHORIZED","message":"retrieving permissions failed"}]}'
    assert (len(answer.content), answer.headers["Content-Type"]) == (78, "application/json")


def test_the_audience_of_azure_resource_manager_can_be_shut_out(nobody):
    now = int(nobody.emulator.clock.now())
    entra = jwt.encode({"exp": now + 3600, "aud": "https://management.azure.com/", "appid": "a"}, "a-key-of-somebody-else-not-ours-at-all!")
    form = {"grant_type": "access_token", "service": "r.azurecr.io", "access_token": entra}
    assert nobody.send("POST", "/oauth2/exchange", data=form).status_code == 200
    nobody.emulator.change_settings({"arm_audience": False})
    assert nobody.send("POST", "/oauth2/exchange", data=form).status_code == 401


def test_a_password_gets_a_token_by_get_and_by_post(nobody):
    answer = nobody.send("GET", "/oauth2/token?service=r.azurecr.io&scope=repository:app:pull", auth=("admin", "emulator-admin-password"))
    assert list(answer.json()) == ["access_token"]
    token(nobody, "repository:app:pull", grant_type="password", username="admin", password="emulator-admin-password")
    assert nobody.send("GET", "/oauth2/token?scope=x", auth=("admin", "wrong")).status_code == 401


def test_nobody_gets_a_short_token_where_that_is_allowed(nobody):
    form = {"grant_type": "password", "service": "r.azurecr.io", "scope": "repository:app:metadata_read,metadata_write", "refresh_token": ""}
    assert nobody.send("POST", "/oauth2/token", data=form).status_code == 401
    nobody.emulator.change_settings({"anonymous": True})
    known = claims(nobody.send("POST", "/oauth2/token", data=form).json()["access_token"])
    assert known["exp"] - known["iat"] == 1200
    assert {"type": "repository", "name": "app", "actions": ["metadata_read"]} in known["access"]


def test_a_token_server_grants_less_without_a_word(nobody):
    nobody.emulator.identities.register_token({"name": "reader", "password": "pw", "repositories": {"samples/*": ["content/read"]}})
    given = token(nobody, "repository:samples/a:pull,push repository:other:pull registry:catalog:*", grant_type="password", username="reader", password="pw")
    assert claims(given)["access"] == [{"type": "repository", "name": "samples/a", "actions": ["pull"]}]


def test_with_repository_permissions_there_is_no_wildcard(nobody):
    form = {"grant_type": "password", "username": "admin", "password": "emulator-admin-password"}
    assert claims(token(nobody, "repository:*:pull", **form))["access"] == [{"type": "repository", "name": "*", "actions": ["pull"]}]
    nobody.emulator.change_settings({"abac": True})
    assert claims(token(nobody, "repository:*:pull", **form))["access"] == []


def test_a_token_ends_by_the_emulators_clock(nobody):
    nobody.push_with = token(nobody, "registry:catalog:*", grant_type="password", username="admin", password="emulator-admin-password")
    nobody.session.headers["Authorization"] = f"Bearer {nobody.push_with}"
    assert nobody.send("GET", "/acr/v1/_catalog").status_code == 200
    nobody.emulator.clock.advance(4501)
    assert 'error="invalid_token"' in nobody.send("GET", "/acr/v1/_catalog").headers["Www-Authenticate"]


# Headers


def test_the_headers_of_an_answer_from_storage(acr):
    acr.push("app", images.image("x"), "v1")
    answer = acr.send("GET", "/v2/app/manifests/v1", headers={"Accept": images.OCI_MANIFEST})
    assert answer.raw.headers.getlist("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"] * 2
    assert sorted(answer.raw.headers.getlist("Access-Control-Expose-Headers")) == [
        "Docker-Content-Digest",
        "Link",
        "WWW-Authenticate",
        "X-Ms-Correlation-Request-Id",
    ]
    assert answer.headers["Docker-Distribution-Api-Version"] == "registry/2.0"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Etag"] == f'"{answer.headers["Docker-Content-Digest"]}"'
    assert answer.headers["X-Ms-Request-Id"]
    assert answer.headers["X-Ms-Client-Request-Id"] == ""


@pytest.mark.parametrize("path", ["/acr/v1/_catalog", "/acr/v1/app", "/acr/v1/app/_tags", "/v2/app/tags/list", f"/v2/app/referrers/{ZERO}"])
def test_an_answer_from_metadata_has_no_request_id(acr, path):
    acr.push("app", images.image("x"), "v1")
    answer = acr.send("GET", path)
    assert answer.status_code == 200
    assert "X-Ms-Request-Id" not in answer.headers
    assert answer.headers["X-Ms-Correlation-Request-Id"]


def test_the_calls_that_are_left_are_counted_on_deletions(acr):
    digests = [acr.push("app", images.image(str(number)), f"v{number}") for number in range(3)]
    left = [acr.send("DELETE", f"/v2/app/manifests/{digest}").headers["X-Ms-Ratelimit-Remaining-Calls-Per-Second"] for digest in digests]
    assert left[0] == "32.000000"
    assert float(left[2]) <= float(left[0])


# Lists and properties


def test_an_empty_registry_lists_null(acr):
    answer = acr.send("GET", "/acr/v1/_catalog")
    assert answer.content == b'{"repositories":null}\n'
    assert answer.headers["Content-Length"] == "22"


def test_a_catalog_comes_in_pages(acr):
    for name in ("library/busybox", "library/alpine", "team/tool"):
        acr.push(name, images.image(name), "v1")
    answer = acr.send("GET", "/acr/v1/_catalog?n=2")
    assert answer.content == b'{"repositories":["library/alpine","library/busybox"]}\n'
    assert answer.headers["Link"] == '</acr/v1/_catalog?last=library%2Fbusybox&n=2&orderby=>; rel="next"'
    answer = acr.send("GET", "/acr/v1/_catalog?last=library%2Fbusybox&n=2&orderby=")
    assert answer.json() == {"repositories": ["team/tool"]}
    assert "Link" not in answer.headers


def test_a_repository(acr):
    acr.push("library/app", images.multi_platform("x"), "v1")
    answer = acr.send("GET", "/acr/v1/library%2Fapp")
    data = answer.json()
    assert list(data) == ["registry", "imageName", "createdTime", "lastUpdateTime", "manifestCount", "tagCount", "changeableAttributes"]
    assert (data["registry"], data["imageName"], data["manifestCount"], data["tagCount"]) == ("r.azurecr.io", "library/app", 3, 1)
    attributes = {"deleteEnabled": True, "writeEnabled": True, "readEnabled": True, "listEnabled": True, "teleportEnabled": False}
    assert list(data["changeableAttributes"].items()) == list(attributes.items())
    assert STAMP.fullmatch(data["createdTime"])
    assert answer.content.endswith(b"}\n")
    assert b": " not in answer.content


@pytest.mark.parametrize("path", ["/acr/v1/nowhere", "/acr/v1/nowhere/_tags", "/acr/v1/nowhere/_manifests", "/v2/nowhere/tags/list"])
def test_a_missing_repository(acr, path):
    answer = acr.send("GET", path)
    assert answer.status_code == 404
    assert answer.content == b'{"errors":[{"code":"NAME_UNKNOWN","message":"repository \\"nowhere\\" is not found"}]}\n'


def test_deleting_a_missing_repository_has_another_text(acr):
    answer = acr.send("DELETE", "/acr/v1/not_real_repo")
    assert answer.status_code == 404
    assert answer.content == b'{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry","detail":{"name":"not_real_repo"}}]}\n'


def test_deleting_a_repository_says_what_went(acr):
    digests = sorted([acr.push("app", images.image("x"), "v2", "v1"), acr.push("app", images.image("y"))])
    answer = acr.send("DELETE", "/acr/v1/app")
    assert (answer.status_code, answer.json()) == (202, {"manifestsDeleted": digests, "tagsDeleted": ["v1", "v2"]})
    assert acr.send("GET", "/acr/v1/app").status_code == 404


def test_a_tag(acr):
    digest = acr.push("library/app", images.image("x"), "v1")
    data = acr.send("GET", "/acr/v1/library/app/_tags/v1").json()
    assert list(data) == ["registry", "imageName", "tag"]
    assert list(data["tag"]) == ["name", "digest", "createdTime", "lastUpdateTime", "signed", "changeableAttributes"]
    assert (data["tag"]["name"], data["tag"]["digest"], data["tag"]["signed"]) == ("v1", digest, False)
    assert list(data["tag"]["changeableAttributes"]) == ["deleteEnabled", "writeEnabled", "readEnabled", "listEnabled"]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_missing_tag_is_unknown_even_without_its_repository(acr, method):
    answer = acr.send(method, "/acr/v1/does_not_exist/_tags/nope", json={} if method == "PATCH" else None)
    assert answer.status_code == 404
    assert answer.content == b'{"errors":[{"code":"TAG_UNKNOWN","message":"the specified tag does not exist"}]}\n'
    assert len(answer.content) == 81


def test_deleting_a_tag_names_its_manifest_and_keeps_it(acr):
    digest = acr.push("app", images.image("x"), "v1", "v2")
    answer = acr.send("DELETE", "/acr/v1/app/_tags/v1")
    assert (answer.status_code, answer.content, answer.headers["X-Ms-Int-Docker-Content-Digest"]) == (202, b"", digest)
    assert acr.send("GET", f"/acr/v1/app/_manifests/{digest}").json()["manifest"]["tags"] == ["v2"]
    assert acr.send("DELETE", "/acr/v1/app/_tags/v1").status_code == 404


def test_the_tags_of_one_manifest_in_pages_whose_link_forgets_it(acr):
    digest = acr.push("library/hello", images.image("x"), "a", "b", "c")
    acr.push("library/hello", images.image("y"), "other")
    answer = acr.send("GET", f"/acr/v1/library%2Fhello/_tags?n=2&digest={digest.replace(':', '%3A')}&api-version=2021-07-01")
    assert [tag["name"] for tag in answer.json()["tags"]] == ["a", "b"]
    assert answer.headers["Link"] == '</acr/v1/library%2Fhello/_tags?last=b&n=2&orderby=>; rel="next"'


def test_the_newest_tags_come_first_behind_a_cursor_of_time_and_name(acr):
    for number in range(5):
        acr.push("app", images.image(str(number)), f"v{number}")
        acr.emulator.clock.advance(1)
    answer = acr.send("GET", "/acr/v1/app/_tags?n=2&orderby=timedesc")
    assert [tag["name"] for tag in answer.json()["tags"]] == ["v4", "v3"]
    path, cursor = re.fullmatch(r'<(/acr/v1/app/_tags)\?last=(\d+%26v3)&n=2&orderby=timedesc>; rel="next"', answer.headers["Link"]).groups()
    answer = acr.send("GET", f"{path}?last={cursor}&n=2&orderby=timedesc")
    assert [tag["name"] for tag in answer.json()["tags"]] == ["v2", "v1"]
    again = acr.send("GET", f"{path}?last=v3&n=2&orderby=timedesc")
    assert [tag["name"] for tag in again.json()["tags"]] == ["v4", "v3"], "a bare name is no cursor in this order"
    oldest = acr.send("GET", "/acr/v1/app/_tags?orderby=timeasc").json()["tags"]
    assert [tag["name"] for tag in oldest] == ["v0", "v1", "v2", "v3", "v4"]


def test_the_cursor_counts_ticks_down_from_the_largest_number(acr):
    # 2^63 - 1 - 8586163895140836946 are the ticks of 2020-03-26T10:09:31.3938861Z, as a maintainer's example shows.
    acr.emulator.clock.set(1585217371.0)
    acr.push("app", images.image("x"), "a")
    acr.push("app", images.image("x"), "b")
    link = acr.send("GET", "/acr/v1/app/_tags?n=1&orderby=timedesc").headers["Link"]
    number = int(re.search(r"last=(\d+)%26", link).group(1))
    assert abs(number - 8586163895140836946) < 10_000_000 * 60


def test_a_page_has_100_items_unless_asked_and_never_more_than_1000(acr):
    acr.push("app", images.image("x"), "t0")
    tag = acr.emulator.store.tags.get("app", "t0")
    acr.emulator.store.tags.replace_many(tag._replace(name=f"t{number}") for number in range(1, 1200))
    for query, count in (("", 100), ("?n=1000", 1000), ("?n=5000", 1000)):
        assert len(acr.send("GET", f"/acr/v1/app/_tags{query}").json()["tags"]) == count


def test_a_tag_that_moves_keeps_the_time_it_was_made(acr):
    acr.push("app", images.image("x"), "v1")
    before = acr.send("GET", "/acr/v1/app/_tags/v1").json()["tag"]
    acr.emulator.clock.advance(5)
    acr.push("app", images.image("y"), "v1")
    after = acr.send("GET", "/acr/v1/app/_tags/v1").json()["tag"]
    assert after["createdTime"] == before["createdTime"] < after["lastUpdateTime"]


def test_the_manifests_of_an_image_for_two_platforms(acr):
    index = acr.push("app", images.multi_platform("x"), "v1")
    listed = {item["digest"]: item for item in acr.send("GET", "/acr/v1/app/_manifests").json()["manifests"]}
    assert len(listed) == 3
    child = next(item for digest, item in listed.items() if digest != index)
    assert {"architecture", "os", "configMediaType", "mediaType", "imageSize"} <= set(child)
    assert "tags" not in child
    whole = acr.send("GET", f"/acr/v1/app/_manifests/{index}").json()["manifest"]
    assert list(whole)[-2:] == ["changeableAttributes", "references"]
    assert [(reference["architecture"], reference["os"]) for reference in whole["references"]] == [("amd64", "linux"), ("arm64", "linux")]
    assert "architecture" not in whole


def test_a_repository_without_tags_lists_null(acr):
    acr.push("app", images.image("x"))
    assert acr.send("GET", "/acr/v1/app/_tags").json()["tags"] is None


# Manifests


def test_a_manifest_is_found_only_by_who_accepts_it(acr):
    acr.push("app", images.multi_platform("x"), "index")
    acr.push("app", images.image("x"), "image")
    for accept in ("*/*", images.OCI_MANIFEST):
        answer = acr.send("GET", "/v2/app/manifests/index", headers={"Accept": accept})
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["message"] == "OCI index found, but accept header does not support OCI indexes"
    answer = acr.send("GET", "/v2/app/manifests/image", headers={"Accept": "*/*"})
    assert answer.json()["errors"][0]["message"] == "OCI manifest found, but accept header does not support OCI manifests"


def test_a_missing_manifest_in_three_texts(acr):
    acr.push("ocitest/alltests", images.image("x"), "v1")
    answer = acr.send("GET", "/v2/ocitest/alltests/manifests/wrong-tag")
    assert answer.content == (
        b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest tagged by \\"wrong-tag\\" is not found","detail":{"Tag":"wrong-tag"}}]}\n'
    )
    answer = acr.send("GET", f"/v2/ocitest/alltests/manifests/{ZERO}")
    assert answer.headers["Content-Length"] == "269"
    assert answer.json()["errors"][0]["detail"] == {"Name": "ocitest/alltests", "Revision": ZERO}
    answer = acr.send("DELETE", f"/v2/ocitest/alltests/manifests/{ZERO}")
    assert answer.headers["Content-Length"] == "147"
    assert answer.content == f'{{"errors":[{{"code":"MANIFEST_UNKNOWN","message":"manifest {ZERO} is not found"}}]}}\n'.encode()


def test_a_manifest_is_deleted_by_digest_only(acr):
    acr.push("app", images.image("x"), "v1")
    answer = acr.send("DELETE", "/v2/app/manifests/v1")
    assert answer.status_code == 405
    assert answer.content == b'{"errors":[{"code":"UNSUPPORTED","message":"A manifest can only be deleted by digest."}]}\n'


def test_a_manifest_that_is_too_large_or_not_what_it_says_is_invalid(acr):
    for data in (b"x", b"[]", json.dumps({"mediaType": images.OCI_INDEX}).encode(), b" " * (4 * 1024 * 1024 + 1)):
        answer = acr.send("PUT", "/v2/app/manifests/v1", data=data, headers={"Content-Type": images.OCI_MANIFEST})
        assert (answer.status_code, answer.content) == (
            400,
            b'{"errors":[{"code":"MANIFEST_INVALID","message":"manifest invalid","detail":{"Reason":{}}}]}\n',
        )


def test_a_manifest_with_a_subject_is_found_from_it(acr):
    subject = acr.push("app", images.image("x"), "v1")
    assert acr.send("GET", f"/v2/app/referrers/{ZERO}").content == (
        b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}\n'
    )
    kinds = ["application/vnd.example.sbom", "application/vnd.example.signature"]
    referrers = []
    for kind in kinds:
        made = images.image(kind, subject={"mediaType": images.OCI_MANIFEST, "digest": subject, "size": 1}, artifactType=kind, annotations={"k": kind})
        for blob in made.blobs:
            acr.push_blob("app", blob.data)
        answer = acr.send("PUT", f"/v2/app/manifests/{made.root.digest}", data=made.root.data, headers={"Content-Type": images.OCI_MANIFEST})
        assert answer.headers["Oci-Subject"] == subject
        referrers.append(made.root)
        acr.emulator.clock.advance(1)
    answer = acr.send("GET", f"/v2/app/referrers/{subject}")
    assert answer.headers["Content-Type"] == images.OCI_INDEX
    assert [list(item) for item in answer.json()["manifests"]] == [["mediaType", "digest", "size", "annotations", "artifactType"]] * 2
    assert [item["digest"] for item in answer.json()["manifests"]] == [referrers[1].digest, referrers[0].digest]
    answer = acr.send("GET", f"/v2/app/referrers/{subject}?artifactType={kinds[0]}")
    assert answer.headers["Oci-Filters-Applied"] == "artifactType"
    assert [item["digest"] for item in answer.json()["manifests"]] == [referrers[0].digest]


# Blobs


def test_a_blob_is_elsewhere_and_there_a_registrys_token_is_refused(acr):
    digest = acr.push_blob("app", b"content")
    answer = acr.send("GET", f"/v2/app/blobs/{digest}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (307, "text/html; charset=utf-8")
    assert answer.headers["Docker-Content-Digest"] == digest
    location = answer.headers["Location"]
    assert not location.startswith(acr.url)
    assert answer.text == f'<a href="{location.replace("&", "&amp;")}">Temporary Redirect</a>.\n\n'
    refused = acr.session.get(location)
    assert refused.status_code == 400
    assert "<Code>InvalidAuthenticationInfo</Code>" in refused.text
    acr.session.auth = None
    assert acr.session.get(location).content == b"content"
    assert acr.session.get(location.replace("sig=", "sig=0")).status_code == 403
    acr.emulator.clock.advance(30 * 60)
    assert acr.session.get(location).status_code == 403


def test_blobs_outlive_the_last_manifest(acr):
    image = images.image("x")
    acr.send("DELETE", f"/v2/app/manifests/{acr.push('app', image, 'v1')}")
    assert acr.send("GET", "/acr/v1/app").status_code == 404
    assert [acr.send("DELETE", f"/v2/app/blobs/{blob.digest}").status_code for blob in image.blobs] == [202, 202]


def test_a_missing_blob(acr):
    acr.push("app", images.image("x"), "v1")
    answer = acr.send("GET", f"/v2/app/blobs/{ZERO}")
    assert answer.content == f'{{"errors":[{{"code":"BLOB_UNKNOWN","message":"blob unknown to registry","detail":"{ZERO}"}}]}}\n'.encode()
    assert (answer.headers["Content-Length"], answer.headers["Cache-Control"]) == ("157", "no-cache")
    answer = acr.send("DELETE", f"/v2/app/blobs/{ZERO}")
    assert (answer.content, answer.headers["Content-Length"]) == (b'{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown to registry"}]}\n', "74")


def test_an_upload_is_at_a_relative_address_that_has_a_query(acr):
    answer = acr.send("POST", "/v2/app/blobs/uploads/")
    assert (answer.status_code, answer.headers["Range"], answer.headers["Content-Length"]) == (202, "0-0", "0")
    identifier = answer.headers["Docker-Upload-Uuid"]
    assert answer.headers["Location"].startswith(f"/v2/app/blobs/uploads/{identifier}?_nouploadcache=false&_state=")
    state = re.search(r"_state=(.*)", answer.headers["Location"]).group(1).replace("%3D", "=")
    opened = json.loads(base64.urlsafe_b64decode(state)[32:])
    assert (opened["Name"], opened["UUID"], opened["Offset"]) == ("app", identifier, 0)


def test_a_blob_can_be_sent_at_once(acr):
    content = images.Content("", b"all at once")
    answer = acr.send("POST", f"/v2/app/blobs/uploads/?digest={content.digest}", data=content.data)
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/v2/app/blobs/{content.digest}")
    assert "Docker-Upload-Uuid" not in answer.headers


def test_a_chunk_that_begins_too_late_and_one_that_was_there_before(acr):
    location = acr.send("POST", "/v2/app/blobs/uploads/").headers["Location"]
    answer = acr.send("PATCH", location, data=b"x" * 20, headers={"Content-Range": "22-41"})
    assert answer.status_code == 416
    assert answer.content == (
        b'{"errors":[{"code":"BLOB_UPLOAD_RANGE_INVALID","message":"blob upload range invalid",'
        b'"detail":{"Range":"22-41","Reason":"out of order chunk: content range should start at 0"}}]}\n'
    )
    assert acr.send("PATCH", location, data=b"x" * 22, headers={"Content-Range": "0-21"}).status_code == 202
    answer = acr.send("PATCH", location, data=b"x" * 22, headers={"Content-Range": "0-21"})
    assert (answer.status_code, answer.content, answer.headers["Range"]) == (416, b"", "0-21")
    assert answer.headers["Location"].startswith("/v2/app/blobs/uploads/")


def test_a_wrong_digest(acr):
    location = acr.send("POST", "/v2/app/blobs/uploads/").headers["Location"]
    answer = acr.send("PUT", f"{location}&digest={ZERO}", data=b"x")
    assert (answer.status_code, answer.headers["Content-Length"]) == (400, "131")
    assert answer.content == (
        b'{"errors":[{"code":"DIGEST_INVALID","message":"provided digest did not match uploaded content","detail":"digest parsing failed"}]}\n'
    )


def test_an_upload_that_nobody_knows(acr):
    answer = acr.send("PATCH", "/v2/app/blobs/uploads/00000000-0000-0000-0000-000000000000", data=b"x")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "BLOB_UPLOAD_UNKNOWN")


# Locks


def lock(acr, path, **flags):
    answer = acr.send("PATCH", path, json=flags)
    assert answer.status_code == 200
    return answer.json()


def refused(answer):
    return answer.status_code == 405 and answer.content == LOCKED and answer.headers["Content-Length"] == "263"


@pytest.fixture
def app(acr):
    acr.digest = acr.push("app", images.image("x"), "v1", "v2")
    return acr


def push_tag(acr, name, text="other"):
    made = images.image(text)
    for blob in made.blobs:
        answer = acr.send("POST", f"/v2/app/blobs/uploads/?digest={blob.digest}", data=blob.data)
        if answer.status_code != 201:
            return answer
    return acr.send("PUT", f"/v2/app/manifests/{name}", data=made.root.data, headers={"Content-Type": images.OCI_MANIFEST})


def test_attributes_are_changed_in_part_and_times_stay(app):
    before = app.send("GET", "/acr/v1/app/_tags/v1").json()
    after = lock(app, "/acr/v1/app/_tags/v1", writeEnabled=False)
    before["tag"]["changeableAttributes"]["writeEnabled"] = False
    assert after == before
    assert lock(app, "/acr/v1/app", deleteEnabled=False)["changeableAttributes"]["deleteEnabled"] is False
    assert lock(app, f"/acr/v1/app/_manifests/{app.digest}", listEnabled=False)["manifest"]["changeableAttributes"]["listEnabled"] is False


def test_what_is_locked_can_be_unlocked(app):
    for path in ("/acr/v1/app/_tags/v1", f"/acr/v1/app/_manifests/{app.digest}", "/acr/v1/app"):
        lock(app, path, deleteEnabled=False, writeEnabled=False, readEnabled=False, listEnabled=False)
        lock(app, path, deleteEnabled=True, writeEnabled=True, readEnabled=True, listEnabled=True)


def test_a_tag_that_cannot_be_written_can_neither_be_moved_nor_deleted(app):
    lock(app, "/acr/v1/app/_tags/v1", writeEnabled=False)
    assert refused(push_tag(app, "v1"))
    assert refused(app.send("DELETE", "/acr/v1/app/_tags/v1"))
    assert push_tag(app, "v2").status_code == 201


def test_a_tag_that_cannot_be_deleted_can_be_moved(app):
    lock(app, "/acr/v1/app/_tags/v1", deleteEnabled=False)
    assert refused(app.send("DELETE", "/acr/v1/app/_tags/v1"))
    assert push_tag(app, "v1").status_code == 201


def test_a_locked_tag_goes_with_its_manifest(app):
    lock(app, "/acr/v1/app/_tags/v1", deleteEnabled=False, writeEnabled=False)
    push_tag(app, "other")
    assert app.send("DELETE", f"/v2/app/manifests/{app.digest}").status_code == 202
    assert app.send("GET", "/acr/v1/app/_tags/v1").status_code == 404


@pytest.mark.parametrize("flag", ["deleteEnabled", "writeEnabled"])
def test_a_locked_manifest_cannot_be_deleted(app, flag):
    lock(app, f"/acr/v1/app/_manifests/{app.digest}", **{flag: False})
    assert refused(app.send("DELETE", f"/v2/app/manifests/{app.digest}"))


def test_a_repository_that_cannot_be_written_locks_all_it_holds(app):
    lock(app, "/acr/v1/app", writeEnabled=False)
    assert refused(push_tag(app, "v3"))
    assert refused(app.send("DELETE", "/acr/v1/app/_tags/v1"))
    assert refused(app.send("DELETE", f"/v2/app/manifests/{app.digest}"))
    assert refused(app.send("PATCH", "/acr/v1/app/_tags/v1", json={"deleteEnabled": True}))
    assert refused(app.send("PATCH", f"/acr/v1/app/_manifests/{app.digest}", json={"deleteEnabled": True}))
    assert refused(app.send("DELETE", "/acr/v1/app"))


def test_a_repository_that_cannot_be_deleted_lets_its_content_go(app):
    lock(app, "/acr/v1/app", deleteEnabled=False)
    assert refused(app.send("DELETE", "/acr/v1/app"))
    assert app.send("DELETE", "/acr/v1/app/_tags/v1").status_code == 202


@pytest.mark.parametrize("what", ["_tags/v1", "_manifests/{}"])
def test_a_repository_with_something_locked_in_it_cannot_be_deleted(app, what):
    lock(app, f"/acr/v1/app/{what.format(app.digest)}", deleteEnabled=False)
    assert refused(app.send("DELETE", "/acr/v1/app"))


def test_what_cannot_be_read_cannot_be_pulled(app):
    lock(app, f"/acr/v1/app/_manifests/{app.digest}", readEnabled=False)
    assert refused(app.send("GET", "/v2/app/manifests/v1", headers={"Accept": images.OCI_MANIFEST}))


def test_what_cannot_be_listed_is_there_for_who_knows_it(app):
    lock(app, "/acr/v1/app/_tags/v1", listEnabled=False)
    assert [tag["name"] for tag in app.send("GET", "/acr/v1/app/_tags").json()["tags"]] == ["v2"]
    assert app.send("GET", "/acr/v1/app/_tags/v1").status_code == 200


# Soft delete


def test_what_was_deleted_softly_can_be_listed_and_brought_back(app):
    app.emulator.change_settings({"soft_delete": True})
    app.send("DELETE", f"/v2/app/manifests/{app.digest}")
    assert app.send("GET", "/acr/v1/app").status_code == 404
    assert [item["repository"] for item in app.send("GET", "/acr/v1/_deleted/_catalog").json()["repositories"]] == ["app"]
    assert [item["digest"] for item in app.send("GET", "/acr/v1/_deleted/app/_manifests").json()["manifests"]] == [app.digest]
    assert [item["tag"] for item in app.send("GET", "/acr/v1/_deleted/app/_tags").json()["tags"]] == ["v1", "v2"]
    answer = app.send("POST", f"/acr/v1/_deleted/app/_manifests/{app.digest}?force=False", json={"tag": "v1"})
    assert (answer.status_code, answer.json()) == (200, {"digest": app.digest, "tag": "v1"})
    assert app.send("GET", "/acr/v1/app/_tags/v1").json()["tag"]["digest"] == app.digest


def test_what_was_deleted_softly_is_not_pushed_again(app):
    app.emulator.change_settings({"soft_delete": True})
    content = app.send("GET", f"/v2/app/manifests/{app.digest}", headers={"Accept": images.OCI_MANIFEST}).content
    app.send("DELETE", f"/v2/app/manifests/{app.digest}")
    answer = app.send("PUT", "/v2/app/manifests/v3", data=content, headers={"Content-Type": images.OCI_MANIFEST})
    assert (answer.status_code, answer.content) == (405, LOCKED)


def test_a_repository_that_was_deleted_softly_comes_back_with_its_layers(app):
    app.emulator.change_settings({"soft_delete": True})
    content = app.send("GET", f"/v2/app/manifests/{app.digest}", headers={"Accept": images.OCI_MANIFEST}).content
    assert app.send("DELETE", "/acr/v1/app").status_code == 202
    app.send("POST", f"/acr/v1/_deleted/app/_manifests/{app.digest}?force=False", json={"tag": "v1"})
    assert app.send("PUT", "/v2/app/manifests/v2", data=content, headers={"Content-Type": images.OCI_MANIFEST}).status_code == 201


def test_a_tag_that_exists_is_overwritten_by_force_only_and_then_deleted_softly(app):
    app.emulator.change_settings({"soft_delete": True})
    app.send("DELETE", f"/v2/app/manifests/{app.digest}")
    theirs = app.push("app", images.image("theirs"), "v1")
    restore = f"/acr/v1/_deleted/app/_manifests/{app.digest}?force="
    assert app.send("POST", restore + "False", json={"tag": "v1"}).status_code == 409
    assert app.send("GET", "/acr/v1/app/_tags/v1").json()["tag"]["digest"] == theirs
    assert app.send("POST", restore + "True", json={"tag": "v1"}).status_code == 200
    assert app.send("GET", "/acr/v1/app/_tags/v1").json()["tag"]["digest"] == app.digest
    assert ("v1", theirs) in [(item["tag"], item["digest"]) for item in app.send("GET", "/acr/v1/_deleted/app/_tags").json()["tags"]]


def test_a_subject_is_restored_before_its_referrer_and_neither_brings_the_other(app):
    app.emulator.change_settings({"soft_delete": True})
    subject = images.image("subject")
    app.push("team", subject, "v1")
    referrer = app.push("team", images.image("about it", subject=subject.root.descriptor()))
    app.send("DELETE", "/acr/v1/team")
    restore = "/acr/v1/_deleted/team/_manifests/"
    assert app.send("POST", restore + referrer, json={"tag": None}).status_code == 409
    assert app.send("POST", restore + subject.root.digest, json={"tag": "v1"}).status_code == 200
    assert [item["digest"] for item in app.send("GET", "/acr/v1/_deleted/team/_manifests").json()["manifests"]] == [referrer]
    assert app.send("POST", restore + referrer, json={"tag": None}).json() == {"digest": referrer, "tag": None}


def test_an_index_is_restored_without_what_it_lists(app):
    app.emulator.change_settings({"soft_delete": True})
    index = app.push("team", images.multi_platform("two"), "v1")
    app.send("DELETE", "/acr/v1/team")
    app.send("POST", f"/acr/v1/_deleted/team/_manifests/{index}", json={"tag": "v1"})
    assert [item["digest"] for item in app.send("GET", "/acr/v1/team/_manifests").json()["manifests"]] == [index]
    assert len(app.send("GET", "/acr/v1/_deleted/team/_manifests").json()["manifests"]) == 2


# The firewall


def test_a_firewall_answers_403_to_everything(acr):
    acr.emulator.change_settings({"firewall": True})
    for path in ("/v2/", "/acr/v1/_catalog"):
        answer = acr.send("GET", path)
        assert answer.status_code == 403
        assert answer.content.startswith(b'{"errors":[{"code":"DENIED","message":"client with IP \\u0027')
