"""FSRS-6 written out: the memory after all answers to a card at once.

An answer is computed by `fsrs`, which makes and copies a card each time.  A log
of a million answers goes through the same formulas in the same order of
operations, so that both give the same numbers to the last bit; a test compares.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from srs.models.cards import SchedulingState
from srs.models.presets import Preset

if TYPE_CHECKING:
    import fsrs

_NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)


class Model(Protocol):
    """Computes a card's memory."""

    def __call__(
        self, answers: Iterable[int], s: float = 0.0, d: float = 0.0, last: int = 0
    ) -> tuple[float, float]:
        """Take packed answers, the oldest first.

        Args:
            answers: See `DAYS`.
            s: Stability before them, days; 0 before the very first.
            d: Difficulty before them.
            last: Study day of the answer before them.

        Returns:
            Stability (days) and difficulty (1 to 10) after them.
        """


_SHORTEST, _LONGEST = 0.001, 36500.0

DAYS = 0xFFFF
"""An answer is one number, for speed, and as a rule one digit for Python: the rating,
plus 8 times the state it led to, plus 64 times the study day, of which there are so
many.  What else a reader of a log packs into it isn't looked at."""

TO_NEW, REST = 32, 22
"""Free bits of an answer: whether it was given to a new card; all from the other on."""


def packed(day: int, state: int, rating: int) -> int:
    """Write an answer as one number; see `DAYS`."""
    return day << 6 | state << 3 | rating


def memory_model(w: tuple[float, ...]) -> Model:
    """Make the function that computes a card's memory.

    Args:
        w: The 21 parameters of FSRS-6.

    Returns:
        The function.  A day before the last one counts as the same day.

    Source:
        FSRS-6; the names w0 to w20 there are the indexes here,
        https://github.com/open-spaced-repetition/awesome-fsrs/wiki/The-Algorithm
    """
    e = math.e
    decay, factor = -w[20], 0.9 ** (1 / -w[20]) - 1
    first = [(0.0, 0.0), *(_first(w, rating) for rating in (1, 2, 3, 4))]
    easiest, slower = w[7] * (w[4] - e ** (w[5] * 3) + 1), 1 - w[7]
    same_day = [0.0, *(e ** (w[17] * (r - 3 + w[18])) for r in (1, 2, 3, 4))]
    harder = [0.0, *(-(w[6] * (r - 3)) for r in (1, 2, 3, 4))]
    bonus = (0, 1, w[15], 1, w[16])
    growth, forgets = e ** w[8], e ** (w[17] * w[18])
    w10, w11, w13, w14 = w[10], w[11], w[13], w[14]
    less9, less12, less19 = -w[9], -w[12], -w[19]

    def memory(
        answers: Iterable[int], s: float = 0.0, d: float = 0.0, last: int = 0
    ) -> tuple[float, float]:
        for answer in answers:
            day, rating = answer >> 6 & DAYS, answer & 7
            if not s:
                s, d = first[rating]
                last = day
                continue
            if day <= last:
                gain = same_day[rating] * s**less19
                s *= gain if gain > 1.0 or rating == 1 else 1.0
            else:
                forgot = 1 - (1 + factor * (day - last) / s) ** decay
                if rating > 1:
                    gain = growth * (11 - d) * s**less9 * (e ** (forgot * w10) - 1)
                    s *= 1 + (gain if rating == 3 else gain * bonus[rating])
                else:
                    long = w11 * d**less12 * ((s + 1) ** w13 - 1) * e ** (forgot * w14)
                    short = s / forgets
                    s = min(short, long)
            last = day
            if not _SHORTEST <= s <= _LONGEST:
                s = _SHORTEST if s < _SHORTEST else _LONGEST
            if rating == 3:
                # The usual answer adds nothing to the difficulty.
                d = easiest + slower * d
            else:
                d = easiest + slower * (d + (10.0 - d) * harder[rating] / 9.0)
            if not 1.0 <= d <= 10.0:
                d = 1.0 if d < 1.0 else 10.0
        return s, d

    return memory


def _first(w: tuple[float, ...], rating: int) -> tuple[float, float]:
    difficulty = w[4] - math.e ** (w[5] * (rating - 1)) + 1
    return max(w[rating - 1], _SHORTEST), min(max(difficulty, 1.0), 10.0)


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

    Source:
        FSRS-6 as the `fsrs` package computes it, with study days instead of
        24-hour periods, as Anki counts them.
    """
    import fsrs

    card = fsrs.Card(card_id=0, state=fsrs.State.Learning, step=0)
    if state.stability is not None and state.difficulty is not None:
        card.state, card.step = fsrs.State.Review, None
        card.stability, card.difficulty = state.stability, state.difficulty
        card.last_review = _NOON - timedelta(days=max(0, elapsed_days))
    answered, _ = _engine(parameters).review_card(card, fsrs.Rating(rating), _NOON)
    stability, difficulty = answered.stability, answered.difficulty
    if stability is None or difficulty is None:
        raise ValueError(f"no memory for {state=} {rating=}")
    return min(stability, _LONGEST), difficulty


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


def retrievability(stability: float, elapsed_days: float, decay: float) -> float:
    """Predict the probability that a card is recalled.

    Args:
        stability: Days until the probability has fallen to 0.9; above 0.
        elapsed_days: Days since the last review; 0 or more.
        decay: Parameter w20, above 0.

    Returns:
        A probability in (0, 1].

    Source:
        FSRS-6 forgetting curve, R = (1 + f·t/S)^-decay, f = 0.9^(-1/decay) - 1;
        https://github.com/open-spaced-repetition/awesome-fsrs/wiki/The-Algorithm
    """
    factor = math.pow(0.9, -1 / decay) - 1
    return float(math.pow(1 + factor * max(0.0, elapsed_days) / stability, -decay))


def interval_days(stability: float, preset: Preset) -> float:
    """Compute the days until recall falls to the desired retention.

    Source:
        The forgetting curve of `retrievability`, solved for t.
    """
    factor, growth = _curve(preset.parameters[20], preset.desired_retention)
    return stability / factor * growth


@lru_cache(maxsize=64)
def _curve(decay: float, retention: float) -> tuple[float, float]:
    return math.pow(0.9, -1 / decay) - 1, math.pow(retention, -1 / decay) - 1


def memory_from_sm2(
    ease: float, interval: float, parameters: tuple[float, ...], retention: float = 0.9
) -> tuple[float, float]:
    """Estimate the memory of a card that SM-2 has scheduled.

    Args:
        ease: SM-2's ease factor, usually 1.3 or more.
        interval: Days.
        parameters: The 21 parameters of FSRS-6.
        retention: Share of such intervals after which the card was recalled, 0 to 1.

    Returns:
        Stability in days and difficulty (1 to 10).

    Source:
        `memory_state_from_sm2` of
        https://github.com/open-spaced-repetition/fsrs-rs/blob/main/src/inference.rs
    """
    decay = -parameters[20]
    factor = math.pow(0.9, 1 / decay) - 1
    stability = max(interval, _SHORTEST) * factor / (math.pow(retention, 1 / decay) - 1)
    stability = max(_SHORTEST, min(_LONGEST, stability))
    growth = math.exp(parameters[8]) * math.pow(stability, -parameters[9])
    growth *= math.expm1((1 - retention) * parameters[10])
    difficulty = 11 - (ease - 1) / growth if growth > 0 else 10.0
    return stability, max(1.0, min(10.0, difficulty))
