"""Anki's log, inserted in a few statements, gives the rows of the slow way."""

from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from anki_log import AnkiReview, expected_rows, incoming_notes, log_file
from hypothesis import example, given, settings
from hypothesis import strategies as st
from store_fixtures import DAY_MS, NOON, contradictions, new_store

from srs.merging.merge import merge
from srs.models.incoming import Incoming
from srs.models.presets import Preset
from srs.store.card_replay import CardReplay
from srs.store.revlog import ReviewRow
from srs.store.rows import ANKI_LOG
from srs.store.settings import Options, save_setting

Rows = list[tuple[int, int, int, int, int, int, int]]
"""card, hours, rating, interval, factor, milliseconds, kind"""

ROWS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 20_000),
        st.sampled_from([1, 2, 3, 3, 3, 4]),
        st.sampled_from([-172_799, -86_400, -600, -1, 0, 1, 3, 400]),
        st.sampled_from([0, 50, 100, 517, 1100, 1101, 2500]),
        st.sampled_from([-1, 0, 4000, 1 << 33]),
        st.sampled_from([0, 1, 1, 1, 2]),
    ),
    max_size=25,
)
ODD = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from([-1_000_000, 5, 700, 9000, 3_000_000]),
        st.sampled_from([0, 1, 3, 9]),
        st.sampled_from([0, 7]),
        st.sampled_from([0, 500]),
        st.just(0),
        st.sampled_from([0, 1, 3, 4, 5, 9]),
    ),
    max_size=3,
)


def log(rows: Rows) -> dict[int, list[AnkiReview]]:
    """Make the log of four cards, by card."""
    found: dict[int, list[AnkiReview]] = {}
    taken: set[int] = set()
    for card, hours, rating, interval, factor, took, kind in sorted(
        rows, key=lambda row: row[1]
    ):
        at = NOON - 900 * DAY_MS + hours * 3_600_000
        while at in taken:
            at += 1
        taken.add(at)
        review = AnkiReview(at, card + 1, rating, interval, 7, factor, took, kind)
        found.setdefault(card + 1, []).append(review)
    return found


def incoming(folder: Path, reviews: list[AnkiReview], states: list[int]) -> Incoming:
    path = log_file(folder / f"log{len(list(folder.iterdir()))}.db", reviews)
    return Incoming(incoming_notes(states), log=path)


COLUMNS = ", ".join(ReviewRow._fields)


@pytest.mark.slow
@settings(max_examples=120)
@given(
    st.one_of(ROWS, st.builds(list.__add__, ROWS, ODD)),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
    st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe"]),
)
@example([(0, 5, 3, 1, 500, 0, 0)], [2, 0, 0, 0], "UTC")
@example(
    [(0, 1, 3, -60, 0, 0, 0), (0, 2, 0, 0, 0, 0, 4), (0, 3, 3, 1, 0, 0, 0)],
    [2, 0, 0, 0],
    "UTC",
)
@example(
    [(0, 1, 0, 7, 500, 0, 4), (0, 2, 3, 3, 500, 0, 0), (0, 9, 0, 9, 500, 0, 4)],
    [2, 0, 0, 0],
    "America/New_York",
)
@example(
    [(0, 1, 3, 0, 0, 0, 3), (0, 2, 3, -60, 0, 0, 0), (0, 3, 2, 0, 0, 0, 3)],
    [1, 0, 0, 0],
    "UTC",
)
def test_statements_give_the_same_rows_as_python(
    tmp_path_factory: pytest.TempPathFactory,
    rows: Rows,
    states: list[int],
    zone: str,
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    store = new_store(folder)
    save_setting(store, "time_zone", zone)
    options, reviews = Options(store), log(rows)
    every = [review for given in reviews.values() for review in given]

    done = merge(store, options, incoming(folder, every, states), NOON)
    again = merge(store, options, incoming(folder, every, states), NOON)

    expected = [
        row
        for card, given in reviews.items()
        for row in expected_rows(given, card, states[card - 1], options.calendar)
    ]
    sql = f"select {COLUMNS} from reviews r where not (rating = 0 and duration_ms = 0"
    sql += " and id not in (select value from json_each(:ids)))"
    ids = str([row.id for row in expected])
    assert store.rows(f"{sql} order by id", {"ids": ids}) == sorted(expected)
    answers = sum(row.rating > 0 for row in expected)
    assert (done.reviews, done.invalid_reviews) == (
        answers,
        len(every) - len(expected),
    )
    assert (again.reviews, again.known_reviews) == (0, answers)
    assert contradictions(store) == []
    store.close()


@pytest.mark.parametrize(
    ("kind", "factor"), [(0, 500), (3, 0)], ids=["answer", "cram review"]
)
def test_review_in_a_taken_millisecond_is_moved(
    tmp_path: Path, kind: int, factor: int
) -> None:
    store = new_store(tmp_path)
    first = incoming(tmp_path, log([(0, 5, 3, 1, 500, 0, 0)])[1], [2, 0, 0, 0])
    other = incoming(tmp_path, log([(1, 5, 3, 1, factor, 0, kind)])[2], [0, 2, 0, 0])
    notes = tuple(
        msgspec.structs.replace(note, guid=f"other{note.guid}") for note in other.notes
    )
    other = msgspec.structs.replace(other, notes=notes)

    merge(store, Options(store), first, NOON)
    done = merge(store, Options(store), other, NOON)
    again = merge(store, Options(store), other, NOON)

    at = NOON - 900 * DAY_MS + 5 * 3_600_000
    assert (done.reviews, done.shifted) == (1, 1)
    assert store.rows("select id from reviews order by id") == [(at,), (at + 1,)]
    assert (again.reviews, again.known_reviews) == (0, 1)
    store.close()


def test_the_offset_may_change_on_the_last_day(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    save_setting(store, "time_zone", "Europe/Berlin")
    before, after = (
        round(datetime.fromisoformat(text).timestamp() * 1000)
        for text in ("2026-03-28T20:00Z", "2026-03-29T02:00Z")
    )
    rows = [AnkiReview(at, 1, 3, 5, 0, 500, 900, 1) for at in (before, after)]

    merge(store, Options(store), incoming(tmp_path, rows, [2, 0, 0, 0]), NOON)

    found = store.rows("select id, offset_min from reviews order by id")
    assert found == [(before, 60), (after, 120)]
    store.close()


def test_an_interval_of_seconds_in_review_is_a_day(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    rows = log([(0, 5, 3, -600, 500, 0, 1), (0, 90, 3, 4, 500, 0, 1)])[1]

    merge(store, Options(store), incoming(tmp_path, rows, [2, 0, 0, 0]), NOON)

    assert store.rows("select interval from reviews order by id") == [(1,), (4,)]
    expected = expected_rows(rows, 1, 2, Options(store).calendar)
    assert [row.interval for row in expected] == [1, 4]
    store.close()


def test_answers_of_anki_go_on_at_their_step() -> None:
    replay = CardReplay(Preset(), rollover=4)
    steps: list[int] = []

    for number, (rating, before) in enumerate([(3, 0), (2, 1), (1, 1), (3, 1)]):
        at, last = NOON + 60_000 * number, -600 if number else 0
        replay.add((at, rating, 0, 1, 0, -600, last, ANKI_LOG, 0, before, 5.0, 0, 1))
        steps.append(replay.state().step)

    assert steps == [1, 1, 0, 1]
