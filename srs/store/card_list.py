"""Lists of cards and decks."""

from collections.abc import Iterator

from msgspec import Struct

from cards.note import Note
from cards.questions import question_of
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
        for card in stored.cards:
            yield card_list_row(stored, card, calendar)


def card_list_row(
    stored: StoredNote, card: StoredCard, calendar: Calendar
) -> CardListRow:
    """Return the row of a card."""
    note, progress = stored.note, card.progress
    asked, answer = asked_of(note, card.part)
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
        due=due_of(card, calendar),
        reps=progress.reps,
        lapses=progress.lapses,
        suspended=card.suspended,
        retired=card.retired or stored.retired,
        tags=(*note.tags, "leech") if card.leech else note.tags,
        id=note.id,
        file=note.file,
        line=note.line,
    )


def asked_of(note: Note, part: str) -> tuple[str, str]:
    """Return question and answer of a card as plain text."""
    try:
        question = question_of(note, part)
    except KeyError:
        # A retired card: its note no longer has the question.
        return part.replace("\x1f", " · "), ""
    return question.question, question.answer


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
