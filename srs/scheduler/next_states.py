"""FSRS with the arithmetic of Anki: the state of a card after each rating.

`srs.scheduler.fsrs6` computes the memory (stability and difficulty).  Intervals, steps
and the rule that hard < good < easy follow Anki's scheduler, so that both programs show
the same due day.  Moment, offset from UTC and the seed of the fuzz are arguments.
"""

from msgspec import Struct
from msgspec.structs import replace

from srs.models.cards import Rating, ReviewKind, SchedulingState, State
from srs.models.presets import Preset
from srs.scheduler.fsrs6 import interval_days, next_memory
from srs.scheduler.fuzz import (
    DayPicker,
    fuzz_delta,
    fuzz_factor,
    fuzzed,
    round_half_up,
    uniform,
)
from srs.scheduler.load_balancer import DueCounts
from srs.scheduler.study_day import DAY_S, day_start_ms, study_day


class AnswerTime(Struct, frozen=True):
    """When and where an answer is given."""

    at_ms: int
    """UTC milliseconds."""
    offset_min: int = 0
    """Minutes east of UTC."""
    rollover: int = 4

    @property
    def day(self) -> int:
        """Return the study day."""
        return study_day(self.at_ms, self.offset_min, self.rollover)


class NextStep(Struct, frozen=True):
    """State and interval after an answer; the review log keeps them."""

    state: State
    step: int
    interval: int
    """Days if positive, seconds if negative."""


def review_kind(before: SchedulingState, day: int) -> ReviewKind:
    """Return the kind of an answer on a study day."""
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
    counts: DueCounts | None = None,
) -> dict[Rating, SchedulingState]:
    """Compute the state of a card after each rating.

    Args:
        progress: The card before the answer.
        preset: How its deck is scheduled.
        moment: When and where it is answered.
        seed: Name of the card; together with `reps` it decides the fuzz.
        counts: Cards due on the coming days; None to ignore them.

    Returns:
        The card after each rating.  The intervals of a review card grow from Hard
        to Good to Easy, as far as the maximum interval allows.
    """
    elapsed_days = _elapsed_days(progress, moment)
    memories = {
        rating: next_memory(progress, rating, elapsed_days, preset.parameters)
        for rating in Rating
    }
    intervals = {
        rating: interval_days(stability, preset)
        for rating, (stability, _) in memories.items()
    }
    picker = day_picker(preset, moment.day, f"{seed}:{progress.reps}", counts)
    in_review = progress.state is State.REVIEW
    next_steps = _after_review if in_review else _after_learning
    return {
        rating: after_answer(progress, rating, step, memories[rating], moment)
        for rating, step in next_steps(progress, preset, intervals, picker).items()
    }


def step_delays(preset: Preset, state: State) -> tuple[tuple[int | None, ...], ...]:
    """Return when a card in learning is shown again, for each step and rating.

    Args:
        preset: How its deck is scheduled.
        state: Learning or relearning.

    Returns:
        Seconds, or None where it is not shown again in learning.  Without steps one
        row of None: what comes then depends on the card's memory.
    """
    relearning = state is State.RELEARNING
    delays = preset.relearning_steps if relearning else preset.learning_steps
    if not delays:
        return ((None,) * len(Rating),)
    rows = []
    for step in range(len(delays)):
        card = SchedulingState(state, step, 1.0, 5.0, last_day=0, reps=1)
        after = next_states(card, preset, AnswerTime(0), "")
        days = (after[rating].interval for rating in Rating)
        rows.append(tuple(-one if one < 0 else None for one in days))
    return tuple(rows)


def day_picker(
    preset: Preset, day: int, seed: str, counts: DueCounts | None = None
) -> DayPicker | None:
    """Return the function that picks a day from a fuzz range; None without fuzz.

    Args:
        preset: How the deck is scheduled.
        day: Study day from which the interval counts.
        seed: Decides between days that are equally good.
        counts: Cards due on the coming days; None to ignore them.
    """
    if not preset.fuzz:
        return None
    factor = fuzz_factor(seed)
    if counts is None:
        return uniform(factor)
    return counts.picker(day, factor, preset.easy_days, even=preset.load_balance)


def _elapsed_days(progress: SchedulingState, moment: AnswerTime) -> int:
    return 0 if progress.last_day is None else moment.day - progress.last_day


def after_answer(
    progress: SchedulingState,
    rating: int,
    step: NextStep,
    memory: tuple[float, float],
    moment: AnswerTime,
) -> SchedulingState:
    """Build the state of a card after an answer.

    Args:
        progress: The card before it.
        rating: 1 to 4.
        step: Next state, step and interval.
        memory: Stability (days) and difficulty after it.
        moment: When and where it was given.
    """
    lapsed = progress.state is State.REVIEW and rating == Rating.AGAIN
    in_days = step.state is State.REVIEW
    return replace(
        progress,
        state=step.state,
        step=step.step,
        stability=memory[0],
        difficulty=memory[1],
        interval=step.interval,
        due_ms=None if in_days else step_due(moment, -step.interval),
        due_day=moment.day + step.interval if in_days else None,
        last_ms=moment.at_ms,
        last_day=moment.day,
        reps=progress.reps + 1,
        lapses=progress.lapses + lapsed,
    )


def step_due(moment: AnswerTime, delay_s: int) -> int:
    """Return when a learning card is due, UTC milliseconds.

    A step that crosses the rollover is due when that study day begins.

    Args:
        moment: When it was answered.
        delay_s: The step, seconds.
    """
    due_ms = moment.at_ms + delay_s * 1000
    day = study_day(due_ms, moment.offset_min, moment.rollover)
    if day == moment.day:
        return due_ms
    return day_start_ms(day, moment.offset_min, moment.rollover)


def _after_learning(
    progress: SchedulingState,
    preset: Preset,
    intervals: dict[Rating, float],
    picker: DayPicker | None,
) -> dict[Rating, NextStep]:
    relearning = progress.state is State.RELEARNING
    delays = preset.relearning_steps if relearning else preset.learning_steps
    state = State.RELEARNING if relearning else State.LEARNING
    maximum = preset.maximum_interval
    index = max(0, min(progress.step, len(delays) - 1))
    results: dict[Rating, NextStep] = {}
    for rating in (Rating.AGAIN, Rating.HARD, Rating.GOOD):
        interval = intervals[rating]
        following = _following_step(rating, index, delays)
        if following is not None:
            results[rating] = NextStep(state, *following)
        elif _stays_in_learning(interval, delays, preset):
            results[rating] = NextStep(state, 0, -_seconds(interval))
        else:
            days = fuzzed(_at_least_a_day(interval), 1, maximum, picker)
            results[rating] = NextStep(State.REVIEW, 0, days)
    good = fuzzed(intervals[Rating.GOOD], 1, maximum, picker)
    easy = fuzzed(_at_least_a_day(intervals[Rating.EASY]), good + 1, maximum, picker)
    results[Rating.EASY] = NextStep(State.REVIEW, 0, easy)
    return results


def _following_step(
    rating: Rating, index: int, delays: tuple[int, ...]
) -> tuple[int, int] | None:
    """Return index and seconds (negative) of the step after a rating, if any."""
    if rating is Rating.AGAIN and delays:
        return 0, -delays[0]
    if rating is Rating.HARD and delays:
        return index, -_hard_delay(index, delays)
    if rating is Rating.GOOD and index + 1 < len(delays):
        return index + 1, -delays[index + 1]
    return None


def _stays_in_learning(
    interval: float, delays: tuple[int, ...], preset: Preset
) -> bool:
    """Return True for an interval below half a day, if there are no steps."""
    has_short_term = preset.parameters[17] > 0 and preset.parameters[18] > 0
    return not delays and has_short_term and interval < 0.5


def _seconds(interval: float) -> int:
    return max(1, int(interval * DAY_S))


def _at_least_a_day(interval: float) -> float:
    return max(1.0, float(round_half_up(interval)))


def _hard_delay(index: int, delays: tuple[int, ...]) -> int:
    """Return the mean of the first two steps, or repeat a later one, as in Anki."""
    if index > 0:
        return delays[index]
    if len(delays) > 1:
        return _whole_days((delays[0] + delays[1]) // 2)
    # A single step grows by half, but by no more than a day.
    return _whole_days(min(delays[0] * 3 // 2, delays[0] + DAY_S))


def _whole_days(seconds: int) -> int:
    """Round delays above a day to days, as Anki does."""
    return seconds if seconds <= DAY_S else round_half_up(seconds / DAY_S) * DAY_S


def _after_review(
    progress: SchedulingState,
    preset: Preset,
    intervals: dict[Rating, float],
    picker: DayPicker | None,
) -> dict[Rating, NextStep]:
    results = {Rating.AGAIN: _after_lapse(intervals[Rating.AGAIN], preset)}
    maximum = preset.maximum_interval
    shortest = 1
    for rating in (Rating.HARD, Rating.GOOD, Rating.EASY):
        interval = intervals[rating]
        minimum = _minimum_interval(interval, progress.interval, maximum)
        days = fuzzed(interval, max(shortest, minimum), maximum, picker)
        results[rating] = NextStep(State.REVIEW, 0, days)
        shortest = days + 1
    return results


def _minimum_interval(interval: float, last: int, maximum: int) -> int:
    """Return the minimum that keeps fuzz from shortening a growing interval."""
    if round_half_up(interval) > last:
        return last + 1
    # An interval that fuzz could lift to the last one is not meant to be shorter; a
    # much shorter one is, for example after the desired retention was raised.
    furthest = min(maximum, round_half_up(interval + fuzz_delta(interval)))
    return last if furthest >= last else 1


def _after_lapse(interval: float, preset: Preset) -> NextStep:
    delays = preset.relearning_steps
    if delays:
        return NextStep(State.RELEARNING, 0, -delays[0])
    if _stays_in_learning(interval, delays, preset):
        return NextStep(State.RELEARNING, 0, -_seconds(interval))
    # As in Anki, a lapse is not fuzzed before the card is relearned.
    return NextStep(State.REVIEW, 0, max(1, round_half_up(interval)))
