"""The figures of each deck, with what is under it counted in."""

from typing import Any

from msgspec import Struct

from srs.stats.deck_filter import CARDS, REVIEWS, DeckFilter
from srs.stats.retention import MATURE_DAYS, Retention
from srs.store.connection import Store

_DAYS = 30


class DeckFigures(Struct, frozen=True):
    """One deck."""

    deck: str
    cards: int
    """In use: neither retired nor suspended."""
    new: int
    mature: int
    retention: Retention
    """Of the last thirty days."""
    minutes_a_week: float
    """Spent on its cards, on average over the last thirty days."""


def deck_figures(
    store: Store, now_ms: int, chosen: DeckFilter
) -> tuple[DeckFigures, ...]:
    """Compute the figures of the decks that have cards in use, in their order.

    Args:
        store: The store.
        now_ms: UTC milliseconds.
        chosen: Which decks.
    """
    names = dict(store.rows("select id, name from decks"))
    sums: dict[str, list[Any]] = {}
    for deck, *counts in (*_cards(store, chosen), *_answers(store, now_ms, chosen)):
        if deck not in names:
            continue  # a damaged store; flash doctor mends it
        segments = names[deck].split("::")
        for depth in range(len(segments)):
            path = "::".join(segments[: depth + 1])
            total = sums.setdefault(path, [0] * len(counts))
            for index, value in enumerate(counts):
                total[index] += value
    return tuple(
        _figures(name, *sums[name])
        for name in sorted(sums)
        if sums[name][0] and chosen.holds(name)
    )


def _figures(
    name: str, cards: int, new: int, mature: int, kept: int, reviews: int, ms: int
) -> DeckFigures:
    minutes = ms / 60_000 / _DAYS * 7
    return DeckFigures(name, cards, new, mature, Retention(kept, reviews), minutes)


def _cards(store: Store, chosen: DeckFilter) -> list[tuple[int, ...]]:
    return store.rows(
        f"""
        select deck, count(*), count(*) filter (where state = 0),
               count(*) filter (where state = 2 and interval >= :mature), 0, 0, 0
          from cards
         where suspended = 0 and retired = 0 and {CARDS}
         group by deck
        """,
        chosen.values(mature=MATURE_DAYS),
    )


def _answers(store: Store, now_ms: int, chosen: DeckFilter) -> list[tuple[int, ...]]:
    return store.rows(
        f"""
        select (select deck from cards where cards.id = reviews.card), 0, 0, 0,
               count(*) filter (where kind = 1 and rating > 1),
               count(*) filter (where kind = 1), sum(took_ms)
          from reviews
         where id >= :since and void = 0 and rating > 0 and {REVIEWS}
         group by 1
        """,
        chosen.values(since=now_ms - _DAYS * 86_400_000),
    )
