"""Write permanent ids into notes: a block reference behind each card.

An id lets its card be edited freely.  Only the reference is written, never a schedule,
and only into files of which git has every change, so that a step back is easy.
"""

import re
import secrets
import subprocess
from collections.abc import Sequence
from pathlib import Path

from cards.deckfile.discovery import find_decks, is_markdown, read_text
from cards.errors import FlashError, Place
from cards.markdown_notes.inline_cards import ID_PREFIX, InlineCard
from cards.markdown_notes.note_deck import inline_cards, parse_note_deck
from cards.translate import _
from flash.service.file_patches import write_deck_text

_COMMENTS = re.compile(r"\s*(?:<!--.*?-->\s*)*\Z")
_ALONE = re.compile(r"\s*(?:`{3,}|~{3,}|\$\$|\|)|.*\|\s*\Z")
"""Lines that a reference would break: the end of code, of math, a row of a table."""


def stamp_notes(paths: Sequence[Path]) -> int:
    """Write an id behind each card of some notes that has none.

    Args:
        paths: Notes, or folders of notes.

    Returns:
        The number of ids written.

    Raises:
        DeckError: A note has mistakes; nothing was written.
        FlashError: A note has changes that git does not have, or can't be written.
    """
    texts: dict[Path, tuple[str, int]] = {}
    for path in filter(is_markdown, find_decks(list(paths)).files):
        text = read_text(path)
        before = parse_note_deck(text, path)
        stamped, count = _stamped(text, path)
        if not count:
            continue
        if _has_uncommitted_changes(path):
            message = _("the file has changes that are not committed")
            hint = _("commit them with git first, so that you can go back")
            raise FlashError(message, hint, Place(str(path)))
        after = parse_note_deck(stamped, path)
        contents = [note.content for note in before.notes]
        if [note.content for note in after.notes] != contents:
            message = _("an id would change the text of a card")
            raise FlashError(message, _("write the ids by hand"), Place(str(path)))
        texts[path] = stamped, count
    for path, (text, _count) in texts.items():
        write_deck_text(path, text)
    return sum(count for _text, count in texts.values())


def _stamped(text: str, path: Path) -> tuple[str, int]:
    lines = text.split("\n")
    plain = "\n".join(line.removesuffix("\r") for line in lines)
    cards = [card for card in inline_cards(plain, path) if "id" not in card.values]
    for card in reversed(cards):
        _write(lines, card, f"^{ID_PREFIX}{secrets.token_hex(3)}")
    return "\n".join(lines), len(cards)


def _write(lines: list[str], card: InlineCard, reference: str) -> None:
    """Write a reference at the end of a card, before comments of other programs."""
    at = card.last - 1
    while at > card.line - 1 and not _COMMENTS.sub("", lines[at]).strip():
        at -= 1
    line = lines[at].removesuffix("\r")
    end = lines[at][len(line) :]
    if _ALONE.match(line):
        lines.insert(at + 1, reference + end)
    else:
        start = _COMMENTS.search(line)
        cut = start.start() if start else len(line)
        lines[at] = f"{line[:cut]} {reference}{line[cut:].rstrip()}{end}"


def _has_uncommitted_changes(path: Path) -> bool:
    """Return True if git knows of changes; False also outside of a repository."""
    command = ["git", "status", "--porcelain", "--ignored", "--", path.name]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, a file name after --
            command, cwd=path.absolute().parent, capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0 and bool(done.stdout.strip())
