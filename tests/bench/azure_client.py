# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's Python client moves a blob, as its documentation shows: ``azure_client.py up|down URL REPOSITORY FILE [DIGEST]``

From the environment: CA is the path of the registry's certificate authority; SECRET, if there is one, what the application signs in with.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from azure.containerregistry import ContainerRegistryClient

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "interop"))

from signed_in import application


def main() -> None:
    """Move."""
    direction, url, repository, path, *digest = sys.argv[1:]
    credential = application(url) if os.environ.get("SECRET") else None
    with ContainerRegistryClient(url, credential, connection_verify=os.environ["CA"]) as client:
        if direction == "up":
            with open(path, "rb") as source:
                client.upload_blob(repository, source)
        else:
            with client.download_blob(repository, digest[0]) as stream, open(path, "wb") as target:
                for piece in stream:
                    target.write(piece)


if __name__ == "__main__":
    main()
