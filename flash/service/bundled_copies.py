"""Copies of bundled decks beside the store, which the user may edit.

An installation of flash replaces its own files, and edits in them with it.  Each
language of a deck has a folder, with the version that was last merged into it.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from cards.deckfile.discovery import (
    bundled_decks,
    bundled_name,
    bundled_path,
    decks_in,
    read_text,
)
from cards.deckfile.schema import schema_text
from cards.deckfile.upgrade import Texts, Upgrade, upgraded
from cards.deckfile.writer import SCHEMA_FILE
from cards.errors import FlashError
from cards.translate import _
from export.files import make_folder, replace_file
from flash.language import user_language
from srs.store.connection import Store
from srs.store.deck_files import files_in_use

_BASE = ".base.json"


class DeckCopy(Struct, frozen=True):
    """A copy and the version that is merged into it, not yet written."""

    folder: Path
    mine: Texts
    new: Texts
    upgrade: Upgrade
    ignored: tuple[str, ...]
    """Other YAML files in the folder."""

    @property
    def files(self) -> list[Path]:
        """The files after the upgrade."""
        return [self.folder / file for file in self.upgrade.texts]


def plan_copy(store: Store, name: str, language: str = "") -> DeckCopy | None:
    """Merge a bundled deck into its copy; write nothing.

    Args:
        store: The store.
        name: As the user typed it.
        language: The preferred one; by default that of the notes in use, from a copy or
            else an installation, else of the only copy, else the user's.

    Returns:
        None if no bundled deck has that name.

    Raises:
        DeckError: An edited file of the copy has mistakes.
        FlashError: The deck is not in that language.
    """
    _refuse_unknown(name, language)
    copies = _copies(store.path, name)
    copied = _languages(copies)
    used = [one for one in copied if _is_used(store, copies / one)]
    only = copied if len(copied) == 1 else ()
    chosen = (language, *used, *_installed(store, name), *only, user_language())
    shipped = bundled_path(name, next(filter(None, chosen)))
    if shipped is None:
        return None
    folder = copies / shipped.name
    mine, ignored = _texts(folder)
    new, _ignored = _texts(shipped)
    return DeckCopy(
        folder, mine, new, upgraded(folder, mine, _base(folder), new), ignored
    )


def bundled_folders(store: Path, name: str) -> list[Path]:
    """Find the copies of a bundled deck, or the deck itself if there is no copy.

    Args:
        store: Path of the store.
        name: A key of `bundled_decks`.
    """
    copies = _copies(store, name)
    found = [copies / one for one in _languages(copies)]
    return found or [bundled_path(name, user_language()) or copies]


def write_copy(copy: DeckCopy) -> None:
    """Write an upgrade that was planned; only files that change.

    Raises:
        FlashError: A file was edited since it was planned, or can't be written.
    """
    texts = copy.upgrade.texts
    present = _texts(copy.folder)[0]
    for file in {*texts, *copy.mine}:
        has_file = (copy.folder / file).exists()
        if present.get(file) != copy.mine.get(file) or has_file != (file in present):
            message = _("'{file}' was edited just now, or is not a deck")
            path = copy.folder / file
            hint = _("run the command again, or move the file away")
            raise FlashError(message.format(file=path), hint)
    for file, text in texts.items():
        if text != copy.mine.get(file):
            _write(copy.folder / file, text.encode())
    for file in copy.mine.keys() - texts.keys():
        (copy.folder / file).unlink(missing_ok=True)
    if _base(copy.folder) != copy.new:
        _write(copy.folder / _BASE, msgspec.json.encode(copy.new))
        _write(copy.folder.parents[1] / SCHEMA_FILE, schema_text().encode())


def _refuse_unknown(name: str, language: str) -> None:
    languages = bundled_decks().get(name, ())
    code = language.replace("_", "-").partition("-")[0].lower()
    if languages and language and code not in languages:
        message = _("'{name}' is not in the language '{language}'")
        hint = _("choose one of: {languages}").format(languages=", ".join(languages))
        raise FlashError(message.format(name=name, language=language), hint)


def _copies(store: Path, name: str) -> Path:
    """Return the folder of the copies of a bundled deck."""
    return store.absolute().with_name(store.name + ".decks") / name


def _languages(copies: Path) -> list[str]:
    return [
        one for one in bundled_decks().get(copies.name, ()) if (copies / one).is_dir()
    ]


def _is_used(store: Store, folder: Path) -> bool:
    return any(Path(file).is_relative_to(folder) for file in files_in_use(store))


def _installed(store: Store, name: str) -> list[str]:
    """Return the languages of notes that came from the files of an installation."""
    files = sorted(files_in_use(store))
    return [Path(file).parent.name for file in files if bundled_name(file) == name][:1]


def _texts(folder: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read the deck and exam files of a folder; list the other YAML files in it."""
    found = decks_in(folder)
    texts = {
        file.relative_to(folder).as_posix(): read_text(file)
        for file in (*found.files, *found.exams)
    }
    return texts, tuple(map(str, found.other_yaml))


def is_copied(file: Path) -> bool:
    """Return True for a deck file of the copy of a bundled deck."""
    return (file.parent / _BASE).exists()


def _base(folder: Path) -> dict[str, str]:
    """Read the version that a copy was last merged with; empty if unknown."""
    try:
        return msgspec.json.decode((folder / _BASE).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError):
        return {}


def _write(path: Path, data: bytes) -> None:
    make_folder(path.parent)
    replace_file(path, data)
