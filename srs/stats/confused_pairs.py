"""Pairs of cards that a person mixes up, as they said on a miss."""

from msgspec import Struct

from srs.stats.deck_filter import CARDS, DeckFilter
from srs.stats.leeches import AskedCard, questions
from srs.store.connection import Store

SHOWN = 20


class ConfusedPair(Struct, frozen=True):
    """Two cards, the one with the smaller id first."""

    first: AskedCard
    second: AskedCard
    times: int
    """How often either was taken for the other."""


def confused_pair_counts(store: Store, chosen: DeckFilter) -> tuple[ConfusedPair, ...]:
    """Count the pairs, most often mixed up first.

    Args:
        store: The store.
        chosen: Whose cards; one of the two is enough.

    Returns:
        At most `SHOWN` pairs.  A miss that was undone doesn't count.
    """
    rows = store.rows(
        f"""
        select min(c.card, c.other), max(c.card, c.other), count(*)
          from confusions c
          cross join reviews r on r.id = c.review
         where r.void = 0
           and exists (select 1 from cards
                        where id in (c.card, c.other) and {CARDS})
         group by 1, 2
         order by 3 desc, 1, 2
         limit :shown
        """,
        chosen.values(shown=SHOWN),
    )
    asked = questions(store, {card for row in rows for card in row[:2]})
    return tuple(
        ConfusedPair(asked[one], asked[other], times) for one, other, times in rows
    )
