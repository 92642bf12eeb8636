"""What the whole log says of every card, a million answers in a few seconds.

SQLite hands over the answers to a card as one text of packed numbers; their
memory goes through `srs.formulas`, and the rest follows from the last answer.
A card whose log holds anything else is replayed row by row by `srs.cache`, through
the scheduler that answers use; a test holds both ways to the same values.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator

from srs.formulas import MILLISECOND, Model, day_of, memory_model
from srs.memory import Progress, State
from srs.rows import LOOK
from srs.schedule import Moment, step_due

_DAY = "((id / 1000 - 1 + offset_min * 60 - :shift) / 86400)"
"""`srs.calendar.study_day` in SQL."""

# Without `not indexed` SQLite walks the index and jumps to each row.
_ANSWERS = f"""
    select card, group_concat(
             id * 256 + ({_DAY} - id / 86400000 + 2) * 64 + state * 8 + rating)
             filter (where not {LOOK}),
           sum(rating = 0 or kind = 3 and not {LOOK}),
           before, min(iif({LOOK}, {1 << 62}, id))
      from reviews r not indexed
     where void = 0 and (:all or card in (select value from json_each(:cards)))
     group by card
"""
"""The state before the first answer is that of the row with the least id.

Looks are left out; a card that was only looked at has no text.
"""

_LAST = """
    select card, id, offset_min, step, interval
      from reviews
     where id in (select value from json_each(:ids))
"""

Replay = Callable[[int], Progress]


def rebuilt_cards(
    connection: sqlite3.Connection,
    parameters_of: Callable[[int], tuple[float, ...]],
    rollover: int,
    replay: Replay,
    cards: Collection[int] | None = None,
) -> Iterator[tuple[int, Progress]]:
    """Compute the progress of answered cards from the answers that stand.

    Args:
        connection: The store's.
        parameters_of: The parameters of FSRS-6 for the id of a deck.
        rollover: Hour at which a study day begins.
        replay: Computes a card whose log holds more than answers from the first
            on: changes by hand, a log that begins late, none but looks.
        cards: Only these; None for all.

    Returns:
        Card ids, ascending, and what the log says of them.
    """
    values = {
        "shift": rollover * 3600,
        "all": cards is None,
        "cards": _json(cards or ()),
    }
    decks: dict[int, int] = dict(connection.execute("select id, deck from cards"))
    models: dict[int, Model] = {}
    plain: dict[int, list[int]] = {}
    found: list[int] = []
    for card, text, odd, before, _ in connection.execute(_ANSWERS, values):
        found.append(card)
        if text and not odd and before == State.NEW:
            plain[card] = sorted(map(int, text.split(",")))
    ids = {"ids": _json([answers[-1] // MILLISECOND for answers in plain.values()])}
    last = {row[0]: row for row in connection.execute(_LAST, ids)}
    for card in found:
        answers = plain.get(card)
        if answers is None:
            yield card, replay(card)
            continue
        deck = decks[card]
        if deck not in models:
            models[deck] = memory_model(parameters_of(deck))
        _, review, offset, step, interval = last[card]
        memory, counts = models[deck](answers), (len(answers), _lapses(answers))
        due = step_due(Moment(review, offset, rollover), -interval)
        yield card, progress_after(answers[-1], memory, step, interval, due, counts)


def _json(numbers: Collection[int]) -> str:
    return str(list(numbers))


def progress_after(
    answer: int,
    memory: tuple[float, float],
    step: int,
    interval: int,
    due_ms: int | None,
    counts: tuple[int, int],
) -> Progress:
    """Say where the last answer to a card led.

    Args:
        answer: It, packed.
        memory: Stability (days) and difficulty (1 to 10) after it.
        step: Index into the steps.
        interval: Days when positive, seconds when negative.
        due_ms: When a card in learning is due, UTC milliseconds.
        counts: Answers and lapses.
    """
    state, day = State(answer >> 3 & 7), day_of(answer)
    in_review = state is State.REVIEW
    # In the order of the fields: names cost time, and there are many cards.
    return Progress(
        state,
        step,
        memory[0],
        memory[1],
        interval,
        None if in_review else due_ms,
        day + interval if in_review else None,
        answer // MILLISECOND,
        day,
        *counts,
    )


def _lapses(answers: list[int]) -> int:
    before = lapses = 0
    for answer in answers:
        if before == State.REVIEW and answer & 7 == 1:
            lapses += 1
        before = answer >> 3 & 7
    return lapses
