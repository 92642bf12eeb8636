"""A store with notes, and a deck file that exists only as notes."""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from cards.note import Basic, Note
from cards.plan import Scope, Step, make_plan
from srs.library import Applied, apply_plan, known_notes, stored_notes
from srs.memory import StoredCard, StoredNote
from srs.options import save_setting
from srs.store import Store, open_store

NOON = 1_795_435_200_000
"""2026-11-23 12:00 UTC."""

DAY_MS = 86_400_000
TODAY = NOON // DAY_MS
FILE = "/decks/one.yaml"


def new_store(folder: Path, zone: str = "UTC") -> Store:
    """Make an empty store of a person in some zone."""
    store = open_store(folder / "store.db", NOON)
    save_setting(store, "time_zone", zone)
    return store


def basic(front: str, deck: str = "A", **more: object) -> Note:
    """Make a note of one card."""
    return Note(Basic(front, f"answer to {front}"), deck, **more)


def numbered(count: int, deck: str = "A") -> list[Note]:
    """Make as many notes, asked in this order."""
    return [basic(f"{deck} {number:03}", deck) for number in range(count)]


def plan(store: Store, notes: Sequence[Note], file: str = FILE) -> list[Step]:
    """Plan to add the notes as the whole content of a file."""
    placed = [
        replace(note, file=file, line=index + 1) for index, note in enumerate(notes)
    ]
    return make_plan(placed, known_notes(store), Scope(frozenset({file})))


def add(
    store: Store, notes: Sequence[Note], now_ms: int = NOON, file: str = FILE
) -> Applied:
    """Add the notes as the whole content of a file."""
    return apply_plan(store, plan(store, notes, file), now_ms)


def shelf(store: Store) -> list[StoredNote]:
    """Read all notes, retired ones and cards too."""
    return list(stored_notes(store, retired=True))


def cards(store: Store) -> dict[str, StoredCard]:
    """Read the cards in use by what they ask."""
    return {card.part: card for note in stored_notes(store) for card in note.cards}


def ids(store: Store) -> list[int]:
    """Read the ids of all cards in the order of new ones."""
    return [row[0] for row in store.rows("select id from cards order by position")]
