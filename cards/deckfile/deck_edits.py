"""Change the name of the deck in the text of a deck file or a note."""

from pathlib import Path

import yaml
from msgspec.structs import replace

from cards.deckfile.discovery import is_markdown
from cards.deckfile.reader import parse_deck
from cards.deckfile.tag_edits import applied, composed, offset
from cards.deckfile.writer import yaml_text
from cards.errors import DeckError
from cards.markdown_notes.commonmark import FRONT_MATTER
from cards.markdown_notes.note_deck import parse_note_deck
from cards.names import renamed_deck, tidy_deck_name
from cards.note import Note


def rename_deck(text: str, path: Path, old: str, new: str) -> str | None:
    """Rename a deck, or a parent of it, where the file names it.

    Args:
        text: The deck file, or a note with front matter.
        path: Its path.
        old: The present name, as it is kept.
        new: The new one.

    Returns:
        The new text; None if the file has mistakes, or if something else names the
        deck: a tag, a folder, or a deck inside a note.
    """
    parse = parse_note_deck if is_markdown(path) else parse_deck
    try:
        before = parse(text, path).notes
        result = _written(text, path, old, new)
        after = parse(result, path).notes if result is not None else ()
    except (DeckError, yaml.YAMLError):
        return None
    wanted = [_without_place(one, renamed_deck(one.deck, old, new)) for one in before]
    is_right = wanted == [_without_place(one, one.deck) for one in after]
    return result if is_right else None


def _written(text: str, path: Path, old: str, new: str) -> str | None:
    header, start = text, 0
    if is_markdown(path):
        matter = FRONT_MATTER.match(text)
        if matter is None or matter[1] is None:
            return None
        header, start = matter[1], matter.start(1)
    top, starts = composed(header)
    for key, node in getattr(top, "value", ()):
        if key.value == "deck" and isinstance(node, yaml.ScalarNode):
            name = renamed_deck(tidy_deck_name(node.value), old, new)
            line = yaml_text({"deck": name}).removeprefix("deck:").strip()
            begin, end = offset(node.start_mark, starts), offset(node.end_mark, starts)
            return applied(text, [(begin + start, end + start, line)])
    return None


def _without_place(note: Note, deck: str) -> Note:
    return replace(note, deck=deck, line=0, column=0)
