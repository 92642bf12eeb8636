"""Which media files notes show: a register of each note, by the hash of the content.

`files` is what all devices agree on.  `seen` is what this device has seen of its own
files, and at which stamp of the note: so only what changed is read again, and a device
whose file differs from the register doesn't send it time and again.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from cards.note import Note
from srs.models.log_entries import MediaEntry, MediaFile
from srs.models.media import MediaFiles
from srs.store.connection import Store
from srs.store.rows import NOTE_COLUMNS, note_of
from srs.store.stamps import STAMP

Seen = dict[str, tuple[str, int, int]]
"""Hash, size and time of change (nanoseconds) by name; an empty hash for a file that
is missing or too large."""

_files = msgspec.json.Decoder(tuple[MediaFile, ...])
_seen = msgspec.json.Decoder(Seen)
_SHOWS_MEDIA = """
    (instr(n.fields, '![') or instr(n.extra, '![') or instr(a.fields, '<')
     or instr(a.fields, '[sound:'))
"""


_LOOKED = "(select coalesce(max(scanned), 0) from note_media where guid = '')"
"""The clock at the last look at all notes: most have no files, and no row."""


class WatchedNote(Struct, frozen=True):
    """A note with files on this device."""

    guid: str
    file: str
    stamp: int
    """Of its text."""
    seen: Seen | None
    """None if it was never looked at."""
    is_registered: bool
    """Whether a device has sent its files."""
    is_from_anki: bool = False
    """Whether it may show imported files."""
    note: Note | None = None
    """If its text has changed since."""
    fields: tuple[str, ...] = ()
    """As in Anki, likewise."""


def media_folder(store: Path) -> Path:
    """Return the folder for imported and received media files of a store."""
    return store.with_name(store.name + ".media")


def media_files(store: Store, guid: str = "") -> MediaFiles:
    """Find media files of all notes, or of one."""
    received = {
        key: {one.path: one.digest for one in files}
        for key, _file, files in registered_files(store, guid)
    }
    return MediaFiles(media_folder(store.path.absolute()), received)


def registered_files(
    store: Store, guid: str = ""
) -> Iterator[tuple[str, str, tuple[MediaFile, ...]]]:
    """Yield guid, deck file and media files of notes, or of one."""
    sql = """
        select m.guid, coalesce(n.file, ''), m.files
          from note_media m left join notes n on n.guid = m.guid
         where m.files <> '[]' and (:guid = '' or m.guid = :guid)
    """
    for key, file, files in store.rows(sql, {"guid": guid}):
        yield key, file, _files.decode(files)


def watched_notes(store: Store) -> Iterator[WatchedNote]:
    """Yield the notes whose text has changed, and those with files that may have."""
    changed = f"""
        select {NOTE_COLUMNS}, n.stamp, coalesce(m.seen, ''),
               coalesce(m.stamp, 0) > 0, coalesce(a.fields, '')
          from (select guid from notes where stamp > {_LOOKED} and file <> ''
                 union
                select o.guid from note_media o join notes using (guid)
                 where o.scanned is null or o.scanned <> notes.stamp) c
         cross join notes n on n.guid = c.guid
          join decks d on d.id = n.deck
          left join anki_notes a on a.guid = n.guid
          left join note_media m on m.guid = n.guid
         where n.retired = 0 and n.file <> ''
           and (m.guid is not null or {_SHOWS_MEDIA})
    """
    for *row, stamp, seen, is_registered, fields in store.rows(changed):
        yield WatchedNote(
            row[0],
            row[13],
            stamp,
            _seen.decode(seen) if seen else None,
            bool(is_registered),
            bool(fields),
            note_of(row),
            tuple(fields.split("\x1f")),
        )
    same = """
        select n.guid, n.file, n.stamp, m.seen, m.stamp > 0,
               n.guid in (select guid from anki_notes)
          from note_media m join notes n on n.guid = m.guid
         where n.retired = 0 and n.file <> '' and m.scanned = n.stamp
           and m.seen not in ('', '{}')
    """
    for guid, file, stamp, seen, is_registered, is_from_anki in store.rows(same):
        known = _seen.decode(seen)
        yield WatchedNote(
            guid, file, stamp, known, bool(is_registered), bool(is_from_anki)
        )


def notes_with_media(store: Store) -> list[tuple[str, Note]]:
    """Return the notes in use that may show media files, with their guids."""
    sql = f"""
        select {NOTE_COLUMNS} from notes n join decks d on d.id = n.deck
         where n.retired = 0 and (instr(n.fields, '![') or instr(n.extra, '!['))
    """
    return [(row[0], note_of(row)) for row in store.rows(sql)]


def has_new_notes(store: Store) -> bool:
    """Return True if notes were changed since the last look at all of them."""
    sql = f"select 1 from notes where stamp > {_LOOKED} limit 1"
    return store.row(sql) is not None


def seen_files(store: Store, key: str) -> tuple[Seen | None, bool]:
    """Return what was seen of files, and whether a device has sent them."""
    sql = "select seen, stamp > 0 from note_media where guid = :guid"
    row = store.row(sql, {"guid": key})
    return (
        (_seen.decode(row[0]) if row[0] else None, bool(row[1]))
        if row
        else (None, False)
    )


def save_seen(
    connection: sqlite3.Connection,
    key: str,
    scanned: int,
    seen: Seen,
    files: tuple[MediaFile, ...] | None,
) -> None:
    """Remember inside a transaction what was seen of the files of a note.

    Args:
        connection: The store's.
        key: The guid, or see `srs.models.media.notetype_key`.
        scanned: The stamp of its text.
        seen: What was seen.
        files: What the other devices shall have; None to leave that.
    """
    values = (key, scanned, msgspec.json.encode(seen).decode())
    connection.execute(
        """
        insert into note_media (guid, scanned, seen) values (?, ?, ?)
            on conflict do update
            set scanned = excluded.scanned, seen = excluded.seen
        """,
        values,
    )
    if files is not None:
        text = msgspec.json.encode(files).decode()
        connection.execute(
            f"""
            update note_media set files = ?, stamp = {STAMP}, device = ''
             where guid = ?
            """,
            (text, key),
        )


def entries_of_rows(rows: Iterable[tuple[str, int, str, str]]) -> Iterator[MediaEntry]:
    """Make entries of guid, stamp, device and files."""
    for guid, stamp, device, files in rows:
        yield MediaEntry(guid, stamp, device, _files.decode(files))


class MediaMerge:
    """Merges entries about media files inside a transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        device: str,
        has_medium: Callable[[str], bool],
    ) -> None:
        """Prepare to merge.

        Args:
            connection: The store's.
            device: Id of this device.
            has_medium: Returns True if the file with this hash is here.
        """
        self._connection, self._device = connection, device
        self._has_medium = has_medium
        self._waiting: dict[str, int] = {}
        """The latest stamps of entries with files that are not here."""

    def waits(self, key: str) -> bool:
        """Return True if a note or a note type has to wait for its files."""
        return key in self._waiting

    def merge(self, entry: MediaEntry) -> bool:
        """Register the files of an entry; return False if not all of them are here."""
        key, stamp = entry.guid, entry.stamp
        if self._is_later(entry):
            if not all(self._has_medium(one.digest) for one in entry.files):
                self._waiting[key] = max(stamp, self._waiting.get(key, 0))
                return False
            self._write(entry)
        if self.waits(key) and self._waiting[key] <= stamp:
            del self._waiting[key]
        return True

    def _is_later(self, entry: MediaEntry) -> bool:
        sql = "select stamp, device, files from note_media where guid = ?"
        row = self._connection.execute(sql, (entry.guid,)).fetchone()
        if row is None or row[0] == 0:
            return True
        ours = (row[0], row[1] or self._device, row[2].encode())
        return (entry.stamp, entry.device, msgspec.json.encode(entry.files)) > ours

    def _write(self, entry: MediaEntry) -> None:
        device = "" if entry.device == self._device else entry.device
        files = msgspec.json.encode(entry.files).decode()
        self._connection.execute(
            """
            insert into note_media (guid, files, stamp, device) values (?, ?, ?, ?)
                on conflict do update
                set files = excluded.files, stamp = excluded.stamp,
                    device = excluded.device
            """,
            (entry.guid, files, entry.stamp, device),
        )
