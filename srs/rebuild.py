"""What the whole log says of every card, a million answers in a few seconds.

SQLite hands over all answers as one text of packed numbers, in the order of time;
their memory goes through `srs.formulas`, and the rest follows from the last answer.
A card whose log holds anything else is replayed row by row by `srs.cache`, through
the scheduler that answers use; a test holds both ways to the same values.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

import msgspec
from msgspec import Struct

from srs.aside import aside
from srs.formulas import MILLISECOND, Model, day_of, memory_model
from srs.memory import Progress, State
from srs.rows import LOOK
from srs.schedule import Moment, step_due

_DAY = "((id / 1000 - 1 + offset_min * 60 - :shift) / 86400)"
"""`srs.calendar.study_day` in SQL."""


_PACKED = f"id * 256 + ({_DAY} - id / 86400000 + 2) * 64 + state * 8 + rating"

_ANSWER = "rating > 0 and kind <> 3"
_ODD, _LOOKED, _MOVED = range(3)
"""Anything else than answers makes a card be computed row by row, but for a look at
it, and another interval for the same memory (see `srs.reschedule`)."""
_OTHER = f"""card || ',' || id || ',' || interval || ',' || case
             when {LOOK} and rating > 0 then {_LOOKED}
             when rating = 0 and kind = 5 then {_MOVED} else {_ODD} end"""


def _listed(what: str, where: str) -> str:
    return f"'[' || ifnull(group_concat({what}) filter (where {where}), '') || ']'"


# Grouped by card they would have to be sorted, which takes three times as long.
_ANSWERS = f"""
    select {_listed(_PACKED, _ANSWER)},
           {_listed("card", _ANSWER)},
           {_listed("id", "before = 0")},
           {_listed(_OTHER, f"not ({_ANSWER})")}
      from reviews r not indexed
     where void = 0 and card between :first and :last
"""
"""All answers in the order of time, their cards, the ids of rows of new cards, and
what else there is: card, moment, interval, what it is.
"""
_CHOSEN = " and card in (select value from json_each(:cards))"

_LAST = """
    select card, id, offset_min, step, interval
      from reviews
     where id in (select value from json_each(:ids))
"""

_LONG = 100_000
"""From so many rows on, a second core is worth its start."""
_REVIEW = int(State.REVIEW)
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1

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
    decks: dict[int, int] = dict(connection.execute("select id, deck from cards"))
    sql = _ANSWERS if cards is None else _ANSWERS + _CHOSEN
    values = {"shift": rollover * 3600, "cards": _json(cards or ())}

    def texts(first: int, last: int) -> list[str]:
        span = {"first": first, "last": last}
        found: list[str] = connection.execute(sql, values | span).fetchone()
        return found

    def summaries(lists: list[str]) -> _Summaries:
        return _summaries(lists, decks, parameters_of)

    def finished(part: _Summaries) -> Iterator[tuple[int, Progress]]:
        ids = {"ids": _json([one.answer // MILLISECOND for one in part[0]])}
        last = {row[0]: row[1:] for row in connection.execute(_LAST, ids)}
        named: dict[int, _Summary | None] = {one.card: one for one in part[0]}
        named.update(dict.fromkeys(part[1]))
        for card in sorted(named):
            one = named[card]
            if one is None:
                yield card, replay(card)
            else:
                yield card, _progress(one, last[card], rollover)

    border = _border(connection) if cards is None else _LEAST
    if border > _LEAST:
        # The later cards are computed beside the earlier ones and what is done
        # with them.
        job = partial(summaries, texts(border, _MOST))
        with aside(job, _Summaries) as computed:
            yield from finished(summaries(texts(_LEAST, border - 1)))
            yield from finished(computed())
    else:
        yield from finished(summaries(texts(_LEAST, _MOST)))


class _Summary(Struct, array_like=True):
    """What all answers to a card come to."""

    card: int
    answer: int
    """The last one, packed."""
    stability: float
    difficulty: float
    reps: int
    lapses: int
    interval: int | None
    """What it got after that answer, days; None where nothing else was done."""


_Summaries = tuple[list[_Summary], list[int]]
"""Those of cards with nothing but answers, and the other cards."""


def _progress(
    one: _Summary, last: tuple[int, int, int, int], rollover: int
) -> Progress:
    (review, offset, step, interval), due = last, 0
    if one.answer >> 3 & 7 == _REVIEW:
        interval = interval if one.interval is None else one.interval
    else:
        due = step_due(Moment(review, offset, rollover), -interval)
    memory, counts = (one.stability, one.difficulty), (one.reps, one.lapses)
    return progress_after(one.answer, memory, step, interval, due, counts)


def _border(connection: sqlite3.Connection) -> int:
    """Give the card that parts a long log in two, `_LEAST` for a short one.

    More cards come after it than before: the others are followed up meanwhile.
    """
    if connection.execute("select count(*) from reviews").fetchone()[0] < _LONG:
        return _LEAST
    sql = """
        select id from cards order by id
         limit 1 offset (select count(*) * 3 / 8 from cards)
    """
    return int(connection.execute(sql).fetchone()[0])


def _summaries(
    lists: list[str],
    decks: Mapping[int, int],
    parameters_of: Callable[[int], tuple[float, ...]],
) -> _Summaries:
    """Compute the memory of cards from what `_ANSWERS` gives."""
    answers, cards, new, rest = (
        msgspec.json.decode(text, type=list[int]) for text in lists
    )
    answered: dict[int, list[int]] = defaultdict(list)
    lapses: dict[int, int] = defaultdict(int)
    for card, answer in zip(cards, answers, strict=True):
        given = answered[card]
        if answer & 7 == 1 and given and given[-1] >> 3 & 7 == _REVIEW:
            lapses[card] += 1
        given.append(answer)
    begun = set(new)
    others: set[int] = set()
    moved: dict[int, tuple[int, int]] = {}
    for card, moment, interval, what in zip(*[iter(rest)] * 4, strict=True):
        if what == _MOVED:
            moved[card] = moment, interval
        if what == _ODD or card not in answered:
            others.add(card)
    models: dict[int, Model] = {}
    plain: list[_Summary] = []
    for card, given in answered.items():
        if card in others or given[0] // MILLISECOND not in begun:
            others.add(card)
            continue
        deck = decks[card]
        if deck not in models:
            models[deck] = memory_model(parameters_of(deck))
        memory = models[deck](given)
        counts = len(given), lapses.get(card, 0)
        moment, days = moved.get(card, (0, 0))
        after = days if moment > given[-1] // MILLISECOND else None
        plain.append(_Summary(card, given[-1], *memory, *counts, after))
    return plain, list(others)


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
