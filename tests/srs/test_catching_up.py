"""After a break a day holds a portion, first what fades fastest."""

import pytest
from simulated_learner import fill
from store_fixtures import DAY_MS, NOON, TODAY, add, give, make_due, numbered
from store_fixtures import ids as ids_of

from srs.models.cards import Rating
from srs.models.presets import DEFAULT_PARAMETERS
from srs.scheduler.fsrs6 import retrievability
from srs.store.connection import Store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options, save_setting
from srs.store.undo import undo_last
from srs.study.backlog import CAP_FACTOR, MIN_CAP
from srs.study.due_cards import CardFilter
from srs.study.queue import Queue, build_queue


def day_of(store: Store, scope: CardFilter | None = None) -> Queue:
    return build_queue(store, Options(store), scope or CardFilter(), NOON)


def behind(store: Store, count: int, new: int = 10) -> list[int]:
    """Let so many cards be overdue, and some be new."""
    add(store, numbered(count + new))
    chosen = ids_of(store)[:count]
    make_due(store, chosen, 40)
    return chosen


def answered_before(store: Store, card: int, a_day: int) -> None:
    """Log days on which the person answered so many reviews."""
    rows = [
        (NOON - days * DAY_MS + n, card, 3, 9_000, 2, 1, 2, 0, 5, 5)
        for days in (60, 61)
        for n in range(a_day)
    ]
    fill(store, rows)


def test_a_small_backlog_is_done_at_once(store: Store) -> None:
    behind(store, MIN_CAP)

    found = day_of(store)

    assert (len(found.due), len(found.new), found.overdue) == (MIN_CAP, 10, 0)


def test_a_large_backlog_comes_in_portions_and_new_cards_wait(store: Store) -> None:
    behind(store, 120)

    found = day_of(store)

    assert (len(found.due), len(found.new), found.overdue) == (MIN_CAP, 0, 120)


def test_a_portion_is_half_as_much_again_as_a_day_was(store: Store) -> None:
    chosen = behind(store, 120)
    answered_before(store, chosen[0], 90)

    # Two days of 90 reviews, and the one on which the cards were begun.
    assert len(day_of(store).due) == round(CAP_FACTOR * 60)


def test_answers_of_the_day_count_towards_its_portion(store: Store) -> None:
    chosen = behind(store, 120)
    for card in chosen[:20]:
        give(store, card, Rating.GOOD, NOON - 60_000)

    assert len(day_of(store).due) == MIN_CAP - 20


def test_a_day_keeps_its_portion_to_its_end(store: Store) -> None:
    # More is overdue than a day may hold, but less than that once it was done.
    chosen = behind(store, MIN_CAP + 30)
    for done, card in enumerate(chosen[:MIN_CAP], 1):
        give(store, card, Rating.GOOD, NOON - 60_000 + done)
        if done % 10 == 0:
            found = day_of(store)
            assert (len(found.due), len(found.new)) == (MIN_CAP - done, 0)

    assert day_of(store).overdue == 30
    undo_last(store, Options(store))
    assert len(day_of(store).due) == 1


def test_a_day_without_a_backlog_never_becomes_one(store: Store) -> None:
    chosen = behind(store, MIN_CAP + 40)
    store.db.execute(
        "update cards set due_day = :day where id >= :id and state = 2",
        {"day": TODAY, "id": sorted(chosen)[MIN_CAP - 10]},
    )
    late = "update reviews set interval = :days where card >= :id"
    store.db.execute(late, {"days": 40, "id": sorted(chosen)[MIN_CAP - 10]})
    rebuild_cache(store, Options(store))
    assert day_of(store).overdue == 0

    for done, card in enumerate(chosen[10:], 1):
        give(store, card, Rating.GOOD, NOON - 60_000 + done)
        assert len(day_of(store).new) == 10

    assert len(day_of(store).due) == 10


def test_the_limit_of_a_deck_holds_as_well(store: Store) -> None:
    behind(store, 120)
    save_options(store, "A", {"reviews_per_day": 7})

    assert len(day_of(store).due) == 7


def test_new_cards_come_on_request(store: Store) -> None:
    behind(store, 120)

    assert len(day_of(store, CardFilter(new=3)).new) == 3


def test_who_wants_all_gets_all(store: Store) -> None:
    behind(store, 120)
    save_setting(store, "catch_up", "no")

    found = day_of(store)

    assert (len(found.due), found.overdue) == (120, 0)


def test_what_fades_fastest_comes_first(store: Store) -> None:
    chosen = behind(store, 90)
    for index, card in enumerate(chosen):
        store.db.execute(
            "update cards set stability = ?, last_day = ? where id = ?",
            (1.5 ** (index % 12), TODAY - 15 - index, card),
        )
    save_options(store, "A", {"reviews_per_day": 9999})
    decay = DEFAULT_PARAMETERS[20]

    def loss(card: int) -> float:
        row = store.row(
            "select stability, :d - last_day from cards where id = :c",
            {"d": TODAY, "c": card},
        )
        return retrievability(row[0], row[1], decay) - retrievability(
            row[0], row[1] + 1, decay
        )

    losses = [loss(card) for card in day_of(store).due]

    # The order leaves a small power out, so neighbours may change places.
    assert losses[0] == pytest.approx(max(map(loss, chosen)), rel=0.1)
    assert sum(losses[:25]) > 0.97 * sum(sorted(map(loss, chosen))[-25:])
    assert losses[0] > 3 * losses[-1]
