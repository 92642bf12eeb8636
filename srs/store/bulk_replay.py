"""What the whole log says of every card, a million answers in a few seconds.

SQLite hands over all answers as texts of numbers, in the order of time; their memory
goes through `fsrs6`, and the rest follows from the last answer.  A card whose
log holds anything else is replayed row by row by `replay`, through the scheduler
that answers use; a test holds both ways to the same values.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from srs.models.cards import SchedulingState, State
from srs.scheduler.fsrs6 import DAYS, REST, TO_NEW, Model, memory_model
from srs.scheduler.next_states import AnswerTime, step_due
from srs.store.fork_job import aside
from srs.store.rows import CRAM_REVIEW, STUDY_DAY, TELLABLE, listed

_PACKED = f"""
    max(interval, 0) * {1 << REST} + {STUDY_DAY} * 64 + (before = 0) * {TO_NEW}
    + state * 8 + rating
"""
"""An answer as `fsrs6` takes it, whether it was to a new card, and the days
that it led to."""

_ANSWER = f"rating > 0 and kind <> 3 and {TELLABLE}"
_ODD, _LOOKED, _MOVED = range(3)
"""Anything else than answers makes a card be computed row by row, but for a look at
it, and another interval for the same memory (see `srs.optimizer.reschedule`)."""
_OTHER = f"""card || ',' || id || ',' || interval || ',' || case
             when {CRAM_REVIEW} and rating > 0 then {_LOOKED}
             when rating = 0 and kind = 5 then {_MOVED} else {_ODD} end"""


# Grouped by card they would have to be sorted, which takes three times as long.
_ANSWERS = f"""
    select {listed(_PACKED, _ANSWER)},
           {listed("card", _ANSWER)},
           {listed("id", _ANSWER)},
           {listed(_OTHER, f"not ({_ANSWER})")}
      from reviews r not indexed
     where void = 0 and card between :first and :last
"""
"""All answers in the order of time, their cards, their ids, and what else there is:
card, moment, interval, what it is.
"""
_CHOSEN = " and card in (select value from json_each(:cards))"

_LAST = """
    select card, offset_min, step, interval
      from reviews
     where id in (select value from json_each(:ids))
"""

_LONG = 100_000
"""From so many rows on, a second core is worth its start."""
_REVIEW = int(State.REVIEW)
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1

Replay = Callable[[int], SchedulingState]


def rebuilt_cards(
    connection: sqlite3.Connection,
    decks: Mapping[int, int],
    parameters_of: Callable[[int], tuple[float, ...]],
    rollover: int,
    replay: Replay,
    cards: Collection[int] | None = None,
    path: Path | None = None,
) -> Iterator[tuple[int, SchedulingState]]:
    """Compute the progress of answered cards from the answers that stand.

    Args:
        connection: The store's.
        decks: The deck of each card, both as ids.
        parameters_of: The parameters of FSRS-6 for the id of a deck.
        rollover: Hour at which a study day begins.
        replay: Computes a card whose log holds more than answers from the first
            on: changes by hand, a log that begins late, none but looks.
        cards: Only these; None for all.
        path: The store's file, where its log is as it was last committed: a second
            connection then reads along.

    Returns:
        Card ids, ascending, and what the log says of them.
    """
    sql = _ANSWERS if cards is None else _ANSWERS + _CHOSEN
    values = {"shift": rollover * 3600, "cards": _json(cards or ())}

    def texts(
        first: int, last: int, reader: sqlite3.Connection = connection
    ) -> list[str]:
        span = {"first": first, "last": last}
        found: list[str] = reader.execute(sql, values | span).fetchone()
        return found

    def computed(lists: list[str]) -> _Computed:
        return _computed(lists, decks, parameters_of)

    def finished(part: _Computed) -> Iterator[tuple[int, SchedulingState]]:
        found: dict[int, SchedulingState | None] = dict(part.plain)
        found.update(dict.fromkeys(part.others))
        ids = {"ids": _json(part.learning)}
        steps = {row[0]: row[1:] for row in connection.execute(_LAST, ids)}
        for card in sorted(found):
            progress = found[card]
            if progress is None:
                progress = replay(card)
            elif card in steps:
                progress = _in_learning(progress, steps[card], rollover)
            yield card, progress

    border = _border(connection) if cards is None else _LEAST
    if border == _LEAST:
        yield from finished(computed(texts(_LEAST, _MOST)))
        return
    if path is None:
        earlier, later = None, texts(border, _MOST)
    else:
        from concurrent.futures import ThreadPoolExecutor

        with closing(_reader(path)) as reader, ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(texts, border, _MOST, reader)
            earlier, later = texts(_LEAST, border - 1), waiting.result()
    # The later cards are computed beside the earlier ones and what is done with them.
    with aside(partial(computed, later), _Computed) as result:
        yield from finished(computed(earlier or texts(_LEAST, border - 1)))
        yield from finished(result())


def _reader(path: Path) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


class _Computed(Struct, array_like=True):
    """What texts of the log come to."""

    plain: list[tuple[int, SchedulingState]]
    """Cards with nothing but answers."""
    learning: list[int]
    """The last answers to those of them that are in learning: more is to be read."""
    others: list[int]
    """All other cards."""


def _in_learning(
    progress: SchedulingState, last: tuple[int, int, int], rollover: int
) -> SchedulingState:
    offset, step, interval = last
    moment = AnswerTime(progress.last_ms or 0, offset, rollover)
    due = step_due(moment, -interval)
    return replace(progress, step=step, interval=interval, due_ms=due)


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
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else _LEAST


def _computed(
    lists: list[str],
    decks: Mapping[int, int],
    parameters_of: Callable[[int], tuple[float, ...]],
) -> _Computed:
    """Compute the progress of cards from what `_ANSWERS` gives."""
    answers, cards, ids, rest = (
        msgspec.json.decode(text, type=list[int]) for text in lists
    )
    answered: dict[int, list[int]] = defaultdict(list)
    lapses: dict[int, int] = defaultdict(int)
    for card, answer in zip(cards, answers, strict=True):
        given = answered[card]
        if answer & 7 == 1 and given and given[-1] >> 3 & 3 == _REVIEW:
            lapses[card] += 1
        given.append(answer)
    # The last one of each card stays.
    moments = dict(zip(cards, ids, strict=True))
    others, moved = _apart(rest, answered)
    models: dict[int, Model] = {}
    found = _Computed([], [], [])
    for card, given in answered.items():
        if card not in decks:
            continue  # a damaged store, see `srs.maintenance.checks`
        if card in others or not given[0] & TO_NEW:
            others.add(card)
            continue
        deck = decks[card]
        if deck not in models:
            models[deck] = memory_model(parameters_of(deck))
        memory, last, moment = models[deck](given), given[-1], moments[card]
        counts, interval = (len(given), lapses.get(card, 0)), last >> REST
        if card in moved and moved[card][0] > moment:
            interval = moved[card][1]
        if last >> 3 & 3 != _REVIEW:
            found.learning.append(moment)
        progress = progress_after(last, moment, memory, 0, interval, None, counts)
        found.plain.append((card, progress))
    found.others = [card for card in others if card in decks]
    return found


def _apart(
    rest: list[int], answered: Collection[int]
) -> tuple[set[int], dict[int, tuple[int, int]]]:
    """Give the cards whose log holds more than answers, and who moved last, and how."""
    others: set[int] = set()
    moved: dict[int, tuple[int, int]] = {}
    for card, moment, interval, what in zip(*[iter(rest)] * 4, strict=True):
        if what == _MOVED:
            moved[card] = moment, interval
        if what == _ODD or card not in answered:
            others.add(card)
    return others, moved


def _json(numbers: Collection[int]) -> str:
    return str(list(numbers))


_STATES = tuple(State)


def progress_after(
    answer: int,
    moment_ms: int,
    memory: tuple[float, float],
    step: int,
    interval: int,
    due_ms: int | None,
    counts: tuple[int, int],
) -> SchedulingState:
    """Say where the last answer to a card led.

    Args:
        answer: It, packed.
        moment_ms: When it was given, UTC milliseconds.
        memory: Stability (days) and difficulty (1 to 10) after it.
        step: Index into the steps.
        interval: Days when positive, seconds when negative.
        due_ms: When a card in learning is due, UTC milliseconds.
        counts: Answers and lapses.
    """
    state, day = _STATES[answer >> 3 & 3], answer >> 6 & DAYS
    in_review = state is State.REVIEW
    # In the order of the fields: names cost time, and there are many cards.
    return SchedulingState(
        state,
        step,
        memory[0],
        memory[1],
        interval,
        None if in_review else due_ms,
        day + interval if in_review else None,
        moment_ms,
        day,
        *counts,
    )
