"""`flash serve`: the review of a browser on the store of the terminal."""

from collections.abc import Iterator

import pytest
from store_fixtures import Clock, add, contradictions, numbered
from web_client import Server

from srs.store.connection import Store


@pytest.fixture
def server(store: Store, clock: Clock) -> Iterator[Server]:
    """A server on a store with three new cards."""
    add(store, numbered(3))
    made = Server(store, clock)
    yield made
    made.close()


def test_a_browser_reviews_a_card(server: Server) -> None:
    client = server.client("Firefox")
    found = client.get("/api/queue")
    card = found["cards"][0]

    reply = client.post("/api/answers", [client.answer_to(card, 3)])

    assert found["counts"] == {"new": 3, "learning": 0, "due": 0}
    assert card["question"] == "A 000"
    (result,) = reply["results"]
    assert (result["status"], result["next"]) == ("recorded", server.clock() + 600_000)
    assert result["card"]["state"] == "learning"
    assert reply["counts"] == {"new": 2, "learning": 1, "due": 0}
    assert contradictions(server.store) == []
