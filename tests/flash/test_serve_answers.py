"""Answers of a browser that were not the last word, and crams."""

from collections.abc import Iterator

import pytest
from store_fixtures import Clock, add, ids, make_due, numbered
from web_client import Server, card_path, step_id

from srs.store.connection import Store
from srs.study.queue import Counts
from srs.study.session import Session


@pytest.fixture
def server(store: Store, clock: Clock) -> Iterator[Server]:
    """A server on a store with three new cards."""
    add(store, numbered(3))
    made = Server(store, clock)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("elsewhere", "state", "due_min"),
    [
        ("easy", None, None),
        ("good", "learning", 10),
        ("reset", "new", None),
        ("suspend", None, None),
        ("bury", None, None),
    ],
)
def test_a_stale_answer_brings_back_what_is_still_due(
    server: Server, elsewhere: str, state: str | None, due_min: int | None
) -> None:
    one, two = server.client("Firefox"), server.client("Phone")
    card = one.cards()[0]
    path, rating = card_path(card), 4 if elsewhere == "easy" else 3
    before = two.answer_to(card, rating)
    two.send([before])
    if elsewhere == "reset":
        two.post("/api/undo", {"id": before["id"]})
        card = two.cards()[0] | {"seen": ":7:7"}
    elif elsewhere in ("suspend", "bury"):
        two.post(f"{path}/{elsewhere}", {"id": step_id(1)})

    result = one.answer(card, 3)

    due = due_min and server.clock() + due_min * 60_000
    assert (result["status"], result["next"]) == ("stale", due)
    assert (result["card"] and result["card"]["state"]) == state
    assert server.store.rows("select rating from reviews") == [(rating,)]


def test_no_answers_give_the_counts(server: Server) -> None:
    reply = server.client("Firefox").post("/api/answers", [])

    assert reply["results"] == []
    assert reply["counts"] == {"new": 3, "learning": 0, "due": 0}


def test_counts_after_a_late_answer_are_those_of_a_review(server: Server) -> None:
    one, two = server.client("Firefox"), server.client("Phone")
    card = two.cards()[0]
    late = two.answer_to(card, 3)
    server.clock.turn(minutes=30)
    shown = one.post("/api/answers", [one.answer_to(card, 3)])["counts"]
    server.clock.turn(minutes=5)

    reply = two.post("/api/answers", [late])

    assert shown == {"new": 2, "learning": 1, "due": 0}
    # The second answer in a row ended the learning.
    assert [one["status"] for one in reply["results"]] == ["recorded"]
    assert reply["counts"] == {"new": 2, "learning": 0, "due": 0}
    assert Session(server.store, server.clock).counts() == Counts(2, 0, 0)


def test_an_undone_card_is_as_it_was_shown(server: Server) -> None:
    client = server.client("Firefox")
    shown = client.cards()[0]
    for rating in (1, 3, 4):
        answer = client.answer_to(shown, rating)
        client.send([answer])

        undone = client.post("/api/undo", {"id": answer["id"]})["card"]

        assert undone["seen"] == shown["seen"]
        again = client.answer(shown, min(rating, 3))
        assert again["status"] == "recorded"
        server.clock.turn(minutes=1)
        shown = again["card"] or shown


@pytest.mark.parametrize(("rating", "state"), [(4, None), (3, "learning"), (0, "new")])
@pytest.mark.parametrize("mark", ["bury", "flag"])
def test_an_undone_mark_brings_back_a_card_that_is_left(
    server: Server, mark: str, rating: int, state: str | None
) -> None:
    one, two = server.client("Firefox"), server.client("Phone")
    card = one.cards()[0]
    step = {"id": step_id(1), "flag": 1}
    one.post(f"{card_path(card)}/{mark}", step)
    if rating:
        assert two.answer(card, rating)["status"] == "recorded"

    # A request that is repeated gets the same reply.
    undone = [one.post("/api/undo", {"id": step["id"]}) for _ in range(2)]

    assert [reply["status"] for reply in undone] == ["undone"] * 2
    cards = [reply["card"] for reply in undone]
    assert [card and card["state"] for card in cards] == [state] * 2


def test_a_cram_leaves_the_schedule_and_comes_back(server: Server) -> None:
    make_due(server.store, ids(server.store))
    client = server.client("Firefox")
    before = server.store.rows("select due_day, reps from cards")

    found = client.get("/api/queue?cram=1")
    result = client.answer(found["cards"][0], 1)

    assert (found["name"], found["cards_between"]) == ("cram", [4, 8, None, None])
    assert found["cards"][0]["labels"] == []
    assert result["status"] == "recorded"
    assert server.store.rows("select due_day, reps from cards") == before


@pytest.mark.parametrize("rating", [1, 2, 3, 4])
@pytest.mark.parametrize("learned", [3, 4])
def test_a_cram_tells_nothing_of_the_schedule(
    server: Server, learned: int, rating: int
) -> None:
    client = server.client("Firefox")
    client.answer(client.cards()[0], learned)

    (card,) = client.cards("?cram=1")
    result = client.answer(card, rating)
    again = client.answer(result["card"], rating)

    assert (card["due"], card["labels"]) == (None, [])
    assert (result["status"], result["next"]) == ("recorded", None)
    assert result["card"] == card | {"preset": None}
    assert again["card"] == result["card"]


def test_a_cram_counts_the_cards_that_it_sends(
    store: Store, clock: Clock, server: Server
) -> None:
    add(store, numbered(320, "B"), file="/decks/b.yaml")
    make_due(store, ids(store))

    found = server.client("Firefox").get("/api/queue?cram=1")

    assert len(found["cards"]) == found["counts"]["due"] == 300


def test_a_step_on_cards_of_another_store_is_refused(server: Server) -> None:
    phone = server.client("Phone")
    reply = phone.get("/api/queue")
    (card, *_others) = reply["cards"]
    answer = phone.answer_to(card, 3)

    for path, body in (
        ("/api/answers", [answer]),
        ("/api/undo", {"id": answer["id"]}),
        (f"{card_path(card)}/bury", {"id": answer["id"]}),
    ):
        refused = phone.http.post(f"{path}?store=0123456789abcdef", json=body)
        assert refused.status_code == 409, path
    own = f"/api/answers?store={reply['store']}"

    assert [one["status"] for one in phone.post(own, [answer])["results"]] == [
        "recorded"
    ]
    assert phone.get("/api/queue")["store"] == reply["store"]
