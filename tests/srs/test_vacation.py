"""Vacations move cards within their fuzz range; undo restores them."""

from pathlib import Path

import pytest
from store_fixtures import (
    DAY_MS,
    NOON,
    TODAY,
    Clock,
    add,
    contradictions,
    ids,
    make_due,
    new_store,
    numbered,
)

from srs.models.cards import Rating
from srs.models.presets import Preset
from srs.optimizer.reschedule import reschedule_cards
from srs.scheduler.fsrs6 import interval_days
from srs.scheduler.fuzz import fuzz_range
from srs.scheduler.study_day import day_date
from srs.store.card_actions import suspend
from srs.store.connection import Store
from srs.store.settings import Options, save_setting
from srs.store.undo import undo_last
from srs.study.due_cards import CardFilter
from srs.study.session import Session
from srs.study.vacation import VacationResult, set_vacations


def dates(first: int, last: int) -> str:
    return f"{day_date(TODAY + first)}..{day_date(TODAY + last)}"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store with 90 cards due in 38 to 46 days."""
    store = new_store(tmp_path)
    add(store, numbered(90), NOON)
    save_setting(store, "catch_up", "no")
    make_due(store, ids(store), days_ago=9)
    session = Session(store, Clock())
    while session.next() is not None:
        session.answer(Rating.GOOD, 900)
    return store


def due_days(store: Store) -> dict[int, int]:
    return dict(store.rows("select id, due_day - :t from cards", {"t": TODAY}))


def test_cards_move_out_of_a_vacation_within_their_fuzz(store: Store) -> None:
    before = due_days(store)

    done = set_vacations(store, dates(38, 44), NOON)

    after = due_days(store)
    due = sum(38 <= day <= 44 for day in before.values())
    assert done == VacationResult(due, moved=due)
    assert done.due > 50
    moved = {card for card in before if after[card] != before[card]}
    assert len(moved) == done.moved
    assert all(after[card] in (45, 46) for card in moved)
    assert contradictions(store) == []
    store.close()


def test_moved_cards_stay_in_their_fuzz_range(store: Store) -> None:
    set_vacations(store, dates(41, 43), NOON)

    rows = store.rows("select stability, interval from cards where state = 2")
    assert len(rows) == 90
    for stability, interval in rows:
        lower, upper = fuzz_range(interval_days(stability, Preset()), 1, 36500)
        assert lower <= interval <= upper
    store.close()


def test_no_card_moves_to_today(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    store = new_store(tmp_path / "other")
    add(store, numbered(60))
    session = Session(store, Clock(NOON - 8 * DAY_MS), CardFilter(new=60))
    while session.next() is not None:
        session.answer(Rating.EASY, 900)
    assert set(due_days(store).values()) == {-2, -1, 0, 1, 2}

    done = set_vacations(store, dates(1, 1), NOON)

    assert done.moved > 5
    moved = store.rows("select card from reviews where rating = 0")
    assert all(due_days(store)[card] > 0 for (card,) in moved)
    store.close()


def test_moved_cards_are_spread_evenly(store: Store) -> None:
    last = [card for card, day in due_days(store).items() if day == 46]
    suspend(store, last, NOON, suspended=True)

    set_vacations(store, dates(38, 44), NOON)

    days = [day for card, day in due_days(store).items() if card not in last]
    assert abs(days.count(45) - days.count(46)) < 12
    store.close()


def test_a_card_without_a_free_day_stays(store: Store) -> None:
    before = due_days(store)

    done = set_vacations(store, dates(20, 60), NOON)

    assert done.due == sum(20 <= day <= 60 for day in before.values())
    assert done.moved == 0
    assert due_days(store) == before
    store.close()


def test_undo_restores_due_days_and_vacations(store: Store) -> None:
    before = due_days(store)
    set_vacations(store, dates(38, 44), NOON)

    undone = undo_last(store, Options(store))

    assert undone is not None
    assert undone.operation.name == "away"
    assert due_days(store) == before
    assert Options(store).away == ()
    assert contradictions(store) == []
    store.close()


def test_a_reschedule_avoids_vacations(store: Store) -> None:
    set_vacations(store, dates(20, 60), NOON)
    store.db.execute("insert into presets values ('', '{\"desired_retention\":0.8}')")

    done = reschedule_cards(store, Options(store), NOON + DAY_MS)

    assert done.moved > 50
    assert not [day for day in due_days(store).values() if 20 <= day <= 60]
    store.close()


def test_invalid_dates_change_nothing(store: Store) -> None:
    with pytest.raises(ValueError, match="before"):
        set_vacations(store, "2027-01-02..2026-12-24", NOON)

    assert store.setting("away") == ""
    store.close()
