"""Write a package for Anki: a database and the media files of its notes.

The oldest format is used: every version of Anki reads it without loss.  The same notes
give the same bytes.
"""

import io
import json
import zipfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cards.note import Cloze
from cards.text.media import with_links_of
from cards.translate import _
from export.anki.anki_model import AnkiNote, NoteType
from export.anki.collection_schemas import notetype_of
from export.anki.converted import INCOMPLETE_TAG, Converted, Unsupported
from export.anki.database import CollectionContents, database
from export.anki.exact_notes import exact_data
from export.anki.fields import OriginalNotes, fields_of, raw_fields
from export.anki.named_notes import first_field
from export.anki.note_types import convert_note, ordinals_of
from export.anki.package_media import PackageMedia
from export.anki.rows import (
    Schedule,
    anki_tag,
    answers_in,
    card_row,
    note_row,
    review_rows,
    scheduled_columns,
)
from export.files import ExportError, replace_file
from srs.models.cards import StoredCard, StoredNote
from srs.models.incoming import (
    AnkiFields,
    Loss,
    LossReason,
    OriginalFields,
    Progressed,
)

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_LEVEL = 1
"""Of deflate: a sixth of the default's time for a tenth more bytes."""


class Creation(Struct, frozen=True):
    """The first day of the collection, from which Anki counts due days."""

    at_s: int
    """Epoch seconds of the rollover hour of a fixed day, in the user's time zone."""
    minutes_west: int
    """Minutes west of UTC at that moment."""
    rollover: int = 4


class Written(Struct, frozen=True):
    """Counts of what a package contains."""

    notes: int
    cards: int
    media: int
    reviews: int = 0
    """Answers."""
    losses: tuple[Loss, ...] = ()
    """Edits and media that were not written."""


def write_package(
    path: Path,
    notes: Iterable[StoredNote],
    creation: Creation,
    progressed: Progressed | None = None,
    schedule: Schedule | None = None,
    foreign: OriginalNotes | None = None,
) -> Written:
    """Write notes and their cards to an `.apkg` or `.colpkg` file.

    Args:
        path: The file; replaced atomically.  A `.colpkg` file switches FSRS on.
        notes: Notes with their cards; retired cards are left out.
        creation: First day of the collection.
        progressed: Called with the number of written notes, every thousand.
        schedule: The schedule and the review log; without it, all cards are new.
        foreign: Notes that came from Anki and keep their fields.

    Raises:
        ExportError: There are no cards, a media file is missing, or the file can't
            be written.
    """
    foreign = foreign or OriginalNotes({}, {})
    is_whole = path.suffix.lower() == ".colpkg"
    contents = CollectionContents(is_whole=is_whole)
    media = PackageMedia(foreign.media)
    if schedule is not None and schedule.with_presets:
        contents.preset_of = schedule.preset_of
    for index, stored in enumerate(notes):
        _add(contents, media, stored, schedule, foreign)
        if progressed and index % 1000 == 0:
            progressed(index)
    if is_whole:
        media.keep_all_shared()
    if not contents.cards:
        raise ExportError(
            str(path), _("no cards to write"), _("choose another deck or tag")
        )
    if schedule is not None:
        ids = {card[0] for card in contents.cards}
        contents.reviews = list(review_rows(schedule, ids))
    written = Written(
        len(contents.notes),
        len(contents.cards),
        len(media.files),
        answers_in(contents.reviews),
        tuple(contents.losses),
    )
    settings = {
        "schedVer": 2,
        "sched2021": True,
        "rollover": creation.rollover,
        "creationOffset": creation.minutes_west,
    }
    if is_whole:
        settings["fsrs"] = True  # an .apkg brings no settings
    made = database(contents, creation.at_s, settings)
    replace_file(path, _zipped(made, media.files))
    return written


def _add(
    contents: CollectionContents,
    media: PackageMedia,
    stored: StoredNote,
    schedule: Schedule | None,
    foreign: OriginalNotes,
) -> None:
    """Add a note and its cards, without retired ones."""
    cards = [card for card in stored.cards if not card.retired]
    if stored.retired or not cards:
        return
    kept = foreign.notes.get(stored.guid)
    if kept is None:
        naming = media.naming(stored)
        fields = fields_of(stored, naming)
        data = exact_data(stored, cards, fields, naming)
        fields, data = foreign.joined.get(stored.guid, (fields, data))
        lost = [(LossReason.MEDIA, name) for name in media.take_lost()]
        contents.losses += _losses(stored, fields, lost)
        contents.notes.append(note_row(stored, cards, fields, data=data))
    else:
        notetype, model = kept.raw.notetype, foreign.notetypes[kept.raw.notetype]
        kept = _with_taken_edits(stored, kept, model)
        fields, is_whole = raw_fields(stored, kept, media.naming_kept(stored))
        fitting = _fitting(fields, len(_read_type(model).fields))
        if fitting is None:
            contents.losses += _losses(stored, fields, [(LossReason.FIELDS, "")])
            return
        fields = fitting
        written = _in_anki(cards, _read_type(model), fields)
        if gone := len(cards) - len(written):
            contents.losses += _losses(
                stored, fields, [(LossReason.CARD_GONE, "")] * gone
            )
        if not written:
            return
        cards = written
        named, (fields, missing) = fields, media.keep(stored, fields, _read_type(model))
        lost = [(LossReason.MEDIA, name) for name in missing]
        if not is_whole or _has_other_extra(stored, kept, model):
            lost.append((LossReason.EDIT, ""))
            is_same = fields == kept.raw.fields and not _has_other_tags(stored, kept)
            if is_same and not foreign.are_current:
                # Anki takes only newer notes: what was changed there stays.
                stored = replace(stored, modified_ms=0)
        contents.losses += _losses(stored, fields, lost)
        contents.notetypes[notetype] = model
        naming = media.naming_kept(stored)
        is_exact = is_whole and fields == named
        data = exact_data(stored, cards, fields, naming) if is_exact else ""
        contents.notes.append(note_row(stored, cards, fields, notetype, data))
        media.keep_shared(stored.note, notetype, model)
    changed_ms, columns = stored.modified_ms, None
    for card in cards:
        deck, latest = card.deck or stored.note.deck, changed_ms
        if schedule is not None:
            latest = changed_at_ms(stored, card)
            columns = scheduled_columns(card, schedule.preset_of(deck), schedule)
        in_deck = contents.decks.id_of(deck)
        contents.cards.append(
            card_row(card, stored.anki_id, in_deck, latest // 1000, columns)
        )


def changed_at_ms(stored: StoredNote, card: StoredCard) -> int:
    """Return when a card was last changed, or its note, UTC milliseconds."""
    return max(stored.modified_ms, card.progress.last_ms or 0, card.marked_ms)


def _in_anki(
    cards: Iterable[StoredCard], notetype: NoteType, fields: Iterable[str]
) -> list[StoredCard]:
    """Return the cards that a note from Anki has there; others would show errors."""
    ordinals = ordinals_of(notetype, fields)
    return [card for card in cards if card.ordinal in ordinals]


def without_other_cards(stored: StoredNote, foreign: OriginalNotes) -> StoredNote:
    """Return a note without the cards that `write_package` would leave out."""
    kept = foreign.notes.get(stored.guid)
    if kept is None:
        return stored
    model = foreign.notetypes[kept.raw.notetype]
    fields, _is_whole = raw_fields(stored, _with_taken_edits(stored, kept, model))
    notetype = _read_type(model)
    return replace(stored, cards=tuple(_in_anki(stored.cards, notetype, fields)))


@lru_cache(maxsize=256)
def _read_type(model: str) -> NoteType:
    return notetype_of(json.loads(model))


def _fitting(fields: tuple[str, ...], width: int) -> tuple[str, ...] | None:
    """Return as many fields as the note type has; None if a text would be lost.

    A device may have got a note type with a new field before the notes.
    """
    if any(fields[width:]):
        return None
    return fields[:width] + ("",) * (width - len(fields))


def _losses(
    stored: StoredNote, fields: tuple[str, ...], lost: list[tuple[LossReason, str]]
) -> list[Loss]:
    deck, first = stored.note.deck, first_field(fields) if lost else ""
    return [Loss(why, detail=name, deck=deck, first_field=first) for why, name in lost]


def _has_other_extra(stored: StoredNote, kept: OriginalFields, model: str) -> bool:
    """Return True if a note from Anki has an extra or sources that Anki has not.

    Unless `raw_fields` compares the extra.
    """
    note, raw = stored.note, kept.raw
    if note.sources or note.changed or note.checked:
        return True
    if kept.extra is not None:
        return False
    if not isinstance(note.content, Cloze):
        return bool(note.extra)
    if not note.line and stored.modified_ms < stored.created_ms:
        return False  # nobody edited it; the template may have changed
    made = _converted(stored, raw, model)
    if made is None:
        return bool(note.extra)
    return with_links_of(note.extra, made.extra) != made.extra


def _has_other_tags(stored: StoredNote, kept: OriginalFields) -> bool:
    """Return True if tags of a note from Anki were changed here."""
    if kept.tags is None:
        return False
    ours, theirs = (
        {anki_tag(tag).casefold() for tag in tags} - {INCOMPLETE_TAG}
        for tags in (stored.note.tags, kept.tags)
    )
    return ours != theirs


def _converted(stored: StoredNote, raw: AnkiFields, model: str) -> Converted | None:
    """Convert the fields that a note has in Anki; None if flash can't hold them."""
    original = AnkiNote(
        stored.anki_id, stored.guid, raw.notetype, 0, stored.note.tags, raw.fields
    )
    ordinals = [card.ordinal for card in stored.cards]
    try:
        return convert_note(original, _read_type(model), ordinals)
    except Unsupported:
        return None


def _with_taken_edits(
    stored: StoredNote, kept: OriginalFields, model: str
) -> OriginalFields:
    """Return the original fields, with the texts that a deck file took from Anki."""
    encoded = msgspec.json.encode(stored.note.content)
    has_other_extra = kept.extra not in (None, stored.note.extra)
    if encoded.decode() == kept.content and not has_other_extra:
        return kept
    made = _converted(stored, kept.raw, model)
    if made is None:
        return kept
    if has_other_extra and made.extra == stored.note.extra:
        kept = replace(kept, extra=made.extra)
    theirs = msgspec.json.encode(made.content)
    if theirs == encoded:
        return replace(kept, content=encoded.decode())
    old, ours = msgspec.json.decode(kept.content), msgspec.json.decode(encoded)
    new = msgspec.json.decode(theirs)
    if old["type"] == ours["type"] == new["type"]:
        old |= {key: text for key, text in new.items() if ours.get(key) == text}
    return replace(kept, content=msgspec.json.encode(old).decode())


def _zipped(database: bytes, media: dict[str, Path]) -> bytes:
    buffer = io.BytesIO()
    names = sorted(media)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "collection.anki2", database)
        listed = {str(index): name for index, name in enumerate(names)}
        _put(archive, "media", json.dumps(listed).encode())
        for index, name in enumerate(names):
            _put(archive, str(index), media[name].read_bytes())
    return buffer.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, data, compresslevel=_LEVEL)
