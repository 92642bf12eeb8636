"""The text of deck files: how edits made elsewhere change it, and how it is written."""

import codecs
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from secrets import token_hex

from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.card_edits import Edit, edit_cards
from cards.deckfile.discovery import is_installed, is_markdown, read_text
from cards.errors import DeckError, FlashError, reason_of
from cards.files import absolute
from cards.markdown_notes.note_edits import edit_note
from cards.note import Note
from cards.translate import _
from export.anki.found_edits import TextEdit
from export.files import ExportError, replace_file
from srs.store.connection import Store


class FilePatch(Struct, frozen=True):
    """A deck file before and after the edits."""

    file: str
    """Relative to the present folder if it is below it, as `patch -p0` wants it."""
    before: str
    after: str
    by_hand: tuple[Note, ...] = ()
    """Stored notes whose edit, or a part of it, has no place in the file as it is."""
    tags_only: tuple[Note, ...] = ()
    """Those of them whose edit is in `after` but for its tags."""


def file_patches(edits: Iterable[TextEdit]) -> list[FilePatch]:
    """Edit the text of the deck files that have the notes."""
    by_file: dict[str, list[TextEdit]] = defaultdict(list)
    for edit in edits:
        by_file[edit.stored.note.file].append(edit)
    return [_patch(file, found) for file, found in by_file.items()]


def patch_with(
    change: Callable[[str, Path], str | None], file: str, notes: Sequence[Note]
) -> FilePatch:
    """Change the text of a deck file, or name its notes if it can't hold the change.

    Args:
        change: Returns the new text of a file; None if that can't be done.
        file: Path of the deck file.
        notes: The notes in it that are to change.
    """
    path = Path(file)
    try:
        before = read_text(path)
    except DeckError:
        return FilePatch(shown_path(path), "", "", tuple(notes))
    plain, line_end = without_returns(before)
    after = change(plain, path)
    if after is None or after == plain:
        return FilePatch(shown_path(path), before, before, tuple(notes))
    return FilePatch(shown_path(path), before, after.replace("\n", line_end))


def refuse_installed(patches: Iterable[FilePatch]) -> None:
    """Refuse to change a file of an installed flash.

    Raises:
        FlashError: One of the patches would.
    """
    for one in patches:
        if is_installed(str(absolute(Path(one.file)))):
            hint = _("flash add aws-security makes a copy to edit")
            raise FlashError(_("this file is a part of flash"), hint, one.file)


def without_returns(text: str) -> tuple[str, str]:
    """Return a text whose lines end in a line feed, and what ended them.

    A text whose lines end in several ways is returned as it is.
    """
    plain = text.replace("\r\n", "\n")
    is_whole = plain.count("\n") == text.count("\r\n") > 0
    return (plain, "\r\n") if is_whole else (text, "\n")


def write_deck_text(path: Path, text: str) -> None:
    """Write a deck file or a note; a link and a byte order mark stay.

    Raises:
        ExportError: It can't be written; the old file is unchanged.
    """
    target = path.resolve()
    has_mark = target.exists() and target.read_bytes()[:3] == codecs.BOM_UTF8
    replace_file(target, text.encode("utf-8-sig" if has_mark else "utf-8"))


def write_with_store(store: Store, path: Path, text: str) -> None:
    """Write a deck file in a transaction; if that fails, the old text returns.

    Raises:
        ExportError: It can't be written; the old file is unchanged.
    """
    target = path.resolve()
    # A copy is put back by its name, which needs no room on a full disk.
    copy = target.with_name(f".flash-{token_hex(4)}") if target.exists() else None
    if copy:
        try:
            shutil.copy2(target, copy)
        except OSError as error:
            hint = _("choose an existing folder with write permission")
            raise ExportError(str(path), reason_of(error), hint) from None
    store.at_end(partial(_keep_one, path, target, copy))
    write_deck_text(path, text)


def _keep_one(path: Path, target: Path, copy: Path | None, is_written: bool) -> None:
    """Keep the new text, or the old one.

    Raises:
        ExportError: The old one can't be put back.
    """
    try:
        if copy and not is_written:
            copy.replace(target)
        elif copy:
            copy.unlink()
        elif not is_written:
            target.unlink(missing_ok=True)
    except OSError:
        if not is_written:
            message = _("the store can't be written, but the file has the change")
            hint = _("run flash add on it later")
            raise ExportError(str(path), message, hint) from None


def swap_patches(store: Store, patches: Iterable[FilePatch], *, undoes: bool) -> bool:
    """Undo edits of deck files in a transaction, or make them again.

    A file that was edited since is left as it is.

    Returns:
        True if every file is as before the edit, or after it if it was made again.

    Raises:
        ExportError: A file can't be written; the old ones are unchanged.
    """
    is_whole = True
    for one in patches:
        path = Path(one.file)
        here, wanted = one.before, one.after
        if undoes:
            here, wanted = wanted, here
        try:
            is_same = read_text(path) == here
        except DeckError:
            is_same = False
        if is_same:
            write_with_store(store, path, wanted)
        is_whole = is_whole and is_same
    return is_whole


def shown_path(path: Path) -> str:
    """Return a path, relative if it is below the present folder."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _patch(file: str, found: list[TextEdit]) -> FilePatch:
    path = Path(file)
    shown = shown_path(path)
    edits: list[Edit] = [
        (edit.stored.note, edit.note) for edit in found if edit.note is not None
    ]
    failed = [edit.stored.note for edit in found if edit.note is None or edit.by_hand]
    try:
        before = read_text(path)
    except DeckError:
        return FilePatch(shown, "", "", tuple(edit.stored.note for edit in found))
    change = edit_note if is_markdown(path) else edit_cards
    plain, line_end = without_returns(before)
    coming = [there.name for edit in found for _, there in edit.files]
    after, left = change(plain, path, edits, coming)
    texts = list(_without_tags(edits, left))
    after, lost = change(after, path, texts, coming)
    after = after.replace("\n", line_end)
    by_hand = (*failed, *(note for note in left if note not in failed))
    tags_only = tuple(old for old, _new in texts if old not in (*failed, *lost))
    return FilePatch(shown, before, after, by_hand, tags_only)


def _without_tags(edits: Iterable[Edit], left: Sequence[Note]) -> Iterator[Edit]:
    """Yield the edits of texts among those that can't be made with their tags.

    A card in a Markdown note has no tags of its own.
    """
    for old, new in edits:
        texts = replace(new, tags=old.tags)
        if old in left and new.tags != old.tags and texts != old:
            yield old, texts
