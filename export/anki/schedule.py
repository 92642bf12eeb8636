"""A card's schedule, the review log and the presets, as Anki keeps them.

Source: the columns of Anki's `cards` and `revlog`, rslib/src/storage/card and
rslib/src/revlog of https://github.com/ankitects/anki.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from export.anki.rows import Row
from srs.models.cards import Review, SchedulingState, State, StoredCard
from srs.models.presets import Preset

_LONGEST_MS = 60_000
"""The longest answer time that Anki's log takes."""
_MANUAL = 4
_SUSPENDED, _BURIED = -1, -3
_EASE = 2500
"""What Anki writes as the ease of a card that FSRS schedules."""
DEFAULT_PRESET = 1
"""Every collection has this preset."""


class Schedule(Struct, frozen=True):
    """What a package with its schedule needs beside the notes."""

    first_day: int
    """Study day from which Anki counts due days."""
    today: int
    """The present study day."""
    day_of: Callable[[int], int]
    """Gives the study day of a moment, UTC milliseconds."""
    preset_of: Callable[[str], Preset]
    """Gives the preset of a deck by its name."""
    days_of: Callable[[float, Preset], float]
    """Gives the interval in days for a stability in days."""
    reviews: Iterable[Review]
    """The whole log in the order of its moments."""


def scheduled_columns(
    card: StoredCard, preset: Preset, schedule: Schedule
) -> tuple[Any, ...]:
    """Give type, queue, due and what follows them in a row of `cards`.

    Args:
        card: The card.
        preset: How its deck is scheduled.
        schedule: Where the days are counted from.
    """
    progress = card.progress
    queue, due = _place(card, schedule)
    if card.suspended:
        queue = _SUSPENDED
    elif card.buried == schedule.today and queue:
        queue = _BURIED
    return (
        int(progress.state),
        queue,
        due,
        _interval(progress, preset, schedule),
        _EASE if progress.state in (State.REVIEW, State.RELEARNING) else 0,
        progress.reps,
        progress.lapses,
        _steps_left(progress, preset),
        0,
        0,
        card.flag,
        _data(card, preset),
    )


def _place(card: StoredCard, schedule: Schedule) -> tuple[int, int]:
    """Give the queue and when in it the card is due."""
    progress = card.progress
    if progress.due_day is not None:
        return 2, progress.due_day - schedule.first_day
    if progress.due_ms is not None:
        day = schedule.day_of(progress.due_ms)
        if progress.last_day is not None and day > progress.last_day:
            return 3, day - schedule.first_day
        return 1, progress.due_ms // 1000
    return 0, card.position


def _interval(progress: SchedulingState, preset: Preset, schedule: Schedule) -> int:
    if progress.state is State.REVIEW:
        return max(1, progress.interval)
    if progress.state is State.RELEARNING and progress.stability:
        days = round(schedule.days_of(progress.stability, preset))
        return max(1, min(days, preset.maximum_interval))
    return 0


def _steps_left(progress: SchedulingState, preset: Preset) -> int:
    if progress.state is State.LEARNING:
        return max(1, len(preset.learning_steps) - progress.step)
    if progress.state is State.RELEARNING:
        return max(1, len(preset.relearning_steps) - progress.step)
    return 0


def _data(card: StoredCard, preset: Preset) -> str:
    """Write the memory state as Anki rounds it."""
    progress = card.progress
    if progress.stability is None or progress.difficulty is None:
        return "{}"
    values = {
        "pos": card.position,
        "s": round(progress.stability, 4),
        "d": round(progress.difficulty, 3),
        "dr": round(preset.desired_retention, 2),
        "decay": round(preset.parameters[20], 3),
        "lrt": (progress.last_ms or 0) // 1000,
    }
    return json.dumps(values, separators=(",", ":"))


def review_rows(schedule: Schedule, cards: set[int]) -> Iterator[Row]:
    """Make the rows of the review log for the cards that go along."""
    for review in schedule.reviews:
        if review.card in cards:
            yield (
                review.id,
                review.card,
                -1,
                review.rating,
                review.interval,
                review.last_interval,
                _factor(review),
                min(review.took_ms, _LONGEST_MS),
                review.kind,
            )


def _factor(review: Review) -> int:
    """Write the difficulty, 1 to 10, as Anki's log does: 100 to 1100."""
    if review.ease:
        return review.ease
    if not review.difficulty:
        return 0
    return round(((review.difficulty - 1) / 9 + 0.1) * 1000)


class Presets:
    """The presets of a package: decks that are scheduled alike share one."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        """By id, as `col.dconf` has them."""

    def id_of(self, preset: Preset, deck: str, changed_s: int) -> int:
        """Give the id of a deck's preset, made where it is new."""
        options = _options(preset)
        text = json.dumps(options, sort_keys=True)
        digest = hashlib.sha256(text.encode()).digest()
        number = 1_000_000_000_000 + int.from_bytes(digest[:5], "big")
        if str(number) not in self.rows:
            named = {"id": number, "name": f"flash: {deck}", "mod": changed_s}
            self.rows[str(number)] = {**options, **named}
        return number


def _options(preset: Preset) -> dict[str, Any]:
    """Write a preset as Anki's schema 11 does, its defaults for what we don't know."""
    bury = preset.bury_siblings
    return {
        "usn": -1,
        "maxTaken": 60,
        "autoplay": True,
        "timer": 0,
        "replayq": True,
        "dyn": False,
        "new": {
            "bury": bury,
            "delays": [seconds / 60 for seconds in preset.learning_steps],
            "initialFactor": _EASE,
            "ints": [1, 4, 0],
            "order": 1,
            "perDay": preset.new_per_day,
        },
        "rev": {
            "bury": bury,
            "ease4": 1.3,
            "ivlFct": 1.0,
            "maxIvl": preset.maximum_interval,
            "perDay": preset.reviews_per_day,
            "hardFactor": 1.2,
        },
        "lapse": {
            "delays": [seconds / 60 for seconds in preset.relearning_steps],
            "leechAction": 0 if preset.leech_suspend else 1,
            "leechFails": preset.leech_threshold,
            "minInt": 1,
            "mult": 0.0,
        },
        "newMix": 0,
        "newPerDayMinimum": 0,
        "interdayLearningMix": 0,
        "reviewOrder": 0,
        "newSortOrder": 0,
        "newGatherPriority": 0,
        "buryInterdayLearning": bury,
        "fsrsWeights": [],
        "fsrsParams5": [],
        "fsrsParams6": list(preset.parameters),
        "desiredRetention": preset.desired_retention,
        "sm2Retention": 0.9,
        "easyDaysPercentages": list(preset.easy_days),
        "ignoreRevlogsBeforeDate": "",
        "weightSearch": "",
    }
