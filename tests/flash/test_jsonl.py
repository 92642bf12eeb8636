"""`flash review --jsonl` answers each request of an editor with one event."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_runner import Run
from store_fixtures import NOON, put_in_deck

from srs.store.opening import open_store

DECK = """\
deck: Two
cards:
  - {front: "One?", back: A}
  - {front: "Two?", back: B}
"""
Event = dict[str, Any]


@pytest.fixture
def cards(flash: Run) -> list[int]:
    Path("two.yaml").write_text(DECK, "utf-8")
    flash("add", "two.yaml")
    return [row["card"] for row in flash.json("list")]


def hold(
    flash: Run, *requests: Event | str, words: tuple[str, ...] = ()
) -> list[Event]:
    """Review with these requests; return the events."""
    lines = (one if isinstance(one, str) else json.dumps(one) for one in requests)
    code, out, err = flash("review", "--jsonl", *words, typed="\n".join(lines))
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def test_a_question_carries_all_that_an_editor_shows(
    flash: Run, cards: list[int]
) -> None:
    question, end = hold(flash)

    assert question == {
        "event": "question",
        "card": cards[0],
        "deck": "Two",
        "question": "One?",
        "options": [],
        "answer": "A",
        "typed": False,
        "accept": [],
        "context": "",
        "extra": "",
        "sources": [],
        "file": str(Path("two.yaml").absolute()),
        "line": 3,
        "intervals": question["intervals"],
        "left": {"new": 2, "learning": 0, "due": 0},
    }
    assert list(question["intervals"]) == ["1", "2", "3", "4"]
    assert (end["event"], end["session"]["answered"]) == ("end", 0)


def test_a_question_names_the_deck_of_its_card(
    flash: Run, cards: list[int], tmp_path: Path
) -> None:
    with closing(open_store(tmp_path / "store.db", NOON)) as store:
        put_in_deck(store, cards[0], "Two::Produce")

    question, _end = hold(flash)

    assert question["deck"] == "Two::Produce"


def test_answers_are_saved_and_undone(flash: Run, cards: list[int]) -> None:
    first, second = cards
    events = hold(
        flash,
        {"do": "answer", "card": first, "rating": 4, "duration_ms": 1500},
        {"do": "suspend", "card": second},
        {"do": "undo"},
        {"do": "undo"},
        {"do": "answer", "card": first, "rating": 3},
        {"do": "bury", "card": second},
        {"do": "ahead"},
        {"do": "quit"},
        {"do": "undo"},
    )

    shown = [(one["event"], one.get("question"), one.get("message")) for one in events]
    assert shown == [
        ("question", "One?", None),
        ("question", "Two?", None),
        ("done", None, None),
        ("question", "Two?", "Unsuspended 'Two?'."),
        ("question", "One?", "Undid the answer to 'One?'."),
        ("question", "Two?", None),
        ("wait", None, None),
        ("question", "One?", None),
        ("end", None, None),
    ]
    assert events[-1]["day"]["answered"] == 1


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"do": "answer", "card": 1, "rating": 3}, "this card is not asked"),
        ({"do": "bury"}, "this card is not asked"),
        ({"do": "answer", "card": 0, "rating": 5}, "a rating is a number from 1 to 4"),
        ({"do": "fly"}, "no request 'fly'"),
        ("{", "Input data was truncated"),
        ({"do": "undo", "n": 1}, "Object contains unknown field `n`"),
    ],
)
def test_a_wrong_request_changes_nothing(
    flash: Run, cards: list[int], request_: Event | str, message: str
) -> None:
    if isinstance(request_, dict) and request_.get("card") == 0:
        request_ = {**request_, "card": cards[0]}
    before = flash.json("list")

    events = hold(flash, "", request_)

    assert events[1] == {"event": "error", "message": message}
    assert flash.json("list") == before


def test_only_new_or_due_leaves_out_the_others(flash: Run, cards: list[int]) -> None:
    hold(flash, {"do": "answer", "card": cards[0], "rating": 4})
    later = "2026-12-20T09:00:00+00:00"
    found = {}
    for only in ("new", "due"):
        words = ("review", "--jsonl", "--only", only)
        event = json.loads(flash(*words, now=later)[1].splitlines()[0])
        found[only] = (event["question"], event["left"])

    assert found == {
        "new": ("Two?", {"new": 1, "learning": 0, "due": 0}),
        "due": ("One?", {"new": 0, "learning": 0, "due": 1}),
    }
    assert flash("review", "--cram", "--only", "new")[0] == 2
