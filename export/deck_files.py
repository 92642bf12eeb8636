"""Notes as deck files of flash, which read again give the same notes."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from cards.identity.keys import text_key
from cards.note import Compare, Note, Source
from cards.questions import questions
from cards.text.media import media_paths
from export.files import ExportError, replace_file
from srs.models.cards import StoredNote

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_UNSAFE = re.compile(r"[^\w-]+")
_SCHEMA = "# yaml-language-server: $schema=deck.schema.json\n"


class _Text(_Dumper):  # type: ignore[misc]
    """Writes a text of several lines as a block."""


def _written(dumper: Any, text: str) -> Any:
    """Choose how to write a text: plain where YAML allows it, else quoted."""
    is_block = "\n" in text and not re.search(r"[^\S\n]\n|^\s|\t", text)
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if is_block else None
    )


_Text.add_representer(str, _written)


class WrittenDecks(Struct, frozen=True):
    """What was written."""

    notes: int
    files: tuple[Path, ...]
    media: int
    missing: tuple[str, ...] = ()
    """Pictures and sounds that are not there, with the place of their notes."""


def card_of(note: Note, name: str = "") -> dict[str, Any]:
    """Give a note as a card of a deck file, without what its header says.

    Args:
        note: The note.
        name: An id to give it, where it has none of its own.
    """
    content: dict[str, Any] = msgspec.to_builtins(note.content)
    del content["type"]
    for flag in ("reverse", "ordered"):
        if content.get(flag) is False:
            del content[flag]
    card: dict[str, Any] = {"id": note.id or name} if note.id or name else {}
    card |= {key: _truth(value) for key, value in content.items()}
    if note.extra:
        card["extra"] = note.extra
    if note.tags:
        card["tags"] = list(note.tags)
    if note.sources:
        sources = [_source(source) for source in note.sources]
        card["source"] = sources[0] if len(sources) == 1 else sources
    for key in ("checked", "recheck"):
        if getattr(note, key):
            card[key] = getattr(note, key)
    if note.changed is not None:
        changed = msgspec.to_builtins(note.changed)
        card["changed"] = {key: value for key, value in changed.items() if value}
    return card


def _truth(value: Any) -> Any:
    return "true" if value is True else value


def _source(source: Source) -> Any:
    if not source.url:
        return source.title
    found = {"title": source.title, "url": source.url}
    return {key: value for key, value in found.items() if value}


def card_yaml(note: Note) -> str:
    """Write a note as one card of a deck file, to compare two by their lines."""
    return _yaml([card_of(note)])


def _yaml(value: Any) -> str:
    text = yaml.dump(
        value, Dumper=_Text, allow_unicode=True, sort_keys=False, width=10_000
    )
    # Every scalar is text to flash: what YAML would quote as another type is bare.
    return re.sub(r"(?m)^(\s+(?:- )?(?:reverse|ordered): )'true'$", r"\1true", text)


def write_decks(folder: Path, notes: Iterable[StoredNote]) -> WrittenDecks:
    """Write a file for each deck and language, and the media beside it.

    Args:
        folder: Where; it is made, and files of the same names are replaced.
        notes: The notes; retired ones are left out.

    Raises:
        ExportError: There is nothing to write, a picture lies outside the folder of
            its deck, or the folder can't be written.
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
    doubled = _doubled([one for group in groups.values() for one in group])
    files: list[Path] = []
    missing: list[str] = []
    media = written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for key, group in groups.items():
            target = folder / f"{names[key]}.yaml"
            pictures = {path for one in group for path in _media(one.note)}
            if pictures:
                target = folder / names[key] / target.name
                target.parent.mkdir(exist_ok=True)
            media += _copy(group, target.parent, missing)
            replace_file(target, _deck(key, group, doubled).encode("utf-8"))
            files.append(target)
            written += len(group)
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "name a folder that you may write to"
        raise ExportError(str(folder), reason, hint) from None
    return WrittenDecks(written, tuple(files), media, tuple(missing))


def _deck(key: tuple[str, str], group: Sequence[StoredNote], doubled: set[str]) -> str:
    deck, language = key
    header = {"deck": deck, "language": language} if language else {"deck": deck}
    cards = [
        card_of(one.note, one.guid if one.guid in doubled else "") for one in group
    ]
    return _SCHEMA + _yaml({**header, "cards": cards})


def _doubled(notes: Sequence[StoredNote]) -> set[str]:
    """Find notes that only an id keeps apart."""
    by_text: dict[str, list[StoredNote]] = defaultdict(list)
    for one in notes:
        if not one.note.id:
            by_text[text_key(one.note)].append(one)
    return {one.guid for same in by_text.values() if len(same) > 1 for one in same}


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
    texts = [note.extra]
    for question in questions(note.content, note.language):
        texts += [question.question, question.answer]
    if isinstance(note.content, Compare):
        texts += [c for row in note.content.by.values() for c in row]
    return [path for text in texts for path, _ in media_paths(text)]


def _copy(group: Sequence[StoredNote], folder: Path, missing: list[str]) -> int:
    """Put pictures and sounds beside the file; name those that are not there."""
    copied: set[str] = set()
    for one in group:
        home = Path(one.note.file).parent
        for path in _media(one.note):
            if path in copied:
                continue
            source, target = home / path, folder / path
            place = f"{one.note.file}:{one.note.line}"
            if not target.resolve().is_relative_to(folder.resolve()):
                hint = "keep pictures and sounds beside the file"
                raise ExportError(place, f"'{path}' leaves the deck's folder", hint)
            try:
                data = source.read_bytes()
            except OSError:
                # Who leaves takes along what there is.
                missing.append(f"{path} of {place}")
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, data)
            copied.add(path)
    return len(copied)
