"""Write notes as deck files, with their pictures and sounds."""

import hashlib
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain, count
from pathlib import Path, PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.discovery import control_in, read_text
from cards.deckfile.reader import deck_header
from cards.deckfile.schema import schema_text
from cards.deckfile.writer import SCHEMA_FILE, deck_yaml, schema_comment
from cards.deckfile.yaml_walker import has_comments
from cards.errors import DeckError, reason_of
from cards.files import is_file, open_file
from cards.identity.keys import text_key
from cards.names import tidy_deck_name
from cards.note import Note, with_texts
from cards.questions import media_of, place_of
from cards.text.media import with_media_paths
from cards.translate import _
from export.files import ExportError, replace_file
from srs.models.cards import State, StoredCard, StoredNote
from srs.models.media import MediaFiles

_Group = tuple[str, str]
"""A deck and a language."""
_UNSAFE = re.compile(r"[^\w-]+")
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]"
)


class WrittenDecks(Struct, frozen=True):
    """The result of an export to deck files."""

    notes: int
    files: tuple[Path, ...]
    media: int
    missing: tuple[str, ...] = ()
    """Media that were left out, with the places of their notes."""
    cleaned: tuple[str, ...] = ()
    """The places of notes whose control characters were left out."""


def write_decks(
    folder: Path,
    notes: Iterable[StoredNote],
    media: MediaFiles,
    edited: Collection[str] = (),
    needed: Collection[str] = (),
) -> WrittenDecks:
    """Write a file for each deck and language, its media, and the schema for editors.

    Added to an empty store, the files introduce new cards in the same order.

    Args:
        folder: Created if necessary; a file of the same deck and language is replaced,
            another one of the same name stays.
        notes: The notes; retired ones are skipped.
        media: Their files.
        edited: Absolute paths of deck files with text that is not in the store.
        needed: Absolute paths of deck files with notes that are not among `notes`.

    Raises:
        ExportError: There is nothing to write, the folder can't be written, or a file
            to be replaced is edited, is needed or has comments; nothing is written
            then.
    """
    groups: dict[_Group, list[StoredNote]] = defaultdict(list)
    for stored in notes:
        if not stored.retired:
            groups[stored.note.deck, stored.note.language].append(stored)
    if not groups:
        raise ExportError(
            str(folder), _("no cards to write"), _("choose another deck or tag")
        )
    targets = _targets(folder, groups)
    edited, needed = _real(edited), _real(needed)
    replaced = {
        target: _text_to_replace(target, edited, needed) for target in targets.values()
    }
    orders = _orders(folder, groups, targets)
    writing = _Writing(
        folder, media, [one for group in groups.values() for one in group]
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / SCHEMA_FILE, schema_text().encode())
        for key, target in targets.items():
            group = sorted(groups[key], key=_position)
            kept = writing.copy_media(group, target.parent, replaced[target])
            writing.write(key, target, group, kept, order=orders.get(key, 0))
    except OSError as error:
        reason = reason_of(error)
        hint = _("choose a folder that you may write to")
        raise ExportError(str(folder), reason, hint) from None
    return writing.result()


class _Writing:
    """Writes deck files into a folder and keeps what the result says of them."""

    def __init__(
        self, folder: Path, media: MediaFiles, notes: Sequence[StoredNote]
    ) -> None:
        self._folder = folder
        self._media = media
        self._same_text = _same_text(notes)
        self._files: list[Path] = []
        self._missing: list[str] = []
        self._cleaned: list[str] = []
        self._copies = self._notes = 0

    def copy_media(
        self, group: Sequence[StoredNote], folder: Path, replaced: str
    ) -> list[StoredNote]:
        """Copy the media of notes; return the notes as their file takes them."""
        folder.mkdir(exist_ok=True)
        copied, kept = _copy(group, folder, self._media, self._missing, replaced)
        self._copies += copied
        self._cleaned += _cleaned(group, kept)
        return kept

    def write(
        self,
        key: _Group,
        target: Path,
        group: Sequence[StoredNote],
        kept: Sequence[StoredNote],
        *,
        order: int,
    ) -> None:
        """Write a deck file."""
        # A note with another text is found again by its guid.
        same = self._same_text
        cards = [
            (new.note, old.guid if old.guid in same or new != old else "")
            for old, new in zip(group, kept, strict=True)
        ]
        schema = os.path.relpath(self._folder / SCHEMA_FILE, target.parent)
        replace_file(target, deck_yaml(*key, cards, order, schema).encode())
        self._files.append(target)
        self._notes += len(group)

    def result(self) -> WrittenDecks:
        """Return what was written."""
        files, missing = tuple(self._files), tuple(self._missing)
        cleaned = tuple(self._cleaned)
        return WrittenDecks(self._notes, files, self._copies, missing, cleaned)


def _real(files: Iterable[str]) -> set[str]:
    """Resolve links: a folder may be known by another name."""
    return set(map(os.path.realpath, files))


def _text_to_replace(
    target: Path, edited: Collection[str], needed: Collection[str]
) -> str:
    """Return the text of a deck file, if any, that the export may replace.

    Raises:
        ExportError: It has text that the export does not have.
    """
    hint = _("export into another folder")
    real = os.path.realpath(target)
    if real in edited:
        message = _("this deck file has edits that were not added yet")
        raise ExportError(str(target), message, hint)
    if real in needed:
        message = _("this deck file has notes that are not exported")
        raise ExportError(str(target), message, hint)
    try:
        text = read_text(target) if target.is_file() else ""
    except DeckError as error:
        raise ExportError(str(target), error.problems[0].message, hint) from None
    own = text
    for schema in (SCHEMA_FILE, f"../{SCHEMA_FILE}"):
        own = own.removeprefix(schema_comment(schema))
    if has_comments(own):
        message = _("this deck file has comments, which would be lost")
        raise ExportError(str(target), message, hint)
    return text


def _targets(
    folder: Path, groups: Mapping[_Group, Sequence[StoredNote]]
) -> dict[_Group, Path]:
    """Name the file of each deck; one with media has a folder of its own.

    Of the names that no file of another deck has it is the first, so that the next
    export into the folder chooses it again.
    """
    targets: dict[_Group, Path] = {}
    taken: set[str] = set()
    present = _present(folder)
    for key, group in groups.items():
        has_media = any(media_of(stored.note) for stored in group)
        base = deck_file_stem(*key)
        for name in chain([base], (f"{base}-{number}" for number in count(2))):
            target = (folder / name if has_media else folder) / f"{name}.yaml"
            others = present[str(target).casefold()]
            if name.casefold() not in taken and all(
                _is_of(key, path) for path in others
            ):
                targets[key] = target
                taken.add(name.casefold())
                break
    return targets


def _present(folder: Path) -> Mapping[str, list[Path]]:
    """Return the files that a name may replace, also where case makes no difference."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in (*folder.glob("*.yaml"), *folder.glob("*/*.yaml")):
        if is_file(path):
            found[str(path).casefold()].append(path)
    return found


def _is_of(key: _Group, file: Path) -> bool:
    """Return True for a file of this deck and language."""
    header = deck_header(file)
    return header is not None and (header.deck, header.language) == (
        tidy_deck_name(key[0]),
        key[1],
    )


def _orders(
    folder: Path,
    groups: Mapping[_Group, Sequence[StoredNote]],
    targets: Mapping[_Group, Path],
) -> dict[_Group, int]:
    """Number the decks with new cards; none if they are read in their order anyway."""
    positions = {
        key: min(found)
        for key, group in groups.items()
        if (found := [card.position for one in group for card in _new_cards(one)])
    }

    def read_as(key: _Group) -> tuple[bool, Path]:
        """Return the sort key of a file: those in folders come last."""
        return targets[key].parent != folder, targets[key]

    read = sorted(positions, key=read_as)
    wanted = sorted(read, key=lambda key: positions[key])
    return {} if read == wanted else {key: i for i, key in enumerate(wanted, 1)}


def _position(stored: StoredNote) -> int:
    """Return where a note stands among the new ones."""
    cards = _new_cards(stored) or stored.cards
    return min((card.position for card in cards), default=0)


def _new_cards(stored: StoredNote) -> list[StoredCard]:
    return [
        card
        for card in stored.cards
        if card.progress.state is State.NEW and not card.retired
    ]


def _same_text(notes: Sequence[StoredNote]) -> set[str]:
    """Return the guids of notes without id that have the same text key."""
    guids: dict[str, list[str]] = defaultdict(list)
    for stored in notes:
        if not stored.note.id:
            guids[text_key(stored.note)].append(stored.guid)
    return {guid for same in guids.values() if len(same) > 1 for guid in same}


def deck_file_stem(deck: str, language: str = "") -> str:
    """Return a file name, without ending, for a deck in a language."""
    parts = [_UNSAFE.sub("-", part).strip("-") for part in deck.split("::")]
    base = ".".join(part for part in parts if part)[:80] or "deck"
    base = unicodedata.normalize("NFC", base)
    return f"{base}.{language}" if language else base


def _copy(
    group: Sequence[StoredNote],
    folder: Path,
    media: MediaFiles,
    missing: list[str],
    replaced: str,
) -> tuple[int, list[StoredNote]]:
    """Copy media to a folder, where files that the replaced text does not name stay.

    Returns:
        The number of files, and the notes as a deck file takes them: without control
        characters, with the name of each file that can't be copied instead of it.
        That is added to `missing`.
    """
    copied: dict[str, Path] = {}
    notes: list[StoredNote] = []

    def taken(path: str) -> Path | None:
        present = folder / path
        is_own = path in copied or path in replaced or not is_file(present)
        return copied.get(path) if is_own else present

    for stored in group:
        note, renamed = stored.note, dict[str, str]()
        place = place_of(note)
        for path in dict.fromkeys(media_of(note)):
            source = media.find(stored.guid, note.file, path)
            target = free_target(path, source, taken) if source else ""
            if source and (
                copied.get(target) == source
                or _copy_file(source, folder / target, folder)
            ):
                copied[target] = source
            else:
                target = ""
                missing.append(_("{path} of {place}").format(path=path, place=place))
            if target != path:
                renamed[path] = target
        notes.append(replace(stored, note=_acceptable(note, renamed)))
    return len(copied), notes


def _cleaned(before: Sequence[StoredNote], after: Sequence[StoredNote]) -> list[str]:
    """Return the places of the notes that had control characters."""
    return [
        place_of(old.note)
        for old, new in zip(before, after, strict=True)
        if old.note != new.note and _acceptable(old.note, {}) != old.note
    ]


def free_target(path: str, source: Path, file_at: Callable[[str], Path | None]) -> str:
    """Return a path in the folder of a deck file that no other medium has.

    Notes of two devices may name two alike, and those of a vault lead out of it.

    Args:
        path: As a note names the medium.
        source: Where it is.
        file_at: Returns the file that the folder has at a path.
    """
    inside = (part for part in PurePosixPath(path).parts if part != "..")
    path = str(PurePosixPath(*inside))
    taken = file_at(path)
    data = source.read_bytes() if taken else b""
    if not taken or taken == source or taken.read_bytes() == data:
        return path
    wanted = PurePosixPath(path)
    digest = hashlib.sha256(data).hexdigest()[:8]
    return str(wanted.with_name(f"{wanted.stem}-{digest}{wanted.suffix}"))


def _copy_file(source: Path, target: Path, folder: Path) -> bool:
    """Copy a file into a folder; return False if it is missing or would be outside."""
    try:
        if not target.resolve().is_relative_to(folder.resolve()):
            return False
        with open_file(source) as file:
            data = file.read()
        target.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError):
        return False
    replace_file(target, data)
    return True


def _acceptable(note: Note, renamed: Mapping[str, str]) -> Note:
    """Return a note that a deck file can hold; see `_copy`."""

    def cleaned(value: str) -> str:
        text = with_media_paths(value, renamed) if "![" in value and renamed else value
        return _CONTROL.sub("", text) if control_in(text) else text

    return with_texts(note, cleaned)
