"""Lists of cards and decks."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from cards.note import Note
from cards.questions import questions
from srs.models.cards import State, StoredCard, StoredNote
from srs.models.media import deck_file
from srs.models.presets import summed_by_deck
from srs.scheduler.study_day import Calendar
from srs.store.connection import Store
from srs.store.notes import stored_notes
from srs.store.queue import DUE

_FEWEST_DIGITS = 4


class CardListRow(Struct, frozen=True):
    """One card of a list; the fields are those of `flash list --json`."""

    card: int
    number: str
    """The last digits of `card`; as many as no other card has."""
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
    buried: bool
    """Until the end of today."""
    retired: bool
    flag: int
    """1 to 7; 0 for none."""
    tags: tuple[str, ...]
    id: str
    file: str
    line: int


def card_list(
    store: Store, calendar: Calendar, cards: Sequence[int], *, today: int
) -> list[CardListRow]:
    """List cards in the given order; one that was deleted is left out.

    Args:
        store: The store.
        calendar: The user's study days.
        cards: Ids.
        today: The current study day.
    """
    numbers = card_numbers(store, cards)
    rows: dict[int, CardListRow] = {}
    for stored in stored_notes(store, cards=cards, retired=True):
        asked = question_texts(stored.note)
        for card in stored.cards:
            texts = (numbers[card.id], *asked_of(asked, card.part))
            rows[card.id] = _row(stored, card, texts, calendar, today)
    missing = [card for card in cards if card not in rows]
    sql = "select id from cards where id in (select value from json_each(:cards))"
    deleted = set(missing)
    deleted -= {card for (card,) in store.rows(sql, {"cards": str(missing)})}
    # A card that is there without its note or deck is damage, and fails.
    return [rows[card] for card in cards if card not in deleted]


def note_languages(store: Store, guids: Iterable[str]) -> dict[str, str]:
    """Return the languages of notes; empty where a deck names none."""
    sql = """
        select guid, language from notes
         where guid in (select value from json_each(:guids))
    """
    return dict(store.rows(sql, {"guids": json.dumps(list(guids))}))


def card_numbers(store: Store, cards: Iterable[int]) -> dict[int, str]:
    """Return for each card the last digits of its id that no other card has."""
    every = [card for (card,) in store.rows("select id from cards")]
    wanted, found = set(cards), {}
    digits = _FEWEST_DIGITS
    while wanted:
        power = 10**digits
        ends = {card % power for card in wanted}
        every = [card for card in every if card % power in ends]
        counts = Counter(card % power for card in every)
        for card in [one for one in wanted if counts[one % power] <= 1]:
            found[card] = str(card)[-digits:]
            wanted.discard(card)
        digits += 1
    return found


def _row(
    stored: StoredNote,
    card: StoredCard,
    texts: tuple[str, str, str],
    calendar: Calendar,
    today: int,
) -> CardListRow:
    """Return a row; `texts` are number, question and answer."""
    number, question, answer = texts
    note, progress = stored.note, card.progress
    return CardListRow(
        card=card.id,
        number=number,
        guid=card.guid,
        ordinal=card.ordinal,
        deck=card.deck or note.deck,
        kind=note.kind_name,
        question=question,
        answer=answer,
        state=State(progress.state).name.lower(),
        stability=progress.stability,
        difficulty=progress.difficulty,
        due=due_of(card, calendar),
        reps=progress.reps,
        lapses=progress.lapses,
        suspended=card.suspended,
        buried=card.buried == today,
        retired=card.retired or stored.retired,
        flag=card.flag,
        tags=(*note.tags, "leech") if card.leech else note.tags,
        id=note.id,
        file=deck_file(note.file),
        line=note.line,
    )


def question_texts(note: Note) -> dict[str, tuple[str, str]]:
    """Return question and answer of each part of a note."""
    found = questions(note.content, note.language)
    return {one.part: (one.question, one.answer) for one in found}


def asked_of(asked: Mapping[str, tuple[str, str]], part: str) -> tuple[str, str]:
    """Return question and answer of a card; its note may no longer have them."""
    # A card of a table is named by row and subject; `<` if it asks for the subject.
    named = part.replace("\x1f<", " ←").replace("\x1f", " · ")
    return asked.get(part) or (named, "")


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
    unseen: int
    """All that were never answered."""
    new: int
    """Asked today; likewise learning and due."""
    learning: int
    due: int
    overdue: int
    """Due, but not asked today."""
    buried: int
    suspended: int


def deck_lines(
    store: Store,
    day: int,
    end_ms: int,
    new: Iterable[int],
    learning: Iterable[int],
    due: Iterable[int],
    siblings: Iterable[int],
) -> list[DeckLine]:
    """Count the cards of each deck and of its children.

    Args:
        store: The store.
        day: Today as a study day.
        end_ms: The end of today, UTC milliseconds.
        new: The new cards that are asked today.
        learning: The learning cards.
        due: The reviews.
        siblings: Due cards that are buried because of a sibling.
    """
    chosen = {
        "new": list(new),
        "learning": list(learning),
        "due": list(due),
        "siblings": list(siblings),
    }
    within = {
        name: f"c.id in (select value from json_each(:{name}))" for name in chosen
    }
    rows = store.rows(
        f"""
        select d.name, count(*), count(*) filter (where c.state = 0),
               count(*) filter (where {within["new"]}),
               count(*) filter (where {within["learning"]}),
               count(*) filter (where {within["due"]}),
               count(*) filter (where {DUE} and c.buried <> :day
                                  and not {within["learning"]} and not {within["due"]}
                                  and not {within["siblings"]}),
               count(*) filter (where (c.buried = :day and c.suspended = 0)
                                   or {within["siblings"]}),
               count(*) filter (where c.suspended)
          from cards c join decks d on d.id = c.deck
         where c.retired = 0
         group by d.name
        """,
        {"day": day, "end": end_ms} | {name: str(one) for name, one in chosen.items()},
    )
    sums = summed_by_deck((name, counts) for name, *counts in rows)
    in_order = sorted(sums, key=lambda name: name.split("::"))  # children come next
    return [DeckLine(name, *sums[name]) for name in in_order]
