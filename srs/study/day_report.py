"""The end of a day: what was answered, what is left, and what tomorrow brings.

It counts all sessions of the study day.  Tomorrow's cards are those of the queue that
a review would build then, with its limits.
"""

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from srs.stats.overview import streak
from srs.store.connection import Store
from srs.store.settings import Options
from srs.store.statistics import DeckFilter, answer_counts, was_studied_on
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
    """Cards that a review would still ask today."""
    tomorrow: Counts
    """Cards that a review would ask tomorrow."""
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
    is_exam_tomorrow: bool = False
    """Whether tomorrow is the day of an exam that asks cards of the session."""
    is_passing: bool = False
    """After some answers, or tomorrow, the query finds other cards: tomorrow's cards
    are those of all, and none of them are asked ahead."""


def day_report(
    store: Store, options: Options, card_filter: CardFilter, now_ms: int
) -> DayReport:
    """Sum up a study day.

    Args:
        store: The store.
        options: The user's settings.
        card_filter: Which cards are counted as left; the answers are those of all.
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
    is_eve = options.exam is not None and options.exam.day == day + 1
    lasting = CardFilter() if card_filter.is_passing else wanted
    tomorrow = build_queue(store, options, lasting, calendar.start_ms(day + 1))
    cards = DueCards(store, options, wanted, now_ms)
    more = replace(wanted, new_total=cards.done_new + left.new + MORE_NEW)
    new = sum(1 for _ in DueCards(store, options, more, now_ms).new())
    return DayReport(
        answered=answers,
        correct=answers - again,
        duration_ms=duration_ms,
        streak=streak(partial(was_studied_on, store, calendar), day),
        left=left,
        tomorrow=tomorrow.counts(),
        overdue=tomorrow.overdue,
        more_new=max(0, new - left.new),
        more_due=0 if card_filter.is_passing else all_due.due_now() - today.due_now(),
        ahead=0 if card_filter.is_passing else len(all_due.ahead - today.ahead),
        query=wanted.query,
        is_exam_tomorrow=is_eve and read_exam_queue(cards) is not None,
        is_passing=card_filter.is_passing,
    )
