"""Card states: a cache of the review log, replayed from it.

An answer computes the next state of its card; a replay computes the state from all
rows of the log in their order.  Both must agree.  The memory comes from `fsrs6`;
state, step and interval after an answer are what the log says; see `card_replay`.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import astuple

from srs.models.cards import SchedulingState
from srs.models.presets import Preset
from srs.store.card_replay import LOGGED, CardReplay
from srs.store.connection import Store
from srs.store.settings import Options

_SAVE = """
    update cards
       set state = ?, step = ?, stability = ?, difficulty = ?, interval = ?,
           due_ms = ?, due_day = ?, last_ms = ?, last_day = ?, reps = ?, lapses = ?,
           leech = ?
     where id = ?
"""
"""In the order of the fields of `SchedulingState`."""

NEVER_ANSWERED = """
    update cards
       set state = 0, step = 0, stability = null, difficulty = null, interval = 0,
           due_ms = null, due_day = null, last_ms = null, last_day = null, reps = 0,
           lapses = 0, leech = 0
     where id = ? and not exists (
           select 1 from reviews where card = cards.id and undone = 0)
"""
"""Resets a card without a log, which no replay returns."""

SEED = "note || ':' || ordinal"
"""SQL for the name of a card that is the same on every device, for the fuzz."""


def replay_card(
    connection: sqlite3.Connection,
    card: int,
    preset: Preset,
    rollover: int,
) -> SchedulingState:
    """Compute a card's state from its reviews without undone ones."""
    sql = f"select {SEED} from cards where id = ?"
    row = connection.execute(sql, (card,)).fetchone()
    replay = CardReplay(preset, rollover, row[0] if row else "")
    for row in card_log(connection, card):
        replay.add(row)
    return replay.state()


def card_log(connection: sqlite3.Connection, card: int) -> list[Sequence[Any]]:
    """Return a card's log without undone rows, oldest first; see `LOGGED`."""
    sql = f"""
        select {LOGGED} from reviews r
         where r.card = ? and r.undone = 0
         order by r.origin_ms
    """
    return connection.execute(sql, (card,)).fetchall()


def replay_cards(
    connection: sqlite3.Connection,
    presets: Mapping[int, Preset],
    rollover: int,
    cards: Collection[int] | None = None,
) -> dict[int, SchedulingState]:
    """Compute the states of answered cards from the log; nothing is written.

    Args:
        connection: The store's.
        presets: The preset for the id of each deck.
        rollover: Hour at which a study day begins.
        cards: Only these; None for all.

    Returns:
        The states of cards with at least one row that is not undone, by card id,
        in ascending order.
    """
    replays = replay_logs(connection, presets, rollover, cards)
    return {card: replays[card].state() for card in sorted(replays)}


def replay_logs(
    connection: sqlite3.Connection,
    presets: Mapping[int, Preset],
    rollover: int,
    cards: Collection[int] | None = None,
) -> dict[int, CardReplay]:
    """Replay the log of answered cards; see `replay_cards`."""
    chosen = "" if cards is None else "where id in (select value from json_each(?))"
    known = {
        card: (deck, seed)
        for card, deck, seed in connection.execute(
            f"select id, deck, {SEED} from cards {chosen}",
            () if cards is None else (str(list(cards)),),
        )
    }
    replays: dict[int, CardReplay] = {}
    total = connection.execute("select count(*) from cards").fetchone()[0]
    # To read all rows takes less time than to find and sort most of them.
    read = cards if cards is not None and 2 * len(cards) < total else None
    for row in read_logs(connection, read):
        card = row[-1]
        replay = replays.get(card)
        if replay is None:
            if card not in known:
                continue  # not chosen; or a damaged store, see `checks`
            deck, seed = known[card]
            replay = replays[card] = CardReplay(presets[deck], rollover, seed)
        replay.add(row)
    return replays


def read_logs(
    connection: sqlite3.Connection, cards: Collection[int] | None = None
) -> Iterator[Sequence[Any]]:
    """Read the log without undone rows, oldest first; see `LOGGED`.

    Args:
        connection: The store's.
        cards: Only rows of these; None for all.
    """
    # A full log is read in the order of its table: sorting it by card takes longer.
    logs = f"select {LOGGED} from reviews r not indexed"
    if cards is not None:
        logs = f"""
            select {LOGGED}
              from json_each(:cards) chosen
             cross join reviews r on r.card = chosen.value
        """
    values = {"cards": msgspec.json.encode(list(cards or ())).decode()}
    # Another device may have given other ids, but never other moments.
    moved = "select 1 from reviews where id <> origin_ms limit 1"
    order = "r.origin_ms" if connection.execute(moved).fetchone() else "r.id"
    # A generator of Python would fail to close once the store is closed.
    return connection.execute(f"{logs} where undone = 0 order by {order}", values)


def is_leech(state: SchedulingState, preset: Preset) -> bool:
    """Return True if a card was forgotten so often that it should be rewritten."""
    return state.lapses >= preset.leech_threshold


def save_scheduling(
    connection: sqlite3.Connection, card: int, state: SchedulingState, *, leech: bool
) -> None:
    """Save a card's state inside a transaction."""
    connection.execute(_SAVE, (*astuple(state), int(leech), card))


def deck_presets(connection: sqlite3.Connection, options: Options) -> dict[int, Preset]:
    """Return the preset for the id of each deck."""
    decks = connection.execute("select id, name from decks")
    return {deck: options.preset(name) for deck, name in decks}


def update_card_states(
    connection: sqlite3.Connection,
    presets: Mapping[int, Preset],
    states: Iterable[tuple[int, SchedulingState]],
) -> int:
    """Save the states of many cards inside a transaction.

    Args:
        connection: In a transaction.
        presets: The preset for the id of each deck.
        states: Card ids and states.

    Returns:
        The number of cards.
    """
    decks = dict(connection.execute("select id, deck from cards"))
    rows = [
        (*astuple(state), int(is_leech(state, presets[decks[card]])), card)
        for card, state in states
    ]
    connection.executemany(_SAVE, rows)
    return len(rows)


def rebuild_cache(store: Store, options: Options) -> int:
    """Rebuild the states of all answered cards in one transaction.

    Needed after a change of the rollover hour, which moves study days, or of the
    leech threshold; the log itself stays as it is.

    Args:
        store: The store.
        options: The user's settings as they are now.

    Returns:
        The number of cards.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        return rebuild_card_states(connection, options)


def rebuild_card_states(
    connection: sqlite3.Connection,
    options: Options,
    cards: Collection[int] | None = None,
) -> int:
    """Rebuild card states inside a transaction; see `rebuild_cache`.

    Args:
        connection: In a transaction.
        options: The user's settings as they are now.
        cards: Only these; None for all that were ever answered.
    """
    presets = deck_presets(connection, options)
    states = replay_cards(connection, presets, options.rollover, cards)
    return update_card_states(connection, presets, states.items())
