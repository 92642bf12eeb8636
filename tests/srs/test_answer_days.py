"""An answer belongs to the study day of its own time zone, for every count of a day."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from store_fixtures import (
    NOON,
    Clock,
    add,
    basic,
    ids,
    new_store,
    numbered,
    overview_of,
)

from srs.models.cards import Rating
from srs.models.query import parse_query
from srs.scheduler.study_day import study_day
from srs.store.connection import Store
from srs.store.queue import cards_answered_again, finished_cards
from srs.store.revlog import ReviewRow, insert_reviews
from srs.store.search import search_cards
from srs.store.settings import Options, save_setting
from srs.study.day_report import day_report
from srs.study.due_cards import CardFilter, DueCards
from srs.study.session import Session

HOUR_MS = 3_600_000
ZONES = ("UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12")
Answer = tuple[int, int, int]
"""Milliseconds, minutes east of UTC, rating."""


def log(store: Store, answers: Sequence[Answer]) -> None:
    """Log an answer for each card."""
    with store.transaction() as connection:
        insert_reviews(
            connection,
            [
                ReviewRow(at, card, at, rating, 900, 0, 0, offset, 1, 0, 0, 0, 5.0)
                for card, (at, offset, rating) in zip(ids(store), answers, strict=True)
            ],
        )


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(NOON - 80 * HOUR_MS, NOON + 50 * HOUR_MS),
            st.one_of(st.integers(-1440, 1440), st.sampled_from([-720, 0, 540, 840])),
            st.sampled_from(sorted(Rating)),
        ),
        min_size=1,
        max_size=30,
        unique_by=lambda one: one[0],
    ),
    st.sampled_from(ZONES),
    st.sampled_from([0, 4, 23]),
)
def test_every_count_of_a_day_is_by_the_zone_of_the_answer(
    answers: list[Answer], zone: str, rollover: int
) -> None:
    with TemporaryDirectory() as folder:
        store = new_store(Path(folder), zone)
        save_setting(store, "rollover", str(rollover))
        add(store, numbered(len(answers)))
        log(store, answers)
        options = Options(store)
        today = options.calendar.day(NOON)
        days = [study_day(at, offset, rollover) for at, offset, _ in answers]
        here = {
            card for card, day in zip(ids(store), days, strict=True) if day == today
        }
        forgotten = {
            card
            for card, (_, _, rating), day in zip(ids(store), answers, days, strict=True)
            if rating == Rating.AGAIN and today - 1 <= day <= today
        }

        stats = overview_of(store, NOON)
        due = DueCards(store, options, CardFilter(), NOON)
        finished = finished_cards(store, today, rollover, NOON)
        two_days = [today - 1 <= day <= today for day in days]

        assert stats.reviewed_today == stats.days[-1].reviews == len(here)
        assert due.done_new == len(here)
        assert day_report(store, options, CardFilter(), NOON).answered == len(here)
        assert {card for card, _, _ in finished} == here
        assert set(found(store, "rated:1")) == here
        assert len(found(store, "rated:2")) == sum(two_days)
        assert len(found(store, "rated:2 -rated:1")) == sum(two_days) - len(here)
        again = cards_answered_again(store, today - 1, today, rollover)
        assert again == forgotten
        store.close()


def found(store: Store, query: str) -> list[int]:
    return search_cards(store, Options(store), parse_query(query), NOON)


def test_the_limit_of_a_day_holds_after_a_flight_west(tmp_path: Path) -> None:
    store = new_store(tmp_path, "Asia/Tokyo")
    add(store, numbered(40))
    clock = Clock(1_772_841_600_000)  # 2026-03-07 09:00 in Tokyo
    session = Session(store, clock)
    for _ in range(session.counts().new):
        session.next()
        session.answer(Rating.EASY, 900)
    clock.turn(minutes=25 * 60)  # 20:00 of the same day in New York
    save_setting(store, "time_zone", "America/New_York")

    left = Session(store, clock).counts()
    stats = overview_of(store, clock())

    assert left.total == 0
    assert (stats.reviewed_today, stats.streak) == (20, 1)
    store.close()


FILTERS = {
    "all": (CardFilter(), None, 6),
    "a deck": (CardFilter(deck="A"), None, 4),
    "another deck": (CardFilter(deck="B"), None, 2),
    "a query": (CardFilter(query="b or c"), slice(5, 9), 1),
    "new cards": (CardFilter(only="new"), None, 6),
    "reviews": (CardFilter(only="due"), None, 0),
}


def test_a_streak_goes_on_through_a_flight(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(2))
    # 06:00 of today in Auckland is 17:00 of yesterday in UTC, and its day begins there.
    auckland = 13 * 60
    today = study_day(NOON, 0, 4)
    early = NOON - 19 * HOUR_MS
    assert study_day(early, auckland, 4) == today == study_day(early, 0, 4) + 1
    log(store, [(early, auckland, 3), (NOON - 24 * HOUR_MS, 0, 3)])

    found = day_report(store, Options(store), CardFilter(), NOON)

    assert (found.answered, found.streak) == (1, 2)
    store.close()


@pytest.mark.parametrize(("chosen", "cards", "done"), FILTERS.values(), ids=FILTERS)
def test_progress_counts_the_cards_of_the_session(
    tmp_path: Path, chosen: CardFilter, cards: slice | None, done: int
) -> None:
    store = new_store(tmp_path)
    add(store, [*numbered(4), *(basic(str(n), "B") for n in range(2))])
    add(store, numbered(3, "A::C"), file="/decks/two.yaml")
    session = Session(store, Clock())
    for _ in range(6):
        session.next()
        session.answer(Rating.EASY, 900)
    if cards is not None:
        chosen = replace(chosen, cards=frozenset(ids(store)[cards]))

    assert Session(store, Clock(), chosen).done_today() == done
    store.close()
