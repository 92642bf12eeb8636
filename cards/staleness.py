"""Facts grow old: which ones are due to be looked at again."""

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from cards.note import Note


class Stale(Struct, frozen=True):
    """A note that wants to be verified, and why."""

    since: str
    """The day from which it does, YYYY-MM-DD."""
    reason: str
    """`recheck` where its author named that day, else `checked`."""
    note: Note


def stale_notes(notes: Iterable[Note], today: date, days: int) -> list[Stale]:
    """Find the notes whose shelf life is over, the oldest first.

    Args:
        notes: Notes of files or of the store.
        today: The study day of the person.
        days: How long a checked fact keeps where no `recheck` says otherwise.

    Returns:
        Those whose `recheck` has come, and those last checked more than `days`
        ago.  A note that was never checked has no age and is left out.
    """
    found: list[Stale] = []
    for note in notes:
        ends: list[tuple[str, str]] = []
        if note.recheck:
            ends.append((note.recheck, "recheck"))
        if note.checked:
            checked = date.fromisoformat(note.checked)
            # So that far ends of the calendar are never reached.
            if (today - checked).days > days:
                last = checked + timedelta(days=days + 1)
                ends.append((last.isoformat(), "checked"))
        come = [end for end in ends if end[0] <= today.isoformat()]
        if come:
            since, reason = min(come)
            found.append(Stale(since, reason, note))
    return sorted(found, key=lambda one: (one.since, one.note.file, one.note.line))
