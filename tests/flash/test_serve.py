"""`flash serve`: the review of a browser on the store of the terminal."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from store_fixtures import (
    DAY_MS,
    NOON,
    Clock,
    add,
    both_ways,
    contradictions,
    ids,
    numbered,
    put_in_deck,
)
from web_client import REPORTS, Server, card_path, step_id

from cards.note import Note
from flash.service.adding import add_unasked
from flash.service.context import AppContext
from flash.service.deck_reading import read_for_adding
from flash.service.selection import Selected
from flash.service.serving import ReviewService
from flash.web import pages_api
from flash.web.pages_api import Reports
from srs.maintenance.checks import examine
from srs.models.cards import Rating
from srs.store.backups import list_backups
from srs.store.connection import Store, StoreError
from srs.store.removal import delete_notes
from srs.store.settings import Options, save_options, save_setting
from srs.study.session import Session


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


def test_the_same_post_twice_is_recorded_once(server: Server) -> None:
    client = server.client("Firefox")
    answer = client.answer_to(client.cards()[0], 3)

    first, again = client.send([answer]), client.send([answer])

    assert [one[0]["status"] for one in (first, again)] == ["recorded", "duplicate"]
    assert reviews(server) == [3]


def test_two_browsers_and_a_terminal_share_the_day(server: Server) -> None:
    one, two = server.client("Firefox"), server.client("Phone")
    cards, same = one.cards(), two.cards()
    terminal = Session(server.store, server.clock)
    asked = terminal.next()
    assert asked is not None

    first = one.answer(cards[0], 3)
    second = two.answer(same[0], 1)
    third = two.answer(same[1], 3)
    in_terminal = terminal.answer(Rating.GOOD, 900)

    assert [first["status"], third["status"]] == ["recorded", "recorded"]
    assert second["status"] == "stale"
    assert second["card"]["state"] == "learning"
    assert second["sentence"].startswith("Already answered in another session")
    assert not in_terminal.applied
    assert reviews(server) == [3, 3]


def test_answers_that_waited_all_count(server: Server) -> None:
    one, two = server.client("Firefox"), server.client("Phone")
    card = one.cards()[0]
    offline = two.answer_to(card, 1)
    one.answer(card, 3)
    server.clock.turn(minutes=5)

    (result,) = two.send([offline])

    assert result["status"] == "recorded"
    assert sorted(reviews(server)) == [1, 3]
    assert contradictions(server.store) == []


def test_a_clock_ten_minutes_ahead_gives_the_present(server: Server) -> None:
    client = server.client("Phone")
    answer = client.answer_to(client.cards()[0], 3, at=server.clock() + 600_000)

    client.send([answer])

    assert server.store.row("select origin_ms from reviews") == (server.clock(),)


def test_an_answer_of_this_browser_is_undone(server: Server) -> None:
    client = server.client("Firefox")
    answer = client.answer_to(client.cards()[0], 3)
    client.send([answer])

    undone = client.post("/api/undo", {"id": answer["id"]})
    again = client.post("/api/undo", {"id": answer["id"]})
    unknown = client.post("/api/undo", {"id": step_id(1)})

    statuses = [one["status"] for one in (undone, again, unknown)]
    assert statuses == ["undone", "undone", "unknown"]
    assert undone["card"]["state"] == "new"
    assert undone["counts"] == {"new": 3, "learning": 0, "due": 0}
    assert [one["status"] for one in client.send([answer])] == ["undone"]


def test_marks_happen_once_and_are_undone(server: Server) -> None:
    client = server.client("Firefox")
    path = card_path(client.cards()[0])

    for _ in range(2):
        client.post(f"{path}/flag", {"id": step_id(1), "flag": 2})
        client.post(f"{path}/bury", {"id": step_id(2)})
        suspended = client.post(f"{path}/suspend", {"id": step_id(3)})

    assert suspended["counts"] == {"new": 2, "learning": 0, "due": 0}
    marks = "select flag, suspended, buried > 0 from cards order by position"
    assert server.store.row(marks) == (2, 1, 1)
    for number in (3, 2, 1):
        client.post("/api/undo", {"id": step_id(number)})
    assert server.store.row(marks) == (0, 0, 0)


def test_history_and_source_of_a_card(server: Server) -> None:
    client = server.client("Firefox")
    card = client.cards()[0]
    client.answer(card, 3)

    history = client.get(f"{card_path(card)}/history")["rows"]
    source = client.get(f"{card_path(card)}/source")

    assert history == [
        {
            "answered": "2026-11-23 12:00",
            "rating": "Good",
            "interval": "10 min",
            "took": "1 s",
            "is_undone": False,
        }
    ]
    assert source == {"text": "", "html": "", "url": None}


def test_a_card_may_have_any_name(server: Server) -> None:
    table = both_ways(("a/b", "c?d"), {"r#w": ("1", "2")})
    add(server.store, [Note(table, "Odd")], file="/decks/odd.yaml")
    client = server.client("Firefox")
    queue = client.get("/api/queue")
    odd = [card for card in queue["cards"] if card["deck"] == "Odd"]

    found = [client.get(f"{card_path(card)}/history") for card in odd]

    assert found == [{"rows": []}]


def test_a_card_may_be_in_another_deck_than_its_note(server: Server) -> None:
    put_in_deck(server.store, ids(server.store)[1], "A::Produce")
    client = server.client("Firefox")

    cards = client.cards()
    (reply,) = client.send([client.answer_to(cards[1], 3)])

    assert [card["deck"] for card in cards] == ["A", "A::Produce", "A"]
    assert reply["card"]["deck"] == "A::Produce"


def test_the_queue_says_when_a_card_comes_back(server: Server) -> None:
    save_options(
        server.store, "", {"learning_steps": [60, 600], "relearning_steps": []}
    )
    client = server.client("Firefox")

    found = client.get("/api/queue")

    assert found["presets"] == {
        "p1": {
            "learning": [[60, 330, 600, None], [60, 600, None, None]],
            "relearning": [[None] * 4],
        }
    }
    assert {card["preset"] for card in found["cards"]} == {"p1"}


def test_waiting_cards_come_last_with_their_time(server: Server) -> None:
    client = server.client("Firefox")
    first = client.answer(client.cards()[0], 1)

    found = client.get("/api/queue")

    due = [card["due"] for card in found["cards"]]
    assert due == [None, None, first["next"]]


def test_more_new_cards_are_those_beyond_the_limit(server: Server) -> None:
    save_options(server.store, "", {"new_per_day": 1})
    client = server.client("Firefox")

    counts = [client.get(f"/api/queue?more={n}")["counts"]["new"] for n in (0, 1, 2)]

    assert counts == [1, 2, 3]


def test_a_typed_answer_is_compared(server: Server) -> None:
    client = server.client("Firefox")
    card = client.cards()[0]
    given = {"guid": card["guid"], "uid": card["uid"], "text": "answer to A 001"}

    found = client.post("/api/check-typed", given)

    assert found == {
        "suggested": 2,
        "sentence": "Nearly right: 2 Hard is suggested.",
        "html": "answer to A 00<mark>1</mark> → answer to A 00<mark>0</mark>",
    }


def test_decks_tags_and_reports(server: Server) -> None:
    client = server.client("Firefox")

    (deck,) = client.get("/api/decks")["decks"]

    assert (deck["name"], deck["new"]) == ("A", 3)
    assert client.get("/api/decks")["bundled"][0]["name"] == "aws-security"
    assert client.get("/api/tags") == {"tags": []}
    report = client.get("/api/exam")["report"]
    assert (report["title"], report["about"]) == ("a title", ["a line"])
    assert client.http.get("/api/stats?deck=a").text == "<p>A</p>"
    words = client.get("/api/words")
    assert (words["lang"], words["good"]) == ("en", "Good")


def test_statistics_hold_up_no_other_page(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = Event(), Event()

    def slow(_app: AppContext, _deck: str) -> str:
        begun.set()
        assert goes_on.wait(30)
        return "<p>done</p>"

    monkeypatch.setattr("web_client.REPORTS", Reports(slow, REPORTS.exam))
    server = Server(store, clock)
    client = server.client("Firefox")
    with ThreadPoolExecutor(1) as pool:
        report = pool.submit(client.http.get, "/api/stats")
        assert begun.wait(30)
        try:
            assert client.get("/api/tags") == {"tags": []}
            assert client.get("/api/queue")["cards"] == []
        finally:
            goes_on.set()
        assert report.result().text == "<p>done</p>"
    server.close()


def test_a_search_finds_cards_or_names_its_mistake(server: Server) -> None:
    client = server.client("Firefox")

    found = client.get("/api/search?q=001&limit=5")
    nothing = [client.get(f"/api/search?q={one}") for one in ("zzz", "zzz+yyy")]
    failed = client.http.get("/api/search?q=is%3Aodd")

    assert (found["total"], found["cards"][0]["question"]) == (1, "A 001")
    assert nothing == [{"cards": [], "total": 0}] * 2
    assert failed.status_code == 400
    assert "odd" in failed.json()["error"]


def test_a_new_card_goes_to_the_file_of_its_deck(
    server: Server, tmp_path: Path
) -> None:
    client = server.client("Firefox")
    wanted = {"question": "What is new?", "answer": "This", "deck": "Mine"}

    added = client.post("/api/cards", wanted)
    again = client.http.post("/api/cards", json=wanted)

    file = tmp_path / "Mine.yaml"
    assert added["sentence"] == f"Added 1 card to 'Mine': {file}:3"
    assert "front: What is new?" in file.read_text("utf-8")
    assert again.status_code == 400
    assert "question" in again.json()["error"]


def test_a_new_cloze_has_its_answer_in_the_question(
    server: Server, tmp_path: Path
) -> None:
    client = server.client("Firefox")
    cloze = {"question": "{{c1::ATP}} is made here.", "answer": "", "deck": "Mine"}

    refused = client.http.post("/api/cards", json=cloze | {"answer": "ATP"})
    added = client.post("/api/cards", cloze)["sentence"]
    warned = {"question": "What is 2*3*4?", "answer": "24", "deck": "Mine"}
    lines = client.post("/api/cards", warned)["sentence"].split("\n")

    assert refused.status_code == 400
    assert refused.json()["error"] == "a cloze has its answer in the question"
    file = tmp_path / "Mine.yaml"
    assert added == f"Added 1 card to 'Mine': {file}:3"
    assert lines[0] == f"Added 1 card to 'Mine': {file}:4"
    assert lines[1].startswith(f"{file}:4:12: warning: '*' is not shown")


def test_the_first_answers_of_a_day_make_a_backup(server: Server) -> None:
    client = server.client("Firefox")
    first, second, _ = client.cards()

    client.answer(first, 3)
    client.answer(second, 3)

    assert len(list_backups(server.store.path)) == 1


def test_each_study_day_of_a_server_has_its_backup(server: Server) -> None:
    save_setting(server.store, "time_zone", "Asia/Tokyo")
    client = server.client("Firefox")
    server.clock.now_ms = at = NOON - NOON % DAY_MS + 18 * 3_600_000  # 3 in Tokyo
    for hours in (0, 0.5, 2, 3):
        server.clock.now_ms = at + round(hours * 3_600_000)
        client.answer(client.cards()[0], 1)

    made = [one.made_ms for one in list_backups(server.store.path)]
    calendar = Options(server.store).calendar
    assert len({calendar.day(one) for one in made}) == len(made) == 2


def test_a_backup_that_failed_is_made_later(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(app: AppContext) -> None:
        raise StoreError(app.store.path, "disk full", "")

    client = server.client("Firefox")
    with monkeypatch.context() as patched:
        patched.setattr(pages_api, "back_up_after_review", fail)
        client.answer(client.cards()[0], 1)
    assert list_backups(server.store.path) == []

    server.clock.turn(minutes=61)
    client.answer(client.cards()[0], 1)
    assert len(list_backups(server.store.path)) == 1


def test_counts_follow_a_changed_deck_file(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    deck = tmp_path / "deck.yaml"
    cards = [f"  - front: q{number}\n    back: a\n" for number in range(5)]
    deck.write_text("deck: D\ncards:\n" + "".join(cards[:2]), "utf-8")
    app = AppContext(store, clock)
    add_unasked(app, read_for_adding([deck], store))
    service, chosen = ReviewService(app), Selected()
    assert service.counts(chosen).new == 2

    deck.write_text("deck: D\ncards:\n" + "".join(cards), "utf-8")
    shown = service.upcoming(chosen).counts

    assert service.counts(chosen) == shown == ReviewService(app).counts(chosen)
    assert shown.new == 5


def test_a_deleted_card_takes_its_answers_with_it(server: Server) -> None:
    client = server.client("Firefox")
    card = client.cards()[0]
    answer = client.answer_to(card, 3)
    client.send([answer])
    with server.store.transaction() as connection:
        delete_notes(connection, [card["guid"]], 1 << 60)

    assert [one["status"] for one in client.send([answer])] == ["unknown"]
    assert server.store.rows("select * from browser_steps") == []
    assert examine(server.store, server.clock()).findings == ()


def reviews(server: Server) -> list[int]:
    return [row[0] for row in server.store.rows("select rating from reviews")]
