"""Change tags in the text of a deck file, item by item, so that comments stay."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from msgspec.structs import replace

from cards.deckfile.reader import parse_deck
from cards.errors import DeckError
from cards.names import COMMA, split_tags, tidy_name
from cards.note import Note

TextChange = tuple[int, int, str]
"""Start and end in the text of the file, and what comes there instead."""
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN = re.compile(r"\w(?:[\w:./-]*\w)?")


def renamed(tags: Sequence[str], old: str, new: str) -> tuple[str, ...]:
    """Rename a tag and those below it (`old::…`); none is there twice."""
    old, new = tidy_name(old), tidy_name(new)
    tidied = {tag: tidy_name(tag) for tag in tags}
    names = {
        tag: new + name[len(old) :]
        for tag, name in tidied.items()
        if f"{name}::".startswith(f"{old}::")
    }
    kept = set(tags) - names.keys()
    found = (names.get(tag, tag) for tag in tags if names.get(tag) not in kept)
    return tuple(dict.fromkeys(found))


def rename_tag(text: str, path: Path, old: str, new: str) -> str | None:
    """Rename a tag at the top of a deck file and in its cards.

    Returns:
        The new text; None if the file has mistakes or can't hold the change.
    """
    if "\r" in text:
        return None
    try:
        before = parse_deck(text, path).notes
        top, starts = composed(text)
        changes: list[TextChange] = []
        cards = next(value for key, value in top.value if key.value == "cards").value
        for mapping in (top, *cards):
            for key, node in mapping.value:
                if key.value == "tags":
                    tags = [tidy_name(item.value) for item in node.value]
                    wanted = renamed(tags, old, new)
                    changes += tag_changes(node, wanted, text, starts) or ()
        result = applied(text, changes)
        after = parse_deck(result, path).notes
    except DeckError:
        return None
    is_right = [_without_order(one, renamed(one.tags, old, new)) for one in before] == [
        _without_order(one, one.tags) for one in after
    ]
    return result if is_right else None


def _without_order(note: Note, tags: Sequence[str]) -> Note:
    return replace(note, tags=tuple(sorted(set(tags))), line=0, column=0)


def tags_at_top(text: str) -> dict[str, int]:
    """Return the tags at the top of a deck file or of front matter, with their lines.

    Front matter may have a text with commas, and tags as Obsidian writes them.
    """
    try:
        top, _ = composed(text)
    except yaml.YAMLError:
        return {}
    found: dict[str, int] = {}
    for key, node in getattr(top, "value", ()):
        if key.value == "tags":
            items = [node] if isinstance(node, yaml.ScalarNode) else node.value
            for item in items:
                for tag in split_tags(COMMA.sub(" ", str(item.value))):
                    name = tag.lstrip("#").replace("/", "::")
                    found[name] = item.start_mark.line + 1
    return found


def composed(text: str) -> tuple[Any, list[int]]:
    """Return the top node of a deck file and where its lines start."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return yaml.compose(text, Loader=_Loader), starts


def applied(text: str, changes: Sequence[TextChange]) -> str:
    """Return the text with changes that don't overlap."""
    parts, at = list[str](), 0
    # Of two at one place the first one stays first.
    for start, end, written in sorted(changes, key=lambda change: change[:2]):
        parts += (text[at:start], written)
        at = end
    return "".join((*parts, text[at:]))


def tag_changes(
    node: Any, wanted: Sequence[str], text: str, starts: Sequence[int]
) -> list[TextChange] | None:
    """Return the changes of a sequence of tags.

    Args:
        node: The sequence.
        wanted: The tags that it should have.
        text: The deck file.
        starts: Where its lines start.

    Returns:
        Changes of single items; None if the sequence has to be written anew.
    """
    items = [tidy_name(item.value) for item in node.value]
    spans = [
        (offset(item.start_mark, starts), offset(item.end_mark, starts))
        for item in node.value
    ]
    if len(items) == len(wanted):
        return [
            (start, end, _tag_text(tag, is_quoted=text[start] in "'\""))
            for (start, end), item, tag in zip(spans, items, wanted, strict=True)
            if item != tag
        ]
    kept = [index for index, item in enumerate(items) if item in wanted]
    added = list(wanted[len(kept) :])
    if not kept or [*(items[index] for index in kept), *added] != list(wanted):
        return None
    gone = [index for index in range(len(items)) if index not in kept]
    if node.flow_style:
        end = spans[kept[-1]][1]
        changes = [
            _flow_removal(spans, index, is_first=index < kept[0]) for index in gone
        ]
        return changes + [(end, end, f", {_tag_text(tag)}") for tag in added]
    lines = [item.start_mark.line for item in node.value]
    begin, end = starts[lines[kept[-1]]], starts[lines[kept[-1]] + 1] - 1
    changes = [(starts[lines[i]], starts[lines[i] + 1], "") for i in gone]
    dash = text[begin : spans[kept[-1]][0]]
    return changes + [(end, end, f"\n{dash}{_tag_text(tag)}") for tag in added]


def offset(mark: Any, starts: Sequence[int]) -> int:
    """Return the place in the text that a mark of a YAML node names."""
    return int(starts[mark.line] + mark.column)


def _flow_removal(
    spans: Sequence[tuple[int, int]], index: int, *, is_first: bool
) -> TextChange:
    """Remove an item and the comma behind it, or the one before it."""
    if is_first:
        return spans[index][0], spans[index + 1][0], ""
    return spans[index - 1][1], spans[index][1], ""


def _tag_text(tag: str, *, is_quoted: bool = False) -> str:
    is_plain = _PLAIN.fullmatch(tag) and not is_quoted
    return tag if is_plain else json.dumps(tag, ensure_ascii=False)
