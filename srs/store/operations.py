"""What a person did, step by step: written down, and told.

Each step keeps what an undo needs of the store as it was before, see `srs.store.undo`.
"""

import sqlite3
from typing import Any

import msgspec
from msgspec import Struct

from cards.questions import question_text
from srs.models.cards import Rating
from srs.store.connection import Store
from srs.store.rows import NOTE_COLUMNS, note_of


def record_operation(
    connection: sqlite3.Connection, at_ms: int, name: str, before: dict[str, Any]
) -> None:
    """Write down inside a transaction what was done, so that it can be undone."""
    text = msgspec.json.encode(before).decode()
    connection.execute(
        "insert into operations (at_ms, name, before) values (?, ?, ?)",
        (at_ms, name, text),
    )


class Operation(Struct, frozen=True):
    """Something that was done, for people to read."""

    at_ms: int
    name: str
    """answer, look, confusion, suspend, unsuspend, bury, forget, add, edit, import,
    config, away, optimize or reschedule."""
    sentence: str
    count: int
    """Of cards, or of notes where it was about notes; 0 for settings."""
    undone: bool


def last_operations(store: Store, limit: int | None = None) -> list[Operation]:
    """Give what was done, the last first.

    Args:
        store: The store.
        limit: At most so many; None for all.
    """
    sql = """
        select at_ms, name, before, undone from operations
         order by id desc limit :limit
    """
    rows = store.rows(sql, {"limit": -1 if limit is None else limit})
    found: list[Operation] = []
    for at_ms, name, text, undone in rows:
        sentence, count = _told(store, name, msgspec.json.decode(text))
        found.append(Operation(at_ms, name, sentence, count, bool(undone)))
    return found


KEPT = {
    "answer": ("card", "review"),
    "look": ("card", "review"),
    "confusion": ("card", "review", "was"),
    "suspend": ("column", "was"),
    "unsuspend": ("column", "was"),
    "bury": ("column", "was"),
    "forget": ("reviews",),
    "add": ("about", "counts", "former"),
    "edit": ("about", "counts", "former"),
    "config": ("deck", "names"),
    "import": ("notes", "reviews", "marks"),
    "optimize": ("deck", "parameters", "fitted"),
    "reschedule": ("runs",),
    "away": ("was", "runs"),
}
"""What each kind of step keeps for telling of it and taking it back."""


def counted(count: int, noun: str) -> str:
    """Write a count with its noun: `1 card`, `2 cards`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def told_counts(counts: dict[str, int]) -> str:
    """Write what happened to notes: `3 new, 1 changed`."""
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _told(store: Store, name: str, before: dict[str, Any]) -> tuple[str, int]:
    match name:
        case "answer":
            return _told_answer(store, before), 1
        case "look":
            return _told_answer(store, before) + " (beside the schedule)", 1
        case "confusion":
            return "named a card that was mixed up", 1
        case "suspend" | "unsuspend" | "bury":
            count = len(before["was"])
            words = {"suspend": "suspended", "unsuspend": "took up", "bury": "buried"}
            return f"{words[name]} {counted(count, 'card')}", count
        case "forget":
            count = len(before["reviews"])
            return f"made {counted(count, 'card')} due", count
        case "import":
            notes, reviews = len(before["notes"]), len(before["reviews"])
            told = f"{counted(notes, 'note')} and {counted(reviews, 'review')}"
            return f"imported {told}", notes
        case "add" | "edit":
            counts: dict[str, int] = before["counts"]
            verb = "added" if name == "add" else "took the edit over of"
            told = f"{verb} {before['about']}: {told_counts(counts)}"
            return told, sum(counts.values())
        case _:
            return _told_settings(name, before)


def _told_settings(name: str, before: dict[str, Any]) -> tuple[str, int]:
    match name:
        case "config":
            deck = f" of {before['deck']}" if before["deck"] else ""
            return f"changed {', '.join(before['names'])}{deck}", 0
        case "optimize":
            return f"fitted the parameters of {before['deck'] or 'all decks'}", 0
        case "reschedule":
            count = _moved(before)
            return f"rescheduled {counted(count, 'card')}", count
        case "away":
            count = _moved(before)
            return f"changed away; moved {counted(count, 'card')}", count
        case _:
            return name, 0


def _moved(before: dict[str, Any]) -> int:
    return sum(last - first + 1 for first, last in before["runs"])


def _told_answer(store: Store, before: dict[str, Any]) -> str:
    sql = f"""
        select r.rating, {NOTE_COLUMNS}
          from reviews r
          join cards c on c.id = r.card
          join notes n on n.guid = c.note
          join decks d on d.id = n.deck
         where r.id = :review
    """
    row = store.row(sql, {"review": before["review"]})
    if row is None:
        return f"answered card {before['card']}"
    asked = question_text(note_of(row[1:]).content)
    return f"answered {Rating(row[0]).name.title()}: {' '.join(asked.split())}"
