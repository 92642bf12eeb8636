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
from functools import partial
from itertools import chain
from pathlib import Path

from msgspec import Struct

from cards.errors import reason_of
from cards.files import is_file, open_file
from cards.note import Cloze, Note
from cards.translate import _
from export.anki.anki_model import AnkiNote
from export.anki.collection_import import first_field
from export.anki.collection_schemas import notetype_of
from export.anki.converted import Unsupported
from export.anki.database import CollectionContents, database
from export.anki.fields import OriginalNotes, fields_of, raw_fields
from export.anki.media_references import REMOTE, media_names, template_files
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
        fields = fields_of(stored, media.naming(stored.note))
        contents.notes.append(note_row(stored, cards, fields))
    else:
        notetype, model = kept.raw.notetype, foreign.notetypes[kept.raw.notetype]
        contents.notetypes[notetype] = model
        fields, is_whole = raw_fields(stored, kept, media.naming_kept(stored.note))
        lost = [(LossReason.MEDIA, name) for name in media.keep(stored.note, fields)]
        if not is_whole or _has_other_extra(stored, kept, model):
            lost.append((LossReason.EDIT, ""))
        contents.losses += [
            Loss(
                reason,
                detail=name,
                deck=stored.note.deck,
                first_field=first_field(fields),
            )
            for reason, name in lost
        ]
        contents.notes.append(note_row(stored, cards, fields, notetype))
        media.keep_shared(stored.note, model)
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
        made = convert_note(original, notetype_of(json.loads(model)), ordinals)
    except Unsupported:
        return bool(note.extra)
    return made.extra != note.extra


def media_naming(note: Note) -> Callable[[str], str]:
    """Return a function from the paths of a note to their names in a package.

    Raises, when called:
        ExportError: The file is missing or outside the folder of the deck.
    """
    return _Media().naming(note)


class _Media:
    """Media files, named by their content."""

    def __init__(self, imported: Path | None = None) -> None:
        self.files: dict[str, Path] = {}
        """By name in the package."""
        self._imported = imported
        self._names: dict[Path, str] = {}
        self._kept: set[tuple[Path, str]] = set()
        self._missing: set[str] = set()

    def keep(self, note: Note, fields: tuple[str, ...]) -> list[str]:
        """Add the files that fields from Anki refer to, under the same names.

        Returns:
            The names of missing files that no call before returned.
        """
        names = list(chain.from_iterable(map(media_names, fields)))
        for folder in self._folders(note) if names else ():
            for name in names:
                if Path(name).name == name and is_file(folder / name):
                    self.files[name] = folder / name
        missing = {name for name in names if not name.startswith(REMOTE)}
        missing -= self.files.keys() | self._missing
        self._missing |= missing
        return sorted(missing)

    def keep_shared(self, note: Note, notetype: str) -> None:
        """Add the files that a note type from Anki, given as JSON, refers to."""
        for folder in self._folders(note):
            if (folder, notetype) not in self._kept:
                self._kept.add((folder, notetype))
                for name in template_files(notetype, folder):
                    self.files[name] = folder / name

    def _folders(self, note: Note) -> list[Path]:
        """Return the folders with files of a note from Anki, the best one last."""
        own = Path(note.file).parent
        return [self._imported, own] if self._imported not in (None, own) else [own]

    def naming(self, note: Note) -> Callable[[str], str]:
        """Return a function from the paths of a note to names in the package."""
        return partial(self._name, note)

    def naming_kept(self, note: Note) -> Callable[[str], str]:
        """Return the same for a note from Anki: names without a folder stay."""

        def named(path: str) -> str:
            if Path(path).name == path:
                return path
            try:
                return self._name(note, path)
            except ExportError:
                return path

        return named

    def _name(self, note: Note, path: str) -> str:
        place = f"{note.file}:{note.line}"
        folder = Path(note.file).parent
        file = folder / path
        if file not in self._names:
            if not file.resolve().is_relative_to(folder.resolve()):
                hint = _("keep media files in the folder of the deck")
                raise ExportError(
                    place,
                    _("'{path}' is outside the deck's folder").format(path=path),
                    hint,
                )
            try:
                with open_file(file) as opened:
                    digest = hashlib.sha256(opened.read()).hexdigest()[:20]
            except OSError as error:
                reason = _("'{path}': {reason}").format(
                    path=path, reason=reason_of(error)
                )
                raise ExportError(
                    place, reason, _("put it at {file}").format(file=file)
                ) from None
            suffix = file.suffix.lower()
            name = f"flash-{digest}{suffix if _SUFFIX(suffix) else ''}"
            self._names[file] = name
            self.files[name] = file
        return self._names[file]


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
