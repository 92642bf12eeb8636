"""Change texts of cards in a deck file; everything else stays as it is."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cards.deckfile.reader import parse_deck
from cards.deckfile.tag_edits import TextChange, applied, composed, tag_changes
from cards.deckfile.writer import card_values, yaml_text
from cards.errors import DeckError
from cards.identity.keys import text_key
from cards.names import tidy_name
from cards.note import Note

Edit = tuple[Note, Note]
"""A note as the store has it, and with another content, extra or tags."""


def edit_cards(text: str, path: Path, edits: Sequence[Edit]) -> tuple[str, list[Note]]:
    """Change cards in the text of a deck file.

    Args:
        text: The deck file.
        path: Its path.
        edits: The changes.

    Returns:
        The new text, and the stored notes that can't be changed: the file has them
        otherwise, or can't hold the change.
    """
    notes = _notes(text, path)
    places = {name_of(note): index for index, note in enumerate(notes)}
    wanted = {
        places[name_of(old)]: (old, new)
        for old, new in edits
        if name_of(old) in places
        and editable_parts(notes[places[name_of(old)]]) == editable_parts(old)
    }
    if wanted and len(wanted) == len(edits) and "\r" not in text:
        result = _changed(text, wanted)
        made = _notes(result, path)
        if len(made) == len(notes):
            right = {
                i
                for i, (_, new) in wanted.items()
                if editable_parts(made[i]) == editable_parts(new)
            }
            if len(right) == len(edits):
                return result, []
            wrong = [old for i, (old, _) in wanted.items() if i not in right]
            text, failed = edit_cards(text, path, [wanted[i] for i in sorted(right)])
            return text, failed + wrong
    if len(edits) < 2 or "\r" in text:
        return text, [old for old, _ in edits]
    half = len(edits) // 2
    text, failed = edit_cards(text, path, edits[:half])
    text, others = edit_cards(text, path, edits[half:])
    return text, failed + others


def _notes(text: str, path: Path) -> tuple[Note, ...]:
    try:
        return parse_deck(text, path).notes
    except DeckError:
        return ()


def name_of(note: Note) -> str:
    """Return what a file finds a note by."""
    return note.id or text_key(note)


def editable_parts(note: Note) -> tuple[object, ...]:
    """Return the parts of a note that an edit may change."""
    return note.content, note.extra, note.tags


def _changed(text: str, wanted: Mapping[int, Edit]) -> str:
    top, starts = composed(text)
    cards = next(value for key, value in top.value if key.value == "cards").value

    def span(first: Any, last: Any) -> tuple[int, int]:
        begin, end = (starts[mark.line] + mark.column for mark in (first, last))
        return begin, begin + len(text[begin:end].rstrip())

    def tag_items(node: Any, tags: Sequence[str]) -> list[TextChange] | None:
        return tag_changes(node, tags, text, starts)

    changes = [
        change
        for index, (old, new) in wanted.items()
        for change in _card_changes(cards[index], old, new, span, tag_items)
    ]
    return applied(text, changes)


def _card_changes(
    card: Any,
    old: Note,
    new: Note,
    span: Callable[[Any, Any], tuple[int, int]],
    tag_items: Callable[[Any, Sequence[str]], list[TextChange] | None],
) -> Iterator[TextChange]:
    """Yield the changes of a card, key by key."""
    nodes = {key.value: (key, value) for key, value in card.value}
    before, after = card_values(old), card_values(new)
    items = nodes["tags"][1].value if "tags" in nodes else []
    own = [tidy_name(item.value) for item in items]
    inherited = [tag for tag in old.tags if tag not in own]
    before["tags"] = own
    after["tags"] = [tag for tag in new.tags if tag not in inherited]
    margin = "\n" + " " * card.start_mark.column
    for key in dict.fromkeys((*before, *after)):
        value = after.get(key, "")
        if before.get(key, "") == value:
            continue
        scalar = nodes.get(key, (None, None))[1]
        items = tag_items(scalar, value) if key == "tags" and scalar else None
        if items is not None:
            yield from items
            continue
        is_quoted = getattr(scalar, "style", None) in ("'", '"')
        if card.flow_style or is_quoted:
            written = f"{key}: {json.dumps(value, ensure_ascii=False)}"
        else:
            # No margin in an empty line.
            written = re.sub(r"\n(?=.)", margin, yaml_text({key: value}).rstrip())
        if key in nodes:
            start, end = span(nodes[key][0].start_mark, nodes[key][1].end_mark)
        else:
            last_key, last = card.value[-1]
            start = end = span(last_key.start_mark, last.end_mark)[1]
            written = f", {written}" if card.flow_style else f"{margin}{written}"
        yield start, end, written
