# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""The mode of a file, as Ansible's file modules take it: octal (``0644`` or a number) or symbolic (``u=rw,g=r``)."""

from __future__ import annotations

import os
import re

from .errors import UsageError

_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=][rwxXst]*)+)")
_BITS = {"r": 4, "w": 2, "x": 1}
_SHIFTS = {"u": 6, "g": 3, "o": 0}
# The bits that = replaces.
_OWN = {"u": 0o4700, "g": 0o2070, "o": 0o1007}


def file_mode(path: str, wanted: object) -> int | None:
    """Return the permissions that the file ``path`` shall have; None if ``wanted`` is None. UsageError if it is not a mode.

    A symbolic mode changes the permissions that the file has; a new file has those that the umask leaves.
    """
    if wanted is None:
        return None
    text = str(wanted)
    if isinstance(wanted, int) and not isinstance(wanted, bool) and 0 <= wanted <= 0o7777:
        return wanted
    if isinstance(wanted, str) and re.fullmatch("[0-7]{1,5}", text) and int(text, 8) <= 0o7777:
        return int(text, 8)
    clauses = [_CLAUSE.fullmatch(clause) for clause in text.split(",")]
    if not isinstance(wanted, str) or not all(clauses):
        raise UsageError(f"'{text}' is not a mode: write '0644' with the quotes, or u=rw,g=r,o=r. Nothing was changed.")
    umask = os.umask(0)
    os.umask(umask)
    mode = present_mode(path)
    mode = 0o666 & ~umask if mode is None else mode
    for clause in clauses:
        if clause:
            for operator, letters in re.findall("([-+=])([rwxXst]*)", clause[2]):
                mode = _changed(mode, clause[1], operator, letters, umask)
    return mode


def present_mode(path: str) -> int | None:
    """Return the permissions of the regular file ``path``; None if there is none."""
    return os.stat(path).st_mode & 0o7777 if os.path.isfile(path) else None


def _changed(mode: int, users: str, operator: str, letters: str, umask: int) -> int:
    """Return ``mode`` after one operation. Without users, it concerns all of them, except for what the umask takes away."""
    names = "ugo" if not users or "a" in users else users
    executable = "X" in letters and bool(mode & 0o111)
    bits = sum(bit for letter, bit in _BITS.items() if letter in letters) | executable
    change = sum(bits << shift for user, shift in _SHIFTS.items() if user in names)
    change |= (0o4000 if "u" in names and "s" in letters else 0) | (0o2000 if "g" in names and "s" in letters else 0)
    change |= 0o1000 if "o" in names and "t" in letters else 0
    change &= ~umask if not users else 0o7777
    if operator == "=":
        return mode & ~sum(bits for user, bits in _OWN.items() if user in names) | change
    return mode | change if operator == "+" else mode & ~change
