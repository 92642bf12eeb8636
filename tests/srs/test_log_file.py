"""A log that comes in a file gives what it gives row by row."""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from store_fixtures import DAY_MS, NOON, contradictions, new_store
from test_merging import arriving, content

from srs.merging.bulk_revlog import BulkRevlog, attached
from srs.merging.merge import Merged, merge
from srs.models.incoming import LOG_CARDS, LOG_TABLES, Incoming, IncomingReview
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


def material(rows: Rows, states: list[int]) -> Incoming:
    """Make what a package brings: four cards and their log, as values."""
    reviews: dict[int, list[IncomingReview]] = {}
    taken: set[int] = set()
    for card, hours, rating, interval, factor, took, kind in sorted(
        rows, key=lambda row: row[1]
    ):
        at = NOON - 900 * DAY_MS + hours * 3_600_000
        while at in taken:
            at += 1
        taken.add(at)
        if card + 1 not in reviews and kind < 3:
            kind = 0
        made = IncomingReview(at, card + 1, rating, interval, 7, factor, took, kind)
        reviews.setdefault(card + 1, []).append(made)
    made_notes = arriving([]).notes
    notes = tuple(
        msgspec.structs.replace(
            note, cards=(msgspec.structs.replace(note.cards[0], state=state),)
        )
        for note, state in zip(made_notes, states, strict=True)
    )
    return Incoming(notes, reviews, {}, {})


def filed(incoming: Incoming, path: Path) -> Incoming:
    """Put the reviews into a file."""
    connection = sqlite3.connect(path)
    connection.executescript(LOG_TABLES)
    every = [one for given in incoming.reviews.values() for one in given]
    for one in sorted(every, key=lambda one: (one.card, one.id)):
        connection.execute(
            "insert into log (id, card, rating, interval, last_interval, factor,"
            " took_ms, kind) values (?, ?, ?, ?, ?, ?, ?, ?)",
            msgspec.structs.astuple(one),
        )
    connection.execute(LOG_CARDS)
    connection.commit()
    connection.close()
    return msgspec.structs.replace(incoming, reviews={}, log=path)


def merged(
    folder: Path, zone: str, arrivals: list[Incoming]
) -> tuple[list[Merged], list[Any]]:
    store = new_store(folder)
    save_setting(store, "time_zone", zone)
    done = [merge(store, Options(store), one, NOON) for one in arrivals]
    assert contradictions(store) == []
    found = [
        *content(store),
        store.rows("select * from reviews order by id"),
        store.rows("select before from operations order by id"),
    ]
    store.close()
    return done, found


@pytest.mark.slow
@settings(max_examples=60)
@given(
    st.one_of(ROWS, st.builds(list.__add__, ROWS, ODD)),
    ROWS,
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
    st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe"]),
)
@example([(0, 5, 3, 1, 500, 0, 0)], [(0, 5, 3, 1, 500, 0, 0)], [2, 0, 0, 0], "UTC")
def test_a_log_in_a_file_gives_the_same_store(
    tmp_path_factory: pytest.TempPathFactory,
    first: Rows,
    second: Rows,
    states: list[int],
    zone: str,
) -> None:
    arrivals = [material(first, states), material(second, states)]
    folder = tmp_path_factory.mktemp("merge")
    (folder / "values").mkdir()
    (folder / "file").mkdir()
    files = [
        filed(one, folder / f"log{index}.db") for index, one in enumerate(arrivals)
    ]

    # Known cards and a moment that is taken go row by row, new ones all at once.
    expected = merged(folder / "values", zone, [*arrivals, arrivals[0]])
    found = merged(folder / "file", zone, [*files, files[0]])

    assert found == expected


def test_a_moment_that_another_card_has_is_shifted(tmp_path: Path) -> None:
    ours = material([(0, 5, 3, 1, 500, 0, 0)], [2, 0, 0, 0])
    theirs = material([(1, 5, 3, 1, 500, 0, 0)], [0, 2, 0, 0])
    notes = tuple(
        msgspec.structs.replace(note, guid=f"other{note.guid}") for note in theirs.notes
    )
    theirs = filed(msgspec.structs.replace(theirs, notes=notes), tmp_path / "log.db")
    done, (_, _, log, *_) = merged(tmp_path, "UTC", [ours, theirs])

    at = NOON - 900 * DAY_MS + 5 * 3_600_000
    assert (done[1].reviews, done[1].shifted) == (1, 1)
    assert [row[0] for row in log] == [at, at + 1]


def test_answers_without_a_card_are_never_kept(tmp_path: Path) -> None:
    first = material([(0, 5, 3, 1, 500, 0, 0)], [2, 0, 0, 0])
    path = filed(first, tmp_path / "log.db").log
    assert path is not None
    store = new_store(tmp_path)
    theirs = first.notes[0].cards[0]

    with (
        pytest.raises(sqlite3.IntegrityError),
        attached(store, path),
        store.transaction() as connection,
    ):
        log = BulkRevlog(connection, path, Options(store).calendar)
        log.pack()
        log.sort_out({77: (theirs, "A", True)})
        assert log.insert()
        log.check()

    assert store.row("select count(*) from reviews")[0] == 0
    assert store.row("pragma foreign_keys")[0] == 1
    store.close()
