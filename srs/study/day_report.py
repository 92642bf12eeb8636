"""The end of a day: what was answered, what is left, and what tomorrow brings.

Today and tomorrow are about all cards and sessions, whatever the session was about;
what is left and what could come next is about its cards.  Tomorrow's cards are those of
the queue that a review would build then, with its limits, if no more is done today.
The forecast (`srs.study.due_forecast`) assumes that today's cards are done; once they
are, both say the same.
"""

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from srs.stats.overview import streak
from srs.store.connection import Store
from srs.store.settings import Options
from srs.store.statistics import (
    DeckFilter,
    answer_counts,
    day_before_answers,
    was_studied_on,
)
from srs.study.due_cards import CardFilter, DueCards
from srs.study.queue import Counts, build_queue, read_exam_queue

MORE_NEW = 10
"""New cards beyond the limit that are offered at most."""


class DayReport(Struct, frozen=True):
    """The figures of a study day until now."""

    answered: int
    """Answers of the day, without undone ones."""
    correct: int
    """Answers better than Again."""
    duration_ms: int
    streak: int
    """Consecutive days with answers."""
    left: Counts
    """Cards of the session that a review would still ask today."""
    tomorrow: Counts
    """Cards that a review of all would ask tomorrow."""
    overdue: int
    """In a backlog the number of all reviews due tomorrow; else 0."""
    more_new: int
    """New cards beyond today's limit, at most `MORE_NEW`."""
    more_due: int
    """Due reviews that the limits and the cap of a backlog leave for later."""
    ahead: int
    """Reviews due tomorrow that could be done today."""
    query: str = ""
    """How the user named the cards of the session; empty for all."""
    rest: Counts = Counts(0, 0, 0)
    """Cards that a review of all would still ask today."""
    is_exam_tomorrow: bool = False
    """Whether tomorrow is the day of an exam that asks cards."""
    is_catching_up: bool = False
    """Whether a backlog leaves no new cards for tomorrow."""
    is_passing: bool = False
    """After some answers, or tomorrow, the query finds other cards: none of them are
    asked ahead."""


def day_report(
    store: Store, options: Options, card_filter: CardFilter, now_ms: int
) -> DayReport:
    """Sum up a study day.

    Args:
        store: The store.
        options: The user's settings.
        card_filter: Which cards are counted as left.
        now_ms: UTC milliseconds.
    """
    calendar = options.calendar
    day = calendar.day(now_ms)
    answers, again, duration_ms = answer_counts(
        store, DeckFilter(), day, options.rollover
    )
    wanted = CardFilter(card_filter.deck, card_filter.cards, card_filter.query)
    today = build_queue(store, options, wanted, now_ms)
    all_due = build_queue(store, options, replace(wanted, days_ahead=1), now_ms)
    left = today.counts()
    every = CardFilter()
    whole = today if wanted == every else build_queue(store, options, every, now_ms)
    tomorrow = build_queue(store, options, every, calendar.start_ms(day + 1))
    is_eve = options.exam is not None and options.exam.day == day + 1
    exam = read_exam_queue(DueCards(store, options, every, now_ms)) if is_eve else None
    cards = DueCards(store, options, wanted, now_ms)
    more = replace(wanted, new_total=cards.done_new + left.new + MORE_NEW)
    new = sum(1 for _ in DueCards(store, options, more, now_ms).new())
    return DayReport(
        answered=answers,
        correct=answers - again,
        duration_ms=duration_ms,
        streak=streak(
            partial(was_studied_on, store, calendar),
            day_before_answers(store),
            day,
            options.away,
        ),
        left=left,
        tomorrow=tomorrow.counts(),
        overdue=tomorrow.overdue,
        more_new=max(0, new - left.new),
        more_due=0 if card_filter.is_passing else all_due.due_now() - today.due_now(),
        ahead=0 if card_filter.is_passing else len(all_due.ahead - today.ahead),
        query=wanted.query,
        rest=whole.counts(),
        is_exam_tomorrow=exam is not None,
        is_catching_up=tomorrow.backlog() is not None,
        is_passing=card_filter.is_passing,
    )
