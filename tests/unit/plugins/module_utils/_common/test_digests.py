# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess

import pytest
from ansible_collections.registryops.acr.plugins.module_utils._common.digests import Digester, digest_of, digest_of_pieces

# FIPS 180-2, appendix B.
VECTORS = {
    b"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    b"a" * 1_000_000: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    # NIST's example of an empty message.
    b"": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}


@pytest.mark.parametrize(("content", "expected"), VECTORS.items(), ids=map(len, VECTORS))
def test_known_digests(content, expected):
    assert digest_of(content) == f"sha256:{expected}"
    assert digest_of_pieces(content[start : start + 7] for start in range(0, len(content), 7)) == f"sha256:{expected}"


@pytest.mark.parametrize("content", [b"\x00", b"\xff" * 65, "größe\n".encode()])
def test_the_same_as_sha256sum(content):
    printed = subprocess.run(["sha256sum"], input=content, capture_output=True, check=True).stdout.split()[0].decode()
    assert digest_of(content) == f"sha256:{printed}"


def test_a_digester_can_be_asked_in_between_and_go_on():
    digester = Digester()
    assert digester.digest == digest_of(b"")
    digester.update(b"ab")
    assert digester.digest == digest_of(b"ab")
    digester.update(b"")
    digester.update(b"c")
    assert digester.digest == digest_of(b"abc")
