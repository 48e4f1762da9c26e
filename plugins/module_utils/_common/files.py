# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Local files: measured, and replaced as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterable
from functools import partial

from .digests import digest_of_pieces
from .errors import LocalFileError
from .meter import Meter

FILE_PIECE = 1024 * 1024
_ADVICE = {errno.ENOSPC: "free some space", errno.EDQUOT: "free some space", errno.EACCES: "check its permissions", errno.EROFS: "choose another folder"}


def measure_file(path: str) -> tuple[str, int]:
    """Return the digest and the size of a regular file; LocalFileError if it cannot be read."""
    if not os.path.isfile(path):
        reason = "it is not a regular file" if os.path.exists(path) else "there is no such file"
        raise LocalFileError(f"{path} cannot be read: {reason}.")
    meter = Meter(f"reading {os.path.basename(path)}", os.path.getsize(path))
    try:
        with open(path, "rb", buffering=0) as file:
            return digest_of_pieces(meter.count(iter(partial(file.read, FILE_PIECE), b""))), meter.done
    except OSError as error:
        raise LocalFileError(f"{path} cannot be read: {error.strerror}.") from None


def file_digest(path: str) -> str | None:
    """Return the digest of the file ``path``; None if there is no such file."""
    return measure_file(path)[0] if os.path.isfile(path) else None


def ensure_writable(path: str, size: int, *, makes_folders: bool = False) -> None:
    """Raise LocalFileError if ``path`` cannot be written, or if its folder has no space for ``size`` bytes.

    With ``makes_folders``, the folder need not exist yet.
    """
    folder = os.path.dirname(path) or "."
    while makes_folders and not os.path.lexists(folder):
        folder = os.path.dirname(folder) or "."
    reason = None
    if os.path.isdir(path):
        reason = "it is a folder: set the path of a file"
    elif os.path.lexists(path) and not os.path.isfile(path) and not os.path.islink(path):
        reason = "it is not a regular file"
    elif not os.path.lexists(folder):
        reason = f"there is no folder {folder}: create it first"
    elif not os.path.isdir(folder):
        reason = f"{folder} is not a folder"
    elif not os.access(folder, os.W_OK | os.X_OK):
        reason = f"the folder {folder} is not writable: check its permissions"
    elif shutil.disk_usage(folder).free < size:
        reason = f"the disk has less than the {size:,} bytes needed: free some space"
    if reason:
        raise LocalFileError(f"{path} cannot be written: {reason}. Nothing was changed.")


def make_folder(path: str) -> None:
    """Create a folder and its parents if they do not exist; LocalFileError if that fails."""
    try:
        os.makedirs(path or ".", exist_ok=True)
    except OSError as error:
        raise LocalFileError(f"The folder {path} cannot be created: {error.strerror}.") from None


def change_mode(path: str, mode: int) -> None:
    """Change the permissions of the file ``path``; LocalFileError if that fails."""
    try:
        os.chmod(path, mode)
    except OSError as error:
        raise LocalFileError(f"The mode of {path} cannot be changed: {error.strerror}.") from None


def replace_file(path: str, pieces: Iterable[bytes], mode: int | None = None) -> None:
    """Replace the content of the file ``path`` by ``pieces``. After an error the file is unchanged, and no temporary file remains.

    ``mode``: its permissions; None for those of the replaced file, or else of any new file. A symbolic link is replaced, not followed.
    LocalFileError if the file cannot be written.
    """
    # File systems limit names in bytes, and a character can have four of them.
    temporary = os.path.join(os.path.dirname(path), f".{os.path.basename(path)[:50]}.{secrets.token_hex(4)}")
    try:
        # The permissions are right from the first byte on.
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                with contextlib.suppress(FileNotFoundError):
                    if mode is not None or not os.path.islink(path):
                        os.chmod(temporary, os.stat(path).st_mode & 0o7777 if mode is None else mode)
                for piece in pieces:
                    file.write(piece)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, "check its folder")
        raise LocalFileError(f"{path} cannot be written: {error.strerror}; it is unchanged. Correct that ({advice}) and run the task again.") from None
