"""Whatever a clock does, the log stays in order and nothing is due before its time."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_fixtures import (
    DAY_MS,
    NOON,
    TODAY,
    Clock,
    add,
    contradictions,
    ids,
    new_store,
    numbered,
    overview_of,
)

from srs.models.cards import Rating, SchedulingState, State
from srs.store.card_actions import bury, flag
from srs.store.connection import Store
from srs.store.settings import save_options, save_setting
from srs.study.due_cards import CardFilter
from srs.study.session import Session

ZONES = (
    "UTC",
    "Asia/Tokyo",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Pacific/Apia",  # a day was left out
    "Pacific/Kiritimati",  # 14 hours ahead
    "Etc/GMT+12",
    "Asia/Kathmandu",
    "America/St_Johns",
)
HOUR_MS = 3_600_000
EXAMPLES = int(os.environ.get("EXAMPLES", "40"))
"""Lives that are lived; more of them by hand."""
JUMPS = st.one_of(
    st.integers(0, 15 * 60_000),
    st.integers(0, 3 * DAY_MS),
    st.sampled_from([-HOUR_MS, HOUR_MS, -DAY_MS, 366 * DAY_MS, -366 * DAY_MS, -1, 0]),
)


@dataclass
class Life:
    """A person who answers, and a clock and a zone that change under them."""

    store: Store
    clock: Clock
    session: Session
    answers: int = 0

    def move(self, zone: str) -> None:
        """Travel: the next review is begun in another zone."""
        save_setting(self.store, "time_zone", zone)
        self.session = Session(self.store, self.clock, CardFilter())

    def answer(self, rating: Rating) -> None:
        """Answer what is asked, if anything is, and look what became of it."""
        self.session.go_ahead()
        turn = self.session.next()
        if turn is None:
            return
        before = turn.card.progress
        answered = self.session.answer(rating, 1000)
        assert answered.applied
        assert answered.state is not None
        self.answers += 1
        self.check(before, answered.state)

    def check(self, before: SchedulingState, after: SchedulingState) -> None:
        now = self.clock()
        assert after.last_ms is not None
        assert after.last_ms >= now
        assert after.last_ms > (before.last_ms or 0)
        assert after.stability is not None
        assert 0 < after.stability <= 36500
        if after.state is State.REVIEW:
            assert after.due_day is not None
            assert after.due_day > self.session.options.calendar.day(now)
        else:
            assert after.due_ms is not None
            assert after.due_ms > now


@contextmanager
def life(zone: str, now_ms: int = NOON) -> Iterator[Life]:
    with tempfile.TemporaryDirectory() as folder:
        store, clock = new_store(Path(folder), zone), Clock(now_ms)
        save_options(store, "", {"new_per_day": 99, "reviews_per_day": 99})
        add(store, numbered(5), now_ms)
        yield Life(store, clock, Session(store, clock, CardFilter()))
        store.close()


def is_in_order(one: Life) -> None:
    """Hold the whole log to what must be true of it."""
    rows = one.store.rows("select id, card, origin_ms from reviews order by rowid")
    assert len(rows) == one.answers
    assert all(review == origin for review, _, origin in rows)
    assert contradictions(one.store) == []


STEPS = st.lists(
    st.tuples(JUMPS, st.sampled_from(ZONES), st.booleans(), st.sampled_from(Rating)),
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=EXAMPLES)
@given(STEPS, st.sampled_from(ZONES))
def test_wandering_clocks_and_travel_lose_nothing(
    steps: list[tuple[int, str, bool, Rating]], home: str
) -> None:
    with life(home) as one:
        for jump, zone, travels, rating in steps:
            one.clock.now_ms = one.clock.now_ms + jump
            if travels:
                one.move(zone)
            one.answer(rating)
        is_in_order(one)

        while one.session.undo() is not None:
            pass
        sql = "select count(*) from cards where reps > 0 or due_ms > 0 or due_day > 0"
        assert one.store.row(sql) == (0,)


CHANGES = {
    # Of the clock, in UTC: the moment at which it is put forward or back.
    "Berlin forward": ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    "Berlin back": ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "Los Angeles forward": (
        "America/Los_Angeles",
        datetime(2026, 3, 8, 10, tzinfo=UTC),
    ),
    "Los Angeles back": ("America/Los_Angeles", datetime(2026, 11, 1, 9, tzinfo=UTC)),
    "Lord Howe forward": (
        "Australia/Lord_Howe",
        datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    ),
    "Lord Howe back": ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    "Apia loses a day": ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
}


@pytest.mark.parametrize("hour", range(0, 24, 3))
@pytest.mark.parametrize(("zone", "change"), CHANGES.values(), ids=CHANGES)
def test_due_days_begin_at_four_across_daylight_saving(
    zone: str, change: datetime, hour: int
) -> None:
    at = int(change.timestamp() * 1000) - (hour + 1) * HOUR_MS
    with life(zone, at) as one:
        save_options(one.store, "", {"learning_steps": [], "fuzz": False})
        one.session = Session(one.store, one.clock, CardFilter())
        calendar = one.session.options.calendar
        today = calendar.day(at)
        one.answer(Rating.GOOD)
        one.answer(Rating.EASY)
        due = [
            row[0] for row in one.store.rows("select due_day from cards where reps = 1")
        ]
        starts = [calendar.start_ms(day) for day in due]

        assert all(day > today for day in due)
        assert all(
            calendar.day(start) == day for day, start in zip(due, starts, strict=True)
        )
        for start in starts:
            local = datetime.fromtimestamp(start / 1000, ZoneInfo(zone))
            # A day that the calendar leaves out begins and ends with the change.
            is_left_out = abs(start / 1000 - change.timestamp()) <= 1
            assert is_left_out or local.strftime("%H:%M:%S") == "04:00:01"


def test_a_clock_a_year_ahead_then_right_keeps_answers() -> None:
    with life("UTC") as one:
        one.clock.turn(days=365)
        one.answer(Rating.GOOD)
        one.clock.turn(days=-365)
        one.answer(Rating.GOOD)
        one.answer(Rating.GOOD)

        is_in_order(one)
        ahead = one.store.rows(
            "select count(*) from reviews where id > ?1", {"1": NOON + DAY_MS}
        )
        assert ahead == [(1,)]


@pytest.mark.parametrize(
    "now_ms", [2 * DAY_MS, 315_532_800_000, 4_102_444_800_000, 32_503_680_000_000]
)
@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT+12", "Pacific/Kiritimati"])
def test_a_clock_of_another_age_works(now_ms: int, zone: str) -> None:
    """1970 and 1980, as after a flat battery; 2100 and 3000."""
    with life(zone, now_ms) as one:
        for rating in Rating:
            one.answer(rating)

        is_in_order(one)
        assert one.answers == 4


def test_a_clock_set_back_leaves_the_time_of_a_mark(store: Store) -> None:
    add(store, numbered(1))
    (card,) = ids(store)
    flag(store, [card], NOON, 1)

    flag(store, [card], NOON - HOUR_MS, 2)
    bury(store, [card], NOON - HOUR_MS, TODAY)

    assert store.rows("select flag, marked_ms from cards") == [(2, NOON)]


def test_a_day_further_west_is_not_a_day_before() -> None:
    with life("Asia/Tokyo") as one:
        one.answer(Rating.EASY)
        card = one.store.row("select id, last_day, due_day from cards where reps = 1")
        one.clock.turn(minutes=1)
        one.move("Pacific/Honolulu")
        one.answer(Rating.EASY)
        other = one.store.row(
            "select last_day, due_day from cards where id <> :c and reps = 1",
            {"c": card[0]},
        )

        assert other[0] == card[1] - 1
        assert other[1] > other[0]
        is_in_order(one)


def test_a_streak_goes_on_across_zones() -> None:
    with life("Asia/Tokyo", NOON + HOUR_MS) as one:
        for _ in range(5):
            one.answer(Rating.GOOD)
            one.clock.turn(days=1)
        one.clock.turn(minutes=6 * 60)
        one.move("Pacific/Honolulu")
        one.answer(Rating.GOOD)

        assert overview_of(one.store, one.clock()).streak == 6
