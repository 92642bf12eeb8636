"""Answers given elsewhere without knowing the ones before them."""

import shutil
from itertools import permutations
from pathlib import Path

import pytest
from anki_exchange import package
from anki_log import AnkiReview, incoming_notes, log_file
from devices import OwnDevice, exchange
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from store_fixtures import (
    DAY_MS,
    NOON,
    Clock,
    add,
    contradictions,
    give,
    ids,
    new_store,
    numbered,
    shelf,
)

from flash.service.context import AppContext
from flash.service.importing import import_package
from flash.service.settings import change_setting
from srs.merging.merge import merge
from srs.models.cards import Rating, SchedulingState, State
from srs.models.incoming import Incoming
from srs.scheduler.fsrs6 import interval_days
from srs.scheduler.fuzz import fuzz_range
from srs.store.connection import Store
from srs.store.opening import _rebuild_merged_cards, open_store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options
from srs.store.undo import undo_operations

HOUR_MS = 3_600_000


def known_card(store: Store) -> int:
    """Add a card that was answered well for some years."""
    add(store, numbered(1))
    (card,) = ids(store)
    at, days = NOON - 900 * DAY_MS, 0
    while at + days * DAY_MS < NOON - 20 * DAY_MS:
        at += days * DAY_MS
        days = max(1, give(store, card, Rating.GOOD, at).progress.interval)
    return card


def two_devices(folder: Path) -> tuple[Store, Store, int]:
    """Make a store with a known card, and a copy of it."""
    one = new_store(folder)
    card = known_card(one)
    one.connection.execute("pragma wal_checkpoint(truncate)")
    shutil.copy(one.path, folder / "other.db")
    return one, open_store(folder / "other.db", NOON), card


def send(source: Store, target: Store, at_ms: int, folder: Path) -> None:
    file = package(source, folder / f"{at_ms}{source.path.stem}.apkg", at_ms)
    import_package(AppContext(target, lambda: at_ms), file)


def state(store: Store) -> SchedulingState:
    return shelf(store)[0].cards[0].progress


def test_late_good_after_again_gets_a_short_interval(tmp_path: Path) -> None:
    one, other, card = two_devices(tmp_path)
    give(one, card, Rating.AGAIN, NOON)
    late = give(other, card, Rating.GOOD, NOON + HOUR_MS)
    assert late.progress.interval > 100

    send(other, one, NOON + 2 * HOUR_MS, tmp_path)

    found = state(one)
    assert found.state is State.REVIEW
    assert found.stability is not None
    wanted = interval_days(found.stability, Options(one).preset("A"))
    lower, upper = fuzz_range(wanted, 1, 36_500)
    assert lower <= found.interval <= upper
    assert found.due_day == NOON // DAY_MS + found.interval
    assert contradictions(one) == []
    one.close()
    other.close()


def test_answers_that_follow_a_late_one_are_late_too(tmp_path: Path) -> None:
    one, other, card = two_devices(tmp_path)
    give(one, card, Rating.AGAIN, NOON)
    late = give(other, card, Rating.GOOD, NOON + HOUR_MS).progress
    at = NOON + HOUR_MS + late.interval * DAY_MS
    give(other, card, Rating.GOOD, at)

    send(other, one, at + HOUR_MS, tmp_path)

    found = state(one)
    assert found.stability is not None
    wanted = interval_days(found.stability, Options(one).preset("A"))
    lower, upper = fuzz_range(wanted, 1, 36_500)
    assert lower <= found.interval <= upper
    assert found.due_day == at // DAY_MS + found.interval
    one.close()
    other.close()


def test_answer_that_knew_the_one_before_it_stands(tmp_path: Path) -> None:
    one, other, card = two_devices(tmp_path)
    give(one, card, Rating.AGAIN, NOON)
    send(one, other, NOON + HOUR_MS, tmp_path)
    give(other, card, Rating.GOOD, NOON + 2 * HOUR_MS)
    at = NOON + 30 * DAY_MS
    standing = give(other, card, Rating.EASY, at).progress.interval
    row = "update reviews set interval = interval + 2 where id = ?"
    other.connection.execute(row, (at,))
    rebuild_cache(other, Options(other))

    send(other, one, at + HOUR_MS, tmp_path)

    assert state(one).interval == standing + 2
    assert state(one).reps == state(other).reps
    one.close()
    other.close()


def test_reschedule_that_knew_no_late_answer_is_void(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    card = known_card(store)
    give(store, card, Rating.GOOD, NOON)
    expected = state(store)
    store.connection.execute(
        "insert into reviews (id, card, origin_ms, rating, duration_ms, state_before,"
        " kind, offset_min, state, step, interval, last_interval, difficulty, device)"
        " values (:id, :card, :id, 0, 0, 2, 5, 0, 2, 0, 1, 2, 5.0, 'laptop')",
        {"id": NOON + HOUR_MS, "card": card},
    )

    assert contradictions(store) == []
    assert state(store) == expected
    store.close()


ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 40),  # days
        st.sampled_from([1, 2, 3, 4]),
        st.integers(1, 900),  # interval
        st.integers(0, 900),  # interval before
        st.sampled_from([0, 1, 1, 1, 2]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row[0],
)


def log_of(
    path: Path, phone: int, rows: list[tuple[int, int, int, int, int]]
) -> Incoming:
    """Return the log that one phone sends, and its card as it is there."""
    reviews = [
        AnkiReview(
            NOON + day * DAY_MS + 2000 * phone, 1, rating, now, last, 500, 900, kind
        )
        for day, rating, now, last, kind in sorted(rows)
    ]
    (note,) = incoming_notes([2])
    due_day = reviews[-1].id // DAY_MS + reviews[-1].interval
    card = replace(note.cards[0], due_day=due_day, changed_ms=reviews[-1].id)
    note = replace(note, cards=(card,))
    return Incoming((note,), log=log_file(path, reviews))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(own=ANSWERS, one=ANSWERS, two=ANSWERS)
def test_order_of_merges_does_not_change_a_card(
    tmp_path_factory: pytest.TempPathFactory,
    own: list[tuple[int, int, int, int, int]],
    one: list[tuple[int, int, int, int, int]],
    two: list[tuple[int, int, int, int, int]],
) -> None:
    found: list[SchedulingState] = []
    # 0 stands for the answers that are given here.
    for order in ((0, 1, 2), (0, 2, 1), (0, 1, 2, 1)):
        folder = tmp_path_factory.mktemp("store")
        store = new_store(folder)
        merge(store, Options(store), Incoming(incoming_notes([0])), NOON)
        for number, phone in enumerate(order):
            if not phone:
                for day, rating, *_ in sorted(own):
                    give(store, 1, Rating(rating), NOON + day * DAY_MS)
                continue
            rows = one if phone == 1 else two
            values = log_of(folder / f"{number}.db", phone, rows)
            merge(store, Options(store), values, NOON)
        assert contradictions(store) == []
        found.append(state(store))
        store.close()

    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("apart", [*permutations(Rating, 2)])
def test_options_move_no_card_that_was_answered_after_a_sync(
    tmp_path: Path, apart: tuple[Rating, Rating]
) -> None:
    clock = Clock()
    both = [OwnDevice(tmp_path / name, clock) for name in "ab"]
    with both[0].opened() as store:
        card = known_card(store)
    exchange(both, tmp_path / "shared")
    for device, rating in zip(both, apart, strict=True):
        clock.turn(minutes=60)
        with device.opened() as store:
            give(store, card, rating, clock())
    exchange(both, tmp_path / "shared")
    for _ in range(3):
        clock.turn(days=9)
        with both[0].opened() as store:
            give(store, card, Rating.GOOD, clock())
        exchange(both, tmp_path / "shared")
    for device in both:
        with device.opened() as store:
            before = state(store)
            change_setting(AppContext(store, clock), "desired_retention", "0.8")
            assert state(store) == before
            assert contradictions(store) == []


def test_options_move_a_late_answer_and_leave_no_difference(tmp_path: Path) -> None:
    one, other, card = two_devices(tmp_path)
    give(one, card, Rating.AGAIN, NOON)
    give(other, card, Rating.GOOD, NOON + HOUR_MS)
    send(other, one, NOON + 2 * HOUR_MS, tmp_path)
    before = state(one)

    change_setting(AppContext(one, lambda: NOON), "desired_retention", "0.8")

    assert state(one).interval > before.interval
    assert contradictions(one) == []
    undo_operations(one, 1)
    assert state(one) == before
    assert contradictions(one) == []
    one.close()
    other.close()


def test_migration_computes_late_results_anew(tmp_path: Path) -> None:
    one, other, card = two_devices(tmp_path)
    give(one, card, Rating.AGAIN, NOON)
    give(other, card, Rating.GOOD, NOON + HOUR_MS)
    send(other, one, NOON + 2 * HOUR_MS, tmp_path)
    expected = state(one)
    one.connection.execute("update cards set interval = 984, due_day = due_day + 978")
    one.connection.execute("begin")

    _rebuild_merged_cards(one)
    one.connection.execute("commit")

    assert state(one) == expected
    one.close()
    other.close()
