"""A backlog is capped per day; cards forgotten fastest come first."""

import pytest
from simulated_learner import fill
from store_fixtures import DAY_MS, NOON, TODAY, Clock, add, give, make_due, numbered
from store_fixtures import ids as ids_of

from srs.models.cards import Rating
from srs.models.presets import DEFAULT_PARAMETERS
from srs.scheduler.fsrs6 import forgetting_curve
from srs.store.card_actions import bury, set_due, suspend
from srs.store.connection import Store
from srs.store.queue import count_overdue_answered
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options, save_setting
from srs.store.undo import undo_last
from srs.study.backlog import CAP_FACTOR, MIN_CAP
from srs.study.due_cards import CardFilter
from srs.study.queue import Queue, build_queue
from srs.study.session import Session


def day_of(store: Store, card_filter: CardFilter | None = None) -> Queue:
    return build_queue(store, Options(store), card_filter or CardFilter(), NOON)


def behind(store: Store, count: int, new: int = 10) -> list[int]:
    """Add overdue and new cards."""
    add(store, numbered(count + new))
    chosen = ids_of(store)[:count]
    make_due(store, chosen, 40)
    return chosen


def answered_before(store: Store, card: int, a_day: int) -> None:
    """Log earlier days with a number of reviews each."""
    rows = [
        (NOON - days * DAY_MS + n, card, 3, 9_000, 2, 1, 2, 0, 5, 5)
        for days in (60, 61)
        for n in range(a_day)
    ]
    fill(store, rows)


def test_a_small_backlog_has_no_cap(store: Store) -> None:
    behind(store, MIN_CAP)

    found = day_of(store)

    assert (len(found.due), len(found.new), found.overdue) == (MIN_CAP, 10, 0)


def test_a_large_backlog_is_capped_and_has_no_new_cards(store: Store) -> None:
    behind(store, 120)

    found = day_of(store)

    assert (len(found.due), len(found.new), found.overdue) == (MIN_CAP, 0, 120)


@pytest.mark.parametrize(
    ("deck", "count", "suspended", "buried", "expected"),
    [("", None, 0, 0, 120), ("", 70, 0, 0, 70), ("Other", None, 0, 0, 0)]
    + [("", None, 3, 0, 117), ("", None, 0, 4, 116), ("", 70, 3, 4, 63)],
)
def test_a_backlog_counts_the_chosen_cards_that_may_be_asked(
    store: Store,
    deck: str,
    count: int | None,
    suspended: int,
    buried: int,
    expected: int,
) -> None:
    cards = behind(store, 120)
    add(store, numbered(1, "Other"), file="/other.yaml")
    suspend(store, cards[:suspended], NOON, suspended=True)
    bury(store, cards[suspended : suspended + buried], NOON, TODAY)
    chosen = None if count is None else frozenset(cards[:count])

    found = day_of(store, CardFilter(deck=deck, cards=chosen))

    assert found.overdue == expected


def test_the_cap_is_half_as_much_again_as_an_average_day(store: Store) -> None:
    chosen = behind(store, 120)
    answered_before(store, chosen[0], 90)

    # Two days of 90 reviews, and the day on which the cards were introduced.
    assert len(day_of(store).due) == round(CAP_FACTOR * 60)


def test_todays_answers_count_towards_the_cap(store: Store) -> None:
    chosen = behind(store, 120)
    for card in chosen[:20]:
        give(store, card, Rating.GOOD, NOON - 60_000)

    assert len(day_of(store).due) == MIN_CAP - 20


def test_the_cap_holds_until_the_end_of_the_day(store: Store) -> None:
    # More is overdue than the cap, but less than the cap at the end of the day.
    chosen = behind(store, MIN_CAP + 30)
    for done, card in enumerate(chosen[:MIN_CAP], 1):
        give(store, card, Rating.GOOD, NOON - 60_000 + done)
        if done % 10 == 0:
            found = day_of(store)
            assert (len(found.due), len(found.new)) == (MIN_CAP - done, 0)

    assert day_of(store).overdue == 30
    undo_last(store, Options(store))
    assert len(day_of(store).due) == 1


def test_a_due_day_set_before_an_answer_keeps_the_cap(store: Store) -> None:
    chosen = behind(store, MIN_CAP + 10)
    yesterday = NOON - DAY_MS
    set_due(store, Options(store), chosen[:1], yesterday, (TODAY - 1,) * 2)

    for done, card in enumerate(chosen[:15]):
        give(store, card, Rating.GOOD, NOON - 60_000 + done)

    assert count_overdue_answered(store, TODAY, Options(store).rollover) == 15
    assert len(day_of(store).due) == MIN_CAP - 15


def test_answers_never_turn_a_normal_day_into_a_backlog(store: Store) -> None:
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


def test_deck_limits_apply_in_a_backlog(store: Store) -> None:
    behind(store, 120)
    save_options(store, "A", {"reviews_per_day": 7})

    assert len(day_of(store).due) == 7


def test_new_cards_come_in_a_backlog_on_request(store: Store) -> None:
    behind(store, 120)

    assert len(day_of(store, CardFilter(new=3)).new) == 3
    assert len(day_of(store, CardFilter(only="new")).new) == 10


def test_the_cap_can_be_turned_off(store: Store) -> None:
    behind(store, 120)
    save_setting(store, "catch_up", "no")

    found = day_of(store)

    assert (len(found.due), found.overdue) == (120, 0)


def test_cards_forgotten_fastest_come_first(store: Store) -> None:
    chosen = behind(store, 90)
    for index, card in enumerate(chosen):
        store.db.execute(
            "update cards set stability = ?, last_day = ? where id = ?",
            (1.5 ** (index % 12), TODAY - 15 - index, card),
        )
    save_options(store, "A", {"reviews_per_day": 9999})
    recall = forgetting_curve(DEFAULT_PARAMETERS[20])

    def loss(card: int) -> float:
        row = store.row(
            "select stability, :d - last_day from cards where id = :c",
            {"d": TODAY, "c": card},
        )
        return recall(row[0], row[1]) - recall(row[0], row[1] + 1)

    losses = [loss(card) for card in day_of(store).due]

    # The order ignores the small decay, so neighbours may be swapped.
    assert losses[0] == pytest.approx(max(map(loss, chosen)), rel=0.1)
    assert sum(losses[:25]) > 0.97 * sum(sorted(map(loss, chosen))[-25:])
    assert losses[0] > 3 * losses[-1]


@pytest.mark.parametrize("limit", [9999, 10])
def test_ahead_asks_all_that_is_overdue_first(store: Store, limit: int) -> None:
    chosen = behind(store, 70)
    later = set(chosen[60:])
    for card in later:
        set_due(store, Options(store), [card], NOON, (TODAY + 1,) * 2)
    save_options(store, "A", {"reviews_per_day": limit})

    found = day_of(store, CardFilter(days_ahead=1))

    assert (set(list(found.due)[60:]), set(found.due)) == (later, set(chosen))
    assert (found.ahead, found.due_now(), found.overdue) == (later, 60, 60)
    assert list(found.due)[: min(50, limit)] == list(day_of(store).due)
    session = Session(store, Clock(), CardFilter(days_ahead=1))
    session.next()
    assert (session.due_now(), session.overdue()) == (60, 60)
