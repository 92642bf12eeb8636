"""Media files in a log: register those of notes, send each file once, receive it.

A file is `media/` and the hash of its content, so two files with one name are two, and
what arrives is checked by its name.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from cards.files import open_file
from cards.questions import media_of
from cards.text.media import is_remote
from export.anki.media_references import media_names, shared_files, template_files
from export.files import make_folder, replace_file
from srs.models.carrier import Carrier
from srs.models.log_entries import LARGEST_MEDIA, MediaEntry, MediaFile
from srs.models.media import MediaFiles, notetype_key
from srs.store.connection import Store
from srs.store.import_rows import original_notetypes
from srs.store.note_media import (
    Seen,
    WatchedNote,
    has_new_notes,
    media_files,
    registered_files,
    save_seen,
    seen_files,
    watched_notes,
)
from srs.store.stamps import last_stamp
from srs.sync.log import MEDIA, Arrived, Fault, Listing
from srs.sync.segments import BrokenSegment, media_entries, read_entries


class Registered(Struct):
    """What was found in the files of this device."""

    entries: int = 0
    """Notes whose files the other devices don't know yet."""
    too_large: list[str] = []
    """Files that are not sent."""


def register_media(store: Store, *, dry_run: bool = False) -> Registered:
    """Look at the media files of the notes that have a deck file here.

    Args:
        store: The store.
        dry_run: Change nothing.

    Raises:
        StoreError: The store can't be written.
    """
    places, found = media_files(store), Registered()
    is_new, now = has_new_notes(store), last_stamp(store.connection)
    watched = [*_watched_notetypes(store, places), *watched_notes(store)]
    changed: list[tuple[str, int, Seen, tuple[MediaFile, ...] | None]] = []
    for one in watched:
        before = one.seen or {}
        seen = {name: _look(one, name, before, places) for name in _names(one)}
        found.too_large += [
            f"{name} ({one.file})"
            for name, (_, size, _ns) in seen.items()
            if size > LARGEST_MEDIA
        ]
        if seen == one.seen and one.note is None:
            continue
        # Of two devices with different files the one that changes its own speaks.
        is_first = one.seen is None and one.is_registered
        files = None if is_first or _sent(seen) == _sent(before) else _sent(seen)
        found.entries += files is not None
        changed.append((one.guid, one.stamp, seen, files))
    if is_new:
        changed.append(("", now, {}, None))
    if changed:
        with store.transaction(dry_run=dry_run) as connection:
            for row in changed:
                save_seen(connection, *row)
    return found


def _watched_notetypes(store: Store, places: MediaFiles) -> Iterator[WatchedNote]:
    """Yield the note types of Anki as if they were notes with files."""
    folder = places.folder
    shared = shared_files(folder) if folder else {}
    if folder is None or not shared:
        return
    for key, model in original_notetypes(store).items():
        names = template_files(model, shared)
        if names:
            guid, file = notetype_key(key), str(folder / "anki")
            seen, is_registered = seen_files(store, guid)
            before = seen or {}
            seen = {name: before.get(name, ("", 0, 0)) for name in sorted(names)}
            yield WatchedNote(guid, file, 0, seen, is_registered)


def _names(one: WatchedNote) -> Iterable[str]:
    if one.note is None:
        return one.seen or ()
    raw = [
        name
        for field in one.fields
        for name in media_names(field)
        if not is_remote(name)
    ]
    return dict.fromkeys([*media_of(one.note), *raw])


def _look(
    one: WatchedNote, name: str, before: Seen, places: MediaFiles
) -> tuple[str, int, int]:
    """Return hash, size and time of change of a file; see `Seen`."""
    path = places.own(one.file, name)
    if path is None and one.is_from_anki:
        path = places.imported(name)
    with suppress(OSError):
        if path is not None:
            stat = path.stat()
            known = before.get(name, ("", 0, 0))
            if known[0] and known[1:] == (stat.st_size, stat.st_mtime_ns):
                return known
            small = stat.st_size <= LARGEST_MEDIA
            digest = _digest(_read(path)) if small else ""
            return digest, stat.st_size, stat.st_mtime_ns
    return "", 0, 0


def _sent(seen: Seen) -> tuple[MediaFile, ...]:
    return tuple(
        MediaFile(name, digest, size)
        for name, (digest, size, _) in seen.items()
        if digest
    )


def _read(path: Path) -> bytes:
    with open_file(path) as file:
        return file.read(LARGEST_MEDIA + 1)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def send_media(
    store: Store, carrier: Carrier, listing: Listing, *, dry_run: bool = False
) -> int:
    """Send the registered files that are here and that the log lacks.

    Returns:
        Their number.

    Raises:
        FlashError: The carrier fails; running again goes on.
    """
    places, done = media_files(store), set(listing.media)
    count = len(done)
    for _guid, file, files in registered_files(store):
        for one in files:
            if one.digest in done:
                continue
            for path in (
                places.own(file, one.path),
                places.imported(one.path),
                places.received_file(one.digest),
            ):
                data = _read_whole(path, one) if path else None
                if data is not None:
                    if not dry_run:
                        carrier.put(f"{MEDIA}/{one.digest}", data)
                    done.add(one.digest)
                    break
    return len(done) - count


def _read_whole(path: Path, expected: MediaFile) -> bytes | None:
    """Read a file; None if it is not what was registered, or not there."""
    with suppress(OSError):
        data = _read(path)
        if _digest(data) == expected.digest:
            return data
    return None


class Fetched(Struct):
    """Media files that were received."""

    count: int = 0
    faults: list[Fault] = []
    """Those whose content is not what their name says."""


def fetch_media(
    carrier: Carrier,
    listing: Listing,
    arrived: Iterable[Arrived],
    parked: Iterable[bytes],
    places: MediaFiles,
    *,
    dry_run: bool = False,
) -> Fetched:
    """Fetch the files that entries name, before the entries are merged.

    Args:
        carrier: Where they are.
        listing: What is there.
        arrived: Segments with entries.
        parked: Entries that waited for files.
        places: Where they are kept.
        dry_run: Only count.

    Raises:
        FlashError: The carrier fails, or a file can't be written; running again goes
            on.
    """
    fetched, tried = Fetched(), set[str]()
    for entry in _entries(arrived, parked):
        for one in entry.files:
            path = places.received_file(one.digest)
            if path is None or one.digest in tried or places.has_received(one.digest):
                continue
            tried.add(one.digest)
            if one.digest not in listing.media:
                continue
            name = f"{MEDIA}/{one.digest}"
            data = b"" if dry_run else carrier.get(name, LARGEST_MEDIA)
            if not dry_run and _digest(data) != one.digest:
                fetched.faults.append(Fault(name, "broken"))
                continue
            if not dry_run:
                make_folder(path.parent)
                replace_file(path, data)
            fetched.count += 1
    return fetched


def _entries(
    arrived: Iterable[Arrived], parked: Iterable[bytes]
) -> Iterator[MediaEntry]:
    yield from media_entries(parked)
    for one in arrived:
        with suppress(BrokenSegment):
            yield from media_entries(read_entries(one.data))
