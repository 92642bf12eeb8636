"""Queries for statistics: counts of cards and reviews, of all decks or of one."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from srs.scheduler.study_day import DAY_MS, Calendar
from srs.store.connection import Store
from srs.store.decks import deck_ids
from srs.store.rows import ON_DAYS, STUDY_DAY, on_days

MATURE_DAYS = 21
"""From this interval on a card is mature, as in Anki."""
TENTH_MS = 100
"""Answer times are rounded to tenths of a second."""

_CARDS = "(:all or deck in (select value from json_each(:decks)))"
"""Condition on rows of `cards`."""
_REVIEWS = """
    undone = 0 and rating > 0
       and (:all or (select deck from cards where cards.id = r.card)
                    in (select value from json_each(:decks)))
"""
"""Condition for answers that were not undone; from `reviews r`."""


class DeckFilter(Struct, frozen=True):
    """A deck with its children, or all decks."""

    deck: str = ""
    """Empty for all."""
    decks: tuple[int, ...] = ()
    """Ids of the deck and its children."""

    def contains(self, deck: str) -> bool:
        """Return True if a deck is the chosen one or its child."""
        return not self.deck or f"{deck}::".startswith(f"{self.deck}::")

    def values(self, **more: Any) -> dict[str, Any]:
        """Return the values to bind in the queries of this module."""
        return {"all": not self.deck, "decks": str(list(self.decks)), **more}


def deck_filter(store: Store, deck: str) -> DeckFilter:
    """Choose a deck with its children; empty chooses all."""
    return DeckFilter(deck, tuple(deck_ids(store, deck))) if deck else DeckFilter()


class CardCounts(NamedTuple):
    """All cards, and how many of them are in each state or suspended."""

    cards: int
    new: int
    learning: int
    young: int
    mature: int
    suspended: int


def card_counts(store: Store, chosen: DeckFilter) -> CardCounts:
    """Count cards by state."""
    row = store.row(
        f"""
        select count(*),
               count(*) filter (where not suspended and state = 0),
               count(*) filter (where not suspended and state in (1, 3)),
               count(*) filter (where not suspended and state = 2
                                  and interval < :mature),
               count(*) filter (where not suspended and state = 2
                                  and interval >= :mature),
               count(*) filter (where suspended)
          from cards
         where retired = 0 and {_CARDS}
        """,
        chosen.values(mature=MATURE_DAYS),
    )
    return CardCounts(*row)


def decks_by_card(store: Store, chosen: DeckFilter) -> dict[int, int]:
    """Return the deck of each card, both as ids."""
    sql = f"select id, deck from cards where {_CARDS}"
    return dict(store.rows(sql, chosen.values()))


def answer_counts(
    store: Store, chosen: DeckFilter, day: int, rollover: int
) -> tuple[int, int, int]:
    """Count the answers of a study day.

    Args:
        store: The store.
        chosen: The decks.
        day: The study day.
        rollover: The hour at which a study day begins.

    Returns:
        All answers, those that were Again, and the milliseconds that they took.
    """
    row = store.row(
        f"""
        select count(*), count(*) filter (where rating = 1),
               coalesce(sum(duration_ms), 0)
          from reviews r
         where {ON_DAYS} and {_REVIEWS}
        """,
        chosen.values(**on_days(day, day, rollover)),
    )
    return tuple(row)


def was_studied_on(store: Store, calendar: Calendar, day: int) -> bool:
    """Return True if a study day has an answer, in the zone where it was given."""
    sql = f"""
        select 1 from reviews r where {ON_DAYS} and undone = 0 and rating > 0 limit 1
    """
    values = on_days(day, day, calendar.rollover)
    # In the user's zone first, where nearly all are.
    here = {"from_ms": calendar.start_ms(day), "to_ms": calendar.start_ms(day + 1)}
    return any(store.row(sql, found) for found in (values | here, values))


def day_before_answers(store: Store) -> int:
    """Return a study day before which there are no answers, in any time zone."""
    (first,) = store.row("select coalesce(min(id), 0) from reviews")
    return int(first) // DAY_MS - 2


def answers_by_day(
    store: Store, chosen: DeckFilter, rollover: int
) -> dict[int, tuple[int, int]]:
    """Count all answers and sum up their milliseconds by study day.

    The study day is that of the time zone in which the answer was given.
    """
    rows = store.rows(
        f"""
        select {STUDY_DAY}, count(*), sum(duration_ms)
          from reviews r
         where {_REVIEWS}
         group by 1
        """,
        chosen.values(shift=rollover * 3600),
    )
    return {day: (count, spent_ms) for day, count, spent_ms in rows}


def deck_counts(
    store: Store, chosen: DeckFilter, *, since_ms: int
) -> list[tuple[int, ...]]:
    """Count cards and recent answers by deck.

    Returns:
        Rows to be added up by deck: deck id; cards; new and mature ones that are not
        suspended; answers to review cards that were recalled, and all; milliseconds.
    """
    cards = store.rows(
        f"""
        select deck, count(*), count(*) filter (where not suspended and state = 0),
               count(*) filter (where not suspended and state = 2
                                  and interval >= :mature), 0, 0, 0
          from cards
         where retired = 0 and {_CARDS}
         group by deck
        """,
        chosen.values(mature=MATURE_DAYS),
    )
    answers = store.rows(
        f"""
        select (select deck from cards where cards.id = r.card), 0, 0, 0,
               count(*) filter (where kind = 1 and rating > 1),
               count(*) filter (where kind = 1), sum(duration_ms)
          from reviews r
         where id >= :since and {_REVIEWS}
         group by 1
        """,
        chosen.values(since=since_ms),
    )
    return cards + answers


def recall_counts(
    store: Store, chosen: DeckFilter, *, since_ms: int
) -> list[tuple[int, int, int]]:
    """Count answers to young (0) and mature (1) cards: recalled, and all."""
    return store.rows(
        f"""
        select last_interval >= :mature, count(*) filter (where rating > 1), count(*)
          from reviews r
         where id >= :since and kind = 1 and {_REVIEWS}
         group by 1
        """,
        chosen.values(mature=MATURE_DAYS, since=since_ms),
    )


def recall_by_interval_and_hour(
    store: Store, chosen: DeckFilter, *, since_ms: int, intervals: Sequence[int]
) -> list[tuple[int, int, int, int]]:
    """Count answers to review cards by the interval before and the local hour.

    Returns:
        Index of the first of `intervals` that is not shorter; hour; recalled; all.
    """
    group = _case("last_interval <= {}", intervals)
    return store.rows(
        f"""
        select {group}, (id / 1000 + offset_min * 60) / 3600 % 24,
               count(*) filter (where rating > 1), count(*)
          from reviews r
         where id >= :since and kind = 1 and {_REVIEWS}
         group by 1, 2
        """,
        chosen.values(since=since_ms),
    )


def answer_time_counts(
    store: Store, chosen: DeckFilter, *, since_ms: int
) -> list[tuple[int, int, int]]:
    """Count answers by rating and tenths of a second, cram reviews included."""
    return store.rows(
        f"""
        select rating, (duration_ms + {TENTH_MS // 2}) / {TENTH_MS}, count(*)
          from reviews r
         where id >= :since and {_REVIEWS}
         group by 1, 2
        """,
        chosen.values(since=since_ms),
    )


def memory_counts(
    store: Store, chosen: DeckFilter, *, stabilities: Sequence[int]
) -> list[tuple[int, int, int]]:
    """Count cards in use by stability and difficulty.

    Returns:
        Index of the first of `stabilities` (days) that is larger; difficulty
        rounded down, at most 9; cards.
    """
    group = _case("stability < {}", stabilities)
    return store.rows(
        f"""
        select {group}, min(cast(difficulty as integer), 9), count(*)
          from cards
         where stability is not null and suspended = 0 and retired = 0 and {_CARDS}
         group by 1, 2
        """,
        chosen.values(),
    )


def _case(condition: str, edges: Sequence[int]) -> str:
    """Return SQL for the index of the first edge that meets a condition."""
    whens = (f"when {condition.format(edge)} then {i}" for i, edge in enumerate(edges))
    return f"case {' '.join(whens)} else {len(edges)} end"


def count_leeches(store: Store, chosen: DeckFilter) -> int:
    """Count the leeches, suspended ones included."""
    sql = f"select count(*) from cards where leech = 1 and retired = 0 and {_CARDS}"
    return int(store.row(sql, chosen.values())[0])


def cards_by_lapses(
    store: Store, chosen: DeckFilter, *, least: int, limit: int
) -> list[tuple[int, int, float, int, int]]:
    """Return id, lapses, difficulty, leech and suspended of the most difficult cards.

    Args:
        store: The store.
        chosen: Whose cards.
        least: Fewest lapses.
        limit: Number of cards.
    """
    return store.rows(
        f"""
        select id, lapses, coalesce(difficulty, 0.0), leech, suspended
          from cards
         where lapses >= :least and retired = 0 and {_CARDS}
         order by lapses desc, difficulty desc, id
         limit :limit
        """,
        chosen.values(least=least, limit=limit),
    )


def confusion_counts(
    store: Store, chosen: DeckFilter, *, limit: int
) -> list[tuple[int, int, int]]:
    """Return the most often confused pairs of cards, smaller id first, with counts.

    A pair belongs to the deck if one of its cards does.
    """
    return store.rows(
        f"""
        select min(c.card, c.other), max(c.card, c.other), count(*)
          from confusions c
          cross join reviews r on r.id = c.review
         where r.undone = 0
           and exists (select 1 from cards
                        where id in (c.card, c.other) and {_CARDS})
         group by 1, 2
         order by 3 desc, 1, 2
         limit :limit
        """,
        chosen.values(limit=limit),
    )
