"""Move in from hashcards, org-fc or Mnemosyne, with the history.

The cards become deck files in a new folder, which belong to the user; the log is merged
as that of Anki.  A card without a log keeps its due day.
"""

import shutil
import sqlite3
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from msgspec import Struct

from cards.deckfile.discovery import decks_in, is_markdown
from cards.errors import DeckError, FlashError
from cards.files import files_under
from cards.identity.keys import guid_for, text_key
from cards.media_places import own_file
from cards.note import Note
from cards.questions import texts_of
from cards.translate import _, ngettext
from export.database_file import has_unsaved, opened, plain_tables
from export.deck_files import WrittenDecks, write_decks
from export.files import PackageError
from export.programs import hashcards, mnemosyne
from export.programs.org_fc import LOG, read_org_fc
from export.programs.schedule import Moved, MovedNote
from flash.service.context import AppContext
from flash.service.deck_reading import ParsedFiles, read_files
from flash.service.history_import import HistoryImport, HistoryKey, add_with_history
from srs.models.cards import StoredNote
from srs.models.incoming import Loss, LossReason
from srs.models.media import MediaFiles
from srs.scheduler.study_day import Calendar
from srs.store.import_rows import removed_guids
from srs.store.notes import known_notes

DATABASES = (".db", ".sqlite", ".sqlite3")
_HASHCARDS = "hashcards.db"
_ORG_CARD = b":fc:"


class MovedIn(Struct, frozen=True):
    """The result of moving in."""

    history: HistoryImport
    files: tuple[Path, ...]
    missing: tuple[str, ...]
    """Media that were not found, with their places."""
    cleaned: tuple[str, ...]
    """The places of cards whose control characters were left out."""
    losses: tuple[Loss, ...]
    notes: tuple[Path, ...] = ()
    """Notes with cards in the folder, which were not imported."""


def source_of(path: Path) -> Path | None:
    """Return the database or the Org file to import; None if the path has none.

    Args:
        path: A file, or a folder with a database of hashcards or with Org files.
    """
    if path.is_dir():
        if (path / _HASHCARDS).is_file():
            return path / _HASHCARDS
        return path if _has_org_cards(path) else None
    return path if path.suffix.lower() in (*DATABASES, ".org") else None


def move_in(
    app: AppContext,
    path: Path,
    target: Path | None,
    *,
    reviews_only: bool = False,
    dry_run: bool = False,
) -> MovedIn:
    """Write the cards to deck files, add them, and merge their log.

    Args:
        app: The open store.
        path: For which `source_of` returns a source.
        target: The folder to write; it must not exist if there are new cards.  By
            default it is named after the source.
        reviews_only: Import only answers of known cards.
        dry_run: Change nothing.

    Raises:
        PackageError: The database can't be read; nothing was written.
        DeckError: A text can't be read; nothing was written.
        FlashError: There are new cards, and the folder exists; nothing was written.
        StoreError: The store can't be written; nothing was.
    """
    source = source_of(path) or path
    real = source.resolve()
    name = real.name if source.is_dir() else real.stem
    target = target or Path(f"{name}-decks")
    moved = read_program(source, app.options.calendar)
    found = _Known(app)
    with TemporaryDirectory(prefix="flash-") as folder:
        spare = Path(folder)
        media = _MovedMedia(root=moved.root)
        notes, losses = _acceptable(moved.notes, media, spare)
        named = [(one, found.guid_of(one.note)) for one in notes]
        new = [(one.note, guid) for one, guid in named if guid not in found.guids]
        left_out = len(new) if reviews_only else 0
        if reviews_only:
            named = [(one, guid) for one, guid in named if guid in found.guids]
            new = []
        if new and target.exists():
            raise _folder_exists(target, len(new))
        root = spare / target.name if dry_run else target
        with _written(root, new, media) as written:
            parsed = read_files(written.files) if written else read_files(())
            history = dict(_by_spot(named, parsed, found.guids))
            done = add_with_history(app, parsed, history, dry_run=dry_run)
    done.merged.left_out = left_out
    done.merged.removed = sum(guid in found.removed for _, guid in named)
    files = written.files if written else ()
    return MovedIn(
        done,
        tuple(target / path.relative_to(root) for path in files),
        written.missing if written else (),
        written.cleaned if written else (),
        (*moved.losses, *losses),
        _notes_in(source) if source.is_dir() else (),
    )


def read_program(source: Path, calendar: Calendar) -> Moved:
    """Read the cards of another program.

    Args:
        source: From `source_of`.
        calendar: Study days in the user's time zone.

    Raises:
        PackageError: The database can't be read.
        DeckError: A text can't be read; carries all problems.
    """
    if source.suffix.lower() not in DATABASES:
        files = _org_files(source) if source.is_dir() else [source]
        log = (source if source.is_dir() else source.parent) / LOG
        return read_org_fc(files, log, calendar)
    try:
        if has_unsaved(source):
            hint = _("close the program that uses it, and try again")
            raise PackageError(str(source), _("the database is in use"), hint)
        with opened(source, ()) as connection:
            return _reader_of(connection)(connection, source, calendar)
    except (sqlite3.Error, ValueError, OverflowError) as error:
        message = _("can't be read: {reason}").format(reason=error)
        hint = _("name the database of hashcards or of Mnemosyne 2, or a backup of it")
        raise PackageError(str(source), message, hint) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise PackageError(str(source), _(reason), _("name an existing file")) from None


def _folder_exists(target: Path, new: int) -> FlashError:
    text = ngettext(
        "it exists already, and {n} note is new",
        "it exists already, and {n} notes are new",
        new,
    )
    hint = _("name a new folder with --out, or add --reviews-only")
    return FlashError(text.format(n=new), hint, target)


def _reader_of(
    connection: sqlite3.Connection,
) -> Callable[[sqlite3.Connection, Path, Calendar], Moved]:
    tables = plain_tables(connection)
    if tables.issuperset(mnemosyne.MNEMOSYNE_TABLES):
        return mnemosyne.read_mnemosyne
    if tables.issuperset(hashcards.HASHCARDS_TABLES):
        return hashcards.read_hashcards
    raise ValueError(_("a database of another program"))


def _org_files(folder: Path) -> list[Path]:
    """Return the Org files in a folder, without hidden ones, as org-fc does."""
    found = files_under(folder)
    return [path for path in found if path.suffix == ".org" and path.is_file()]


def _has_org_cards(folder: Path) -> bool:
    """Return True if a folder is to be read as one of org-fc.

    A vault of notes may have Org files without cards, too.
    """
    files = _org_files(folder)
    if any(_ORG_CARD in path.read_bytes() for path in files):
        return True
    return bool(files) and not decks_in(folder).files


def _notes_in(folder: Path) -> tuple[Path, ...]:
    return tuple(filter(is_markdown, decks_in(folder).files))


def _acceptable(
    notes: Sequence[MovedNote], media: MediaFiles, spare: Path
) -> tuple[list[MovedNote], list[Loss]]:
    """Leave out questions asked twice, and notes that a deck file can't hold."""
    seen: dict[str, MovedNote] = {}
    losses: list[Loss] = []
    for one in notes:
        key = one.note.id or text_key(one.note)
        if seen.setdefault(key, one) is not one:
            same_id = _("another card has the same id")
            reason = same_id if one.note.id else _("another card asks the same")
            losses.append(_loss(one, reason))
    refused = dict(_refused(list(seen.values()), media, spare))
    losses += [_loss(one, refused[key]) for key, one in seen.items() if key in refused]
    return [one for key, one in seen.items() if key not in refused], losses


def _loss(one: MovedNote, message: str) -> Loss:
    first = next((text for _, text in texts_of(one.note.content)), "")
    asked = " ".join(first.split())[:60]
    if one.note.line:
        asked = f"{Path(one.note.file).name}:{one.note.line}: {asked}"
    return Loss(
        LossReason.CARD_INVALID, deck=one.note.deck, first_field=asked, detail=message
    )


def _refused(
    notes: Sequence[MovedNote], media: MediaFiles, spare: Path
) -> Iterator[tuple[str, str]]:
    """Yield the key of each note that can't be read back, and why."""
    folder = Path(mkdtemp(dir=spare))
    try:
        if notes:
            stored = _stored((one.note, "") for one in notes)
            read_files(write_decks(folder, stored, media).files)
    except DeckError as error:
        if len(notes) == 1:
            note = notes[0].note
            yield note.id or text_key(note), error.problems[0].message
            return
        half = len(notes) // 2
        yield from _refused(notes[:half], media, spare)
        yield from _refused(notes[half:], media, spare)
    finally:
        shutil.rmtree(folder)


def _stored(notes: Iterable[tuple[Note, str]]) -> list[StoredNote]:
    return [StoredNote(guid, 0, note, 0, ()) for note, guid in notes]


class _MovedMedia(MediaFiles, frozen=True):
    """Finds the media of notes of another program."""

    root: Path | None = None
    """See `export.programs.schedule.Moved`."""

    def own(self, file: str, path: str) -> Path | None:
        """Find a file from the root, else from the folder of the note."""
        return own_file(str(self.root / "notes") if self.root else file, path)


class _Known:
    """The notes in the store."""

    def __init__(self, app: AppContext) -> None:
        self.removed = removed_guids(app.store.connection)
        """Those that were removed here, which stay so."""
        notes = [
            one
            for one in known_notes(app.store)
            if not one.retired or one.guid in self.removed
        ]
        self.guids = {one.guid for one in notes}
        self._by_id = {one.note.id: one.guid for one in notes if one.note.id}
        self._by_text = {one.text_key: one.guid for one in notes}

    def guid_of(self, note: Note) -> str:
        """Return the guid that a note has, or will have."""
        found = self._by_id.get(note.id) if note.id else None
        own = guid_for(note.id or text_key(note))
        # A deck file without its media has the guid as id.
        found = found or self._by_text.get(text_key(note)) or self._by_id.get(own)
        return found or own


@contextmanager
def _written(
    folder: Path, notes: Sequence[tuple[Note, str]], media: MediaFiles
) -> Iterator[WrittenDecks | None]:
    """Write new notes to deck files; remove these again after an error."""
    if not notes:
        yield None
        return
    try:
        yield write_decks(folder, _stored(notes), media)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _by_spot(
    notes: Sequence[tuple[MovedNote, str]], parsed: ParsedFiles, guids: Container[str]
) -> Iterator[tuple[HistoryKey, MovedNote]]:
    """Yield each note by its guid, a new one by its place in the deck files."""
    in_files = {note.id or text_key(note): note for note in parsed.notes}
    for one, guid in notes:
        if guid in guids:
            yield guid, one
            continue
        # A note whose media got other names is found by the guid.
        note = in_files.get(one.note.id or text_key(one.note)) or in_files[guid]
        yield (note.file, note.line), one
