"""Send one HTTP request within a time and a size.

`urllib.request` bounds neither: its timeout starts again with every packet, and it asks
a proxy even for this computer.  Here a proxy is never used and a redirect is an error.
"""

import io
import socket
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import http.client

_CHUNK = 1 << 20
_CONNECT_S = 20.0
_JSON = {"Content-Type": "application/json"}


class HttpFault(StrEnum):
    """Why a request failed."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    STATUS = "status"
    """The status is none of the expected."""
    TOO_LARGE = "too_large"
    LOST = "lost"
    """The response ends too early."""
    NOT_HTTP = "not_http"


class HttpError(Exception):
    """A request failed."""

    def __init__(self, fault: HttpFault, status: int = 0) -> None:
        """Keep the reason, and the status if there is one."""
        super().__init__(fault)
        self.fault, self.status = fault, status


class HttpAddress:
    """The parts of an http or https address."""

    def __init__(self, address: str) -> None:
        """Split an address.

        Raises:
            ValueError: It is not a plain http or https address.
        """
        parts = urlsplit(address)
        is_plain = address.isascii() and address.isprintable() and " " not in address
        if not is_plain or parts.scheme not in ("http", "https"):
            raise ValueError(address)
        if not parts.hostname or "@" in parts.netloc:
            raise ValueError(address)
        # Host names have labels of 1 to 63 characters.
        parts.hostname.encode("idna")
        self.is_secure = parts.scheme == "https"
        self.host, self.port = parts.hostname, parts.port
        self.path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def post(
    address: HttpAddress,
    body: bytes,
    timeout_s: float,
    largest: int,
    headers: Mapping[str, str] = {},
) -> bytes:
    """Send JSON and return the response.

    Args:
        address: Where to.
        body: The JSON.
        timeout_s: Seconds until the response must be complete.
        largest: Most bytes to read.
        headers: Further headers.

    Raises:
        HttpError: There is no complete response with status 200.
    """
    headers = {**_JSON, **headers}
    return request(address, "POST", body, timeout_s, largest, headers, (200,))[1]


def request(
    address: HttpAddress,
    method: str,
    body: bytes,
    timeout_s: float,
    largest: int,
    headers: Mapping[str, str],
    expected: Collection[int],
) -> tuple[int, bytes]:
    """Send a body; return the status and the response.

    Args:
        address: Where to.
        method: The method of HTTP.
        body: The body; empty for none.
        timeout_s: Seconds until the response must be complete.
        largest: Most bytes to read.
        headers: Further headers.
        expected: The statuses that are no error.

    Raises:
        HttpError: There is no complete response with such a status.
    """
    import http.client

    kind = (
        http.client.HTTPSConnection if address.is_secure else http.client.HTTPConnection
    )
    first_s = min(timeout_s, _CONNECT_S)
    connection = kind(address.host, address.port, timeout=first_s)
    deadline = time.monotonic() + timeout_s
    try:
        connection.connect()
        connection.sock.settimeout(timeout_s)
    except TimeoutError:
        raise HttpError(HttpFault.TIMEOUT) from None
    except (OSError, ValueError):
        raise HttpError(HttpFault.UNREACHABLE) from None
    is_late = threading.Event()

    def give_up() -> None:
        is_late.set()
        # The socket, not the connection: a read in the other thread returns at once.
        with suppress(OSError):
            raw.shutdown(socket.SHUT_RDWR)

    raw = connection.sock
    timer = threading.Timer(max(0.0, deadline - time.monotonic()), give_up)
    timer.daemon = True
    timer.start()
    try:
        # A server may respond before it has read all, and close the connection.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(
                method, address.path, body or None, {**headers, "Connection": "close"}
            )
        found = _response(connection, largest, expected)
    except (OSError, ValueError, http.client.HTTPException, HttpError) as error:
        late = HttpError(HttpFault.TIMEOUT) if is_late.is_set() else None
        raise late or _failure(error) from None
    finally:
        timer.cancel()
        connection.close()
    if is_late.is_set():
        # A response without a length ends where the connection does.
        raise HttpError(HttpFault.TIMEOUT)
    return found


def _response(
    connection: "http.client.HTTPConnection", largest: int, expected: Collection[int]
) -> tuple[int, bytes]:
    with closing(connection.getresponse()) as response:
        if response.status not in expected:
            raise HttpError(HttpFault.STATUS, response.status)
        # Below http.client, which reads without end after a chunk size of -1.
        response.fp = io.BufferedReader(_Bounded(response.fp, largest))
        read = b"".join(iter(lambda: response.read(_CHUNK), b""))
        if response.length:
            raise HttpError(HttpFault.LOST)
        return response.status, read


class _Bounded(io.RawIOBase):
    """A stream that fails after a number of bytes."""

    def __init__(self, stream: io.BufferedReader, largest: int) -> None:
        super().__init__()
        self._stream, self._left = stream, largest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._stream.read1(len(buffer))
        self._left -= len(read)
        if self._left < 0:
            raise HttpError(HttpFault.TOO_LARGE)
        buffer[: len(read)] = read
        return len(read)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _failure(error: Exception) -> HttpError:
    import http.client

    match error:
        case HttpError():
            return error
        case TimeoutError():
            return HttpError(HttpFault.TIMEOUT)
        case OSError() | http.client.IncompleteRead():
            return HttpError(HttpFault.LOST)
        case _other:
            return HttpError(HttpFault.NOT_HTTP)
