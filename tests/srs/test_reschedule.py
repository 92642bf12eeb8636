"""Rescheduling: all cards or none move, and an undo brings them back."""

import sqlite3
from pathlib import Path

import pytest
from simulated_learner import fill, live
from store_fixtures import DAY_MS, NOON, add, contradictions, new_store, numbered

from srs.optimizer.reschedule import reschedule_cards
from srs.store.connection import Store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options
from srs.store.undo import undo_last


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store whose learner has answered for a year and a half."""
    store = new_store(tmp_path)
    add(store, numbered(120), NOON - 900 * DAY_MS)
    ids = [row[0] for row in store.rows("select id from cards")]
    fill(store, live(ids, 540))
    rebuild_cache(store, Options(store))
    save_options(store, "", {"desired_retention": 0.8})
    return store


def days(store: Store) -> list[tuple[int, int]]:
    return store.rows("select id, due_day from cards order by id")


def test_reschedule_moves_cards_and_can_be_undone(store: Store) -> None:
    options = Options(store)
    before = days(store)

    tried = reschedule_cards(store, options, NOON, dry_run=True)
    assert days(store) == before
    done = reschedule_cards(store, options, NOON)

    assert tried == done
    assert done.moved > 60
    assert sum(done.before) >= sum(done.after)
    assert contradictions(store) == []
    assert reschedule_cards(store, options, NOON + 1).moved == 0
    undone = undo_last(store, options)
    assert undone is not None
    assert undone.operation.name == "reschedule"
    assert days(store) == before
    assert contradictions(store) == []
    store.close()


def test_reschedules_in_a_row_find_free_ids(store: Store) -> None:
    # A clock that was ahead has left an answer far in the future.
    ahead = NOON + 900 * DAY_MS
    moved = "update reviews set id = :ahead where id = (select max(id) from reviews)"
    store.db.execute(moved, {"ahead": ahead})
    rebuild_cache(store, Options(store))

    for now, retention in enumerate((0.8, 0.95, 0.7), NOON):
        save_options(store, "", {"desired_retention": retention})
        assert reschedule_cards(store, Options(store), now).moved > 60
        assert contradictions(store) == []

    late = store.rows("select id, kind from reviews where id >= :now", {"now": ahead})
    # What moved came after the answer, and only that card goes so far ahead.
    assert len(late) <= 4
    assert late[0] == (ahead, late[0][1])
    last = store.rows("select max(id), kind from reviews group by card")
    assert sum(kind == 5 for _, kind in last) > 100
    soon = store.row(
        "select max(id) from reviews where kind = 5 and id < :now", {"now": ahead}
    )
    assert soon[0] < NOON + 1000
    store.close()


def test_failed_reschedule_changes_nothing(store: Store) -> None:
    before = days(store)
    rows = store.row("select count(*) from reviews")
    card = before[60][0]
    store.db.execute(
        f"""
        create trigger refuse before update on cards when new.id = {card}
        begin select raise(abort, 'refused'); end
        """
    )

    with pytest.raises(sqlite3.IntegrityError, match="refused"):
        reschedule_cards(store, Options(store), NOON)

    assert days(store) == before
    assert store.row("select count(*) from reviews") == rows
    store.close()
