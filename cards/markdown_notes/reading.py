"""Read notes: Markdown, or plain text with bullets."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import structs

from cards.deckfile.discovery import is_markdown, read_text, reject_folder
from cards.errors import DeckError, Place, Problem
from cards.files import files_under
from cards.markdown_notes.blocks import Block, BlockKind, NoteBlocks, with_ignored
from cards.markdown_notes.commonmark import markdown_blocks
from cards.markdown_notes.note_deck import inline_cards
from cards.markdown_notes.own_text import has_callout_title, own_text
from cards.markdown_notes.plain_text import plain_blocks
from cards.translate import _
from cards.vaults import vault_of

_TEXT = (".txt", ".text")
_ORG = ".org"


def find_notes(paths: list[Path]) -> list[Path]:
    """Find notes: each given file, and Markdown and text files in each given folder.

    Args:
        paths: Files or folders; hidden ones in folders are skipped.

    Raises:
        DeckError: A folder holds no note, or a file is one of Org.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.suffix.lower() == _ORG and not path.is_dir():
            hint = _("export it as Markdown; flash import reads cards of org-fc")
            problem = Problem(
                Place(str(path)), _("Org files are not read as notes"), hint
            )
            raise DeckError([problem])
        inside = list(_notes_under(path)) if path.is_dir() else [path]
        if not inside:
            hint = _("a note ends in .md or .txt")
            problem = Problem(Place(str(path)), _("no note in this folder"), hint)
            raise DeckError([problem])
        found.update(dict.fromkeys(inside))
    return list(found)


def _notes_under(folder: Path) -> Iterator[Path]:
    for path in files_under(folder, reject_folder):
        if is_markdown(path) or path.suffix.lower() in _TEXT:
            yield path


def read_note(path: Path) -> NoteBlocks:
    """Read a note as blocks.

    Raises:
        DeckError: It can't be read, is too large, is not UTF-8, holds control
            characters or is nested too deeply.
    """
    return parse_note(read_text(path), path)


def parse_note(text: str, path: Path) -> NoteBlocks:
    """Split the text of a note into blocks; see `read_note`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not is_markdown(path):
        return NoteBlocks(str(path), with_ignored(plain_blocks(text), text))
    vault = vault_of(path)
    has_tags = vault is not None and (vault / ".obsidian").is_dir()
    shown = own_text(text, has_tags=has_tags)
    found = _with_titles(markdown_blocks(shown, str(path)), text)
    blocks = with_ignored(found, text)
    cards = tuple((card.line, card.last) for card in inline_cards(text, path))
    return NoteBlocks(str(path), blocks, cards)


def _with_titles(blocks: list[Block], text: str) -> list[Block]:
    """Note the titles of callouts."""
    lines = text.split("\n")
    return [
        structs.replace(block, title=block.text.split("\n")[0])
        if block.kind is BlockKind.QUOTE and has_callout_title(lines[block.first - 1])
        else block
        for block in blocks
    ]
