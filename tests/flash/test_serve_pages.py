"""What `flash serve` says beside the cards: empty choices, the day, single cards."""

from collections.abc import Iterator

import pytest
from store_fixtures import Clock, add, ids, make_due, numbered
from web_client import Server, card_path, step_id

from flash.messages.day import end_lines
from srs.models.cards import Rating
from srs.models.exam import Exam, exam_text
from srs.scheduler.study_day import date_day
from srs.store.connection import Store
from srs.store.settings import Options, save_setting
from srs.study.session import Session


@pytest.fixture
def server(store: Store, clock: Clock) -> Iterator[Server]:
    """A server on a store with three new cards."""
    add(store, numbered(3))
    made = Server(store, clock)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("choice", "is_empty"),
    [
        ("", False),
        ("?deck=A", False),
        ("?query=is:new", False),
        ("?query=tag:nosuch", True),
        ("?query=tag:nosuch&cram=1", True),
        ("?query=tag:nosuch&deck=A", True),
    ],
)
def test_the_queue_tells_nothing_found_from_nothing_due(
    server: Server, choice: str, *, is_empty: bool
) -> None:
    client = server.client("Firefox")

    assert client.get(f"/api/queue{choice}")["is_empty"] == is_empty
    for card in client.cards():
        client.answer(card, 4)

    assert not client.get("/api/queue")["is_empty"]
    assert not client.get("/api/queue?deck=A")["is_empty"]


def test_the_queue_of_a_store_without_cards_is_empty(
    store: Store, clock: Clock
) -> None:
    server = Server(store, clock)

    assert server.client("Firefox").get("/api/queue")["is_empty"]
    server.close()


@pytest.mark.parametrize("answers", [0, 1, 3])
def test_the_day_ends_as_in_the_terminal(server: Server, answers: int) -> None:
    client = server.client("Firefox")
    for card in client.cards()[:answers]:
        client.answer(card, 4)

    session = Session(server.store, server.clock)
    lines = end_lines(session.summary(), session.day_report())
    assert client.get("/api/day")["lines"] == lines[:2]


def test_the_decks_say_why_there_are_no_new_cards(store: Store, clock: Clock) -> None:
    add(store, numbered(130))
    server = Server(store, clock)
    client = server.client("Firefox")
    assert client.get("/api/decks")["notice"] is None

    make_due(store, ids(store)[:128])

    assert client.get("/api/decks")["notice"].startswith("Catching up: 50 of 128 ")
    server.close()


def test_a_card_is_shown_without_changing_it(server: Server) -> None:
    client = server.client("Firefox")
    card = client.cards()[0]

    shown = client.get(f"{card_path(card)}/card")

    same = ("guid", "uid", "deck", "question", "answer", "flag", "lang")
    assert {name: shown["card"][name] for name in same} == {
        name: card[name] for name in same
    }
    assert (shown["suspended"], shown["note"]["tags"]) == (False, [])
    assert client.cards()[0] == card


def test_a_suspended_card_comes_back(server: Server) -> None:
    client = server.client("Firefox")
    card = client.cards()[0]
    path = card_path(card)

    client.post(f"{path}/suspend", {"id": step_id(1)})
    assert client.get(f"{path}/card")["suspended"]
    back = {"id": step_id(2)}
    replies = [client.post(f"{path}/unsuspend", back) for _ in range(2)]

    assert replies[0]["sentence"] == "Unsuspended."
    assert [one["counts"]["new"] for one in replies] == [3, 3]
    assert not client.get(f"{path}/card")["suspended"]
    assert client.answer(client.cards()[0], Rating.GOOD)["status"] == "recorded"


def test_a_long_question_is_found_by_its_beginning(server: Server) -> None:
    client = server.client("Firefox")
    text = "長い文章です。" * 100
    client.post("/api/cards", {"question": text, "answer": "A", "deck": "Mine"})

    (found,) = client.get("/api/search?q=deck:Mine")["cards"]
    assert found["question"] == text[:119] + "…"


def test_a_new_card_has_the_tags_that_it_is_given(server: Server) -> None:
    client = server.client("Firefox")
    wanted = {"question": "Q?", "answer": "A", "deck": "Mine"}

    client.post("/api/cards", wanted | {"tags": ["x::y", "z"]})
    refused = client.http.post(
        "/api/cards", json=wanted | {"question": "R?", "tags": ["a\nb\x00"]}
    )

    assert client.get("/api/search?q=tag:x%20tag:z")["total"] == 1
    assert refused.status_code == 400
    assert client.get("/api/search?q=deck:Mine")["total"] == 1


def test_a_bundled_deck_has_the_name_that_it_will_have(server: Server) -> None:
    client = server.client("Firefox")

    (bundled,) = client.get("/api/decks")["bundled"]
    client.post("/api/decks/start", {"deck": bundled["name"]})

    names = [one["name"] for one in client.get("/api/decks")["decks"]]
    assert bundled["title"] in names


@pytest.mark.parametrize("path", ["/nothing/here", "/nothing", "/static/nothing"])
def test_a_missing_page_leads_to_the_first_one(server: Server, path: str) -> None:
    client = server.client()

    page = client.http.get(path, headers={"accept": "text/html,*/*"})
    other = client.http.get(path, headers={"accept": "application/json"})

    assert (page.status_code, other.status_code) == (404, 404)
    assert page.headers["content-type"].startswith("text/html")
    assert '<a class="button" href="/">' in page.text
    assert "no such address" in other.json()["error"]


def test_another_day_of_the_exam_keeps_the_rest(server: Server) -> None:
    client = server.client("Firefox")

    def exam() -> Exam | None:
        return Options(server.store).exam

    first = client.post("/api/exam", {"date": "2026-12-23", "deck": "a"})
    text = exam_text(Exam(date_day("2026-12-23"), "A", {"x": 1.0}, 30))
    save_setting(server.store, "exam", text, server.clock())
    body = {"was": "2026-12-23", "date": "2026-12-24"}
    moved = client.post("/api/exam", body)
    assert (first["day"], moved["day"]) == ("2026-12-23", "2026-12-24")
    assert exam() == Exam(date_day("2026-12-24"), "A", {"x": 1.0}, 30)

    stale = [client.http.post("/api/exam", json={"date": "2026-12-29"})]
    stale.append(client.http.post("/api/exam/clear", json={"was": "2026-12-23"}))
    assert {one.status_code for one in stale} == {400}
    assert exam() == Exam(date_day("2026-12-24"), "A", {"x": 1.0}, 30)

    cleared = client.post("/api/exam/clear", {"was": "2026-12-24"})["sentence"]
    assert (cleared, exam()) == ("cleared the exam on 2026-12-24", None)
    assert client.http.post("/api/exam", json=body).status_code == 400
    assert exam() is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"date": "2026-02-30"}, "no such day: '2026-02-30'"),
        ({"date": "2020-01-01", "deck": ""}, "2020-01-01 is not in the future"),
        ({"date": "2026-12-23", "deck": "nosuch"}, "nosuch"),
        ({"date": 7}, "the request can't be read"),
    ],
)
def test_a_refused_exam_changes_nothing(
    server: Server, body: dict[str, object], expected: str
) -> None:
    client = server.client("Firefox")

    reply = client.http.post("/api/exam", json=body)

    assert reply.status_code in (400, 422)
    assert expected in reply.json()["error"]
    assert Options(server.store).exam is None
