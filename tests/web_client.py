"""A paired browser on a store, without a network."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from starlette.testclient import TestClient
from store_fixtures import Clock

from flash.messages.scheduling import ExamReport
from flash.service.context import AppContext
from flash.web.app import WebApp
from flash.web.pages_api import Reports
from flash.web.security import Keys, Site
from srs.store.connection import Store

REPORTS = Reports(
    lambda _app, deck: f"<p>{deck}</p>",
    lambda _app: ExamReport("a title", ("a line",)),
)
SITE = Site("127.0.0.1", 8421)
ORIGIN = "http://127.0.0.1:8421"


def step_id(number: int) -> str:
    """Return the id of a step, as a browser makes it."""
    return f"{number:032x}"


def card_path(card: dict[str, Any]) -> str:
    """Return the address of a card."""
    return f"/api/cards/{quote(card['guid'], safe='')}/{quote(card['uid'], safe='')}"


class Server:
    """The web application on a store, with clients that know it by its name."""

    def __init__(self, store: Store, clock: Clock, site: Site = SITE) -> None:
        self.store, self.clock, self.keys, self.site = store, clock, Keys(), site
        self.web = WebApp(AppContext(store, clock), site, self.keys, REPORTS)
        self.clients: list[TestClient] = []

    def client(self, name: str = "", **more: Any) -> "Client":
        """Make a client, and pair it if it has a name."""
        client = Client(TestClient(self.web.asgi, base_url=ORIGIN, **more), self)
        if name:
            client.pair(self.keys.new(), name)
        return client

    def close(self) -> None:
        self.web.close()


class Client:
    """A browser."""

    def __init__(self, http: TestClient, server: Server) -> None:
        self.http, self._server = http, server
        self._steps = 0

    def pair(self, key: str, name: str = "Firefox on Linux") -> int:
        reply = self.http.post("/api/pair", json={"key": key, "name": name})
        return reply.status_code

    def get(self, path: str) -> Any:
        reply = self.http.get(path)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post(self, path: str, body: Any) -> Any:
        reply = self.http.post(path, json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def cards(self, query: str = "") -> list[dict[str, Any]]:
        return list(self.get(f"/api/queue{query}")["cards"])

    def answer(self, card: dict[str, Any], rating: int, **more: Any) -> dict[str, Any]:
        """Answer a card now."""
        (result,) = self.send([self.answer_to(card, rating, **more)])
        return result

    def answer_to(
        self, card: dict[str, Any], rating: int, **more: Any
    ) -> dict[str, Any]:
        self._steps += 1
        made = {
            "id": step_id(1000 * id(self) + self._steps),
            "at": self._server.clock(),
            "rating": rating,
            "duration_ms": 900,
        }
        return made | {key: card[key] for key in ("guid", "uid", "seen")} | more

    def send(self, answers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return list(self.post("/api/answers", list(answers))["results"])
