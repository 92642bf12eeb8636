"""Queries for the queue of a study day: which cards are due, new or in learning."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from cards.note import Note
from srs.models.cards import StoredCard
from srs.scheduler.load_balancer import BALANCED_DAYS, DueCounts
from srs.store.connection import Store
from srs.store.rows import (
    CARD_COLUMNS,
    CARD_WIDTH,
    CRAM_REVIEW,
    NOTE_COLUMNS,
    ON_DAYS,
    STUDY_DAY,
    card_of,
    note_of,
    on_days,
)

QueueRow = tuple[Any, int, int, str]
"""Sort key, card, deck (ids) and the guid of the note."""

Selection = Literal["learning", "due", "not yet due", "new", "learned"]

_SELECTIONS = {
    "learning": ("due_ms", "due_ms is not null and due_ms < :end"),
    "due": ("due_day", "due_day is not null and due_day <= :day"),
    "not yet due": ("due_day", "due_day is not null and due_day > :day"),
    "new": ("position", "state = 0"),
    "learned": ("position", "state <> 0"),
}
"""Sort key and condition of each selection."""

_ASKED = "c.suspended = 0 and c.retired = 0"

_SCHEDULED = f"r.undone = 0 and r.rating > 0 and not {CRAM_REVIEW}"
"""Condition for answers that changed the schedule."""

DUE = f"((c.due_day <= :day or c.due_ms < :end) and {_ASKED})"
"""True if a card is due by the end of the study day `:day`, at `:end`."""


def select_cards(
    store: Store, selection: Selection, *, day: int, end_ms: int = 0
) -> Iterator[QueueRow]:
    """Select cards that may be asked on a study day; see `_SELECTIONS`.

    Suspended, retired and buried cards are left out.  Rows are read one by one,
    so that a queue can stop at its limit.

    Args:
        store: The store.
        selection: Which cards.
        day: The study day.
        end_ms: End of the study day, UTC milliseconds; for "learning" only.
    """
    order, condition = _SELECTIONS[selection]
    return _select(store, order, condition, day, end_ms)


def due_by_forgetting_rate(
    store: Store, factor: float, *, day: int
) -> Iterator[QueueRow]:
    """Select the due cards, those that are forgotten fastest first.

    Args:
        store: The store.
        factor: Factor f of the forgetting curve; cards are sorted by S + f·t.
        day: The study day.
    """
    order = f"c.stability + {factor!r} * (:day - c.last_day)"
    return _select(store, order, _SELECTIONS["due"][1], day)


def _select(
    store: Store, order: str, condition: str, day: int, end_ms: int = 0
) -> Iterator[QueueRow]:
    sql = f"""
        select {order}, c.id, c.deck, c.note
          from cards c
         where {condition} and {_ASKED} and c.buried <> :day
         order by 1, c.id
    """
    return store.connection.execute(sql, {"day": day, "end": end_ms})


def due_counts(
    store: Store, day: int, away: Sequence[tuple[int, int]] = ()
) -> DueCounts:
    """Count the cards that are due on each day after a study day.

    Args:
        store: The store.
        day: The study day.
        away: First and last study day of each vacation.
    """
    last_day = day + 2 * BALANCED_DAYS
    rows = store.rows(
        f"""
        select due_day, count(*)
          from cards c
         where due_day is not null and due_day > :day and due_day <= :last and {_ASKED}
         group by due_day
        """,
        {"day": day, "last": last_day},
    )
    return DueCounts(dict(rows), away, last_day)


def count_due(
    store: Store, decks: Sequence[int], day: int, end_ms: int
) -> tuple[int, int]:
    """Count the cards that are due on a study day and not buried, and the buried ones.

    Args:
        store: The store.
        decks: Their ids.
        day: The study day.
        end_ms: Its end, UTC milliseconds.
    """
    sql = f"""
        select count(*) filter (where {DUE} and c.buried <> :day),
               count(*) filter (where c.buried = :day)
          from cards c
         where {_ASKED} and c.deck in (select value from json_each(:decks))
    """
    values = {"day": day, "end": end_ms, "decks": str(list(decks))}
    row = store.row(sql, values)
    return row[0], row[1]


def count_due_reviews(
    store: Store, decks: Iterable[int], day: int, cards: Iterable[int] | None = None
) -> int:
    """Count the reviews that are due on a study day or earlier and may be asked.

    Args:
        store: The store.
        decks: Their ids.
        day: The study day.
        cards: Only these; None for all.
    """
    chosen = (
        "" if cards is None else "and c.id in (select value from json_each(:cards))"
    )
    sql = f"""
        select count(*) from cards c
         where {_SELECTIONS["due"][1]} and {_ASKED} and c.buried <> :day
           and c.deck in (select value from json_each(:decks)) {chosen}
    """
    values = {"day": day, "decks": str(list(decks)), "cards": str(list(cards or ()))}
    return int(store.row(sql, values)[0])


def due_siblings(
    store: Store, asked: Iterable[int], day: int, rollover: int
) -> list[tuple[int, int]]:
    """Find the due reviews with a sibling that is asked or was answered on a study day.

    Args:
        store: The store.
        asked: The cards that are asked.
        day: The study day.
        rollover: Hour at which study days begin.

    Returns:
        The card and its deck (ids), without cards that are asked themselves, suspended
        or buried.
    """
    sql = f"""
        with shown as (
            select note from cards where id in (select value from json_each(:asked))
            union
            select c.note from reviews r join cards c on c.id = r.card
             where {ON_DAYS} and {_SCHEDULED}
        )
        select c.id, c.deck from cards c
         where c.due_day is not null and c.due_day <= :day and {_ASKED}
           and c.buried <> :day and c.note in (select note from shown)
           and c.id not in (select value from json_each(:asked))
    """
    values = {"asked": str(list(asked)), "day": day, **on_days(day, day, rollover)}
    return store.rows(sql, values)


def count_overdue(store: Store, day: int) -> int:
    """Count the reviews that were due before a study day and are still open."""
    sql = f"""
        select count(*) from cards c
         where due_day is not null and due_day < :day and {_ASKED}
    """
    return int(store.row(sql, {"day": day})[0])


def count_overdue_answered(store: Store, day: int, rollover: int) -> int:
    """Count the cards that were overdue when a study day began and are answered.

    Args:
        store: The store.
        day: The study day.
        rollover: Hour at which study days begin.
    """
    # A card was due `last_interval` days after the answer before this one.
    sql = f"""
        with answered as (
            select r.id, r.card, r.last_interval from reviews r
             where {ON_DAYS} and {_SCHEDULED} and r.state_before = 2
        )
        select count(distinct a.card) from answered a
         where (select {STUDY_DAY} from reviews r
                 where r.id = (select max(p.id) from reviews p
                                where p.card = a.card and p.id < a.id
                                  and p.undone = 0 and p.rating > 0))
               + a.last_interval < :day
    """
    return int(store.row(sql, {"day": day, **on_days(day, day, rollover)})[0])


def answers_on(store: Store, day: int, rollover: int) -> list[tuple[str, int, int]]:
    """Read the scheduled answers of a study day.

    Returns:
        For each the guid of the note, the deck (id) and the state before it.
    """
    sql = f"""
        select c.note, c.deck, r.state_before
          from reviews r join cards c on c.id = r.card
         where {ON_DAYS} and {_SCHEDULED}
    """
    return store.rows(sql, on_days(day, day, rollover))


def finished_cards(
    store: Store, day: int, rollover: int, end_ms: int
) -> list[tuple[int, int, bool]]:
    """Find the cards answered on a study day that are not due again before its end.

    Args:
        store: The store.
        day: The study day.
        rollover: Hour at which study days begin.
        end_ms: Its end, UTC milliseconds.

    Returns:
        For each the card, its deck (ids), and True if the card was new on that day.
    """
    sql = f"""
        select c.id, c.deck, min(r.state_before) = 0
          from reviews r join cards c on c.id = r.card
         where {ON_DAYS} and {_SCHEDULED}
           and (c.due_ms is null or c.due_ms >= :end or c.suspended or c.retired)
         group by c.id
    """
    return store.rows(sql, {"end": end_ms, **on_days(day, day, rollover)})


def cards_answered_again(
    store: Store, first: int, last: int, rollover: int
) -> set[int]:
    """Find the cards that were answered Again on some study days, cram reviews too.

    Args:
        store: The store.
        first: The first study day.
        last: The last one.
        rollover: Hour at which study days begin.
    """
    sql = f"""
        select distinct r.card from reviews r
         where {ON_DAYS} and r.rating = 1 and r.undone = 0
    """
    return {card for (card,) in store.rows(sql, on_days(first, last, rollover))}


def learned_stabilities(
    store: Store,
) -> Iterator[tuple[int, int, float | None, int | None]]:
    """Read card, deck (ids), stability and last study day of all learned cards."""
    sql = "select id, deck, stability, last_day from cards where state <> 0"
    return store.connection.execute(sql)


def reviews_due_between(
    store: Store, today: int, first: int, last: int
) -> list[tuple[StoredCard, int]]:
    """Read the review cards that are due in a range of study days after today.

    Returns:
        Each card with the id of its deck, the earliest due first.
    """
    sql = f"""
        select {CARD_COLUMNS}, c.deck
          from cards c
         where c.due_day > :today and c.due_day between :first and :last
           and c.state = 2 and {_ASKED}
         order by c.due_day, c.id
    """
    rows = store.rows(sql, {"today": today, "first": first, "last": last})
    return [(card_of(row), row[CARD_WIDTH]) for row in rows]


def card_with_note(store: Store, card: int) -> tuple[StoredCard, Note] | None:
    """Read a card and its note; None if the store has no such card."""
    sql = f"""
        select {CARD_COLUMNS}, {NOTE_COLUMNS}
          from cards c
          join notes n on n.guid = c.note
          join decks d on d.id = n.deck
         where c.id = :card
    """
    row = store.row(sql, {"card": card})
    return None if row is None else (card_of(row), note_of(row[CARD_WIDTH:]))
