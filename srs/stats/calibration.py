"""Predicted against actual recall.

The memory of each card is computed review by review with the present parameters
of its deck.  Before each answer to a review card it predicts the probability of
recall; the predictions are grouped into bins and compared with the share that was
recalled.  A second answer on the same study day says nothing about forgetting and
is left out, as in the training of FSRS.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from msgspec import Struct

from srs.models.cards import ReviewKind
from srs.scheduler.fsrs6 import forgetting_curve
from srs.store.card_replay import CardReplay
from srs.store.connection import Store
from srs.store.replay import deck_presets, read_logs
from srs.store.settings import Options
from srs.store.statistics import DeckFilter, decks_by_card

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
    decks, rollover = decks_by_card(store, chosen), options.rollover
    curves = {
        deck: forgetting_curve(preset.parameters[20])
        for deck, preset in presets.items()
    }
    replays: dict[int, CardReplay] = {}
    review_kind = int(ReviewKind.REVIEW)
    for row in read_logs(store.connection, decks if chosen.deck else None):
        review, rating, *_, kind, _, _, _, card = row
        replay = replays.get(card)
        if replay is None:
            if card not in decks:
                continue  # a damaged store, see `srs.maintenance.checks`
            replay = replays[card] = CardReplay(presets[decks[card]], rollover)
        stability, last_day = replay.memory[0], replay.last_day
        replay.add(row)
        if kind == review_kind and rating and stability and review >= since_ms:
            elapsed = replay.last_day - last_day
            if elapsed > 0:
                yield curves[decks[card]](stability, elapsed), rating > 1


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
