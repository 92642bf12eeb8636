"""The review log card by card, for calibration and for fitting parameters."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from srs.store.connection import Store
from srs.store.rows import CRAM_REVIEW, STUDY_DAY


class LoggedReview(NamedTuple):
    """A row of the log, as far as memory models need it."""

    id: int
    """UTC milliseconds."""
    day: int
    """Study day."""
    kind: int
    """A ReviewKind."""
    state_before: int
    rating: int
    """1 to 4; 0 for a change by hand."""
    is_reset: bool
    """The card was reset to new by hand."""


CardLog = tuple[int, int, list[LoggedReview]]
"""A card, its deck, and its log, oldest first."""


def card_logs(
    store: Store,
    rollover: int,
    decks: Sequence[int] | None = None,
    *,
    suspended: bool = True,
) -> Iterator[CardLog]:
    """Read the logs of cards in the order of their ids, without cram reviews.

    Args:
        store: The store.
        rollover: Hour at which a study day begins.
        decks: Only cards in these decks (ids); None for all.
        suspended: Include suspended cards.
    """
    # Without the index: a sort is faster than a million lookups.
    sql = f"""
        select r.card, c.deck, r.id, {STUDY_DAY}, r.kind,
               r.before, r.rating,
               r.rating = 0 and r.kind = 4 and r.difficulty = 0 and r.ease = 0
          from reviews r not indexed
          join (select id as card_id, deck, suspended from cards) c
            on c.card_id = r.card
         where r.void = 0 and not {CRAM_REVIEW}
           and (:all or c.deck in (select value from json_each(:decks)))
           and (:suspended or c.suspended = 0)
         order by r.card, r.id
    """
    values = {
        "shift": rollover * 3600,
        "all": decks is None,
        "decks": str(list(decks or ())),
        "suspended": suspended,
    }
    rows = store.connection.execute(sql, values)
    for (card, deck), group in groupby(rows, key=itemgetter(0, 1)):
        yield card, deck, [LoggedReview(*row[2:]) for row in group]


def newest_review(store: Store) -> int:
    """Return the id of the newest review that was not undone; 0 without any."""
    sql = "select coalesce(max(id), 0) from reviews where void = 0"
    return int(store.row(sql)[0])


def card_ids(store: Store, decks: Sequence[int]) -> list[int]:
    """Return the ids of the cards in decks (ids)."""
    sql = "select id from cards where deck in (select value from json_each(:decks))"
    return [row[0] for row in store.rows(sql, {"decks": str(list(decks))})]
