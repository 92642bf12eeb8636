"""What a card carries of its memory: a cache of the review log.

While answering it is computed from the answer just given, in a rebuild from all
of them in their order; both must agree.
"""

import sqlite3
from collections.abc import Callable, Iterator

import msgspec

from srs.memory import Progress, State
from srs.options import Options
from srs.presets import Preset
from srs.schedule import Moment, Result, replayed
from srs.store import Store

_SAVE = """
    update cards
       set state = :state, step = :step, stability = :stability,
           difficulty = :difficulty, interval = :interval, due_ms = :due_ms,
           due_day = :due_day, last_ms = :last_ms, last_day = :last_day,
           reps = :reps, lapses = :lapses, leech = :leech
     where id = :id
"""


def is_leech(progress: Progress, preset: Preset) -> bool:
    """Tell whether a card was forgotten so often that it wants rewriting."""
    return progress.lapses >= preset.leech_threshold


def save_progress(
    connection: sqlite3.Connection, card: int, progress: Progress, *, leech: bool
) -> None:
    """Write what a card carries, inside a transaction."""
    values = msgspec.structs.asdict(progress)
    connection.execute(_SAVE, {**values, "id": card, "leech": int(leech)})


def rebuilt(
    connection: sqlite3.Connection,
    card: int,
    parameters: tuple[float, ...],
    rollover: int,
) -> Progress:
    """Compute a card's progress from its reviews that stand."""
    sql = """
        select id, rating, offset_min, state, step, interval
          from reviews
         where card = ? and void = 0
         order by id
    """
    progress = Progress()
    for row in connection.execute(sql, (card,)):
        progress = _replay(progress, row, parameters, rollover)
    return progress


def _replay(
    progress: Progress,
    row: tuple[int, int, int, int, int, int],
    parameters: tuple[float, ...],
    rollover: int,
) -> Progress:
    review, rating, offset_min, state, step, interval = row
    moment = Moment(review, offset_min, rollover)
    if rating == 0:
        return brought(progress, moment.day + interval)
    result = Result(State(state), step, interval)
    return replayed(progress, rating, result, moment, parameters)


def rebuild_all(
    store: Store, preset_of: Callable[[int], Preset], rollover: int
) -> Iterator[tuple[int, Progress]]:
    """Compute every reviewed card's progress anew from the log.

    Args:
        store: The store; nothing is written.
        preset_of: The preset for the id of a deck.
        rollover: Hour at which a study day begins.

    Returns:
        Card ids and what the log says of them.
    """
    sql = """
        select r.card, c.deck, r.id, r.rating, r.offset_min, r.state, r.step, r.interval
          from reviews r join cards c on c.id = r.card
         where r.void = 0
         order by r.card, r.id
    """
    current, progress = 0, Progress()
    for card, deck, *row in store.connection.execute(sql):
        if card != current:
            if current:
                yield current, progress
            current, progress = card, Progress()
            parameters = preset_of(deck).parameters
        review, rating, offset_min, state, step, interval = row
        values = (review, rating, offset_min, state, step, interval)
        progress = _replay(progress, values, parameters, rollover)
    if current:
        yield current, progress


def brought(progress: Progress, day: int) -> Progress:
    """Make a review card due on another study day; its memory stays."""
    if progress.state is not State.REVIEW:
        return progress
    return msgspec.structs.replace(progress, due_day=day)


def rebuild_cache(store: Store, options: Options) -> int:
    """Write anew what every reviewed card carries, in one transaction.

    A changed rollover hour moves study days, a changed threshold makes other
    leeches; the log itself stays as it is.

    Args:
        store: The store.
        options: The person's settings as they are now.

    Returns:
        How many cards were rebuilt.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    names: dict[int, str] = dict(store.rows("select id, name from decks"))
    decks: dict[int, int] = dict(store.rows("select id, deck from cards"))
    count = 0
    with store.transaction() as connection:
        found = rebuild_all(
            store, lambda deck: options.preset(names[deck]), options.rollover
        )
        for card, progress in list(found):
            preset = options.preset(names[decks[card]])
            leech = is_leech(progress, preset)
            save_progress(connection, card, progress, leech=leech)
            count += 1
    return count
