"""Lists of cards and decks."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from cards.note import Note
from cards.questions import questions
from srs.models.cards import State, StoredCard, StoredNote
from srs.scheduler.study_day import Calendar
from srs.store.connection import Store
from srs.store.notes import stored_notes


class CardListRow(Struct, frozen=True):
    """One card of a list; the fields are those of `flash list --json`."""

    card: int
    guid: str
    ordinal: int
    deck: str
    kind: str
    question: str
    answer: str
    state: str
    """new, learning, review or relearning."""
    stability: float | None
    difficulty: float | None
    due: str | None
    """ISO 8601 with offset; for a review card the start of its study day."""
    reps: int
    lapses: int
    suspended: bool
    retired: bool
    tags: tuple[str, ...]
    id: str
    file: str
    line: int


def card_list(
    store: Store,
    calendar: Calendar,
    *,
    deck: str = "",
    tag: str = "",
    retired: bool = False,
) -> Iterator[CardListRow]:
    """List the cards; see `srs.store.notes.stored_notes` for the arguments."""
    for stored in stored_notes(store, deck=deck, tag=tag, retired=retired):
        yield from card_list_rows(stored, calendar)


def card_list_rows(stored: StoredNote, calendar: Calendar) -> list[CardListRow]:
    """Return the rows of the cards of a note."""
    asked = question_texts(stored.note)
    return [
        _row(stored, card, *asked_of(asked, card.part), due=due_of(card, calendar))
        for card in stored.cards
    ]


def _row(
    stored: StoredNote, card: StoredCard, asked: str, answer: str, due: str | None
) -> CardListRow:
    note, progress = stored.note, card.progress
    return CardListRow(
        card=card.id,
        guid=card.guid,
        ordinal=card.ordinal,
        deck=card.deck or note.deck,
        kind=note.kind,
        question=asked,
        answer=answer,
        state=State(progress.state).name.lower(),
        stability=progress.stability,
        difficulty=progress.difficulty,
        due=due,
        reps=progress.reps,
        lapses=progress.lapses,
        suspended=card.suspended,
        retired=card.retired or stored.retired,
        tags=(*note.tags, "leech") if card.leech else note.tags,
        id=note.id,
        file=note.file,
        line=note.line,
    )


def question_texts(note: Note) -> dict[str, tuple[str, str]]:
    """Return question and answer of each part of a note."""
    found = questions(note.content, note.language)
    return {one.part: (one.question, one.answer) for one in found}


def asked_of(asked: Mapping[str, tuple[str, str]], part: str) -> tuple[str, str]:
    """Return question and answer of a card; its note may no longer have them."""
    return asked.get(part) or (part.replace("\x1f", " · "), "")


def due_of(card: StoredCard, calendar: Calendar) -> str | None:
    """Return when a card is due, ISO 8601 with offset; None for a new card."""
    progress = card.progress
    if progress.due_day is not None:
        return calendar.iso(calendar.start_ms(progress.due_day))
    if progress.due_ms is not None:
        return calendar.iso(progress.due_ms)
    return None


class DeckLine(Struct, frozen=True):
    """A deck with the counts of its cards and those of its children."""

    deck: str
    cards: int
    new: int
    learning: int
    due: int
    suspended: int


def deck_lines(store: Store, day: int, end_ms: int) -> list[DeckLine]:
    """Count the cards of each deck and of its children.

    Args:
        store: The store.
        day: Today as a study day.
        end_ms: The end of today, UTC milliseconds.
    """
    rows = store.rows(
        """
        select d.name, count(*), count(*) filter (where c.state = 0),
               count(*) filter (where c.due_ms < :end),
               count(*) filter (where c.due_day <= :day),
               count(*) filter (where c.suspended)
          from cards c join decks d on d.id = c.deck
         where c.retired = 0
         group by d.name
        """,
        {"day": day, "end": end_ms},
    )
    sums: dict[str, list[int]] = {}
    for name, *counts in rows:
        segments = name.split("::")
        for depth in range(len(segments)):
            path = "::".join(segments[: depth + 1])
            total = sums.setdefault(path, [0] * len(counts))
            for index, value in enumerate(counts):
                total[index] += value
    return [DeckLine(name, *sums[name]) for name in sorted(sums)]
