"""Schedules that the Spaced Repetition plugin of Obsidian writes behind cards.

One comment has an entry for each card of a note, in their order: `!due,interval,ease`
(SM-2), or `!fsrs,due,interval,stability,difficulty,state,reps,lapses,steps,last`.  The
plugin keeps no log of answers.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from export.programs.schedule import CardSchedule
from srs.scheduler.study_day import DAY_S, date_day

_NEVER = date_day("2000-01-01")
"""The due day of a card that was never asked, while another one of its note was."""
_DAY_MS = DAY_S * 1000


CardSchedules = tuple[CardSchedule | None, ...]
"""Of the cards of a note; None for a new one."""


def schedules(text: str) -> Iterator[CardSchedule | None]:
    """Yield the schedule of each card of a note; None for a new card.

    Args:
        text: What stands in the comment.

    Raises:
        ValueError: An entry can't be read.
    """
    for entry in filter(None, text.strip().split("!")):
        words = [word.strip() for word in entry.split(",")]
        yield _fsrs(words[1:]) if words[0] == "fsrs" else _sm2(words)


def _sm2(words: list[str]) -> CardSchedule | None:
    day = date_day(words[0])
    if day == _NEVER:
        return None
    interval, ease = max(1, round(float(words[1]))), round(float(words[2]))
    return CardSchedule(day, None, interval, ease * 10, 0.0, (day - interval) * _DAY_MS)


def _fsrs(words: list[str]) -> CardSchedule | None:
    due, interval, stability, difficulty, state = words[:5]
    if int(state) == 0:
        return None
    due_ms = _moment(due)
    last_ms = due_ms - round(float(interval)) * _DAY_MS
    if words[8:9] not in ([], [""], ["-"]):
        last_ms = _moment(words[8])
    days = max(1, round(float(stability)))
    hard = min(10.0, max(1.0, float(difficulty)))
    reps, lapses = (int(word) for word in words[5:7])
    return CardSchedule(due_ms // _DAY_MS, due_ms, days, 0, hard, last_ms, reps, lapses)


def _moment(text: str) -> int:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return round(found.timestamp() * 1000)
