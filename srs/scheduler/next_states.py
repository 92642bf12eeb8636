"""FSRS with Anki's arithmetic of days: what each rating makes of a card.

`fsrs` gives the memory (stability and difficulty); intervals, steps and the rule
that hard < good < easy are as in Anki's scheduler, so that both programs show
the same due day.  The caller hands in the moment, the offset from UTC and the
seed of the fuzz; nothing is read from outside.
"""

import math
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from srs.models.cards import Rating, ReviewKind, SchedulingState, State
from srs.models.presets import Preset
from srs.scheduler.fuzz import (
    Spread,
    fuzz_delta,
    fuzz_factor,
    fuzzed,
    round_half_up,
    uniform,
)
from srs.scheduler.load_balancer import DueCounts
from srs.scheduler.study_day import day_start_ms, study_day

if TYPE_CHECKING:
    import fsrs

_DAY_S = 86_400
_NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)


class AnswerTime(Struct, frozen=True):
    """When and where an answer is given."""

    at_ms: int
    """UTC milliseconds."""
    offset_min: int = 0
    """Minutes east of UTC."""
    rollover: int = 4

    @property
    def day(self) -> int:
        """Give the study day."""
        return study_day(self.at_ms, self.offset_min, self.rollover)


class NextStep(Struct, frozen=True):
    """Where an answer sends a card; the review log keeps it."""

    state: State
    step: int
    interval: int
    """Days when positive, seconds when negative."""


@lru_cache(maxsize=64)
def _engine(parameters: tuple[float, ...]) -> "fsrs.Scheduler":
    import fsrs

    # Without steps and fuzz the library is asked for nothing but the memory.
    return fsrs.Scheduler(
        parameters=parameters,
        learning_steps=(),
        relearning_steps=(),
        enable_fuzzing=False,
    )


def next_memory(
    progress: SchedulingState,
    rating: int,
    elapsed_days: int,
    parameters: tuple[float, ...],
) -> tuple[float, float]:
    """Compute stability and difficulty after an answer.

    Args:
        progress: The card before it.
        rating: 1 to 4.
        elapsed_days: Study days since the last review; below 0 counts as 0.
        parameters: The 21 of FSRS-6.

    Returns:
        Stability in days and difficulty (1 to 10).

    Source:
        FSRS-6 as the `fsrs` package computes it, with study days in place of
        24-hour periods, as Anki counts them.
    """
    import fsrs

    card = fsrs.Card(card_id=0, state=fsrs.State.Learning, step=0)
    if progress.stability is not None and progress.difficulty is not None:
        card.state, card.step = fsrs.State.Review, None
        card.stability, card.difficulty = progress.stability, progress.difficulty
        card.last_review = _NOON - timedelta(days=max(0, elapsed_days))
    answered, _ = _engine(parameters).review_card(card, fsrs.Rating(rating), _NOON)
    stability, difficulty = answered.stability, answered.difficulty
    if stability is None or difficulty is None:
        raise ValueError(f"no memory for {progress=} {rating=}")
    return min(stability, 36500.0), difficulty


def retrievability(stability: float, elapsed_days: float, decay: float) -> float:
    """Predict the chance that a card is remembered.

    Args:
        stability: Days until the chance has fallen to 0.9; above 0.
        elapsed_days: Days since the last review; 0 or more.
        decay: The 21st parameter, above 0.

    Returns:
        A probability in (0, 1].

    Source:
        FSRS-6 forgetting curve, R = (1 + f·t/S)^-decay, f = 0.9^(-1/decay) - 1;
        https://github.com/open-spaced-repetition/awesome-fsrs/wiki/The-Algorithm
    """
    factor = math.pow(0.9, -1 / decay) - 1
    return float(math.pow(1 + factor * max(0.0, elapsed_days) / stability, -decay))


def interval_days(stability: float, preset: Preset) -> float:
    """Compute the days after which recall falls to the desired retention.

    Source:
        The forgetting curve of `retrievability`, solved for t.
    """
    factor, growth = _curve(preset.parameters[20], preset.desired_retention)
    return stability / factor * growth


@lru_cache(maxsize=64)
def _curve(decay: float, retention: float) -> tuple[float, float]:
    return math.pow(0.9, -1 / decay) - 1, math.pow(retention, -1 / decay) - 1


def review_kind(before: SchedulingState, day: int) -> ReviewKind:
    """Tell what an answer on a study day counts as."""
    if before.state is State.REVIEW:
        is_early = before.due_day is not None and before.due_day > day
        return ReviewKind.EARLY if is_early else ReviewKind.REVIEW
    relearning = before.state is State.RELEARNING
    return ReviewKind.RELEARN if relearning else ReviewKind.LEARN


def next_states(
    progress: SchedulingState,
    preset: Preset,
    moment: AnswerTime,
    seed: str,
    load: DueCounts | None = None,
) -> dict[Rating, SchedulingState]:
    """Compute what each rating would make of a card.

    Args:
        progress: The card as it is.
        preset: How its deck is scheduled.
        moment: Now, and where.
        seed: Name of the card; with its count of reviews it decides the fuzz.
        load: What is due on the days to come; None to look at the card alone.

    Returns:
        The card after each rating.  The intervals of a review card grow from
        hard over good to easy, as far as the maximum allows it.
    """
    elapsed = _elapsed_days(progress, moment)
    memories = {
        rating: next_memory(progress, rating, elapsed, preset.parameters)
        for rating in Rating
    }
    spread = day_spread(preset, moment.day, f"{seed}:{progress.reps}", load)
    intervals = {
        rating: interval_days(memory[0], preset) for rating, memory in memories.items()
    }
    results = _results(progress, preset, intervals, spread)
    return {
        rating: after_answer(progress, rating, result, memories[rating], moment)
        for rating, result in results.items()
    }


def day_spread(
    preset: Preset, day: int, seed: str, load: DueCounts | None = None
) -> Spread | None:
    """Make the choice of a day in the range of the fuzz.

    Args:
        preset: How the deck is scheduled.
        day: Study day from which the interval counts.
        seed: Decides among days that are as good.
        load: What is due on the days to come; None where it doesn't matter.

    Returns:
        The choice; None where the preset knows no fuzz.
    """
    if not preset.fuzz:
        return None
    factor = fuzz_factor(seed)
    if load is None:
        return uniform(factor)
    return load.spread(day, factor, preset.easy_days, even=preset.load_balance)


def replayed(
    progress: SchedulingState,
    rating: int,
    result: NextStep,
    moment: AnswerTime,
    parameters: tuple[float, ...],
) -> SchedulingState:
    """Take one review of the log: its result stands, the memory is computed."""
    elapsed = _elapsed_days(progress, moment)
    memory = next_memory(progress, rating, elapsed, parameters)
    return after_answer(progress, rating, result, memory, moment)


def _elapsed_days(progress: SchedulingState, moment: AnswerTime) -> int:
    return 0 if progress.last_day is None else moment.day - progress.last_day


def after_answer(
    progress: SchedulingState,
    rating: int,
    result: NextStep,
    memory: tuple[float, float],
    moment: AnswerTime,
) -> SchedulingState:
    """Put together what a card carries after an answer.

    Args:
        progress: The card before it.
        rating: 1 to 4.
        result: Where the answer sent it.
        memory: Its stability (days) and difficulty after the answer.
        moment: When and where.
    """
    lapsed = progress.state is State.REVIEW and rating == Rating.AGAIN
    in_days = result.state is State.REVIEW
    return replace(
        progress,
        state=result.state,
        step=result.step,
        stability=memory[0],
        difficulty=memory[1],
        interval=result.interval,
        due_ms=None if in_days else step_due(moment, -result.interval),
        due_day=moment.day + result.interval if in_days else None,
        last_ms=moment.at_ms,
        last_day=moment.day,
        reps=progress.reps + 1,
        lapses=progress.lapses + lapsed,
    )


def step_due(moment: AnswerTime, delay_s: int) -> int:
    """Tell when a learning card is due, UTC milliseconds.

    A step that crosses the rollover is due when that study day begins.

    Args:
        moment: When it was answered.
        delay_s: The step, seconds.
    """
    due = moment.at_ms + delay_s * 1000
    day = study_day(due, moment.offset_min, moment.rollover)
    if day == moment.day:
        return due
    return day_start_ms(day, moment.offset_min, moment.rollover)


def _results(
    progress: SchedulingState,
    preset: Preset,
    intervals: dict[Rating, float],
    spread: Spread | None,
) -> dict[Rating, NextStep]:
    if progress.state is State.REVIEW:
        return _review_results(progress, preset, intervals, spread)
    return _step_results(progress, preset, intervals, spread)


def _step_results(
    progress: SchedulingState,
    preset: Preset,
    intervals: dict[Rating, float],
    spread: Spread | None,
) -> dict[Rating, NextStep]:
    relearning = progress.state is State.RELEARNING
    steps = preset.relearning_steps if relearning else preset.learning_steps
    state = State.RELEARNING if relearning else State.LEARNING
    maximum = preset.maximum_interval
    step = max(0, min(progress.step, len(steps) - 1))
    results: dict[Rating, NextStep] = {}
    for rating in (Rating.AGAIN, Rating.HARD, Rating.GOOD):
        interval = intervals[rating]
        following = _following_step(rating, step, steps)
        if following is not None:
            results[rating] = NextStep(state, *following)
        elif _is_short(interval, steps, preset):
            results[rating] = NextStep(state, 0, -_seconds(interval))
        else:
            days = fuzzed(_one_at_least(interval), 1, maximum, spread)
            results[rating] = NextStep(State.REVIEW, 0, days)
    good = fuzzed(intervals[Rating.GOOD], 1, maximum, spread)
    easy = fuzzed(_one_at_least(intervals[Rating.EASY]), good + 1, maximum, spread)
    results[Rating.EASY] = NextStep(State.REVIEW, 0, easy)
    return results


def _following_step(
    rating: Rating, step: int, steps: tuple[int, ...]
) -> tuple[int, int] | None:
    """Give the step that a rating leads to, as index and seconds below 0."""
    if rating is Rating.AGAIN and steps:
        return 0, -steps[0]
    if rating is Rating.HARD and steps:
        return step, -_hard_delay(step, steps)
    if rating is Rating.GOOD and step + 1 < len(steps):
        return step + 1, -steps[step + 1]
    return None


def _is_short(interval: float, steps: tuple[int, ...], preset: Preset) -> bool:
    """Without steps, what FSRS wants again within half a day stays in learning."""
    has_short_term = preset.parameters[17] > 0 and preset.parameters[18] > 0
    return not steps and has_short_term and interval < 0.5


def _seconds(interval: float) -> int:
    return max(1, int(interval * _DAY_S))


def _one_at_least(interval: float) -> float:
    return max(1.0, float(round_half_up(interval)))


def _hard_delay(step: int, steps: tuple[int, ...]) -> int:
    """Between again and good on the first step; later the step once more."""
    if step > 0:
        return steps[step]
    if len(steps) > 1:
        return _whole_days((steps[0] + steps[1]) // 2)
    return _whole_days(min(steps[0] * 3 // 2, steps[0] + _DAY_S))


def _whole_days(seconds: int) -> int:
    """Delays above a day are rounded to days, as in Anki."""
    return seconds if seconds <= _DAY_S else round_half_up(seconds / _DAY_S) * _DAY_S


def _review_results(
    progress: SchedulingState,
    preset: Preset,
    intervals: dict[Rating, float],
    spread: Spread | None,
) -> dict[Rating, NextStep]:
    results = {Rating.AGAIN: _lapsed(intervals[Rating.AGAIN], preset)}
    maximum = preset.maximum_interval
    shortest = 1
    for rating in (Rating.HARD, Rating.GOOD, Rating.EASY):
        interval = intervals[rating]
        minimum = _not_below_last(interval, progress.interval, maximum)
        days = fuzzed(interval, max(shortest, minimum), maximum, spread)
        results[rating] = NextStep(State.REVIEW, 0, days)
        shortest = days + 1
    return results


def _not_below_last(interval: float, last: int, maximum: int) -> int:
    """Keep the fuzz from going back: more days than last time stay more."""
    if round_half_up(interval) > last:
        return last + 1
    # What fuzz alone could lift to the last interval isn't shorter than it; a
    # much shorter one is meant, such as after a change of the retention.
    furthest = min(maximum, round_half_up(interval + fuzz_delta(interval)))
    return last if furthest >= last else 1


def _lapsed(interval: float, preset: Preset) -> NextStep:
    steps = preset.relearning_steps
    if steps:
        return NextStep(State.RELEARNING, 0, -steps[0])
    if _is_short(interval, steps, preset):
        return NextStep(State.RELEARNING, 0, -_seconds(interval))
    # As in Anki a forgotten card isn't fuzzed before it has been relearned.
    return NextStep(State.REVIEW, 0, max(1, round_half_up(interval)))
