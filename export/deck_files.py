"""Write notes as deck files, with their pictures and sounds."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from cards.deckfile.writer import deck_yaml
from cards.files import open_file
from cards.identity.keys import text_key
from cards.note import Note
from cards.questions import texts_of
from cards.text.media import media_paths
from export.files import ExportError, replace_file
from srs.models.cards import StoredNote

_UNSAFE = re.compile(r"[^\w-]+")


class WrittenDecks(Struct, frozen=True):
    """The result of an export to deck files."""

    notes: int
    files: tuple[Path, ...]
    media: int
    missing: tuple[str, ...] = ()
    """Pictures and sounds that don't exist, with the places of their notes."""


def write_decks(folder: Path, notes: Iterable[StoredNote]) -> WrittenDecks:
    """Write a file for each deck and language, and its media.

    Args:
        folder: Created if necessary; existing files of the same names are replaced.
        notes: The notes; retired ones are skipped.

    Raises:
        ExportError: There is nothing to write, a picture is outside the folder of its
            deck, or the folder can't be written.
    """
    groups: dict[tuple[str, str], list[StoredNote]] = defaultdict(list)
    for stored in notes:
        if not stored.retired:
            groups[stored.note.deck, stored.note.language].append(stored)
    if not groups:
        raise ExportError(
            str(folder), "no cards to write", "choose another deck or tag"
        )
    names = _file_names(groups)
    same_text = _same_text([stored for group in groups.values() for stored in group])
    files: list[Path] = []
    missing: list[str] = []
    media = written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for key, group in groups.items():
            target = folder / f"{names[key]}.yaml"
            if any(_media(stored.note) for stored in group):
                target = folder / names[key] / target.name
                target.parent.mkdir(exist_ok=True)
            media += _copy(group, target.parent, missing)
            cards = [(it.note, it.guid if it.guid in same_text else "") for it in group]
            replace_file(target, deck_yaml(*key, cards).encode("utf-8"))
            files.append(target)
            written += len(group)
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "choose a folder that you may write to"
        raise ExportError(str(folder), reason, hint) from None
    return WrittenDecks(written, tuple(files), media, tuple(missing))


def _same_text(notes: Sequence[StoredNote]) -> set[str]:
    """Return the guids of notes without id that have the same text key."""
    guids: dict[str, list[str]] = defaultdict(list)
    for stored in notes:
        if not stored.note.id:
            guids[text_key(stored.note)].append(stored.guid)
    return {guid for same in guids.values() if len(same) > 1 for guid in same}


def _file_names(groups: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    names: dict[tuple[str, str], str] = {}
    for deck, language in groups:
        parts = [_UNSAFE.sub("-", part).strip("-") for part in deck.split("::")]
        base = ".".join(part for part in parts if part)[:80] or "deck"
        base = unicodedata.normalize("NFC", base)
        name = base = f"{base}.{language}" if language else base
        count = 1
        while name.casefold() in {other.casefold() for other in names.values()}:
            count += 1
            name = f"{base}-{count}"
        names[deck, language] = name
    return names


def _media(note: Note) -> list[str]:
    texts = [note.extra, *(text for _, text in texts_of(note.content))]
    return [path for text in texts for path, _ in media_paths(text)]


def _copy(group: Sequence[StoredNote], folder: Path, missing: list[str]) -> int:
    """Copy media to the folder; add files that don't exist to `missing`."""
    copied: set[str] = set()
    for stored in group:
        home = Path(stored.note.file).parent
        for path in _media(stored.note):
            if path in copied:
                continue
            source, target = home / path, folder / path
            place = f"{stored.note.file}:{stored.note.line}"
            if not target.resolve().is_relative_to(folder.resolve()):
                hint = "keep pictures and sounds in the folder of the deck"
                raise ExportError(place, f"'{path}' is outside the deck's folder", hint)
            try:
                with open_file(source) as file:
                    data = file.read()
            except OSError:
                # Export the rest even if a file is missing.
                missing.append(f"{path} of {place}")
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, data)
            copied.add(path)
    return len(copied)
