"""Notes that were edited in their files and on another device: both texts."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, takewhile
from typing import Any

import msgspec

from cards.deckfile.writer import card_values
from cards.errors import Place
from cards.identity.matching import PlannedChange
from cards.note import Note
from cards.questions import question_text
from cards.translate import _, ngettext
from flash.messages.phrases import labelled, quoted_text
from flash.terminal import clip_line

_SHOWN = 20
_QUESTION_COLUMNS = 56
_TEXT_COLUMNS = 64
_BEFORE = 20
"""Characters that are shown of what two long texts have in common."""
_NOTHING = "–"


def undecided_text(notes: int) -> tuple[str, str]:
    """Say that notes were left as they are in the store, and how to choose."""
    message = ngettext(
        "{n} note was edited in its file and on another device, and stays as the store"
        " has it; the rest was added",
        "{n} notes were edited in their files and on another device, and stay as the"
        " store has them; the rest was added",
        notes,
    )
    return message.format(n=notes), _(
        "add --yes to take the texts of the files, or write those of the store into"
        " the files"
    )


def conflict_lines(
    conflicts: Sequence[PlannedChange], shown: Mapping[str, str]
) -> list[str]:
    """Show where each note is, and the texts that it has there and in the store.

    Args:
        conflicts: Changes of notes that were edited on another device, too.
        shown: Maps absolute paths to paths as the user typed them.
    """
    lines = list(
        chain.from_iterable(_conflict(step, shown) for step in conflicts[:_SHOWN])
    )
    if len(conflicts) > _SHOWN:
        lines.append(_("… and {count} more").format(count=len(conflicts) - _SHOWN))
    return lines


def _conflict(step: PlannedChange, shown: Mapping[str, str]) -> Iterator[str]:
    note = step.note
    asked = quoted_text(clip_line(question_text(note.content), _QUESTION_COLUMNS))
    place = Place(shown.get(note.file, note.file), note.line)
    text = _("edited here and on another device: {question}").format(question=asked)
    yield labelled(str(place), text)
    in_file, in_store = _("in the file: {text}"), _("in the store: {text}")
    if step.known is None or step.known.retired:
        yield "  " + in_store.format(text=_("removed on another device"))
        return
    for key, ours, theirs in _differences(note, step.known.note):
        for pattern, text in ((in_file, ours), (in_store, theirs)):
            yield "  " + pattern.format(text=labelled(key, text))


def _differences(note: Note, other: Note) -> Iterator[tuple[str, str, str]]:
    """Yield each key of a deck file in which two notes differ, and both values."""
    values, others = _values(note), _values(other)
    for key in {**values, **others}:
        ours, theirs = values.get(key), others.get(key)
        if ours != theirs:
            texts = (_one_line(ours), _one_line(theirs))
            yield key, *_from_difference(*texts)


def _values(note: Note) -> dict[str, Any]:
    return {"deck": note.deck, "language": note.language} | card_values(note)


def _one_line(value: Any) -> str:
    if value is None:
        return _NOTHING
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return " ".join(text.split())


def _from_difference(text: str, other: str) -> tuple[str, str]:
    """Shorten two texts to the parts that differ, and some words before."""
    equal = takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False))
    start = sum(1 for _pair in equal) - _BEFORE
    is_long = max(len(text), len(other)) > _TEXT_COLUMNS
    if start > 0 and is_long:
        text, other = f"…{text[start:]}", f"…{other[start:]}"
    return clip_line(text, _TEXT_COLUMNS), clip_line(other, _TEXT_COLUMNS)
