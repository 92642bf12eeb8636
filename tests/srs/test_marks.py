"""Marks of cards from several Anki collections."""

from itertools import permutations
from pathlib import Path

import pytest
from anki_log import incoming_notes
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from store_fixtures import NOON, new_store, shelf

from srs.merging.merge import MergeResult, merge
from srs.models.cards import StoredCard
from srs.models.incoming import Incoming
from srs.store.card_actions import suspend
from srs.store.connection import Store
from srs.store.settings import Options
from srs.store.undo import undo_operations

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
        changed_ms=NOON + hours * 3_600_000,
    )
    values = Incoming((replace(note, cards=(card,)),), collection=collection)
    return merge(store, Options(store), values, NOON)


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


def test_undo_of_an_import_removes_its_presets(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    values = Incoming(incoming_notes([0]), options={"D": {"new_per_day": 7}})
    merge(store, Options(store), values, NOON)
    assert Options(store).own("D") == {"new_per_day": 7}

    undo_operations(store, 1)

    assert Options(store).own("D") == {}
    store.close()


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["phone", "tablet"]),
            st.integers(1, 9),
            st.integers(0, 1),
            st.integers(0, 2),
        ),
        min_size=2,
        max_size=2,
        unique_by=lambda row: row[0],
    ),
)
def test_order_of_phones_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, snapshots: list[Snapshot]
) -> None:
    found = []
    for order in permutations(snapshots):
        store = new_store(tmp_path_factory.mktemp("store"))
        take(store, ("desktop", 0, 0, 0))
        for snapshot in order:
            take(store, snapshot)
        found.append(marks(store))
        store.close()

    assert found[0] == found[1]
