"""Taking a package of Anki in: media unpacked, store backed up, notes merged."""

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from msgspec import Struct

from flash.service.context import AppContext
from flash.terminal import counted

if TYPE_CHECKING:
    from export.anki.anki_model import Collection
    from export.anki.package_file import Package
    from export.anki.text_edits import TextEdit
    from srs.merging.merge import Merged

_LONGEST_NAME = 200
"""Bytes of a file's name, as in Anki."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:]")


class Imported(Struct, frozen=True):
    """What became of a package."""

    merged: "Merged"
    media: int
    """Pictures and sounds that were unpacked."""
    losses: tuple[str, ...]
    backup: Path | None
    updated: int = 0
    """Notes that took the text of Anki over."""
    patches: tuple[str, ...] = ()
    """What was edited in Anki of cards that have a file, as patches of it."""


def media_folder(store: Path) -> Path:
    """Give the folder for pictures and sounds that came from elsewhere."""
    return store.with_name(store.name + ".media")


class Source(Struct, frozen=True):
    """A package that is being read."""

    path: Path
    package: "Package"
    read: Callable[[], "Collection"]


@contextmanager
def start_import(file: Path) -> Iterator[Source]:
    """Begin to read a package in a thread, before there is a store.

    Args:
        file: An `.apkg` or `.colpkg` file.

    Raises:
        PackageError: It is no package, or one that can't be read.
    """
    from export.anki.collection_reader import start_reading
    from export.anki.package_file import open_package

    with (
        open_package(file) as package,
        TemporaryDirectory(prefix="flash-", ignore_cleanup_errors=True) as aside,
        start_reading(package, file, Path(aside)) as read,
    ):
        yield Source(file, package, read)


def import_package(
    opened: AppContext,
    file: Path | Source,
    *,
    reviews_only: bool = False,
    update_text: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Merge a package into the store.

    Args:
        opened: The store.
        file: An `.apkg` or `.colpkg` file, or what `start_import` gives for it.
        reviews_only: Take nothing but reviews of known cards.
        update_text: Take over the text of notes that were edited in Anki later
            than here; where they have a file, give it as a patch instead.
        dry_run: Only tell what would be done.

    Raises:
        PackageError: The file can't be read; nothing was written.
        StoreError: The store can't be written; nothing was.
    """
    from export.anki.collection_import import convert_collection
    from srs.merging.bulk_revlog import attached
    from srs.merging.merge import merge
    from srs.merging.note_importer import known_guids
    from srs.store.backups import back_up

    store, options = opened.store, opened.options
    folder = media_folder(store.path.absolute())
    with start_import(file) if isinstance(file, Path) else nullcontext(file) as source:
        collection = source.read()
        media = _Media(source.package, folder, reviews_only or dry_run)
        try:
            media.take(_used(collection))
            taking = convert_collection(
                collection,
                options.calendar.day,
                folder / "anki",
                media.renamed if media.names else None,
                known_guids(store),
            )
            backup = None if dry_run else back_up(store, opened.now())
            found = _edits(opened, collection) if update_text else []
            with (
                store.bulk_fill(),
                attached(store, taking.incoming.log),
                store.transaction(),
            ):
                merged = merge(
                    store,
                    options,
                    taking.incoming,
                    opened.now(),
                    reviews_only=reviews_only,
                    dry_run=dry_run,
                )
                updated, patches = _apply(opened, found, dry_run=dry_run)
        except BaseException:
            media.remove()
            raise
    losses = (*taking.losses, *media.losses)
    return Imported(merged, len(media.written), losses, backup, updated, patches)


def import_table(
    opened: AppContext,
    file: Path,
    *,
    deck: str,
    columns: tuple[str, ...],
    dry_run: bool,
) -> Imported:
    """Add the notes of a table to the store.

    Args:
        opened: The store.
        file: A CSV or text file.
        deck: Of notes for which the file names none.
        columns: What stands in the columns; found out by default.
        dry_run: Only tell what would be done.

    Raises:
        PackageError: The file can't be read; nothing was written.
        StoreError: The store can't be written; nothing was.
    """
    from export.tables.table_reader import read_table
    from srs.merging.merge import merge
    from srs.store.backups import back_up

    store = opened.store
    home = media_folder(store.path.absolute()) / "table"
    table = read_table(file, deck, columns, str(home))
    backup = None if dry_run else back_up(store, opened.now())
    merged = merge(store, opened.options, table.incoming, opened.now(), dry_run=dry_run)
    return Imported(merged, 0, table.losses, backup)


def _edits(opened: AppContext, collection: "Collection") -> list["TextEdit"]:
    from export.anki.text_edits import text_edits
    from srs.merging.note_importer import original_notes
    from srs.store.notes import stored_notes

    stored = {one.guid: one for one in stored_notes(opened.store)}
    return list(text_edits(collection, stored, original_notes(opened.store)))


def _apply(
    opened: AppContext, found: list["TextEdit"], *, dry_run: bool
) -> tuple[int, tuple[str, ...]]:
    """Change notes that have no file, and say of the others what to change."""
    from srs.merging.text_updates import Edited, update_notes

    changed: list[Edited] = []
    patches: list[str] = []
    for edit in found:
        if edit.note is None or Path(edit.stored.note.file).exists():
            patches.append(_patch(edit))
        else:
            changed.append(Edited(edit.stored.guid, edit.note, edit.fields))
    if changed and not dry_run:
        update_notes(opened.store, changed, opened.now())
    return len(changed), tuple(patches)


def _patch(edit: "TextEdit") -> str:
    """Show an edit as a change of the card's lines in its file."""
    from difflib import unified_diff

    from cards.deckfile.writer import card_yaml

    note = edit.stored.note
    place = f"{note.file}:{note.line}"
    if edit.note is None:
        return f"{place}: edited in Anki; change this card by hand"
    lines = unified_diff(
        card_yaml(note).splitlines(),
        card_yaml(edit.note).splitlines(),
        place,
        "edited in Anki",
        n=1,
        lineterm="",
    )
    return "\n".join(lines)


def _used(collection: "Collection") -> set[str]:
    from export.anki.html_to_markdown import media_names

    return {
        name
        for note in collection.notes
        for field in note.fields
        if ("<" in field and "<img" in field.lower()) or "[sound:" in field
        for name in media_names(field)
    }


class _Media:
    """The pictures and sounds of a package."""

    def __init__(self, package: "Package", folder: Path, only_look: bool) -> None:
        self._package, self._folder = package, folder
        self._only_look = only_look
        self.names: dict[str, str] = {}
        """Those that got another one here."""
        self.written: list[Path] = []
        self.losses: list[str] = []

    def take(self, used: Iterable[str]) -> None:
        """Unpack the files that are used, beside those that are there.

        Raises:
            PackageError: One is damaged.
            StoreError: The folder can't be written.
        """
        listed = self._package.media()
        missing = unsafe = 0
        for name in sorted(used):
            if name.startswith(("http://", "https://", "data:")):
                continue
            if not _is_safe(name):
                unsafe += 1
            elif name not in listed:
                missing += 1
            elif not self._only_look:
                self._write(name, listed[name])
        self._settle()
        if missing:
            files = counted(missing, "media file")
            self.losses.append(f"{files} not found in the package")
        if unsafe:
            files = counted(unsafe, "media file")
            self.losses.append(f"{files} left out: unsafe names")

    def _write(self, name: str, entry: str) -> None:
        with _refused(self._folder):
            self._unpack(name, entry)

    def _settle(self) -> None:
        """Have all on the disk before the notes that show it."""
        if not self.written or os.name != "posix":
            return
        with _refused(self._folder):
            for path in (*self.written, self._folder, self._folder.parent):
                handle = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)

    def _unpack(self, name: str, entry: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = sha256(name.encode()).hexdigest()[:16]
        # Another program may unpack the same file.
        fresh = self._folder / f".{digest}.{os.getpid()}.part"
        try:
            if not self._package.write_media(entry, fresh):
                return
            data = fresh.read_bytes()
            target = self._folder / name
            if target.exists() and target.read_bytes() != data:
                digest = sha256(data).hexdigest()[:8]
                target = target.with_name(f"{target.stem}-{digest}{target.suffix}")
                self.names[name] = target.name
            if not target.exists():
                fresh.replace(target)
                self.written.append(target)
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)

    def renamed(self, field: str) -> str:
        """Give a field the names that its files got here."""
        for old, new in self.names.items():
            if old in field:
                field = field.replace(old, new)
        return field

    def remove(self) -> None:
        """Take back what was unpacked."""
        for path in self.written:
            with suppress(OSError):
                path.unlink(missing_ok=True)


@contextmanager
def _refused(folder: Path) -> Iterator[None]:
    from srs.store.connection import store_error

    try:
        yield
    except OSError as error:
        raise store_error(folder, error) from None


def _is_safe(name: str) -> bool:
    return (
        bool(name)
        and not name.startswith(".")
        and not _UNSAFE.search(name)
        and len(name.encode()) <= _LONGEST_NAME
        and unicodedata.is_normalized("NFC", name)
    )
