"""Predicted against actual recall.

The memory of each card is computed review by review with the present parameters
of its deck.  Before each answer to a review card it predicts the probability of
recall; the predictions are grouped into bins and compared with the share that was
recalled.  A second answer on the same study day says nothing about forgetting and
is left out, as in the training of FSRS.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from srs.models.cards import ReviewKind, State
from srs.scheduler.fsrs6 import MemoryModel, memory_model, retrievability
from srs.scheduler.study_day import study_day
from srs.store.connection import Store
from srs.store.replay import CardReplay, card_log, deck_presets
from srs.store.review_logs import LoggedReview, card_logs
from srs.store.settings import Options
from srs.store.statistics import DeckFilter

EDGES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.825, 0.85, 0.875, 0.9, 0.925, 0.95, 0.975)
"""Edges of the bins; close together where most predictions are."""

Prediction = tuple[float, bool]
"""The predicted probability of recall, and whether the card was recalled."""


class CalibrationBin(Struct, frozen=True):
    """Answers with similar predictions."""

    low: float
    high: float
    reviews: int
    predicted: float | None
    """Mean prediction; None without answers."""
    recalled: float | None
    """Share that was recalled."""


class Calibration(Struct, frozen=True):
    """How well recall was predicted."""

    reviews: int
    predicted: float | None
    """Mean prediction; None without answers."""
    recalled: float | None
    log_loss: float | None
    """Mean of -ln of the probability of the outcome; smaller is better."""
    rmse: float | None
    """Root mean square of predicted minus recalled over the bins, by reviews."""
    bins: tuple[CalibrationBin, ...]


def calibration(
    store: Store, options: Options, since_ms: int, chosen: DeckFilter
) -> Calibration:
    """Compare predictions with answers.

    Args:
        store: The store.
        options: The user's settings, for the parameters of each deck.
        since_ms: UTC milliseconds; earlier answers are not compared.
        chosen: Whose cards.
    """
    return evaluate(predictions(store, options, since_ms, chosen))


def predictions(
    store: Store, options: Options, since_ms: int, chosen: DeckFilter
) -> Iterator[Prediction]:
    """Yield the prediction before each answer; see `calibration`."""
    presets = deck_presets(store.connection, options)
    models: dict[tuple[float, ...], MemoryModel] = {}
    decks = chosen.decks if chosen.deck else None
    for card, deck, log in card_logs(store, options.rollover, decks):
        parameters = presets[deck].parameters
        if _is_regular(log):
            if parameters not in models:
                models[parameters] = memory_model(parameters)
            yield from _predict(log, models[parameters], parameters[20], since_ms)
        else:
            yield from _replay(store, card, parameters, options.rollover, since_ms)


def _is_regular(log: Sequence[LoggedReview]) -> bool:
    """Return True if the log starts with a new card and has no change by hand."""
    return log[0].state_before == State.NEW and all(
        row.rating or row.kind == ReviewKind.RESCHEDULE for row in log
    )


def _predict(
    log: Sequence[LoggedReview], model: MemoryModel, decay: float, since_ms: int
) -> Iterator[Prediction]:
    stability = difficulty = 0.0
    last = 0
    for review, day, kind, _, rating, _ in log:
        if not rating:
            continue  # another interval for the same memory
        is_compared = kind == ReviewKind.REVIEW and review >= since_ms
        if is_compared and stability and day > last:
            yield retrievability(stability, day - last, decay), rating > 1
        stability, difficulty = model(stability, difficulty, day - last, rating)
        last = day


def _replay(
    store: Store,
    card: int,
    parameters: tuple[float, ...],
    rollover: int,
    since_ms: int,
) -> Iterator[Prediction]:
    """Predict from a log with changes by hand, or one that starts late."""
    replay = CardReplay(parameters, rollover)
    for row in card_log(store.connection, card):
        review, rating, offset_min, *_, kind, _, _, _, _ = row
        elapsed = study_day(review, offset_min, rollover) - replay.last_day
        is_compared = kind == ReviewKind.REVIEW and rating and review >= since_ms
        if is_compared and replay.stability and elapsed > 0:
            yield retrievability(replay.stability, elapsed, parameters[20]), rating > 1
        replay.add(row)


def evaluate(found: Iterable[Prediction]) -> Calibration:
    """Group predictions into bins and compute their errors.

    Source:
        Log loss and binned calibration as in the evaluation of FSRS,
        https://github.com/open-spaced-repetition/srs-benchmark; the bins here
        hold similar predictions, not similar review histories.
    """
    counts = [0] * (len(EDGES) + 1)
    predicted = [0.0] * len(counts)
    recalled = [0] * len(counts)
    loss = 0.0
    for chance, was_recalled in found:
        index = bisect_right(EDGES, chance)
        counts[index] += 1
        predicted[index] += chance
        recalled[index] += was_recalled
        loss -= math.log(chance if was_recalled else 1 - chance)
    sums = list(zip(counts, predicted, recalled, strict=True))
    bins = tuple(
        CalibrationBin(low, high, n, p / n if n else None, r / n if n else None)
        for low, high, (n, p, r) in zip((0.0, *EDGES), (*EDGES, 1.0), sums, strict=True)
    )
    total = sum(counts)
    if not total:
        return Calibration(0, None, None, None, None, bins)
    squares = sum((p - r) ** 2 / n for n, p, r in sums if n)
    return Calibration(
        total,
        sum(predicted) / total,
        sum(recalled) / total,
        loss / total,
        math.sqrt(squares / total),
        bins,
    )
