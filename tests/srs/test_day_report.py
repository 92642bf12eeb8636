"""The end of a day, and cards beyond what the day's limits let through."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from store_fixtures import DAY_MS, NOON, Clock, add, give, ids, numbered, overview_of

from srs.models.cards import Rating
from srs.store.card_actions import bury, set_due
from srs.store.connection import Store
from srs.store.settings import Options, save_options, save_setting
from srs.study.cram import CramOptions
from srs.study.day_report import DayReport, day_report
from srs.study.due_cards import CardFilter
from srs.study.queue import Counts
from srs.study.session import Session

AGAIN, HARD, GOOD, EASY = Rating


def report(store: Store, clock: Clock, **chosen: object) -> DayReport:
    return day_report(store, Options(store), CardFilter(**chosen), clock())


def answer_all(session: Session, rating: Rating) -> int:
    count = 0
    while session.next() is not None:
        session.answer(rating, 1000)
        count += 1
    return count


@pytest.fixture
def limited(store: Store) -> Store:
    """Twenty new cards, two a day."""
    save_options(store, "", {"new_per_day": 2, "fuzz": False})
    add(store, numbered(20))
    return store


def test_the_report_counts_all_sessions_of_the_day(
    limited: Store, clock: Clock
) -> None:
    for rating in (EASY, AGAIN):
        session = Session(limited, clock)
        session.next()
        session.answer(rating, 2000)
        clock.turn(minutes=5)

    assert report(limited, clock) == DayReport(
        answered=2,
        correct=1,
        duration_ms=4000,
        streak=1,
        left=Counts(0, 1, 0),
        tomorrow=Counts(2, 1, 0),
        overdue=0,
        more_new=10,
        more_due=0,
        ahead=0,
        rest=Counts(0, 1, 0),
    )


def test_undone_answers_are_not_reported(limited: Store, clock: Clock) -> None:
    session = Session(limited, clock)
    session.next()
    session.answer(EASY, 2000)
    session.undo()

    found = report(limited, clock)
    assert (found.answered, found.streak, found.duration_ms) == (0, 0, 0)


@pytest.mark.parametrize(
    ("days_ago", "streak"), [([0, 1, 2], 3), ([1, 2], 2), ([0, 2], 1), ([2, 3], 0)]
)
def test_a_streak_ends_with_a_day_without_answers(
    limited: Store, clock: Clock, days_ago: list[int], streak: int
) -> None:
    for card, days in zip(ids(limited), days_ago, strict=False):
        give(limited, card, EASY, NOON - days * DAY_MS)

    assert report(limited, clock).streak == streak


@pytest.mark.parametrize(
    ("days_ago", "away", "streak"),
    [
        ([0, 1, 5], "2026-11-19..2026-11-21", 3),
        ([5, 6], "2026-11-19..2026-11-23", 2),
        ([0, 2, 4], "2026-11-20..2026-11-22", 3),
        ([1, 4], "2026-11-20 2026-11-21", 2),
        ([0, 5], "2026-11-19..2026-11-20", 1),
        ([], "2000-01-01..2026-11-23", 0),
        ([3], "0001-01-01..9999-12-31", 1),
    ],
    ids=[
        "past",
        "ends today",
        "answers in it",
        "two",
        "a day is missing",
        "none",
        "ever",
    ],
)
def test_a_vacation_neither_ends_nor_lengthens_a_streak(
    limited: Store, clock: Clock, days_ago: list[int], away: str, streak: int
) -> None:
    for card, days in zip(ids(limited), days_ago, strict=False):
        give(limited, card, EASY, NOON - days * DAY_MS)
    save_setting(limited, "away", away)

    assert report(limited, clock).streak == streak
    assert overview_of(limited, clock()).streak == streak


def test_tomorrow_is_what_a_review_will_ask_then(store: Store, clock: Clock) -> None:
    save_options(store, "", {"new_per_day": 2, "reviews_per_day": 3, "fuzz": False})
    add(store, numbered(9))
    for card in ids(store)[:5]:
        give(store, card, EASY, NOON - 60 * DAY_MS)

    found = report(store, clock)
    clock.turn(days=1)

    assert found.tomorrow == Counts(2, 0, 3) == Session(store, clock).counts()


@pytest.mark.parametrize(
    ("date", "time"),
    [(date(2027, 3, 27), time(4, 30)), (date(2027, 10, 30), time(4, 10))],
    ids=["23 hours", "25 hours"],
)
def test_tomorrow_is_the_next_study_day_when_clocks_change(
    store: Store, clock: Clock, date: date, time: time
) -> None:
    save_setting(store, "time_zone", "Europe/Berlin")
    moment = datetime.combine(date, time, ZoneInfo("Europe/Berlin"))
    clock.now_ms = round(moment.timestamp() * 1000)
    add(store, numbered(2))
    today = Options(store).calendar.day(clock())
    for days, card in enumerate(ids(store), 1):
        day = (today + days,) * 2
        set_due(store, Options(store), [card], clock() - 9 * DAY_MS, day)

    assert report(store, clock).tomorrow == Counts(0, 0, 1)


def test_a_backlog_brings_its_daily_portion(store: Store, clock: Clock) -> None:
    add(store, numbered(130))
    for card in ids(store)[:120]:
        give(store, card, EASY, NOON - 60 * DAY_MS)

    found = report(store, clock)
    answer_all(Session(store, clock), EASY)
    done = report(store, clock)

    assert (found.tomorrow, found.overdue) == (Counts(0, 0, 50), 120)
    assert (found.more_due, found.ahead) == (70, 0)
    assert (done.more_due, done.left.due) == (70, 0)
    assert answer_all(Session(store, clock, CardFilter(days_ahead=1)), EASY) == 70
    assert report(store, clock).more_due == 0


def test_cards_due_tomorrow_are_offered_and_asked_ahead(
    store: Store, clock: Clock
) -> None:
    add(store, numbered(3))
    for card in ids(store):
        give(store, card, EASY, NOON - 10 * DAY_MS)
    store.connection.execute("update cards set due_day = ?", (NOON // DAY_MS + 1,))

    assert report(store, clock).ahead == 3
    assert answer_all(Session(store, clock, CardFilter(days_ahead=1)), GOOD) == 3
    assert report(store, clock).ahead == 0


def test_a_card_answered_today_is_not_asked_ahead(store: Store, clock: Clock) -> None:
    save_options(store, "", {"fuzz": False, "learning_steps": []})
    add(store, numbered(3))
    answer_all(Session(store, clock), HARD)

    assert report(store, clock).tomorrow == Counts(0, 0, 3)
    assert report(store, clock).ahead == 0


@pytest.mark.parametrize("before", [0, 1, 2])
def test_more_adds_to_what_the_limit_still_lets_through(
    limited: Store, clock: Clock, before: int
) -> None:
    for _ in range(before):
        session = Session(limited, clock)
        session.next()
        session.answer(EASY, 1000)

    session = Session(limited, clock, CardFilter(more=3))
    assert session.counts() == Counts(2 - before + 3, 0, 0)
    assert answer_all(session, EASY) == 2 - before + 3
    assert Session(limited, clock).counts() == Counts(0, 0, 0)


def test_more_stays_the_same_after_undo_and_bury(limited: Store, clock: Clock) -> None:
    session = Session(limited, clock, CardFilter(more=3))
    for _ in range(4):
        session.next()
        session.answer(EASY, 1000)

    session.undo()
    assert session.next() is not None
    assert session.counts().new == 2
    session.answer(EASY, 1000)
    session.next()
    session.bury()
    assert session.next() is not None
    assert session.counts().new == 1


def test_more_ends_with_the_day(limited: Store, clock: Clock) -> None:
    session = Session(limited, clock, CardFilter(more=3))
    session.next()
    session.answer(EASY, 1000)

    clock.turn(days=1)
    session.next()
    session.answer(EASY, 1000)

    assert session.counts().new == 1


def test_more_offers_only_the_cards_there_are(store: Store, clock: Clock) -> None:
    save_options(store, "", {"new_per_day": 2})
    add(store, numbered(5))
    bury(store, ids(store)[4:], clock(), NOON // DAY_MS)

    assert report(store, clock).more_new == 2


def test_a_cram_has_no_day_report(limited: Store, clock: Clock) -> None:
    assert Session(limited, clock, cram=CramOptions()).day_report() is None
