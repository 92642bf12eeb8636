"""Read deck files and bundled decks, before they are added or checked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from cards.deckfile.discovery import (
    bundled_decks,
    check_controls,
    find_decks,
    is_exam_text,
    is_markdown,
    read_text,
)
from cards.deckfile.exam_file import ExamFile, parse_exam_file
from cards.deckfile.reader import Deck, parse_deck
from cards.errors import DeckError, Problem
from cards.files import absolute
from cards.identity.keys import duplicates, root_of
from cards.markdown_notes.note_deck import parse_note_deck
from cards.media_places import forget_media
from cards.note import Note
from flash.paths import store_path
from flash.service.bundled_copies import DeckCopy, bundled_folders, plan_copy
from flash.service.context import file_stats
from srs.store.connection import Store
from srs.store.deck_files import FileStat


class ParsedFiles(Struct, frozen=True):
    """The notes of the given files."""

    notes: tuple[Note, ...]
    files: dict[str, str]
    """Absolute path of each file to the path as given."""
    folders: tuple[Path, ...]
    ignored: tuple[str, ...]
    """Other YAML files in the folders."""
    warnings: tuple[Problem, ...] = ()
    """Texts that will not appear as typed."""
    stats: tuple[FileStat, ...] = ()
    """The files as they were just before they were read."""
    in_order: tuple[str, ...] = ()
    """The files in their order, if a header gives one."""
    exams: tuple[ExamFile, ...] = ()
    """The exams that are described beside the files."""
    copies: tuple[DeckCopy, ...] = ()
    """Copies of bundled decks to be written, whose texts after it were read."""
    named_after: Mapping[tuple[str, str], str] = {}
    """The folder after which a deck is named, by file and deck."""


def read_for_adding(
    paths: Iterable[Path], store: Store, language: str = ""
) -> ParsedFiles:
    """Read and check deck files, merging bundled decks into their copies.

    Args:
        paths: Deck files, folders, or names of bundled decks.
        store: The store, beside which the copies are.
        language: Language of bundled decks; see `plan_copy` for the default.

    Raises:
        DeckError: As `read_files`.
    """
    plain: list[Path] = []
    copies: list[DeckCopy] = []
    for path in paths:
        copy = None if path.exists() else plan_copy(store, str(path), language)
        if copy is None:
            plain.append(path)
        else:
            copies.append(copy)
    return read_files(plain, copies)


def read_for_check(paths: Iterable[Path], db: Path | None) -> ParsedFiles:
    """Read and check deck files; of a bundled deck its copy, if there is one.

    Args:
        paths: As for `read_for_adding`.
        db: Database file, beside which the copies are; None for the default.

    Raises:
        DeckError: As `read_files`.
    """
    bundled = bundled_decks()
    read: list[Path] = []
    for path in paths:
        if path.exists() or str(path) not in bundled:
            read.append(path)
        else:
            read += bundled_folders(store_path(db), str(path))
    return read_files(read)


def read_files(
    paths: Iterable[Path],
    copies: Sequence[DeckCopy] = (),
    texts: Mapping[Path, str] = {},
) -> ParsedFiles:
    """Read and check all deck files under some paths.

    Args:
        paths: Deck files or folders.
        copies: Copies of bundled decks, with their texts after the upgrade.
        texts: Files as they will be, read instead of what they are.

    Raises:
        DeckError: Files are missing or have mistakes; carries the problems of all.
    """
    forget_media()
    paths = list(paths)
    found = find_decks(paths)
    upgraded = {
        copy.folder / file: text
        for copy in copies
        for file, text in copy.upgrade.texts.items()
    }
    files = dict.fromkeys((*found.files, *found.exams, *upgraded))
    stats = file_stats(str(absolute(path)) for path in files)
    decks, exams, problems = _parsed(files, {**texts, **upgraded})
    shown = {str(absolute(path)): str(path) for path in decks}
    in_order = sorted(decks.values(), key=lambda deck: deck.order)  # then by file
    notes = tuple(note for deck in in_order for note in deck.notes)
    problems += duplicates(notes, shown)
    if problems:
        raise DeckError(problems)
    folders = [absolute(path) for path in paths if path.is_dir()]
    ignored = [path for copy in copies for path in copy.ignored]
    warnings = [one for deck in in_order for one in deck.warnings]
    warnings += found.unread
    warnings += [one for exam in exams for one in exam.unused_tags(notes)]
    has_order = any(deck.order for deck in in_order)
    return ParsedFiles(
        notes=notes,
        files=shown,
        folders=(*folders, *(copy.folder for copy in copies)),
        ignored=(*map(str, found.other_yaml), *ignored),
        warnings=tuple(warnings),
        stats=tuple(stats),
        in_order=tuple(deck.file for deck in in_order) if has_order else (),
        exams=tuple(exams),
        copies=tuple(copies),
        named_after={
            (deck.file, deck.name): deck.folder for deck in in_order if deck.folder
        },
    )


def _parsed(
    paths: Iterable[Path], texts: Mapping[Path, str]
) -> tuple[dict[Path, Deck], list[ExamFile], list[Problem]]:
    """Parse deck and exam files, some from texts in memory; collect all problems."""
    decks: dict[Path, Deck] = {}
    exams: list[ExamFile] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            is_note = is_markdown(path)
            text = texts.get(path)
            if text is None:
                text = read_text(path, allow_controls=not is_note)
            if is_exam_text(path.name, text):
                check_controls(text, path)
                exams.append(parse_exam_file(text, path))
            else:
                decks[path] = (parse_note_deck if is_note else parse_deck)(text, path)
        except DeckError as error:
            problems += error.problems
    return decks, exams, problems


def missing_translations(notes: Sequence[Note]) -> dict[str, list[str]]:
    """Find the ids that one language of a deck lacks and another one has.

    Returns:
        The ids by language, in the order of the files.
    """
    ids: dict[tuple[str, str], dict[str, None]] = {}
    for note in notes:
        if note.id and note.language:
            key = (root_of(note.deck), note.language)
            ids.setdefault(key, {})[note.id] = None
    missing: dict[str, list[str]] = defaultdict(list)
    for root in dict.fromkeys(key[0] for key in ids):
        own = {language: names for (r, language), names in ids.items() if r == root}
        every = dict.fromkeys(name for names in own.values() for name in names)
        for language, names in own.items():
            lacking = [name for name in every if name not in names]
            if lacking:
                missing[language] += lacking
    return dict(missing)
