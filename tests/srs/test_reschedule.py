"""Rescheduling: all cards or none move, and an undo brings them back."""

import sqlite3
from pathlib import Path

import pytest
from simulated_learner import START_DAY, fill, live
from store_fixtures import DAY_MS, NOON, add, contradictions, new_store, numbered

from srs.optimizer.reschedule import reschedule_cards
from srs.scheduler.study_day import day_date
from srs.store.connection import Store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options, save_setting
from srs.store.undo import undo_last

LAST_DAY = START_DAY + 540
"""The study day on which the learner stopped."""
LATE = LAST_DAY * DAY_MS + 12 * 3_600_000


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


def weekday_counts(store: Store) -> list[int]:
    """Count the cards due in the next weeks, by weekday from Monday on."""
    sql = "select due_day from cards where due_day > ? and due_day <= ?"
    found = store.rows(sql, (LAST_DAY, LAST_DAY + 56))
    # 1970-01-01 was a Thursday.
    return [sum((day + 3) % 7 == weekday for (day,) in found) for weekday in range(7)]


@pytest.mark.parametrize("share", [0.0, 0.5])
@pytest.mark.parametrize("load_balance", [False, True])
def test_easy_days_apply_to_cards_within_their_fuzz_range(
    store: Store, share: float, load_balance: bool
) -> None:
    reschedule_cards(store, Options(store), LATE)
    before = weekday_counts(store)
    easy = [1.0, 1.0, 1.0, share, 1.0, 1.0, 1.0]
    own = {"easy_days": easy, "load_balance": load_balance, "desired_retention": 0.8}
    save_options(store, "", own)

    done = reschedule_cards(store, Options(store), LATE + 1)

    after = weekday_counts(store)
    assert done.moved >= before[3] - after[3] > 0
    assert after[3] <= (0 if not share else before[3] - 1)
    assert reschedule_cards(store, Options(store), LATE + 2).moved == 0
    assert contradictions(store) == []
    store.close()


def test_a_vacation_applies_to_cards_within_their_fuzz_range(store: Store) -> None:
    reschedule_cards(store, Options(store), LATE)
    # With this interval the range is wider than the vacation.
    sql = "select count(*) from cards where due_day = ? and interval >= 9"
    day = LAST_DAY + 14
    before = store.row(sql, (day,))[0]
    save_setting(store, "away", day_date(day).isoformat())

    reschedule_cards(store, Options(store), LATE + 1)

    assert before > store.row(sql, (day,))[0] == 0
    assert reschedule_cards(store, Options(store), LATE + 2).moved == 0
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
