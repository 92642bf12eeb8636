"""Rows of cards in a package."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from store_fixtures import DAY_MS, NOON

from cards.note import Basic, Note
from export.anki.package_writer import Creation, write_package
from export.anki.rows import Schedule, scheduled_columns
from srs.models.cards import SchedulingState, State, StoredCard, StoredNote
from srs.models.presets import Preset

TODAY = NOON // DAY_MS
FIRST_DAY = 18_262
PRESET = Preset(learning_steps=(60, 600, 900), relearning_steps=(600, 1200))
SCHEDULE = Schedule(
    first_day=FIRST_DAY,
    today=TODAY,
    day_of=lambda at_ms: at_ms // DAY_MS,
    preset_of=lambda _: PRESET,
    days_of=lambda stability, _: stability,
    reviews=(),
)


def card(state: State = State.NEW, **values: Any) -> StoredCard:
    names = {"suspended", "buried", "marked_ms"}
    marks = {name: values.pop(name) for name in names & values.keys()}
    progress = SchedulingState(state, **values)
    return StoredCard(7, "g", 0, "front", 3, progress, **marks)


def columns(stored: StoredCard) -> dict[str, Any]:
    names = ("type", "queue", "due", "interval", "ease", "reps", "lapses", "left")
    return dict(zip(names, scheduled_columns(stored, PRESET, SCHEDULE), strict=False))


LEARNING = {"stability": 2.0, "difficulty": 5.0, "last_ms": NOON, "last_day": TODAY}


def test_learning_card_due_today_keeps_its_time() -> None:
    found = columns(card(State.LEARNING, due_ms=NOON + 600_000, **LEARNING))

    assert (found["queue"], found["due"]) == (1, NOON // 1000 + 600)


def test_learning_card_due_tomorrow_gets_a_day() -> None:
    found = columns(card(State.LEARNING, due_ms=NOON + DAY_MS, **LEARNING))

    assert (found["queue"], found["due"]) == (3, TODAY + 1 - FIRST_DAY)


@pytest.mark.parametrize(
    ("state", "step", "left"),
    [
        (State.LEARNING, 0, 3),
        (State.LEARNING, 2, 1),
        (State.RELEARNING, 0, 2),
        (State.RELEARNING, 1, 1),
    ],
)
def test_steps_left_count_the_steps_of_the_state(
    state: State, step: int, left: int
) -> None:
    found = columns(card(state, step=step, due_ms=NOON + 60_000, **LEARNING))

    assert found["left"] == left


def test_buried_new_card_is_exported_as_new() -> None:
    in_review = card(State.REVIEW, due_day=TODAY, interval=3, buried=TODAY, **LEARNING)

    assert columns(card(buried=TODAY))["queue"] == 0
    assert columns(in_review)["queue"] == -3


def test_bury_of_another_day_is_not_exported() -> None:
    yesterday = card(
        State.REVIEW, due_day=TODAY, interval=3, buried=TODAY - 1, **LEARNING
    )

    assert columns(yesterday)["queue"] == 2


def test_card_changed_when_it_was_marked(tmp_path: Path) -> None:
    marked = card(suspended=True, marked_ms=NOON + 5000)
    note = StoredNote("g", 1, Note(Basic("q", "a"), "D"), NOON, (marked,))

    write_package(
        tmp_path / "deck.apkg", [note], Creation(1_577_851_200, 0), None, SCHEDULE
    )

    data = ZipFile(tmp_path / "deck.apkg").read("collection.anki2")
    (tmp_path / "c.db").write_bytes(data)
    with closing(sqlite3.connect(tmp_path / "c.db")) as connection:
        row = connection.execute("select mod, queue from cards").fetchone()
        conf = connection.execute("select conf from col").fetchone()[0]
    assert row == (NOON // 1000 + 5, -1)
    assert json.loads(conf)["rollover"] == 4
