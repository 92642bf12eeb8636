"""Predicted against actual: was recall as likely as FSRS said it would be?

The memory of each card is computed answer by answer with the parameters that its
deck has now.  Before each answer to a review card it predicts a chance of recall;
answers of alike chance are gathered, and the share that was recalled is laid
beside the chance.  An answer on the study day of the one before it tells nothing
about forgetting and is left out, as in the training of FSRS.
"""

import math
import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterator

import msgspec
from msgspec import Struct

from srs.models.cards import ReviewKind
from srs.scheduler.fsrs6 import DAYS, REST, TO_NEW, Model, memory_model
from srs.scheduler.next_states import AnswerTime, retrievability
from srs.stats.deck_filter import REVIEWS, DeckFilter
from srs.store.connection import Store
from srs.store.replay import deck_presets, steps
from srs.store.rows import STUDY_DAY, TELLABLE, listed
from srs.store.settings import Options

EDGES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.825, 0.85, 0.875, 0.9, 0.925, 0.95, 0.975)
"""Where the bins part; close together where most predictions are."""

_REVIEWED, _SINCE = 1 << REST, 2 << REST

# As `bulk_replay` reads the log.  Cram reviews and other intervals for
# the same memory change nothing.
_PACKED = f"""
    (kind = 1) * {_REVIEWED} + (id >= :since) * {_SINCE} + {STUDY_DAY} * 64
    + (before = 0) * {TO_NEW} + rating
"""
_ANSWER = f"rating > 0 and {TELLABLE}"
_ANSWERS = f"""
    select {listed(_PACKED, _ANSWER)},
           {listed("card", _ANSWER)},
           {listed("card", f"not ({_ANSWER})")}
      from reviews not indexed
     where void = 0 and not (rating = 0 and kind = 5)
       and not (kind = 3 and difficulty = 0 and ease = 0)
       and {REVIEWS}
"""
"""All answers in the order of time, their cards, and the cards of other rows."""

Prediction = tuple[float, bool]
"""The chance of recall before an answer, and whether it was recalled."""


class Bin(Struct, frozen=True):
    """Answers that were predicted alike."""

    low: float
    high: float
    reviews: int
    predicted: float | None
    """The mean of their chances; None without answers."""
    recalled: float | None
    """The share that was recalled."""


class Calibration(Struct, frozen=True):
    """How far predictions could be trusted."""

    reviews: int
    predicted: float | None
    """The mean of all chances; None without answers."""
    recalled: float | None
    log_loss: float | None
    """Mean of -ln of the chance given to what happened; smaller is better."""
    rmse: float | None
    """Root mean square of predicted less recalled over the bins, by their answers."""
    bins: tuple[Bin, ...]


def calibration(
    store: Store, options: Options, since_ms: int, chosen: DeckFilter
) -> Calibration:
    """Compare predictions with answers.

    Args:
        store: The store.
        options: The person's settings, for the parameters of each deck.
        since_ms: UTC milliseconds; only answers from then on are compared.
        chosen: Whose cards.
    """
    return collect_calibration(predictions(store, options, since_ms, chosen))


def predictions(
    store: Store, options: Options, since_ms: int, chosen: DeckFilter
) -> Iterator[Prediction]:
    """Give what was predicted before each answer; see `calibration`."""
    connection, rollover = store.connection, options.rollover
    presets = deck_presets(connection, options)
    decks: dict[int, int] = dict(connection.execute("select id, deck from cards"))
    walks: dict[int, _Walk] = {}
    values = chosen.values(shift=rollover * 3600, since=since_ms)
    answers, cards, others = (
        msgspec.json.decode(text, type=list[int])
        for text in connection.execute(_ANSWERS, values).fetchone()
    )
    answered: dict[int, list[int]] = {card: [0] for card in others}
    for card, answer in zip(cards, answers, strict=True):
        answered.setdefault(card, []).append(answer)
    for card, given in answered.items():
        if card not in decks:
            continue  # a damaged store, see `srs.maintenance.checks`
        deck = decks[card]
        parameters = presets[deck].parameters
        if not given[0] & TO_NEW:
            yield from _slowly(connection, card, parameters, rollover, since_ms)
            continue
        if deck not in walks:
            walks[deck] = _walk(parameters)
        yield from walks[deck](given)


_Walk = Callable[[list[int]], list[Prediction]]


def _walk(parameters: tuple[float, ...]) -> _Walk:
    """Make the function that goes through a card's packed answers, oldest first."""
    model: Model = memory_model(parameters)
    decay = -parameters[20]
    factor = 0.9 ** (1 / decay) - 1
    compared = _REVIEWED | _SINCE

    def walk(answers: list[int]) -> list[Prediction]:
        found: list[Prediction] = []
        s = d = 0.0
        last = 0
        for answer in answers:
            day = answer >> 6 & DAYS
            if answer & compared == compared and s and day > last:
                chance = (1 + factor * (day - last) / s) ** decay
                found.append((chance, answer & 7 > 1))
            s, d = model((answer,), s, d, last)
            last = day
        return found

    return walk


def _slowly(
    connection: sqlite3.Connection,
    card: int,
    parameters: tuple[float, ...],
    rollover: int,
    since_ms: int,
) -> Iterator[Prediction]:
    """Replay a log with changes by hand, or one that begins late, row by row."""
    for row, before, _ in steps(connection, card, parameters, rollover):
        review, rating, offset_min, *_, kind, _, _, _ = row
        if kind != ReviewKind.REVIEW or rating == 0 or review < since_ms:
            continue
        if before.stability is None or before.last_day is None:
            continue
        elapsed = AnswerTime(review, offset_min, rollover).day - before.last_day
        if elapsed > 0:
            yield retrievability(before.stability, elapsed, parameters[20]), rating > 1


def collect_calibration(found: Iterator[Prediction]) -> Calibration:
    """Put predictions into bins and judge them.

    Source:
        Log loss and calibration in bins as in the evaluation of FSRS,
        https://github.com/open-spaced-repetition/srs-benchmark; the bins here
        are of alike predictions, not of alike histories.
    """
    counts = [0] * (len(EDGES) + 1)
    chances = [0.0] * len(counts)
    kept = [0] * len(counts)
    loss = 0.0
    for chance, was_recalled in found:
        index = bisect_right(EDGES, chance)
        counts[index] += 1
        chances[index] += chance
        kept[index] += was_recalled
        loss -= math.log(chance if was_recalled else 1 - chance)
    bins = tuple(
        _bin(*one)
        for one in zip((0.0, *EDGES), (*EDGES, 1.0), counts, chances, kept, strict=True)
    )
    total = sum(counts)
    if not total:
        return Calibration(0, None, None, None, None, bins)
    squares = sum(
        (chance - right) ** 2 / count
        for chance, right, count in zip(chances, kept, counts, strict=True)
        if count
    )
    return Calibration(
        total,
        sum(chances) / total,
        sum(kept) / total,
        loss / total,
        math.sqrt(squares / total),
        bins,
    )


def _bin(low: float, high: float, count: int, chances: float, kept: int) -> Bin:
    if not count:
        return Bin(low, high, 0, None, None)
    return Bin(low, high, count, chances / count, kept / count)
