"""Rows of Anki's tables: notes, cards and the review log.

Source: the columns of Anki's `notes`, `cards` and `revlog`, rslib/src/storage of
https://github.com/ankitects/anki.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from cards.questions import is_two_sided
from export.anki.character_references import unescaped
from export.anki.flash_note_types import BASIC_ID, CLOZE_ID
from srs.models.cards import (
    MAX_DURATION_MS,
    Review,
    SchedulingState,
    State,
    StoredCard,
    StoredNote,
)
from srs.models.presets import Preset

AnkiRow = tuple[Any, ...]

_PICTURE = re.compile(r'<img src="([^"]*)"[^>]*>')
_TAG = re.compile(r"<[^>]*>")
_UNSYNCED = -1
"""Update sequence number of a row not yet synced to AnkiWeb."""


def note_row(
    stored: StoredNote,
    cards: list[StoredCard],
    fields: tuple[str, ...],
    notetype: int = 0,
    data: str = "",
) -> AnkiRow:
    """Return the row of a note.

    Args:
        stored: The note.
        cards: Its exported cards.
        fields: The fields of its note type.
        notetype: Id of the note type, 0 for ours.
        data: From `export.anki.exact_notes`.
    """
    first = _sort_text(fields[0])
    return (
        stored.anki_id,
        stored.guid,
        notetype or (BASIC_ID if is_two_sided(stored.note.content) else CLOZE_ID),
        stored.modified_ms // 1000,
        _UNSYNCED,
        _tags(stored.note.tags, any(card.leech for card in cards)),
        "\x1f".join(fields),
        first,
        _checksum(first),
        0,
        data,
    )


def card_row(
    card: StoredCard,
    note_id: int,
    deck: int,
    changed_s: int,
    schedule: tuple[Any, ...] | None = None,
) -> AnkiRow:
    """Return the row of a card.

    Args:
        card: The card.
        note_id: Anki's id of its note.
        deck: Anki's id of its deck.
        changed_s: Last change of the card or its note, epoch seconds.
        schedule: From `scheduled_columns`; None for a new card.
    """
    if schedule is None:
        # Type, queue, due; interval, factor, reps, lapses, steps left; home, flags.
        schedule = (0, 0, card.position, 0, 0, 0, 0, 0, 0, 0, 0, "")
    return (card.id, note_id, deck, card.ordinal, changed_s, _UNSYNCED, *schedule)


def _sort_text(first: str) -> str:
    """Return a first field as Anki sorts and compares it: without markup."""
    if "<" in first:
        first = _TAG.sub("", _PICTURE.sub(r" \1 ", first))
    return unescaped(first) if "&" in first else first


def _checksum(text: str) -> int:
    """Return the checksum by which Anki finds duplicates of a first field."""
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big")


@lru_cache(maxsize=1024)
def _tags(tags: tuple[str, ...], is_leech: bool) -> str:
    if is_leech:
        tags = (*tags, "leech")
    if not tags:
        return ""
    # Anki separates tags by spaces.
    joined = set(map(anki_tag, tags))
    return f" {' '.join(sorted(joined - {''}))} "


def anki_tag(tag: str) -> str:
    """Return a tag as Anki writes it: without spaces."""
    return "_".join(unicodedata.normalize("NFC", tag).split())


_EARLY, _MANUAL = 3, 4
_SUSPENDED, _BURIED = -1, -3
_EASE = 2500
"""The ease of a card after learning."""


class Schedule(Struct, frozen=True):
    """Data for a package with a schedule."""

    first_day: int
    """The study day from which Anki counts due days."""
    today: int
    """The present study day."""
    day_of: Callable[[int], int]
    """Study day of a moment, UTC milliseconds."""
    preset_of: Callable[[str], Preset]
    """Preset of a deck by its name."""
    days_of: Callable[[float, Preset], float]
    """Interval in days for a stability in days."""
    reviews: Iterable[Review]
    """The whole review log, oldest first."""
    eases: Mapping[int, int] = {}
    """Ease of cards that may have another one than after learning, per mille."""
    with_presets: bool = True
    """Write the presets, too; without them the decks of Anki keep theirs."""


def scheduled_columns(
    card: StoredCard, preset: Preset, schedule: Schedule
) -> tuple[Any, ...]:
    """Return the columns of `cards` from `type` on.

    Args:
        card: The card.
        preset: The preset of its deck.
        schedule: The days to count from.
    """
    progress = card.progress
    queue, due = _place(card, schedule)
    has_ease = progress.state in (State.REVIEW, State.RELEARNING)
    if card.suspended:
        queue = _SUSPENDED
    elif card.buried == schedule.today and queue:
        queue = _BURIED
    return (
        int(progress.state),
        queue,
        due,
        _interval(progress, preset, schedule),
        schedule.eases.get(card.id, _EASE) if has_ease else 0,
        progress.reps,
        progress.lapses,
        _steps_left(progress, preset),
        0,
        0,
        card.flag,
        _data(card, preset),
    )


def _place(card: StoredCard, schedule: Schedule) -> tuple[int, int]:
    """Return the queue and the due value of a card."""
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
        return max(1 if progress.reps else 0, progress.interval)
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
    """Return the memory state as JSON, rounded as in Anki."""
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
    return msgspec.json.encode(values).decode()


def review_rows(schedule: Schedule, cards: set[int]) -> Iterator[AnkiRow]:
    """Yield the rows of the review log for the exported cards."""
    answered: dict[int, int] = {}
    for review in schedule.reviews:
        if review.card not in cards:
            continue
        interval, factor = review.interval, _factor(review)
        if review.rating and (factor or review.kind != _EARLY):
            answered[review.card] = review.id
        elif review.kind == _MANUAL and review.difficulty and review.card in answered:
            # With FSRS, Anki counts the interval from the last answer.
            day_of = schedule.day_of
            interval += day_of(review.id) - day_of(answered[review.card])
        yield (
            review.id,
            review.card,
            -1,
            review.rating,
            interval,
            review.last_interval,
            factor,
            min(review.duration_ms, MAX_DURATION_MS),
            review.kind,
        )


def answers_in(rows: Iterable[AnkiRow]) -> int:
    """Count the rows of a review log that are answers, and not changes by hand."""
    return sum(1 for row in rows if row[3])


def _factor(review: Review) -> int:
    """Return the difficulty (1 to 10) as in Anki's log: 100 to 1100."""
    if review.ease:
        return review.ease
    if not review.difficulty:
        return 0
    return round(((review.difficulty - 1) / 9 + 0.1) * 1000)
