"""Write a package for Anki: a database and the media files of its notes.

The oldest format is used: every version of Anki reads it without loss.  The same notes
give the same bytes.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from pathlib import Path

from msgspec import Struct

from cards.errors import reason_of
from cards.files import is_file, open_file
from cards.media_places import is_inside
from cards.note import Cloze, Note
from cards.text.media import with_links_of
from cards.translate import _
from export.anki.anki_model import AnkiNote, NoteType
from export.anki.collection_import import first_field
from export.anki.collection_schemas import notetype_of
from export.anki.converted import Unsupported
from export.anki.database import CollectionContents, database
from export.anki.fields import OriginalNotes, fields_of, raw_fields
from export.anki.media_references import (
    REMOTE,
    shared_files,
    template_files,
    with_names,
)
from export.anki.note_rendering import note_files
from export.anki.note_types import convert_note
from export.anki.rows import (
    Schedule,
    card_row,
    note_row,
    review_rows,
    scheduled_columns,
)
from export.files import ExportError, replace_file
from srs.models.cards import StoredNote
from srs.models.incoming import Loss, LossReason, OriginalFields, Progressed
from srs.models.media import MediaFiles, notetype_key

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_LEVEL = 1
"""Of deflate: a sixth of the default's time for a tenth more bytes."""
_SUFFIX = re.compile(r"\.[a-z0-9]{1,12}").fullmatch


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
    """Write notes and their cards to an `.apkg` file.

    Args:
        path: The file; replaced atomically.
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
    contents, media = CollectionContents(), _Media(foreign.media)
    if schedule is not None:
        contents.preset_of = schedule.preset_of
    for index, stored in enumerate(notes):
        _add(contents, media, stored, schedule, foreign)
        if progressed and index % 1000 == 0:
            progressed(index)
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
        len(contents.reviews),
        tuple(contents.losses),
    )
    settings = {
        "schedVer": 2,
        "sched2021": True,
        "rollover": creation.rollover,
        "creationOffset": creation.minutes_west,
    }
    made = database(contents, creation.at_s, settings)
    replace_file(path, _zipped(made, media.files))
    return written


def _add(
    contents: CollectionContents,
    media: "_Media",
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
        fields = fields_of(stored, media.naming(stored))
        lost = [(LossReason.MEDIA, name) for name in media.take_lost()]
        contents.losses += _losses(stored, fields, lost)
        contents.notes.append(note_row(stored, cards, fields))
    else:
        notetype, model = kept.raw.notetype, foreign.notetypes[kept.raw.notetype]
        fields, is_whole = raw_fields(stored, kept, media.naming_kept(stored))
        fitting = _fitting(fields, len(_read_type(model).fields))
        if fitting is None:
            contents.losses += _losses(stored, fields, [(LossReason.FIELDS, "")])
            return
        fields = fitting
        fields, missing = media.keep(stored, fields, _read_type(model))
        lost = [(LossReason.MEDIA, name) for name in missing]
        if not is_whole or _has_other_extra(stored, kept, model):
            lost.append((LossReason.EDIT, ""))
        contents.losses += _losses(stored, fields, lost)
        contents.notetypes[notetype] = model
        contents.notes.append(note_row(stored, cards, fields, notetype))
        media.keep_shared(stored.note, notetype, model)
    changed_ms, columns = stored.modified_ms, None
    for card in cards:
        deck, latest = card.deck or stored.note.deck, changed_ms
        if schedule is not None:
            latest = max(changed_ms, card.progress.last_ms or 0, card.marked_ms)
            columns = scheduled_columns(card, schedule.preset_of(deck), schedule)
        in_deck = contents.decks.id_of(deck)
        contents.cards.append(
            card_row(card, stored.anki_id, in_deck, latest // 1000, columns)
        )


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
    """Return True if a note from Anki has an extra or sources that Anki has not."""
    note, raw = stored.note, kept.raw
    if note.sources or note.changed or note.checked:
        return True
    if not isinstance(note.content, Cloze):
        return bool(note.extra)
    if not note.line:
        return False  # only a deck file gives a cloze another extra
    original = AnkiNote(
        stored.anki_id, stored.guid, raw.notetype, 0, note.tags, raw.fields
    )
    ordinals = [card.ordinal for card in stored.cards]
    try:
        made = convert_note(original, _read_type(model), ordinals)
    except Unsupported:
        return bool(note.extra)
    return with_links_of(note.extra, made.extra) != made.extra


def media_naming(stored: StoredNote, media: MediaFiles) -> Callable[[str], str]:
    """Return a function from the paths of a note to their names in a package.

    Raises, when called:
        ExportError: The file is missing or outside the folder of the deck.
    """
    return _Media(media).naming(stored)


class _Media:
    """Media files, named by their content."""

    def __init__(self, places: MediaFiles) -> None:
        self.files: dict[str, Path] = {}
        """By name in the package."""
        self._places = places
        self._names: dict[Path, str] = {}
        self._shared: dict[Path, dict[str, Path]] = {}
        self._kept: set[tuple[Path, int]] = set()
        self._missing: set[str] = set()
        self._lost: list[str] = []

    def keep(
        self, stored: StoredNote, fields: tuple[str, ...], notetype: NoteType
    ) -> tuple[tuple[str, ...], list[str]]:
        """Add the files that a note from Anki refers to, under the same names.

        Returns:
            The fields, with another name for a file whose name is taken by another
            one, and the names of missing files that no call before returned.
        """
        note, places, renamed = stored.note, self._places, dict[str, str]()
        missing: set[str] = set()
        for name in note_files(notetype, fields):
            if name.startswith(REMOTE):
                continue
            found = None
            if Path(name).name == name:
                found = places.find(stored.guid, note.file, name)
                found = found or places.imported(name)
            if found is None:
                missing.add(name)
            elif not _is_same(self.files.setdefault(name, found), found):
                digest = _digest(found)[:8]
                renamed[name] = f"{Path(name).stem}-{digest}{Path(name).suffix}"
                self.files[renamed[name]] = found
        missing -= self.files.keys() | self._missing
        self._missing |= missing
        if renamed:
            fields = tuple(with_names(field, renamed) for field in fields)
        return fields, sorted(missing)

    def keep_shared(self, note: Note, key: int, notetype: str) -> None:
        """Add the files that a note type from Anki, given as JSON, refers to."""
        own = Path(note.file).parent
        if (own, key) in self._kept:
            return
        self._kept.add((own, key))
        received = self._places.received.get(notetype_key(key), {})
        shared = {
            name: file
            for name, digest in received.items()
            if (file := self._places.received_file(digest)) and is_file(file)
        }
        for folder in (self._places.folder, own if note.file else None):
            if folder is not None:
                if folder not in self._shared:
                    self._shared[folder] = shared_files(folder)
                shared |= self._shared[folder]
        for name in template_files(notetype, shared):
            self.files[name] = shared[name]

    def naming(self, stored: StoredNote) -> Callable[[str], str]:
        """Return a function from the paths of a note to names in the package."""
        return partial(self._name, stored)

    def naming_kept(self, stored: StoredNote) -> Callable[[str], str]:
        """Return the same for a note from Anki: names without a folder stay."""

        def named(path: str) -> str:
            if Path(path).name == path:
                return path
            try:
                return self._name(stored, path)
            except ExportError:
                return path

        return named

    def take_lost(self) -> list[str]:
        """Return the files that notes of other devices lacked since the last call."""
        lost, self._lost = self._lost, []
        return lost

    def _name(self, stored: StoredNote, path: str) -> str:
        note = stored.note
        file = self._places.find(stored.guid, note.file, path)
        if file is None and not note.file:
            self._lost.append(path)  # the other device had not got it either
            return path
        file = file or _required(note, path)
        if file not in self._names:
            try:
                digest = _digest(file)[:20]
            except OSError as error:
                reason = _("'{path}': {reason}").format(
                    path=path, reason=reason_of(error)
                )
                hint = _("put it at {file}").format(file=file)
                raise ExportError(f"{note.file}:{note.line}", reason, hint) from None
            suffix = Path(path).suffix.lower()
            name = f"flash-{digest}{suffix if _SUFFIX(suffix) else ''}"
            self._names[file] = name
            self.files[name] = file
        return self._names[file]


def _required(note: Note, path: str) -> Path:
    """Return the place of a file that is missing.

    Raises:
        ExportError: It is outside the folder of the deck.
    """
    if not is_inside(note.file, path):
        message = _("'{path}' is outside the deck's folder").format(path=path)
        hint = _("keep media files in the folder of the deck")
        raise ExportError(f"{note.file}:{note.line}", message, hint)
    return Path(note.file).parent / path


def _digest(file: Path) -> str:
    with open_file(file) as opened:
        return hashlib.sha256(opened.read()).hexdigest()


def _is_same(one: Path, other: Path) -> bool:
    return one == other or one.read_bytes() == other.read_bytes()


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
