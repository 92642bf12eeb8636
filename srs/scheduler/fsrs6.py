"""FSRS-6: the memory of a card after an answer, and what follows from it.

The `fsrs` package computes each answer, making and copying a card.  A replay of a
million answers uses the same formulas written out here, in the same order of
operations: both give the same numbers to the last bit, which a test compares.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from srs.models.cards import SchedulingState
from srs.models.presets import Preset

if TYPE_CHECKING:
    import fsrs

_FIRST_NOON = datetime(1, 1, 1, 12, tzinfo=UTC)
_LONGEST_DAYS = 3_600_000
"""What a date can hold; a damaged log may have moments that are further apart."""


_MIN_STABILITY, _MAX_STABILITY = 0.001, 36500.0


class MemoryModel(Protocol):
    """Computes a card's memory after an answer."""

    def __call__(
        self, stability: float, difficulty: float, elapsed_days: int, rating: int, /
    ) -> tuple[float, float]:
        """Compute stability (days) and difficulty (1 to 10) after an answer.

        Args:
            stability: Days, before the answer; 0 for a new card.
            difficulty: 1 to 10, before the answer.
            elapsed_days: Study days since the last answer; below 0 counts as 0.
            rating: 1 to 4.
        """


@lru_cache(maxsize=64)
def memory_model(w: tuple[float, ...]) -> MemoryModel:
    """Return the function that computes a card's memory.

    Args:
        w: The 21 parameters of FSRS-6.

    Source:
        FSRS-6; the names w0 to w20 there are the indexes here,
        https://github.com/open-spaced-repetition/awesome-fsrs/wiki/The-Algorithm
    """
    e = math.e
    decay, factor = -w[20], 0.9 ** (1 / -w[20]) - 1
    first = [(0.0, 0.0), *(_first_memory(w, rating) for rating in (1, 2, 3, 4))]
    same_day_gain = [0.0, *(e ** (w[17] * (r - 3 + w[18])) for r in (1, 2, 3, 4))]
    recall_bonus = (0, 1, w[15], 1, w[16])
    growth, same_day_loss = e ** w[8], e ** (w[17] * w[18])
    easiest, reversion = w[7] * (w[4] - e ** (w[5] * 3) + 1), 1 - w[7]
    difficulty_step = [0.0, *(-(w[6] * (r - 3)) for r in (1, 2, 3, 4))]
    # Locals: a replay calls this a million times.
    w10, w11, w13, w14 = w[10], w[11], w[13], w[14]
    minus9, minus12, minus19 = -w[9], -w[12], -w[19]

    def next_memory(
        s: float, d: float, elapsed: int, rating: int, /
    ) -> tuple[float, float]:
        if not s:
            return first[rating]
        if elapsed <= 0:
            gain = same_day_gain[rating] * s**minus19
            s *= gain if gain > 1.0 or rating == 1 else 1.0
        else:
            forgot = 1 - (1 + factor * elapsed / s) ** decay
            if rating > 1:
                gain = growth * (11 - d) * s**minus9 * (e ** (forgot * w10) - 1)
                s *= 1 + (gain if rating == 3 else gain * recall_bonus[rating])
            else:
                after_lapse = w11 * d**minus12 * ((s + 1) ** w13 - 1)
                s = min(s / same_day_loss, after_lapse * e ** (forgot * w14))
        if not _MIN_STABILITY <= s <= _MAX_STABILITY:
            s = _MIN_STABILITY if s < _MIN_STABILITY else _MAX_STABILITY
        if rating == 3:
            d = easiest + reversion * d
        else:
            d = easiest + reversion * (d + (10.0 - d) * difficulty_step[rating] / 9.0)
        if not 1.0 <= d <= 10.0:
            d = 1.0 if d < 1.0 else 10.0
        return s, d

    return next_memory


def _first_memory(w: tuple[float, ...], rating: int) -> tuple[float, float]:
    difficulty = w[4] - math.e ** (w[5] * (rating - 1)) + 1
    return max(w[rating - 1], _MIN_STABILITY), min(max(difficulty, 1.0), 10.0)


def next_memory(
    state: SchedulingState,
    rating: int,
    elapsed_days: int,
    parameters: tuple[float, ...],
) -> tuple[float, float]:
    """Compute stability and difficulty after one answer with the `fsrs` package.

    Args:
        state: The card before the answer.
        rating: 1 to 4.
        elapsed_days: Study days since the last review; below 0 counts as 0.
        parameters: The 21 parameters of FSRS-6.

    Returns:
        Stability in days and difficulty (1 to 10).

    Raises:
        ValueError: The rating is not 1 to 4, or a parameter is out of range.

    Source:
        FSRS-6 as the `fsrs` package computes it, with study days instead of
        24-hour periods, as Anki counts them.
    """
    import fsrs

    card = fsrs.Card(card_id=0, state=fsrs.State.Learning, step=0)
    if state.stability is not None and state.difficulty is not None:
        card.state, card.step = fsrs.State.Review, None
        card.stability, card.difficulty = state.stability, state.difficulty
        card.last_review = _FIRST_NOON
    elapsed = timedelta(days=max(0, min(elapsed_days, _LONGEST_DAYS)))
    now = _FIRST_NOON + elapsed
    answered, _ = _engine(parameters).review_card(card, fsrs.Rating(rating), now)
    stability, difficulty = answered.stability, answered.difficulty
    if stability is None or difficulty is None:
        raise ValueError(f"no memory for {state=} {rating=}")
    return min(stability, _MAX_STABILITY), difficulty


@lru_cache(maxsize=64)
def _engine(parameters: tuple[float, ...]) -> "fsrs.Scheduler":
    import fsrs

    # Only the memory is taken from it, so it needs neither steps nor fuzz.
    return fsrs.Scheduler(
        parameters=parameters,
        learning_steps=(),
        relearning_steps=(),
        enable_fuzzing=False,
    )


@lru_cache(maxsize=64)
def forgetting_curve(decay: float) -> Callable[[float, float], float]:
    """Return the function that predicts the probability that a card is recalled.

    Args:
        decay: Parameter w20, above 0.

    Returns:
        A function of the stability (days until the probability has fallen to 0.9,
        above 0) and the days since the last review (0 or more).

    Source:
        FSRS-6 forgetting curve, R = (1 + f·t/S)^-decay, f = 0.9^(-1/decay) - 1;
        https://github.com/open-spaced-repetition/awesome-fsrs/wiki/The-Algorithm
    """
    factor = 0.9 ** (-1 / decay) - 1

    def recall(stability: float, elapsed_days: float) -> float:
        return float((1 + factor * elapsed_days / stability) ** -decay)

    return recall


def interval_days(stability: float, preset: Preset) -> float:
    """Compute the days until recall falls to the desired retention.

    Source:
        The formula of `forgetting_curve`, solved for t.
    """
    factor, growth = _curve(preset.parameters[20], preset.desired_retention)
    return stability / factor * growth


@lru_cache(maxsize=64)
def _curve(decay: float, retention: float) -> tuple[float, float]:
    return math.pow(0.9, -1 / decay) - 1, math.pow(retention, -1 / decay) - 1


def memory_from_sm2(
    ease: float, interval: float, parameters: tuple[float, ...]
) -> tuple[float, float]:
    """Estimate the memory of a card that SM-2 has scheduled.

    After such an interval the card is taken to be recalled with a probability of 0.9,
    so the interval is the stability.

    Args:
        ease: SM-2's ease factor, usually 1.3 or more.
        interval: Days.
        parameters: The 21 parameters of FSRS-6.

    Returns:
        Stability in days and difficulty (1 to 10).

    Source:
        `memory_state_from_sm2` of
        https://github.com/open-spaced-repetition/fsrs-rs/blob/main/src/inference.rs
        with a retention of 0.9.
    """
    stability = max(_MIN_STABILITY, min(_MAX_STABILITY, interval))
    growth = math.exp(parameters[8]) * math.pow(stability, -parameters[9])
    growth *= math.expm1((1 - 0.9) * parameters[10])
    difficulty = 11 - (ease - 1) / growth if growth > 0 else 10.0
    return stability, max(1.0, min(10.0, difficulty))
