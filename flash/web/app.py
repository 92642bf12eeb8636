"""The web application: its addresses, and what each of them calls."""

import time
from functools import partial
from typing import Annotated, Any

from msgspec import Meta, Struct

from cards.errors import FlashError
from cards.text.width import clean
from cards.translate import _
from flash.language import interface_language
from flash.messages.review_keys import saved_keys
from flash.messages.web import web_words
from flash.service.context import AppContext
from flash.service.serving import ReviewService
from flash.web.guard import Guard, Refused, error_body
from flash.web.pages_api import PagesApi, Reports
from flash.web.requests import json_response, read_body
from flash.web.review_api import ReviewApi
from flash.web.security import Keys, Site, Tries, cookie_hash, new_secret
from flash.web.static_files import StaticFiles
from flash.web.worker_thread import WorkerThread
from srs.store.browsers import add_browser, browser_of
from srs.store.connection import StoreError


class _Pairing(Struct):
    key: Annotated[str, Meta(max_length=200)]
    name: Annotated[str, Meta(max_length=200)] = ""


class WebApp:
    """The application on one open store."""

    def __init__(
        self, app: AppContext, site: Site, keys: Keys, reports: Reports
    ) -> None:
        """Make it.

        Args:
            app: The open store; only the thread of the application uses it from now
                on, until `close`.
            site: How browsers may call the server.
            keys: One-time keys that pair a browser.
            reports: Make the statistics and the exam forecast.
        """
        self._app, self._site, self._keys = app, site, keys
        self._tries = Tries(time.monotonic)
        self._worker, self._pages = WorkerThread(), PagesApi(app, reports)
        self._review = ReviewApi(ReviewService(app), self._worker, self._pages.back_up)
        self.asgi = Guard(self._starlette(), site, self._is_paired)

    def close(self) -> None:
        """Wait for the steps that have begun."""
        self._pages.close()
        self._worker.close()

    def _starlette(self) -> Any:
        from starlette.applications import Starlette
        from starlette.routing import Route

        static, review, pages = StaticFiles(), self._review, self._pages
        card = "/api/cards/{rest:path}"
        routes = [
            Route("/", static.answer),
            Route("/api/words", self._words),
            Route("/api/pair", self._pair, methods=["POST"]),
            Route("/api/queue", review.queue),
            Route("/api/answers", review.answers, methods=["POST"]),
            Route("/api/undo", review.undo, methods=["POST"]),
            Route("/api/check-typed", review.check_typed, methods=["POST"]),
            Route("/api/decks", pages.decks),
            Route("/api/decks/start", pages.start_deck, methods=["POST"]),
            Route("/api/day", pages.day),
            Route("/api/tags", pages.tags),
            Route("/api/search", pages.search),
            Route("/api/cards", pages.add_card, methods=["POST"]),
            Route("/api/stats", pages.statistics),
            Route("/api/exam", pages.exam),
            Route("/api/exam", pages.set_exam, methods=["POST"]),
            Route("/api/exam/clear", pages.clear_exam, methods=["POST"]),
            Route("/media/{name}", pages.media),
            Route(card, review.mark, methods=["POST"]),
            Route(card, review.about),
            Route("/static/{name}", static.answer),
            Route("/{name}", static.answer),
        ]
        errors: dict[Any, Any] = {
            404: _not_found,
            405: _not_found,
            FlashError: _error,
            Exception: _failure,
        }
        app = Starlette(routes=routes, exception_handlers=errors)
        app.router.redirect_slashes = False
        return app

    async def _is_paired(self, cookie: str) -> bool:
        call = partial(browser_of, self._app.store, cookie_hash(cookie))
        return await self._worker.run(partial(call, self._app.now())) is not None

    async def _pair(self, request: Any) -> Any:
        """Exchange a one-time key for a cookie."""
        from starlette.responses import Response

        address = request.client.host if request.client else ""
        if not self._tries.may_try(address):
            message = _("too many tries; wait a minute")
            raise Refused(429, message)
        given = await read_body(request, _Pairing)
        # Of a paired browser, too: other users of the computer may have seen its key.
        is_right = self._keys.spend(given.key)
        if request.scope["state"]["is_paired"]:
            return Response(status_code=204)
        if not is_right:
            message = _("this key is wrong or already used")
            raise Refused(403, message, _("start flash serve again for another one"))
        cookie, name = new_secret(), " ".join(clean(given.name).split())[:80]
        call = partial(add_browser, self._app.store, name or _("Browser"))
        await self._worker.run(partial(call, cookie_hash(cookie), self._app.now()))
        header = {"set-cookie": self._site.cookie(cookie)}
        return Response(status_code=204, headers=header)

    async def _words(self, request: Any) -> Any:
        """Return the words of the page."""
        options = await self._worker.run(lambda: self._app.options)
        keys = saved_keys(options.keys).by_action()
        return json_response(request, web_words() | {"keys": keys})


_NO_PAGE = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>flash</title>
<link rel="stylesheet" href="/static/app.css">
</head>
<body><main><div class="page">
<h1>{title}</h1>
<p><a class="button" href="/">{link}</a></p>
</div></main></body>
</html>
"""


async def _not_found(request: Any, error: Any) -> Any:
    from starlette.responses import HTMLResponse

    if "text/html" in request.headers.get("accept", ""):
        texts = {"title": _("There is no such page."), "link": _("Open flash")}
        page = _NO_PAGE.format(language=interface_language(), **texts)
        headers = {"cache-control": "no-store"}
        return HTMLResponse(page, error.status_code, headers=headers)
    return await _error(
        request, Refused(error.status_code, _("there is no such address"))
    )


async def _failure(request: Any, _error_of_ours: Any) -> Any:
    """Answer where the server failed; the guard prints where."""
    message = _("internal server error")
    return await _error(
        request, Refused(500, message, _("the terminal of flash serve shows the cause"))
    )


async def _error(_request: Any, error: FlashError) -> Any:
    from starlette.responses import Response

    status = getattr(error, "status", 503 if isinstance(error, StoreError) else 400)
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return Response(error_body(error), status, headers=headers)
