"""Reviews made in Anki come back, whatever the order and however often."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from anki_exchange import in_anki, package, studied
from anki_log import AnkiReview, incoming_notes, log_file
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from store_fixtures import (
    DAY_MS,
    NOON,
    Clock,
    contradictions,
    give,
    new_store,
    shelf,
    table_rows,
)

from flash.service.context import AppContext
from flash.service.importing import import_package
from srs.merging.merge import merge
from srs.models.cards import Rating, State, StoredCard
from srs.models.incoming import Incoming, MergeResult
from srs.models.presets import DEFAULT_PARAMETERS
from srs.scheduler.fsrs6 import memory_from_sm2
from srs.store.connection import Store
from srs.store.opening import open_store
from srs.store.settings import Options
from srs.store.undo import undo_operations
from srs.study.session import Session

START = NOON + 5 * 3_600_000
"""No place where people live changes its study day near this moment."""

needs_faketime = pytest.mark.skipif(
    shutil.which("faketime") is None,
    reason="Anki reads the clock itself: install faketime to turn it",
)


def merged(store: Store, file: Path, now_ms: int, **options: bool) -> MergeResult:
    """Import a file as the command does."""
    wanted = {"reviews_only": False, "dry_run": False, **options}
    return import_package(AppContext(store, lambda: now_ms), file, **wanted).merged


def cards(store: Store) -> dict[str, StoredCard]:
    return {f"{c.guid}:{c.ordinal}": c for note in shelf(store) for c in note.cards}


def content(store: Store) -> list[Any]:
    """Give all that a merge may change."""
    return [
        table_rows(store, "notes"),
        store.rows("select * from cards order by id"),
        store.rows(
            "select id, card, rating, interval, undone from reviews order by id"
        ),
        store.rows("select * from presets order by deck"),
    ]


def copy_of(store: Store, path: Path, now_ms: int) -> Store:
    store.connection.execute("pragma wal_checkpoint(truncate)")
    shutil.copy(store.path, path)
    return open_store(path, now_ms)


@pytest.mark.slow
@needs_faketime
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def test_reviews_made_in_anki_come_back(tmp_path: Path, zone: str) -> None:
    store = studied(tmp_path, zone, START, days=12, seed=3)
    there = tmp_path / "c.anki2"
    sent = package(store, tmp_path / "sent.apkg", START)
    in_anki(zone, "take", at_ms=START, collection=there, file=sent)
    packages: list[Path] = []
    for day in range(1, 4):
        at = START + day * DAY_MS
        in_anki(zone, "answer", at_ms=at, collection=there, count=12, seed=day)
        packages.append(tmp_path / f"{day}.apkg")
        theirs = in_anki(
            zone,
            "give_out",
            at_ms=at + 900_000,
            collection=there,
            file=packages[-1],
            legacy=day == 2,
        )
    now = START + 3 * DAY_MS + 3_600_000

    # Meanwhile some cards were answered here, too.
    clock = Clock(START + 2 * DAY_MS)
    session = Session(store, clock)
    answered_here: set[str] = set()
    for _ in range(4):
        turn = session.next()
        assert turn is not None
        answered_here.add(f"{turn.card.guid}:{turn.card.ordinal}")
        session.answer(Rating.GOOD, 1000)
        clock.turn(minutes=1)
    other = copy_of(store, tmp_path / "other.db", now)

    done = merged(store, packages[2], now)

    assert done.new_notes == done.invalid_reviews == 0
    assert done.reviews > 20
    assert contradictions(store) == []
    for name, card in cards(store).items():
        if name in answered_here:
            continue
        progress, shown = card.progress, theirs[name]
        assert shown["type"] == progress.state, name
        assert (shown["reps"], shown["lapses"]) == (progress.reps, progress.lapses)
        if progress.state is State.REVIEW:
            assert shown["due"] + shown["first_day"] == progress.due_day, name
        if progress.stability is not None:
            # Anki keeps the state of an answer with fewer digits than the log.
            assert shown["data"]["s"] == pytest.approx(progress.stability, rel=5e-3)

    after = content(store)
    again = merged(store, packages[2], now + 1)
    assert (again.reviews, again.marked, again.rescheduled) == (0, 0, 0)
    assert content(store) == after

    for file in (packages[1], packages[2], packages[0]):
        merged(other, file, now)
    assert content(other) == after
    store.close()
    other.close()


@pytest.mark.slow
@needs_faketime
def test_changes_to_cards_in_anki_are_imported(tmp_path: Path) -> None:
    zone = "UTC"
    store = studied(tmp_path, zone, START, days=12, seed=5)
    there, back = tmp_path / "c.anki2", tmp_path / "back.apkg"
    sent = package(store, tmp_path / "sent.apkg", START)
    in_anki(zone, "take", at_ms=START, collection=there, file=sent)
    at = START + DAY_MS
    names = in_anki(zone, "touch", at_ms=at, collection=there)
    in_anki(
        zone, "give_out", at_ms=at + 60_000, collection=there, file=back, legacy=False
    )

    done = merged(store, back, at + 120_000)

    ours = cards(store)
    today = at // DAY_MS
    assert ours[names["due"]].progress.due_day == today + 9
    assert ours[names["reset"]].progress.state is State.NEW
    assert ours[names["suspended"]].suspended
    assert ours[names["flagged"]].flag == 3
    assert done.marked == 2
    assert contradictions(store) == []
    store.close()


@needs_faketime
def test_sm2_cards_get_the_same_memory_as_in_anki(tmp_path: Path) -> None:
    file = tmp_path / "sm2.apkg"
    theirs = in_anki(
        "UTC", "sm2", at_ms=START, collection=tmp_path / "c.anki2", file=file
    )
    store = new_store(tmp_path)

    done = merged(store, file, START)

    assert done.invalid_reviews == 0
    ours = {note.note.content.front: note.cards[0].progress for note in shelf(store)}
    assert ours.keys() == theirs.keys()
    today = START // DAY_MS
    # Where there is no log, Anki's call gives nothing; its interval was at 90 %.
    theirs["nothing"] = (30, memory_from_sm2(2.1, 30, DEFAULT_PARAMETERS)[1])
    for name, (stability, difficulty) in theirs.items():
        progress = ours[name]
        assert progress.stability == pytest.approx(stability, rel=1e-3), name
        assert progress.difficulty == pytest.approx(difficulty, rel=1e-3), name
        assert progress.state is State.REVIEW
    dues = {name: progress.due_day - today for name, progress in ours.items()}
    assert dues == {"whole": 10 - 51, "begins late": 52 - 6, "nothing": 30 - 12}
    assert contradictions(store) == []
    store.close()


REVIEWS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 40),
        st.sampled_from([1, 2, 3, 4]),
        st.integers(1, 60),
    ),
    min_size=1,
    max_size=20,
)


def incoming(path: Path, rows: list[tuple[int, int, int, int]]) -> Incoming:
    """Make four cards and some answers to them."""
    reviews: list[AnkiReview] = []
    last: dict[int, int] = {}
    for card, day, rating, interval in sorted(set(rows), key=lambda row: row[1]):
        # One answer per card and day; cards share the milliseconds.
        at = START - 50 * DAY_MS + day * DAY_MS
        if last.get(card) != at:
            kind = 1 if card in last else 0
            reviews.append(
                AnkiReview(at, card + 1, rating, interval, 0, 500, 900, kind)
            )
            last[card] = at
    states = [2 if card in last else 0 for card in range(4)]
    return Incoming(incoming_notes(states), log=log_file(path, reviews))


def log_of(store: Store) -> list[Any]:
    return store.rows(
        "select card, origin_ms, rating, interval from reviews order by card, origin_ms"
    )


@pytest.mark.slow
@settings(max_examples=40)
@given(REVIEWS, REVIEWS, REVIEWS)
def test_merges_are_a_union_in_any_order(
    tmp_path_factory: pytest.TempPathFactory,
    one: list[tuple[int, int, int, int]],
    two: list[tuple[int, int, int, int]],
    three: list[tuple[int, int, int, int]],
) -> None:
    # What is known of an answer is the same in every file that has it.
    known: dict[tuple[int, int], tuple[int, int, int, int]] = {}
    parts = [
        [known.setdefault(row[:2], row) for row in rows] for rows in (one, two, three)
    ]
    found: list[Any] = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2, 1)):
        folder = tmp_path_factory.mktemp("store")
        store = new_store(folder)
        for number, index in enumerate(order):
            values = incoming(folder / f"log{number}.db", parts[index])
            merge(store, Options(store), values, START)
        assert contradictions(store) == []
        found.append(log_of(store))
        store.close()

    moments = {(card + 1, minute) for rows in parts for card, minute, *_ in rows}
    assert len(found[0]) == len(moments)
    assert found[0] == found[1] == found[2]


def later_state(incoming: Incoming, card: int, **values: Any) -> Incoming:
    """Return an import in which one card was changed in Anki."""
    notes = tuple(
        replace(note, cards=(replace(note.cards[0], **values),))
        if note.cards[0].id == card
        else note
        for note in incoming.notes
    )
    return replace(incoming, notes=notes)


def test_undone_answer_is_not_newer_than_an_import(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    first = incoming(tmp_path / "first.db", [(0, 0, 3, 10)])
    merge(store, Options(store), first, START)
    store.connection.execute(
        "update reviews set undone = 1 where id ="
        " (select max(id) from reviews where card = 1)"
    )
    store.connection.execute(
        "insert into reviews (id, card, origin_ms, rating, duration_ms,"
        " state_before, kind,"
        " offset_min, state, step, interval, last_interval, difficulty, undone)"
        " values (?1, 1, ?1, 3, 900, 2, 1, 0, 2, 0, 9, 1, 5, 1)",
        (START - DAY_MS,),
    )
    today = Options(store).calendar.day(START)
    second = later_state(
        incoming(tmp_path / "second.db", [(0, 0, 3, 10), (0, 1, 3, 20)]),
        1,
        due_day=today + 9,
        changed_ms=START - 2 * DAY_MS,
    )

    done = merge(store, Options(store), second, START)

    assert (done.reviews, done.rescheduled) == (1, 1)
    assert cards(store)["g1:0"].progress.due_day == today + 9
    store.close()


def test_undone_reviews_leave_a_known_card_new(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    merge(store, Options(store), incoming(tmp_path / "first.db", []), START)
    before = cards(store)
    second = incoming(tmp_path / "second.db", [(0, 0, 3, 10), (0, 1, 1, 1)])
    assert merge(store, Options(store), second, START).reviews == 2
    assert cards(store)["g1:0"].progress.state is State.REVIEW

    undo_operations(store, 1)

    assert cards(store) == before
    assert before["g1:0"].progress.state is State.NEW
    assert contradictions(store) == []
    store.close()


def test_anki_dates_a_change_by_the_second(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    merge(store, Options(store), incoming(tmp_path / "first.db", []), START)
    card = cards(store)["g1:0"].id
    give(store, card, Rating.EASY, START + 30 * DAY_MS + 600)
    today = Options(store).calendar.day(START + 30 * DAY_MS)
    second = later_state(
        incoming(tmp_path / "second.db", [(0, 0, 3, 10)]),
        1,
        due_day=today + 50,
        changed_ms=START + 30 * DAY_MS,
    )

    merge(store, Options(store), second, START + 31 * DAY_MS)

    assert cards(store)["g1:0"].progress.due_day == today + 50
    store.close()


def test_cram_review_changes_no_card_in_a_merge(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    merge(store, Options(store), incoming(tmp_path / "a.db", [(0, 0, 3, 10)]), START)
    before = cards(store)
    cram = AnkiReview(START - DAY_MS, 1, 3, 10, 10, 0, 900, 3)
    answer = AnkiReview(START - 50 * DAY_MS, 1, 3, 10, 0, 500, 900, 0)
    log = log_file(tmp_path / "b.db", [answer, cram])
    values = Incoming(incoming_notes([2, 0, 0, 0]), log=log)
    due = before["g1:0"].progress.due_day
    assert due is not None
    changed = later_state(values, 1, due_day=due + 5, changed_ms=START)

    done = merge(store, Options(store), changed, START)

    assert (done.reviews, done.known_reviews, done.rescheduled) == (1, 1, 0)
    assert cards(store) == before
    store.close()
