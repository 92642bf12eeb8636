"""Change texts of cards in a deck file; everything else stays as it is."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from cards.deckfile.reader import parse_deck
from cards.deckfile.tag_edits import TextChange, applied, composed, offset, tag_changes
from cards.deckfile.writer import card_values, yaml_text
from cards.errors import DeckError
from cards.identity.keys import text_key
from cards.names import tidy_name
from cards.note import Note
from cards.questions import media_of

Edit = tuple[Note, Note]
"""A note as the store has it, and with another content, extra, tags or id."""


def edit_cards(
    text: str, path: Path, edits: Sequence[Edit], media: Collection[str] = ()
) -> tuple[str, list[Note]]:
    """Change cards in the text of a deck file.

    Args:
        text: The deck file.
        path: Its path.
        edits: The changes.
        media: Files that its folder will have.

    Returns:
        The new text, and the stored notes that can't be changed: the file has them
        otherwise, or can't hold the change.
    """
    if not media:
        return _edited(text, path, edits, None)
    present = [name for note in _notes(text, path) for name in media_of(note)]
    return _edited(text, path, edits, {*present, *media})


def _edited(
    text: str, path: Path, edits: Sequence[Edit], media: Collection[str] | None
) -> tuple[str, list[Note]]:
    """Change cards, or each half of them if they can't all be changed."""
    notes = _notes(text, path, media)
    places = {name_of(note): index for index, note in enumerate(notes)}
    wanted = {
        places[name_of(old)]: (old, new)
        for old, new in edits
        if name_of(old) in places
        and editable_parts(notes[places[name_of(old)]]) == editable_parts(old)
    }
    if wanted and len(wanted) == len(edits) and "\r" not in text:
        result = _changed(text, wanted)
        made = _notes(result, path, media)
        if len(made) == len(notes):
            right = {
                i
                for i, (_, new) in wanted.items()
                if editable_parts(made[i]) == editable_parts(new)
            }
            if len(right) == len(edits):
                return result, []
            wrong = [old for i, (old, _) in wanted.items() if i not in right]
            sound = [wanted[i] for i in sorted(right)]
            text, failed = _edited(text, path, sound, media)
            return text, failed + wrong
    if len(edits) < 2 or "\r" in text:
        return text, [old for old, _ in edits]
    half = len(edits) // 2
    text, failed = _edited(text, path, edits[:half], media)
    text, others = _edited(text, path, edits[half:], media)
    return text, failed + others


def _notes(
    text: str, path: Path, media: Collection[str] | None = None
) -> tuple[Note, ...]:
    try:
        return parse_deck(text, path, media).notes
    except DeckError:
        return ()


def name_of(note: Note) -> str:
    """Return what a file finds a note by."""
    return note.id or text_key(note)


def editable_parts(note: Note) -> tuple[object, ...]:
    """Return the parts of a note that an edit may change."""
    return note.content, note.extra, note.tags, note.id


def _changed(text: str, wanted: Mapping[int, Edit]) -> str:
    top, starts = composed(text)
    cards = next(value for key, value in top.value if key.value == "cards").value

    def span(first: Any, last: Any) -> tuple[int, int]:
        begin, end = (starts[mark.line] + mark.column for mark in (first, last))
        return begin, begin + len(text[begin:end].rstrip())

    def tag_items(node: Any, tags: Sequence[str]) -> list[TextChange] | None:
        return tag_changes(node, tags, text, starts)

    def removal(card: Any, key: str) -> TextChange | None:
        return _key_removal(card, key, text, starts)

    changes = [
        change
        for index, (old, new) in wanted.items()
        for change in _card_changes(cards[index], old, new, span, tag_items, removal)
    ]
    return applied(text, changes)


def _card_changes(
    card: Any,
    old: Note,
    new: Note,
    span: Callable[[Any, Any], tuple[int, int]],
    tag_items: Callable[[Any, Sequence[str]], list[TextChange] | None],
    removal: Callable[[Any, str], TextChange | None],
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
    keys = dict.fromkeys((*before, *after))
    changed = [key for key in keys if before.get(key, "") != after.get(key, "")]
    # Beside others, a key stays with an empty value: changes must not overlap.
    outer = [key for key in changed if key not in nodes or not after.get(key)]
    for key in changed:
        value = after.get(key, "")
        scalar = nodes.get(key, (None, None))[1]
        items = tag_items(scalar, value) if key == "tags" and scalar else None
        if items is not None:
            yield from items
            continue
        gone = removal(card, key) if outer == [key] and key in nodes else None
        if gone is not None:
            yield gone
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


def _key_removal(
    card: Any, name: str, text: str, starts: Sequence[int]
) -> TextChange | None:
    """Return the change that removes a key of a card; comments stay.

    Returns:
        None if the key is alone, or first and has a comment.
    """
    at = next(i for i, (key, _) in enumerate(card.value) if key.value == name)
    key, value = card.value[at]
    is_list = isinstance(value, yaml.SequenceNode)
    is_block = is_list and not value.flow_style and value.value
    begin = offset(key.start_mark, starts)
    end = offset((value.value[-1] if is_block else value).end_mark, starts)
    end = begin + len(text[begin:end].rstrip())
    if at and card.flow_style:
        return offset(card.value[at - 1][1].end_mark, starts), end, ""
    first = starts[key.start_mark.line]
    margin = text[first:begin]
    if card.flow_style or margin.strip():
        following = card.value[at + 1 : at + 2]
        after = offset(following[0][0].start_mark, starts) if following else end
        is_clean = following and "#" not in text[end:after]
        return (begin, after, "") if is_clean else None
    last = text.find("\n", end) + 1 or len(text)
    lines = text[begin:end].partition(":")[2].split("\n") if is_list else []
    lines.append(text[end:last])
    kept = [line.strip() for line in lines if line.lstrip().startswith("#")]
    return first, last, "".join(f"{margin}{line}\n" for line in kept)
