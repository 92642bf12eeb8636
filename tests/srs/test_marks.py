"""Marks of cards from several Anki collections."""

from pathlib import Path
from random import Random

import pytest
from anki_log import incoming_notes
from devices import merge_entries
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from store_fixtures import DAY_MS, NOON, TODAY, new_store, shelf

from srs.merging.marks import remember_marks
from srs.merging.merge import merge
from srs.models.cards import StoredCard
from srs.models.incoming import Incoming, MergeResult
from srs.models.log_entries import MarkEntry
from srs.store.card_actions import bury, flag, suspend, unbury
from srs.store.connection import Store
from srs.store.settings import Options
from srs.store.stamps import last_stamp, stamp_of
from srs.store.undo import undo_operations

HOUR_MS = 3_600_000
Snapshot = tuple[str, int, int, int]
"""Collection, hours, suspended, flag."""


def take(store: Store, snapshot: Snapshot) -> MergeResult:
    """Import the card as it is in one collection at a moment."""
    collection, hours, suspended, flag = snapshot
    (note,) = incoming_notes([0])
    card = replace(
        note.cards[0],
        suspended=bool(suspended),
        flag=flag,
        changed_ms=NOON + hours * HOUR_MS,
    )
    values = Incoming((replace(note, cards=(card,)),), collection=collection)
    return merge(store, Options(store), values, NOON)


def take_buried(
    store: Store, *, suspended: bool = False, at_ms: int = NOON + HOUR_MS
) -> MergeResult:
    """Import the card as it was buried in Anki at a moment."""
    (note,) = incoming_notes([0])
    card = replace(note.cards[0], buried=True, suspended=suspended, changed_ms=at_ms)
    values = Incoming((replace(note, cards=(card,)),), collection="phone")
    return merge(store, Options(store), values, NOON + HOUR_MS)


def only_card(store: Store) -> StoredCard:
    return shelf(store)[0].cards[0]


def marks(store: Store) -> tuple[bool, int]:
    return only_card(store).suspended, only_card(store).flag


def test_answer_in_anki_does_not_free_a_suspended_card(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 0, 0, 0))
    suspend(store, [only_card(store).id], NOON + 1, suspended=True)

    done = take(store, ("phone", 9, 0, 0))

    assert (marks(store), done.marked) == ((True, 0), 0)
    store.close()


def test_first_import_does_not_free_a_suspended_card(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 0, 0, 0))
    suspend(store, [only_card(store).id], NOON + 1, suspended=True)

    take(store, ("desktop", 9, 0, 0))

    assert marks(store) == (True, 0)
    store.close()


def test_a_flag_set_here_is_not_changed_by_an_older_one(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 0, 0, 0))
    flag(store, [only_card(store).id], NOON + 5 * HOUR_MS, 4)

    take(store, ("phone", 3, 1, 1))

    assert marks(store) == (True, 4)
    take(store, ("phone", 9, 1, 2))
    assert marks(store) == (True, 2)
    store.close()


def test_a_mark_that_was_undone_here_gives_way(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 0, 0, 0))
    flag(store, [only_card(store).id], NOON + 5 * HOUR_MS, 4)
    undo_operations(store, 1)

    take(store, ("phone", 3, 0, 1))

    assert marks(store) == (False, 1)
    store.close()


@pytest.mark.parametrize("suspended_first", [False, True])
def test_a_mark_that_an_undo_brings_back_keeps_its_time(
    tmp_path: Path, *, suspended_first: bool
) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 0, 0, 0))
    card = only_card(store).id
    if suspended_first:
        suspend(store, [card], NOON + HOUR_MS, suspended=True)
    flag(store, [card], NOON + 4 * HOUR_MS, 2)
    flag(store, [card], NOON + 7 * HOUR_MS, 3)
    undo_operations(store, 1)

    take(store, ("phone", 2, 0, 1))
    assert only_card(store).flag == 2
    take(store, ("phone", 6, 0, 4))
    assert only_card(store).flag == 4
    store.close()


def test_card_that_is_unsuspended_in_anki_is_unsuspended(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 0, 1, 2))

    take(store, ("phone", 9, 0, 2))

    assert marks(store) == (False, 2)
    store.close()


def test_import_after_an_undo_sets_the_marks_again(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 0, 0, 0))
    take(store, ("phone", 1, 1, 3))
    undo_operations(store, 1)
    assert marks(store) == (False, 0)

    take(store, ("phone", 1, 1, 3))

    assert marks(store) == (True, 3)
    store.close()


@pytest.mark.parametrize("suspended", [False, True], ids=["alone", "with a mark"])
def test_undo_of_an_import_unburies(tmp_path: Path, suspended: bool) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 0, 0, 0))

    take_buried(store, suspended=suspended)
    buried = only_card(store)
    undo_operations(store, 1)

    assert buried.buried == Options(store).calendar.day(NOON)
    assert (only_card(store).buried, marks(store)) == (0, (False, 0))
    take_buried(store, suspended=suspended)
    assert only_card(store) == buried
    store.close()


def test_a_burial_of_yesterday_is_over(tmp_path: Path) -> None:
    store = new_store(tmp_path)

    take_buried(store, at_ms=NOON - DAY_MS)

    assert only_card(store).buried == 0
    store.close()


def test_a_burial_is_taken_once(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take_buried(store)
    assert only_card(store).buried == TODAY
    unbury(store, [only_card(store).id], NOON + HOUR_MS, TODAY)

    take_buried(store)

    assert only_card(store).buried == 0
    store.close()


def test_a_card_unburied_in_anki_is_unburied(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take_buried(store)

    take(store, ("phone", 2, 0, 0))

    assert only_card(store).buried == 0
    undo_operations(store, 1)
    assert only_card(store).buried == TODAY
    store.close()


@pytest.mark.parametrize(("hours", "until"), [(0, TODAY), (2, 0)])
def test_a_burial_that_was_sent_ends_with_a_later_change(
    tmp_path: Path, hours: int, until: int
) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 0, 0, 0))
    bury(store, [only_card(store).id], NOON, TODAY)
    # The row in Anki keeps its time.
    remember_marks(store, "phone", [(only_card(store), NOON)])

    take(store, ("phone", hours, 0, 0))

    assert only_card(store).buried == until
    store.close()


@pytest.mark.parametrize("buried_ms", [0, NOON - DAY_MS])
def test_a_change_elsewhere_ends_no_other_burial(
    tmp_path: Path, buried_ms: int
) -> None:
    store = new_store(tmp_path)
    if buried_ms:
        take_buried(store, at_ms=buried_ms)
    take(store, ("phone", 0, 0, 0))
    bury(store, [only_card(store).id], NOON, TODAY)

    take(store, ("phone", 2, 0, 0))

    assert only_card(store).buried == TODAY
    store.close()


def test_an_older_package_changes_no_mark(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 0, 0, 0))
    take(store, ("phone", 9, 1, 0))

    take(store, ("phone", 3, 0, 2))

    assert marks(store) == (True, 0)
    store.close()


def test_a_mark_that_came_with_the_card_has_a_time(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 9, 0, 1))

    take(store, ("tablet", 5, 0, 2))

    assert marks(store) == (False, 1)
    store.close()


@pytest.mark.parametrize("names", [("phone", "tablet"), ("tablet", "phone")])
def test_of_two_flags_of_one_second_the_larger_counts(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    store = new_store(tmp_path)
    take(store, ("desktop", 0, 0, 0))
    flags = {"phone": 1, "tablet": 2}

    for name in names:
        take(store, (name, 3, 0, flags[name]))

    assert marks(store) == (False, 2)
    store.close()


def test_an_older_flag_of_anki_leaves_one_of_a_device(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    take(store, ("phone", 0, 0, 0))
    ((guid, uid),) = store.rows("select note, uid from cards")
    # The stamps of devices follow the clock of the machine.
    flagged_ms = (last_stamp(store.connection) >> 16) + 9 * HOUR_MS
    entry = MarkEntry(guid, uid, "flag", 3, stamp_of(flagged_ms), "b" * 16)
    merge_entries(store, entry)
    hours = (flagged_ms - NOON) // HOUR_MS

    take(store, ("phone", hours - 4, 0, 1))
    assert marks(store) == (False, 3)

    take(store, ("phone", hours + 4, 0, 2))
    assert marks(store) == (False, 2)
    store.close()


def test_undo_of_an_import_removes_its_presets(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    values = Incoming(incoming_notes([0]), options={"D": {"new_per_day": 7}})
    merge(store, Options(store), values, NOON)
    assert Options(store).own("D") == {"new_per_day": 7}

    undo_operations(store, 1)

    assert Options(store).own("D") == {}
    store.close()


HISTORY = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 1), st.integers(0, 2)),
    min_size=1,
    max_size=3,
    unique_by=lambda row: row[0],
)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(phone=HISTORY, tablet=HISTORY, chance=st.randoms(use_true_random=False))
def test_order_of_phones_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory,
    phone: list[tuple[int, int, int]],
    tablet: list[tuple[int, int, int]],
    chance: Random,
) -> None:
    found = []
    for _ in range(2):
        store = new_store(tmp_path_factory.mktemp("store"))
        take(store, ("desktop", 0, 0, 0))
        # Each sends its states in order; both in any order.
        left = {"phone": sorted(phone), "tablet": sorted(tablet)}
        while any(left.values()):
            name = chance.choice([name for name in left if left[name]])
            take(store, (name, *left[name].pop(0)))
        found.append(marks(store))
        store.close()

    assert found[0] == found[1]
