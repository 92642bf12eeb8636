"""A device log on a WebDAV server, such as Nextcloud's.

Folders are listed one level at a time, since servers refuse more or pretend to obey.
A file is put under a temporary name and moved, so that nobody reads half of it.

Source: RFC 4918
"""

import base64
import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET

from cards.translate import N_, _
from export.carriers.address import LogAddress, Login
from export.carriers.errors import CarrierError
from export.http_request import HttpAddress, HttpError, HttpFault, request

_TIMEOUT_S = 300.0
_LARGEST_ANSWER = 64 << 20
_NONE, _EXISTS, _NO_PARENT = 404, 405, 409
_DONE = (200, 201, 204)
_PROPERTIES = b"""<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/></prop></propfind>"""
_LOGIN = N_(
    "set FLASH_DAV_USER and FLASH_DAV_PASSWORD, or davs://user:password@host/path"
)
_STATUS = {
    401: (N_("the user or the password is wrong or missing"), _LOGIN),
    403: (
        N_("the server doesn't allow it"),
        N_("check the permissions of the user there"),
    ),
    413: (
        N_("the server refuses files of this size"),
        N_("raise its limit above 64 MiB"),
    ),
    507: (N_("the server is full"), N_("free some space and run it again")),
}
_BUSY = (408, 423, 425, 429)
"""Statuses that pass by themselves, besides those from 500 on."""
_FAULTS = {
    HttpFault.UNREACHABLE: N_("the server can't be reached"),
    HttpFault.TIMEOUT: N_("the server didn't respond in time"),
    HttpFault.TOO_LARGE: N_("the response is too large"),
    HttpFault.LOST: N_("connection lost"),
    HttpFault.NOT_HTTP: N_("not an HTTP response"),
}


class WebDavCarrier:
    """A log on a WebDAV server."""

    def __init__(self, address: LogAddress, login: Login | None) -> None:
        """Keep the address; nothing is sent yet."""
        scheme = "https" if address.scheme == "davs" else "http"
        self.address = address.text
        self._server = f"{scheme}://{address.host}"
        self._base = f"/{address.path}".rstrip("/")
        self._made: set[str] = set()
        """Collections that exist."""
        self._headers: dict[str, str] = {}
        if login:
            encoded = base64.b64encode(":".join(login[:2]).encode()).decode()
            self._headers["Authorization"] = f"Basic {encoded}"

    def list(self, folder: str) -> list[tuple[str, int]]:
        """Return names and sizes of what is in a folder; folders end with `/`.

        A folder that is missing is empty.

        Raises:
            CarrierError: The server fails.
        """
        path = f"{self._path(folder)}/".replace("//", "/")
        extra = {"Depth": "1", "Content-Type": "application/xml"}
        status, body = self._send("PROPFIND", path, _PROPERTIES, extra, (207, _NONE))
        if status == _NONE:
            return []
        self._made.add(self._path(folder))
        try:
            return _members(body)
        except (ET.ParseError, ValueError):
            raise self._error(_("not a WebDAV response")) from None

    def get(self, name: str, largest: int) -> bytes:
        """Read a file; nothing of one that is larger.

        Raises:
            CarrierError: The server fails.
        """
        return self._send("GET", self._path(name), largest=largest)[1]

    def put(self, name: str, data: bytes) -> int:
        """Write a file that is not there yet, completely or not at all.

        Returns:
            Its size.

        Raises:
            CarrierError: The server fails.
        """
        folder = self._path(name.rpartition("/")[0])
        temporary = f"{folder}/.{secrets.token_hex(8)}.tmp"
        # First: a server that refuses a large file closes the connection.
        if folder not in self._made:
            self._make(folder)
        is_moved = False
        try:
            self._send("PUT", temporary, data)
            target = {"Destination": self._server + self._path(name), "Overwrite": "T"}
            self._send("MOVE", temporary, extra=target)
            is_moved = True
        finally:
            if not is_moved:  # also after Ctrl-C
                with suppress(CarrierError):
                    self._send("DELETE", temporary)
        return len(data)

    def _make(self, path: str) -> None:
        """Make a collection, and those above it."""
        expected = (*_DONE, _EXISTS, _NO_PARENT)
        status, _body = self._send("MKCOL", f"{path}/", expected=expected)
        if status == _NO_PARENT:
            self._make(path.rpartition("/")[0])
            self._send("MKCOL", f"{path}/", expected=(*_DONE, _EXISTS))
        self._made.add(path)

    def _path(self, name: str) -> str:
        return f"{self._base}/{quote(name)}" if name else self._base

    def _send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        extra: Mapping[str, str] = {},
        expected: Collection[int] = _DONE,
        largest: int = _LARGEST_ANSWER,
    ) -> tuple[int, bytes]:
        try:
            return request(
                HttpAddress(self._server + path),
                method,
                body,
                _TIMEOUT_S,
                largest,
                {**self._headers, **extra},
                expected,
            )
        except HttpError as error:
            if error.fault is HttpFault.TOO_LARGE and method == "GET":
                return 200, b""
            if error.fault is not HttpFault.STATUS:
                raise self._error(_(_FAULTS[error.fault])) from None
            if error.status in _STATUS:
                raise self._error(*map(_, _STATUS[error.status])) from None
            message = _("HTTP status {status}").format(status=error.status)
            is_busy = error.status in _BUSY or error.status >= 500
            raise self._error(
                message, "" if is_busy else _("check the address")
            ) from None

    def _error(self, message: str, hint: str = "") -> CarrierError:
        return CarrierError(self.address, message, hint or _("run it again later"))


def _members(body: bytes) -> list[tuple[str, int]]:
    """Read the names in a folder, wherever a proxy says that the folder is."""
    found: dict[str, int | None] = {}
    # Expat bounds what entities grow to.
    for one in ET.fromstring(body).iter("{DAV:}response"):  # noqa: S314
        href = (one.findtext("{DAV:}href") or "").strip()
        path = unquote(urlsplit(href).path).rstrip("/")
        is_folder = one.find(".//{DAV:}collection") is not None
        size = int(one.findtext(".//{DAV:}getcontentlength") or 0)
        found[path] = None if is_folder else size
    own = min(found, key=len, default="")
    return [
        (f"{name}/", 0) if size is None else (name, size)
        for path, size in found.items()
        for parent, _, name in [path.rpartition("/")]
        if path != own and parent == own
    ]
