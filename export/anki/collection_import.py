"""A collection of Anki becomes what the store can take in."""

from collections import Counter, defaultdict
from collections.abc import Callable, Container
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cards.note import Basic, Note
from export.anki.anki_model import (
    LATEST_S,
    AnkiCard,
    AnkiNote,
    Collection,
    NoteType,
)
from export.anki.flash_note_types import BASIC_ID, CLOZE_ID
from export.anki.note_types import Converted, Unsupported, convert_note
from export.anki.presets import options_of
from srs.models.incoming import (
    AnkiFields,
    Incoming,
    IncomingCard,
    IncomingNote,
)

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_A_MOMENT = 1_000_000_000
"""A due value from this on is epoch seconds, not a day."""
_FARTHEST_DAY = 100_000
_HIGHEST_EASE = 1_000_000
_DEFAULT_DECK = "Default"


class ImportResult(Struct, frozen=True):
    """What a collection comes to."""

    incoming: Incoming
    losses: tuple[str, ...]
    """What is left behind and why, in words."""


def convert_collection(
    collection: Collection,
    day_of: Callable[[int], int],
    file: Path,
    renamed: Callable[[str], str] | None = None,
    known: Container[str] = (),
) -> ImportResult:
    """Turn notes, cards, reviews and presets into values of ours.

    Args:
        collection: From `read_collection`.
        day_of: Study day of a moment (UTC milliseconds) where the person is;
            used where the file doesn't say where it was made.
        file: Stands for the file of the notes; pictures lie beside it.
        renamed: Gives a field with the names that its media got; None where they
            kept theirs.
        known: Guids of notes whose text isn't wanted: only their cards are read.
    """
    return _Taking(collection, day_of, file, renamed, known).all()


class _Taking:
    def __init__(
        self,
        collection: Collection,
        day_of: Callable[[int], int],
        file: Path,
        renamed: Callable[[str], str] | None,
        known: Container[str],
    ) -> None:
        self._all, self._known = collection, known
        self._file, self._renamed = str(file), renamed
        self._first_day = _first_day(collection, day_of)
        self._cards: dict[int, list[AnkiCard]] = defaultdict(list)
        for card in collection.cards:
            self._cards[card.note].append(card)
        self._losses: Counter[str] = Counter()

    def all(self) -> ImportResult:
        """Take everything."""
        seen: set[str] = set()
        notes: list[IncomingNote] = []
        kept: set[int] = set()
        for note in self._all.notes:
            if not note.guid or note.guid in seen:
                self._losses["note left out: its identity is missing or doubled"] += 1
                continue
            seen.add(note.guid)
            try:
                made = self._note(note)
            except Unsupported as reason:
                self._losses[f"note left out: {reason}"] += 1
                continue
            notes.append(made)
            kept.update(card.id for card in made.cards)
        self._count_lost_reviews(kept)
        used = {note.raw.notetype for note in notes if note.raw is not None}
        return ImportResult(
            Incoming(
                notes=tuple(notes),
                reviews={},
                options=self._options(),
                notetypes={key: self._all.notetypes[key].model for key in used},
                log=self._all.log,
            ),
            (*self._all.losses, *_told(self._losses)),
        )

    def _count_lost_reviews(self, kept: set[int]) -> None:
        known = {card.id for card in self._all.cards}
        for card, count in self._all.reviews().items():
            if card not in kept:
                which = "left out" if card in known else "deleted in Anki"
                self._losses[f"review left out: its card is {which}"] += count

    def _note(self, note: AnkiNote) -> IncomingNote:
        notetype = self._all.notetypes.get(note.notetype)
        cards = self._cards.get(note.id, [])
        if notetype is None:
            raise Unsupported("its note type is missing")
        if not cards:
            raise Unsupported("without cards")
        if note.guid in self._known:
            return self._known_note(note, cards)
        if self._renamed is not None:
            fields = tuple(map(self._renamed, note.fields))
            note = replace(note, fields=fields)
        taken = convert_note(note, notetype, [card.ordinal for card in cards])
        parts = taken.parts
        asked = [card for card in cards if card.ordinal in parts]
        if len(asked) < len(cards):
            lost = len(cards) - len(asked)
            self._losses["card left out: its question is empty"] += lost
        if not asked:
            raise Unsupported("its cards ask nothing")
        deck = self._deck(asked)
        # In the order of the fields, as everywhere here: names cost time.
        return IncomingNote(
            note.guid,
            note.id,
            self._as_note(note, taken, deck),
            parts,
            _moment_ms(note.modified_s),
            tuple([self._card(card) for card in asked]),
            _raw(notetype, note.fields, taken),
        )

    def _deck(self, cards: list[AnkiCard]) -> str:
        """Choose the deck in which most of the cards are."""
        names = [self._all.decks.get(card.deck, _DEFAULT_DECK) for card in cards]
        if len(names) == 1:
            return names[0]
        decks = Counter(names)
        deck = max(decks, key=lambda name: decks[name])
        if len(decks) > 1:
            moved = len(cards) - decks[deck]
            self._losses["card put into the deck of its siblings"] += moved
        return deck

    def _known_note(self, note: AnkiNote, cards: list[AnkiCard]) -> IncomingNote:
        return IncomingNote(
            guid=note.guid,
            id=note.id,
            note=Note(Basic("", ""), "", file=self._file),
            parts={},
            changed_ms=_moment_ms(note.modified_s),
            cards=tuple(map(self._card, cards)),
        )

    def _as_note(self, note: AnkiNote, taken: Converted, deck: str) -> Note:
        return Note(
            taken.content,
            _deck_name(deck),
            taken.id,
            "",
            taken.extra,
            tuple(dict.fromkeys(note.tags)) if note.tags else (),
            taken.sources,
            taken.checked,
            file=self._file,
        )

    def _card(self, card: AnkiCard) -> IncomingCard:
        due_day = due_ms = None
        if card.type in (1, 2, 3) and card.due >= _A_MOMENT:
            due_ms = _moment_ms(card.due)
        elif card.type in (1, 2, 3):
            due_day = self._first_day + _day(card.due)
        kind, queue = card.type, card.queue
        return IncomingCard(
            card.id,
            card.ordinal,
            kind if 0 <= kind <= 3 else 0,
            due_day,
            due_ms,
            card.due if kind == 0 else 0,
            _within(0, card.interval, _FARTHEST_DAY),
            _within(0, card.ease, _HIGHEST_EASE),
            card.left % 1000,
            queue == -1,
            queue in (-2, -3),
            card.flag,
            _moment_ms(card.modified_s),
        )

    def _options(self) -> dict[str, dict[str, Any]]:
        used = {self._all.decks.get(card.deck, "") for card in self._all.cards}
        found: dict[str, dict[str, Any]] = {}
        for key, preset in self._all.presets.items():
            name = self._all.decks.get(key, "")
            options = options_of(preset)
            if name in used and options:
                found[name] = options
        return found


def _within(least: int, number: int, most: int) -> int:
    # Twice as fast as min and max.
    return number if least <= number <= most else least if number < least else most


def _day(number: int) -> int:
    return _within(-_FARTHEST_DAY, number, _FARTHEST_DAY)


def _moment_ms(at_s: int) -> int:
    return _within(0, at_s, LATEST_S) * 1000


@cache
def _deck_name(name: str) -> str:
    """Fold blanks, and leave out parts without a name."""
    parts = [" ".join(part.split()) for part in name.split("::")]
    return "::".join(part for part in parts if part) or _DEFAULT_DECK


def _told(losses: Counter[str]) -> list[str]:
    """Put counts before what happened: `3 notes left out: …`."""
    told: list[str] = []
    for text, count in sorted(losses.items()):
        noun, _, rest = text.partition(" ")
        told.append(f"{count} {noun}{'' if count == 1 else 's'} {rest}")
    return told


def _raw(
    notetype: NoteType, fields: tuple[str, ...], taken: Converted
) -> AnkiFields | None:
    if notetype.id in (BASIC_ID, CLOZE_ID):
        return None
    return AnkiFields(notetype.id, fields, taken.shown)


def _first_day(collection: Collection, day_of: Callable[[int], int]) -> int:
    """Give the study day from which the collection counts."""
    west = collection.minutes_west
    if west is None:
        # The second of the rollover itself counts for the day before.
        return day_of(collection.created_s * 1000 + 1000)
    local_s = collection.created_s - west * 60 - collection.rollover * 3600
    return datetime.fromtimestamp(local_s, UTC).date().toordinal() - _EPOCH_DAY
