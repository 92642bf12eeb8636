"""Stale notes: facts that should be verified again."""

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from cards.note import Note


class StaleNote(Struct, frozen=True):
    """A note to verify, and why."""

    since: str
    """The day on which it became stale, YYYY-MM-DD."""
    reason: str
    """`recheck` if its author set that day, else `checked`."""
    note: Note


def stale_notes(notes: Iterable[Note], today: date, days: int) -> list[StaleNote]:
    """Find the stale notes, the oldest first.

    Args:
        notes: Notes of files or of the store.
        today: The current study day.
        days: Days after `checked` from which a note is stale.

    Returns:
        Notes whose `recheck` day has come, and notes last checked more than `days`
        ago.  A note that was never checked has no age and is left out.
    """
    found: list[StaleNote] = []
    for note in notes:
        ends: list[tuple[str, str]] = []
        if note.recheck:
            ends.append((note.recheck, "recheck"))
        if note.checked:
            checked = date.fromisoformat(note.checked)
            # Compare first: adding days to a late date would overflow.
            if (today - checked).days > days:
                last = checked + timedelta(days=days + 1)
                ends.append((last.isoformat(), "checked"))
        reached = [end for end in ends if end[0] <= today.isoformat()]
        if reached:
            since, reason = min(reached)
            found.append(StaleNote(since, reason, note))
    return sorted(
        found, key=lambda stale: (stale.since, stale.note.file, stale.note.line)
    )
