"""A store with notes, and a deck file that exists only as notes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from cards.identity.matching import FileScope, PlannedChange, make_plan
from cards.note import Basic, Compare, Note, Row
from srs.models.cards import Rating, SchedulingState, StoredCard, StoredNote
from srs.models.exam import Exam, exam_text
from srs.scheduler.study_day import DAY_MS
from srs.stats.overview import Overview
from srs.store.connection import Store
from srs.store.note_writer import Applied, apply_plan
from srs.store.notes import deck_id, known_notes, stored_note_of, stored_notes
from srs.store.opening import open_store
from srs.store.replay import deck_presets, replay_cards
from srs.store.revlog import Recorded, record
from srs.store.settings import Options, save_setting
from srs.study.day_counts import day_statistics
from srs.study.session import Session

NOON = 1_795_435_200_000
"""2026-11-23 12:00 UTC."""

TODAY = NOON // DAY_MS
FILE = "/decks/one.yaml"


def new_store(folder: Path, zone: str = "UTC") -> Store:
    """Make an empty store with a time zone."""
    store = open_store(folder / "store.db", NOON)
    save_setting(store, "time_zone", zone)
    return store


def overview_of(store: Store, now_ms: int, deck: str = "") -> Overview:
    """Return the overview that the statistics show."""
    return day_statistics(store, Options(store), deck, now_ms, full=False).overview


def basic(front: str, deck: str = "A", **more: object) -> Note:
    """Make a note with one card."""
    return Note(Basic(front, f"answer to {front}"), deck, **more)


def both_ways(
    subjects: tuple[str, ...], rows: Mapping[str, tuple[str, ...] | Row]
) -> Compare:
    """Make a table whose rows are asked from subject to value and back."""
    return Compare(
        subjects,
        {
            name: row if isinstance(row, Row) else Row(row, reverse="true")
            for name, row in rows.items()
        },
    )


def numbered(count: int, deck: str = "A") -> list[Note]:
    """Make notes that are asked in this order."""
    return [basic(f"{deck} {number:03}", deck) for number in range(count)]


def tagged(count: int, tag: str, deck: str = "A") -> list[Note]:
    """Make numbered notes with a tag."""
    return [replace(note, tags=(tag,)) for note in numbered(count, deck)]


def plan(store: Store, notes: Sequence[Note], file: str = FILE) -> list[PlannedChange]:
    """Plan to add the notes as the content of a file."""
    placed = [
        replace(note, file=file, line=index + 1) for index, note in enumerate(notes)
    ]
    return make_plan(placed, known_notes(store), FileScope(frozenset({file})))


def add(
    store: Store, notes: Sequence[Note], now_ms: int = NOON, file: str = FILE
) -> Applied:
    """Add the notes as the content of a file."""
    return apply_plan(store, plan(store, notes, file), now_ms)


def shelf(store: Store) -> list[StoredNote]:
    """Read all notes and cards, retired ones too."""
    return list(stored_notes(store, retired=True))


def cards(store: Store) -> dict[str, StoredCard]:
    """Read the cards that are not retired, by part."""
    return {card.part: card for note in stored_notes(store) for card in note.cards}


def ids(store: Store) -> list[int]:
    """Read the ids of all cards, in the order in which new cards come."""
    return [row[0] for row in store.rows("select id from cards order by position")]


def put_in_deck(store: Store, card: int, deck: str) -> None:
    """Move a card to another deck than that of its note, as an import from Anki does."""
    with store.transaction():
        values = (deck_id(store.connection, deck), card)
        store.connection.execute("update cards set deck = ? where id = ?", values)


class Clock:
    """A clock that the test moves."""

    def __init__(self, now_ms: int = NOON) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def turn(self, *, days: float = 0, minutes: float = 0) -> None:
        """Move the clock; negative values set it back."""
        self.now_ms += round(days * DAY_MS + minutes * 60_000)


def give(store: Store, card: int, rating: Rating, at_ms: int) -> Recorded:
    """Answer a card at a moment, as a separate review does."""
    (stored,) = [c for c in stored_note_of(store, card).cards if c.id == card]
    options = Options(store)
    deck = stored_note_of(store, card).note.deck
    moment = options.moment(at_ms)
    saved = record(store, stored, rating, options.preset(deck), moment, duration_ms=900)
    assert saved is not None
    return saved


def undone(session: Session) -> str | None:
    """Undo in a session and return what was undone."""
    found = session.undo()
    return None if found is None else found.operation.name


def make_due(store: Store, chosen: Sequence[int], days_ago: int = 20) -> None:
    """Make cards review cards that are overdue, the first one the longest."""
    for index, card in enumerate(chosen):
        give(store, card, Rating.EASY, NOON - days_ago * DAY_MS + index)


def set_exam(store: Store, exam: Exam) -> Options:
    """Set the exam and return the settings."""
    save_setting(store, "exam", exam_text(exam))
    return Options(store)


STAMP_TABLES = ("clock", "mark_stamps", "option_stamps", "setting_stamps")


def table_rows(store: Store, table: str) -> list[tuple[object, ...]]:
    """Read a table without the stamps of its rows, which tell when it was written."""
    names = [row[1] for row in store.rows(f"pragma table_info({table})")]
    columns = ", ".join(name for name in names if not name.endswith("stamp"))
    return store.rows(f"select {columns} from {table} order by 1, 2")


def dump(store: Store) -> list[str]:
    """Write the whole store as SQL, without the clock of its last transaction."""
    lines = store.connection.iterdump()
    return [line for line in lines if not line.startswith('INSERT INTO "clock"')]


def contradictions(store: Store) -> list[tuple[int, SchedulingState, SchedulingState]]:
    """Return the cards that differ from a replay of their review log."""
    options = Options(store)
    presets = deck_presets(store.connection, options)
    log = replay_cards(store.connection, presets, options.rollover)
    found = [(card.id, card.progress) for note in shelf(store) for card in note.cards]
    return [
        (card, progress, log.get(card, SchedulingState()))
        for card, progress in found
        if progress != log.get(card, SchedulingState())
    ]
