"""The facts that the bundled deck was made from, and the notes that ask each.

`deck_facts.csv` has a row for every fact of the engineer's notes and for those
beyond them: what became of it (`status`), and why it is asked by no card, where
it isn't.  The id of each note of the deck is that of its fact, or begins with
it and a hyphen; so what is covered can be counted.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

_TABLE = Path(__file__).with_name("deck_facts.csv")


class Fact(Struct, frozen=True):
    """One statement of the notes, or one beyond them."""

    id: str
    status: str
    """As the notes have it: `current`, `renamed`, `changed`, `imprecise`, `wrong`;
    or `beyond-notes`."""
    no_card: str
    """Why no card asks it; empty where one does."""


def read_facts() -> dict[str, Fact]:
    """Read the table, by id, in its order."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["fact"]: Fact(row["fact"], row["status"], row["no_card"])
            for row in csv.DictReader(file)
        }


def fact_of(note_id: str, facts: Iterable[str]) -> str | None:
    """Find the fact that a note asks: the longest id that its own begins with.

    Args:
        note_id: Id of a note of the deck.
        facts: Ids of facts.

    Returns:
        The id of the fact, None where the note belongs to none.
    """
    fits = [fact for fact in facts if f"{note_id}-".startswith(f"{fact}-")]
    return max(fits, key=len, default=None)
