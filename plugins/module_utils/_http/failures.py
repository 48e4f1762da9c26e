# Copyright: (c) 2026, registryops.acr contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: it can change in any release.

"""Failures: what an exception of requests, urllib3 or a socket means to the user, and whether another try may help.

An exception of requests wraps one of urllib3, which wraps one of Python. Their types decide, because their texts differ between
versions and platforms; a text is only shown. This file is loaded when something fails.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator

from .._common.errors import AcrError, BrokenConnectionError, TransportError
from .._common.text import printable, redact
from .settings import TransportSettings

Meaning = tuple[type[TransportError], str]
_BROKEN: Meaning = (BrokenConnectionError, "the connection broke ({reason}). Try again, and check the network path.")
_CERTIFICATE: Meaning = (
    TransportError,
    "the certificate could not be verified with {trust} ({reason}). Check the host name, or set ca_path to the CA that signed it.",
)
_CA: Meaning = (TransportError, "{trust} cannot be used ({reason}). Set ca_path to a readable PEM file, or to a folder of them.")
_NO_CA: Meaning = (TransportError, "{trust} do not exist. Set ca_path to a readable PEM file, or to a folder of them.")
_TLS: Meaning = (TransportError, "the server did not agree on TLS ({reason}). Check host and port of registry.")


def transport_error(method: str, url: str, error: Exception, settings: TransportSettings) -> TransportError:
    """Return the error that ``error`` means for a request; BrokenConnectionError where another try may help."""
    chain = list(_chain(error))
    kind, sentence = _meaning(chain)
    trust = f"the CA certificates at {settings.verify}" if isinstance(settings.verify, str) else "the system's CA certificates"
    reason = printable(_reason(chain[-1]), 160).rstrip(".")
    return kind(f"{method} {redact(url)} failed: " + sentence.format(reason=reason, trust=trust, timeout=settings.timeout))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give ``error`` and what it wraps, from the outside to the inside.

    urllib3 1.26 links to the exception of the socket by ``__context__`` only. Elsewhere that is not followed: it may be what the caller
    was handling when it sent the request.
    """
    current: BaseException | None = error
    seen: list[BaseException] = []
    while current is not None and current not in seen and not isinstance(current, AcrError):
        seen.append(current)
        yield current
        wrapped = (getattr(current, "reason", None), getattr(current, "original_error", None), *current.args, current.__cause__)
        implied = current.__context__ if type(current).__module__.startswith("urllib3.") and not current.__suppress_context__ else None
        current = next((one for one in (*wrapped, implied) if isinstance(one, BaseException)), None)


def _meaning(chain: list[BaseException]) -> Meaning:
    """Return the first meaning, the most telling ones first, whose types have a member of ``chain``."""
    from requests import exceptions as of_requests
    from urllib3 import exceptions as of_urllib3

    if any(isinstance(one, (ssl.SSLError, of_urllib3.SSLError)) for one in chain) and not any(isinstance(one, of_urllib3.ProxyError) for one in chain):
        return _tls_meaning(chain[-1])
    meanings: tuple[tuple[tuple[type[BaseException], ...], Meaning], ...] = (
        (
            (of_urllib3.ProxyError, of_urllib3.ProxySchemeUnknown, of_requests.InvalidProxyURL, of_requests.InvalidSchema),
            (TransportError, "the connection through the proxy failed ({reason}). Check HTTPS_PROXY, with the login that it may need, and NO_PROXY."),
        ),
        (
            # Not with their texts: these may hold the URL of a proxy, with its password.
            (of_urllib3.LocationParseError, of_requests.InvalidURL),
            (TransportError, "the host name is not valid. Check the value of registry, and HTTPS_PROXY."),
        ),
        (
            (socket.gaierror,),
            (TransportError, "the host name could not be resolved ({reason}). Check the value of registry (and of cloud), and DNS."),
        ),
        ((ConnectionRefusedError,), (BrokenConnectionError, "the connection was refused. Check host and port of registry.")),
        (
            # Of an error to connect, urllib3 says that it is a timeout, even if none passed.
            (socket.timeout, TimeoutError, of_urllib3.ReadTimeoutError, of_requests.ConnectTimeout),
            (TransportError, "no answer within {timeout:g} seconds. Check the network path, or raise timeout."),
        ),
        (
            (of_urllib3.NewConnectionError,),
            (BrokenConnectionError, "no connection was made ({reason}). Check host and port of registry, and the network path."),
        ),
        ((http.client.IncompleteRead,), (BrokenConnectionError, "the answer ended before it was complete. Try again, and check the network path.")),
        ((http.client.RemoteDisconnected,), _BROKEN),
        ((http.client.BadStatusLine,), (TransportError, "the answer is not HTTP ({reason}). Check host and port of registry.")),
    )
    if chain[-1].__class__ is OSError and chain[-1].errno is None:
        # The only one that requests raises itself: before it connects, for a CA file that is not there.
        meanings = (*meanings, ((OSError,), _NO_CA))
    return next((meaning for types, meaning in meanings if any(isinstance(one, types) for one in chain)), _BROKEN)


def _tls_meaning(cause: BaseException) -> Meaning:
    """Return what an error of TLS means by its innermost ``cause``."""
    if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return _BROKEN
    # Host names are compared by urllib3 1.26 itself, which has a ValueError for that.
    if isinstance(cause, ssl.SSLCertVerificationError) or not isinstance(cause, OSError):
        return _CERTIFICATE
    if isinstance(cause, ssl.SSLError) and cause.library not in ("X509", "PEM"):
        return _TLS
    return _CA


def _reason(cause: BaseException) -> str:
    """Return what the innermost exception says, without numbers and the names of C files."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    if isinstance(cause, ssl.SSLError) and cause.reason:
        return cause.reason.replace("_", " ").lower()
    return (cause.strerror if isinstance(cause, OSError) else None) or str(cause) or type(cause).__name__
