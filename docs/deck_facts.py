"""Facts of the bundled deck and how note ids refer to them.

`deck_facts.csv` has a row for every fact of the engineer's notes and for those
beyond them, with its `status` and, if no card asks it, the reason.  The id of a
note is the id of its fact, or begins with it and a hyphen, so coverage can be
counted.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

_TABLE = Path(__file__).with_name("deck_facts.csv")


class Fact(Struct, frozen=True):
    """A statement of the notes, or beyond them."""

    id: str
    status: str
    """How the notes state it: `current`, `renamed`, `changed`, `imprecise`,
    `wrong`; or `beyond-notes`."""
    no_card: str
    """Why no card asks it; empty if a card does."""
    asked_by: str
    """Id of the note that asks it together with another fact; mostly empty."""


def read_facts() -> dict[str, Fact]:
    """Read the table in file order, keyed by id."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["fact"]: Fact(
                row["fact"], row["status"], row["no_card"], row["asked_by"]
            )
            for row in csv.DictReader(file)
        }


def fact_of(note_id: str, facts: Iterable[str]) -> str | None:
    """Find the fact of a note: the longest fact id that its id begins with.

    Args:
        note_id: Id of a note of the deck.
        facts: Ids of facts.

    Returns:
        The id of the fact, or None.
    """
    fits = [fact for fact in facts if f"{note_id}-".startswith(f"{fact}-")]
    return max(fits, key=len, default=None)
