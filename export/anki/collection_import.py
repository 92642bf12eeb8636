"""Convert a collection of Anki to incoming notes, cards and options."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Container
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cards.names import imported_deck_name
from cards.note import Basic, Note
from export.anki.anki_model import (
    LATEST_S,
    AnkiCard,
    AnkiNote,
    Collection,
    NoteType,
    Template,
)
from export.anki.converted import INCOMPLETE_TAG, Converted, Unsupported
from export.anki.exact_notes import ExactNote, exact_note
from export.anki.flash_note_types import BASIC_ID, CLOZE_ID
from export.anki.foreign_json import read_json
from export.anki.joined_tags import tags_after
from export.anki.named_notes import first_field, picture_and_header
from export.anki.note_rendering import special_fields
from export.anki.note_types import convert_note
from export.anki.presets import GENANKI_PRESET, options_of, without_defaults
from srs.models.incoming import (
    AnkiFields,
    Incoming,
    IncomingCard,
    IncomingNote,
    Loss,
    LossReason,
)
from srs.models.presets import ancestry
from srs.scheduler.study_day import DAY_S, Calendar

_MIN_EPOCH_S = 1_000_000_000
"""A due value from this on is epoch seconds, not a day."""
_MAX_DAY = 100_000
_MAX_EASE = 1_000_000
_MAX_COUNT = 1_000_000
_DEFAULT_DECK = "Default"


class ImportResult(Struct, frozen=True):
    """The converted collection."""

    incoming: Incoming
    losses: tuple[Loss, ...]


def convert_collection(
    collection: Collection,
    calendar: Calendar,
    file: Path,
    renamed: Callable[[str], str] | None = None,
    known: Container[str] = (),
) -> ImportResult:
    """Convert notes, cards, reviews and presets.

    Args:
        collection: From `read_collection`.
        calendar: Study days of the user, for what the file doesn't contain itself.
        file: The file name for the notes; media are in the same folder.
        renamed: Replaces the names of media in a field; None if none changed.
        known: Guids of notes whose text is not needed: only their cards are read.
    """
    return _Conversion(collection, calendar, file, renamed, known).result()


class _Conversion:
    def __init__(
        self,
        collection: Collection,
        calendar: Calendar,
        file: Path,
        renamed: Callable[[str], str] | None,
        known: Container[str],
    ) -> None:
        self._collection, self._known = collection, known
        self._file, self._renamed = str(file), renamed
        self._notetypes = collection.notetypes
        if renamed is not None:
            self._notetypes = {
                key: _with_names(notetype, renamed)
                for key, notetype in collection.notetypes.items()
            }
        self._day_of = calendar.day
        self._first_day = first_day(collection, calendar.offset_of)
        self._cards: dict[int, list[AnkiCard]] = defaultdict(list)
        for card in collection.cards:
            self._cards[card.note].append(card)
        self._losses: list[Loss] = []

    def result(self) -> ImportResult:
        """Convert everything."""
        seen: set[str] = set()
        notes: list[IncomingNote] = []
        kept: set[int] = set()
        for read in self._collection.notes:
            note = read
            if not note.guid or note.guid in seen:
                self._lose(LossReason.NOTE_GUID, note)
                note = replace(note, guid=f"{note.guid or 'anki'}-{note.id}")
            seen.add(note.guid)
            try:
                made = self._note(note)
            except Unsupported as error:
                self._lose(error.reason, note, error.detail)
                continue
            notes.append(made)
            kept.update(card.id for card in made.cards)
        self._count_lost_reviews(kept)
        used = {note.notetype for note in self._collection.notes}
        return ImportResult(
            Incoming(
                notes=tuple(notes),
                options=self._options(),
                notetypes={
                    key: notetype.model
                    for key, notetype in self._notetypes.items()
                    if key in used and key not in (BASIC_ID, CLOZE_ID)
                },
                log=self._collection.log,
                collection=str(self._collection.created_s),
                has_marks=_has_schedule(self._collection),
            ),
            tuple(sorted(self._losses, key=lambda loss: (loss.reason, loss.detail))),
        )

    def _lose(
        self, reason: LossReason, note: AnkiNote, detail: str = "", *, count: int = 1
    ) -> None:
        cards = self._cards.get(note.id)
        deck = self._deck_of(cards[0]) if cards else ""
        fields = note.fields
        if reason is LossReason.OCCLUSION:
            fields = (picture_and_header(fields),)
        first = first_field(fields)
        self._losses.append(Loss(reason, count, detail, deck=deck, first_field=first))

    def _count_lost_reviews(self, kept: set[int]) -> None:
        known = {card.id for card in self._collection.cards}
        lost: Counter[LossReason] = Counter()
        for card, count in self._collection.review_counts.items():
            if card in known and card not in kept:
                lost[LossReason.REVIEW] += count
            elif card not in known:
                lost[LossReason.REVIEW_CARD] += count
        self._losses += [Loss(reason, count) for reason, count in lost.items()]

    def _note(self, note: AnkiNote) -> IncomingNote:
        notetype = self._notetypes.get(note.notetype)
        cards = self._cards.get(note.id, [])
        if notetype is None:
            raise Unsupported(LossReason.NOTE_TYPE)
        if not cards:
            raise Unsupported(LossReason.NOTE_CARDS)
        if note.guid in self._known:
            return self._known_note(note, cards)
        exact = exact_note(note)
        if self._renamed is not None:
            fields = tuple(map(self._renamed, note.fields))
            exact = exact if fields == note.fields else None
            note = replace(note, fields=fields)
        converted = self._converted(note, notetype, cards, exact)
        parts = converted.parts
        asked = [card for card in cards if card.ordinal in parts]
        if len(asked) < len(cards):
            self._lose_cards(note, converted, cards)
        if not asked:
            raise Unsupported(LossReason.NOTE_QUESTIONS)
        count = sum(card.ordinal in converted.incomplete for card in asked)
        if count:
            self._lose(LossReason.NOTE_INCOMPLETE, note, count=count)
        deck = self._deck(asked)
        # Positional: keyword arguments take longer, and there are many notes.
        return IncomingNote(
            note.guid,
            note.id,
            self._as_note(note, converted, deck, exact),
            parts,
            _moment_ms(note.modified_s),
            tuple([self._card(card, deck, converted.incomplete) for card in asked]),
            _raw(notetype, note.fields, converted),
            exact.key_in(deck) if exact else "",
        )

    def _converted(
        self,
        note: AnkiNote,
        notetype: NoteType,
        cards: list[AnkiCard],
        exact: ExactNote | None,
    ) -> Converted:
        """Convert the fields; of an exact note, only what they show elsewhere."""
        if exact and notetype.id in (BASIC_ID, CLOZE_ID):
            return Converted(exact.note.content, exact.parts, {})
        converted = convert_note(
            note,
            notetype,
            [card.ordinal for card in cards],
            special_fields(cards, self._collection.decks),
        )
        return replace(converted, parts=exact.parts) if exact else converted

    def _lose_cards(
        self, note: AnkiNote, converted: Converted, cards: list[AnkiCard]
    ) -> None:
        for card in cards:
            if card.ordinal in converted.broken:
                detail = converted.broken[card.ordinal]
                self._lose(LossReason.TEMPLATE, note, detail)
            elif card.ordinal not in converted.parts:
                self._lose(LossReason.CARD, note)

    def _deck(self, cards: list[AnkiCard]) -> str:
        """Return the deck with most of the cards."""
        if len(cards) == 1:
            return self._deck_of(cards[0])
        decks = Counter(map(self._deck_of, cards))
        return max(decks, key=lambda name: decks[name])

    def _deck_of(self, card: AnkiCard) -> str:
        return _deck_name(self._collection.decks.get(card.deck, _DEFAULT_DECK))

    def _known_note(self, note: AnkiNote, cards: list[AnkiCard]) -> IncomingNote:
        return IncomingNote(
            guid=note.guid,
            id=note.id,
            note=Note(Basic("", ""), self._deck(cards), file=self._file),
            parts={},
            changed_ms=_moment_ms(note.modified_s),
            cards=tuple(map(self._card, cards)),
        )

    def _as_note(
        self, note: AnkiNote, converted: Converted, deck: str, exact: ExactNote | None
    ) -> Note:
        if exact is not None:
            tags = tags_after(exact.note.tags, note.tags)
            return replace(exact.note, deck=deck, tags=tags, file=self._file)
        tags = (*note.tags, INCOMPLETE_TAG) if converted.incomplete else note.tags
        return Note(
            converted.content,
            deck,
            converted.id,
            "",
            converted.extra,
            tuple(dict.fromkeys(tags)) if tags else (),
            converted.sources,
            converted.checked,
            file=self._file,
        )

    def _card(
        self,
        card: AnkiCard,
        deck: str = "",
        incomplete: Container[int] = (),
    ) -> IncomingCard:
        own_deck = self._deck_of(card) if deck else ""
        due_day = due_ms = None
        kind, queue = card.type, card.queue
        if kind == 2 and queue in (1, 3):
            kind = 3  # a lapse in scheduler v1
        if kind == 2 and card.due >= _MIN_EPOCH_S:
            # Broken by an old add-on; Check Database makes it due today.
            due_day = self._day_of(max(1, _moment_ms(card.modified_s)))
        elif kind in (1, 2, 3) and card.due >= _MIN_EPOCH_S:
            due_ms = _moment_ms(card.due)
        elif kind in (1, 2, 3):
            due_day = self._first_day + _day(card.due)
        return IncomingCard(
            card.id,
            card.ordinal,
            kind if 0 <= kind <= 3 else 0,
            due_day,
            due_ms,
            card.due if kind == 0 else 0,
            _within(0, card.interval, _MAX_DAY),
            _within(0, card.ease, _MAX_EASE),
            card.left % 1000,
            queue == -1,
            queue in (-2, -3),
            card.flag,
            _moment_ms(card.modified_s),
            own_deck if own_deck != deck else "",
            card.ordinal in incomplete,
            _within(0, card.reps, _MAX_COUNT),
            _within(0, card.lapses, _MAX_COUNT),
        )

    def _options(self) -> dict[str, dict[str, Any]]:
        """Return the options of the decks with cards, and of the decks above those.

        Nobody has chosen those that genanki puts into each package.
        """
        decks = self._collection.decks
        filled = {card.deck for card in self._collection.cards} & decks.keys()
        used = {name for deck in filled for name in ancestry(_deck_name(decks[deck]))}
        found: dict[str, dict[str, Any]] = {}
        is_fresh = not _has_schedule(self._collection)
        for key, preset in self._collection.presets.items():
            name = _deck_name(decks.get(key, ""))
            if name in used and not (is_fresh and preset == GENANKI_PRESET):
                found[name] = options_of(preset)
                for values in preset.unknown_parameters.values():
                    loss = Loss(
                        LossReason.PARAMETERS, detail=str(len(values)), deck=name
                    )
                    self._losses.append(loss)
        return without_defaults(found)


def _has_schedule(collection: Collection) -> bool:
    """Return False for what Anki exports without scheduling information."""
    return bool(collection.review_counts) or any(
        card.type or card.queue or card.flag or card.reps for card in collection.cards
    )


def _within(least: int, number: int, most: int) -> int:
    # Twice as fast as min() and max().
    return number if least <= number <= most else least if number < least else most


def _day(number: int) -> int:
    return _within(-_MAX_DAY, number, _MAX_DAY)


def _moment_ms(at_s: int) -> int:
    return _within(0, at_s, LATEST_S) * 1000


def _with_names(notetype: NoteType, renamed: Callable[[str], str]) -> NoteType:
    """Replace the names of media in templates and style."""
    model = _renamed_in(read_json(notetype.model), renamed)
    if model == read_json(notetype.model):
        return notetype
    templates = tuple(
        Template(one.name, renamed(one.question), renamed(one.answer))
        for one in notetype.templates
    )
    return replace(
        notetype,
        templates=templates,
        model=json.dumps(model, ensure_ascii=False, sort_keys=True),
    )


def _renamed_in(value: Any, renamed: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed_in(one, renamed) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed_in(one, renamed) for one in value]
    return renamed(value) if isinstance(value, str) else value


@cache
def _deck_name(name: str) -> str:
    return imported_deck_name(name) or _DEFAULT_DECK


def _raw(
    notetype: NoteType, fields: tuple[str, ...], converted: Converted
) -> AnkiFields | None:
    if notetype.id in (BASIC_ID, CLOZE_ID):
        return None
    return AnkiFields(notetype.id, fields, converted.shown)


def first_day(collection: Collection, offset_of: Callable[[int], int]) -> int:
    """Return the study day from which the due days of a collection count.

    It is the local date of the creation, at whatever hour days begin.

    Args:
        collection: The collection.
        offset_of: Minutes east of UTC at a moment (UTC milliseconds) in the user's time
            zone; used if the collection doesn't contain its own.

    Source:
        days_elapsed in rslib/src/scheduler/timing.rs of
        https://github.com/ankitects/anki.
    """
    created_s, west = collection.created_s, collection.minutes_west
    east = offset_of(created_s * 1000) if west is None else -west
    return (created_s + east * 60) // DAY_S
