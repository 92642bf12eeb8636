"""The outermost layer of the server: checks each request, protects each response."""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from cards.errors import FlashError
from cards.translate import _
from flash.web.security import HEADERS, Site

Send = Callable[[Any], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]
App = Callable[[Any, Receive, Send], Awaitable[None]]

_PAIR = "/api/pair"
_OPEN = (_PAIR, "/api/words")
"""Addresses that need no cookie, besides the static files."""
_METHODS = ("GET", "HEAD", "POST")


class Refused(FlashError):
    """A request that is refused."""

    def __init__(self, status: int, message: str, hint: str = "") -> None:
        """Keep the HTTP status besides message and hint."""
        super().__init__(message, hint)
        self.status = status


class Conflict(Refused):
    """An edit of a text that has changed meanwhile."""

    def __init__(self, message: str, hint: str, text: str) -> None:
        """Keep the present text, too."""
        super().__init__(409, message, hint)
        self.text = text


def error_body(error: FlashError) -> bytes:
    """Return an error as JSON."""
    found = {"error": error.message, "hint": error.hint or None}
    if isinstance(error, Conflict):
        found["text"] = error.text
    return msgspec.json.encode(found)


class Guard:
    """Wraps the app; nothing of a refused request reaches it."""

    def __init__(
        self, app: App, site: Site, is_paired: Callable[[str], Awaitable[bool]]
    ) -> None:
        """Keep the app, and a function that knows the cookies of paired browsers."""
        self._app, self._site, self._is_paired = app, site, is_paired

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            raise ValueError(scope["type"])

        async def protected(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = message | {"headers": _protected(message["headers"])}
            await send(message)

        try:
            await self._check(scope)
            await self._app(scope, receive, protected)
        except FlashError as error:
            await _answer(protected, getattr(error, "status", 400), error)
        except (asyncio.CancelledError, ConnectionError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a request met
            _report(scope, error)

    async def _check(self, scope: Any) -> None:
        """Refuse a request from elsewhere, or without a cookie where it needs one.

        Raises:
            Refused: It is one.
        """
        headers = _headers(scope["headers"])
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._site.allows_host(host):
            message = _("not a host name of this server")
            raise Refused(421, message, _("start it with --origin behind a proxy"))
        if origin is not None and not self._site.allows_origin(origin, host):
            raise Refused(403, _("requests from pages of other sites are refused"))
        path, method = scope["path"], scope["method"]
        is_open = path in _OPEN or not path.startswith(("/api/", "/media/"))
        if not is_open and headers.get("sec-fetch-site", "none") not in _OWN_FETCHES:
            raise Refused(403, _("requests from pages of other sites are refused"))
        if method not in _METHODS:
            raise Refused(405, _("method not allowed"))
        is_json = headers.get("content-type", "").split(";")[0] == "application/json"
        if method == "POST" and not is_json:
            raise Refused(415, _("send JSON"))
        # The files of the page need no look at the store.
        cookie = "" if is_open and path != _PAIR else self._cookie_of(headers)
        scope["state"] = {"is_paired": bool(cookie) and await self._is_paired(cookie)}
        if not is_open and not scope["state"]["is_paired"]:
            message = _("this browser is not paired")
            raise Refused(401, message, _("open the address that flash serve shows"))

    def _cookie_of(self, headers: Mapping[str, str]) -> str:
        """Return the cookie of a request; empty if there is none.

        Cookies of other programs on this host may have any form: SimpleCookie drops all
        of them because of one.
        """
        for pair in headers.get("cookie", "").split(";"):
            name, _mark, value = pair.strip().partition("=")
            if name == self._site.cookie_name:
                return value
        return ""


_OWN_FETCHES = ("same-origin", "none")


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers; one that comes twice is refused.

    Raises:
        Refused: Host or Origin came twice.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        key = name.decode("latin-1").lower()
        if key in found and key in ("host", "origin"):
            raise Refused(400, _("duplicate header"))
        found[key] = value.decode("latin-1")
    return found


def _protected(pairs: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Add the headers of every response, except those that it has."""
    given = list(pairs)
    names = {name.lower() for name, _ in given}
    added = ((name.encode(), value.encode()) for name, value in HEADERS.items())
    return given + [pair for pair in added if pair[0] not in names]


async def _answer(send: Send, status: int, error: FlashError) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
    ]
    start = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": error_body(error)})


def _report(scope: Any, error: Exception) -> None:
    """Print where an error was, without its text: that may hold a card."""
    places = traceback.extract_tb(error.__traceback__)[-3:]
    where = ", ".join(f"{Path(one.filename).name}:{one.lineno}" for one in places)
    path = scope["path"]
    route = "/".join(path.split("/")[:3]) if path.startswith("/api/") else "a file"
    sys.stderr.write(f"flash: {route}: {type(error).__name__} at {where}\n")
