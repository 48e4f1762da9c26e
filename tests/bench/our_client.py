# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What acr_blob and acr_fetch do, for a registry that is not Azure's and asks nobody who they are: ``our_client.py up|down URL REPOSITORY FILE [DIGEST]``

From the environment: CA is the path of the registry's certificate authority.
"""

from __future__ import annotations

import os
import sys

from ansible_collections.registryops.acr.plugins.module_utils._common.files import measure_file, replace_file
from ansible_collections.registryops.acr.plugins.module_utils._content.download import download
from ansible_collections.registryops.acr.plugins.module_utils._content.sources import FileSource
from ansible_collections.registryops.acr.plugins.module_utils._content.upload import upload
from ansible_collections.registryops.acr.plugins.module_utils._oci.document import Descriptor
from ansible_collections.registryops.acr.plugins.module_utils._registry.copy_source import connect_source


def main() -> None:
    """Move."""
    direction, url, repository, path, *digest = sys.argv[1:]
    nobody = dict.fromkeys(("auth_source", "auth_file", "username", "password", "token_service"))
    source = {**nobody, "registry": url, "validate_certs": True, "ca_path": os.environ["CA"]}
    registry = connect_source(
        source, {"registry": url, "cloud": "AzureCloud", "validate_certs": True, "ca_path": None, "timeout": 30.0, "concurrency": 8}
    ).content
    if direction == "up":
        found, size = measure_file(path)
        if registry.blob_size(repository, found) is None:
            upload(registry, repository, found, FileSource(path, size))
    else:
        size = registry.blob_size(repository, digest[0]) or 0
        replace_file(path, download(registry, repository, Descriptor("application/octet-stream", digest[0], size)))


if __name__ == "__main__":
    main()
