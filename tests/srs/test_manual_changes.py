"""What was done in Anki without a row of its log, and ids that can't be kept."""

from pathlib import Path
from typing import Any

import pytest
from anki_log import AnkiReview, incoming_notes, log_file
from msgspec.structs import replace
from store_fixtures import DAY_MS, NOON, new_store, shelf

from srs.merging.merge import merge
from srs.models.cards import State
from srs.models.incoming import Incoming
from srs.store.connection import Store
from srs.store.settings import Options

RESET_MS = NOON - DAY_MS
ANSWER = AnkiReview(NOON - 9 * DAY_MS, 1, 3, 4, 0, 500, 900, 0)
RESET = AnkiReview(RESET_MS, 1, 0, 0, 4, 0, 0, 4)


def merged(folder: Path, *reviews: AnkiReview, **card: Any) -> Store:
    """Merge one card with its log into a new store."""
    (note,) = incoming_notes([int(card.pop("state"))])
    note = replace(note, cards=(replace(note.cards[0], **card),))
    store = new_store(folder)
    log = log_file(folder / "log.db", reviews)
    merge(store, Options(store), Incoming((note,), log=log), NOON)
    return store


@pytest.mark.parametrize(("reps", "counted"), [(1, 1), (2, 3), (3, 3)])
def test_counts_are_reset_if_they_are_those_since_the_reset(
    tmp_path: Path, reps: int, counted: int
) -> None:
    later = [
        ANSWER._replace(id=ANSWER.id + 2 * DAY_MS, kind=1),
        RESET,
        ANSWER._replace(id=RESET_MS + 60_000),
    ]

    store = merged(tmp_path, ANSWER, *later, state=State.REVIEW, reps=reps)

    assert shelf(store)[0].cards[0].progress.reps == counted


@pytest.mark.parametrize(("steps_left", "step"), [(0, 1), (1, 1), (2, 0), (9, 0)])
def test_card_in_learning_has_a_step_that_exists(
    tmp_path: Path, steps_left: int, step: int
) -> None:
    store = merged(
        tmp_path, state=State.LEARNING, due_ms=NOON + 60_000, steps_left=steps_left
    )

    assert store.rows("select step from reviews order by id desc limit 1") == [(step,)]


def test_card_in_learning_is_due_after_its_last_row(tmp_path: Path) -> None:
    store = merged(
        tmp_path,
        ANSWER,
        RESET,
        state=State.LEARNING,
        due_ms=RESET_MS - 60_000,
        steps_left=1,
    )

    sql = "select origin_ms > :reset, interval from reviews order by id desc limit 1"
    assert store.rows(sql, {"reset": RESET_MS}) == [(1, -1)]


def test_ids_that_json_can_not_hold_are_replaced(tmp_path: Path) -> None:
    (note,) = incoming_notes([0])
    large = replace(note, id=1 << 53, cards=(replace(note.cards[0], id=1 << 53),))
    store = new_store(tmp_path)

    merge(store, Options(store), Incoming((large,)), NOON)

    (stored,) = shelf(store)
    assert (stored.anki_id, stored.cards[0].id) == (NOON, NOON)
