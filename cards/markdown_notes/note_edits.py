"""Change texts of cards in a Markdown note; everything else stays as it is."""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from cards.deckfile.card_edits import Edit, editable_parts, name_of
from cards.errors import DeckError
from cards.markdown_notes.note_deck import inline_cards, parse_note_deck
from cards.markdown_notes.references import with_references
from cards.note import Note
from cards.questions import media_of, texts_of

_CLOZE = re.compile(r"\{\{c\d+::((?:(?!\}\}|::).)+)\}\}", re.DOTALL)


def edit_note(
    text: str, path: Path, edits: Sequence[Edit], media: Collection[str] = ()
) -> tuple[str, list[Note]]:
    """Change cards in the text of a note; as `cards.deckfile.card_edits.edit_cards`.

    A card in a fenced block, and a text that the note has in another form (with a link
    of a wiki, say), has to be changed by hand.
    """
    failed: list[Note] = []
    if media:
        media = {*_media_in(text, path), *media}
    for old, new in edits:
        result = _edited(text, path, old, new, media)
        if result is None:
            failed.append(old)
        else:
            text = result
    return text, failed


def _media_in(text: str, path: Path) -> list[str]:
    """Return the files that the cards of a note show."""
    try:
        notes = parse_note_deck(text, path).notes
    except DeckError:
        return []
    return [name for note in notes for name in media_of(note)]


def _edited(
    text: str, path: Path, old: Note, new: Note, media: Collection[str]
) -> str | None:
    """Return the text with one card changed; None if it can't be."""
    try:
        notes = parse_note_deck(text, path, media or None).notes
        found = [
            i
            for i, note in enumerate(notes)
            if editable_parts(note) == editable_parts(old)
            and name_of(note) == name_of(replace(old, deck=note.deck))
        ]
        # The folder of the note may have another name than its deck in the store.
        index = min(found, key=lambda i: name_of(notes[i]) != name_of(old))
        wanted = [editable_parts(note) for note in notes]
        wanted[index] = editable_parts(new)
        lines = text.split("\n")
        first = notes[index].line - 1
        last = notes[index + 1].line - 1 if index + 1 < len(notes) else len(lines)
        head, card, rest = lines[:first], "\n".join(lines[first:last]), lines[last:]
        for changed in _replaced(card, old, new):
            result = "\n".join([*head, changed, *rest])
            if new.id != old.id:
                result = _named(result, path, notes[index].line, new.id)
            made = parse_note_deck(result, path, media or None).notes
            if [editable_parts(note) for note in made] == wanted:
                return result
    except (DeckError, ValueError):
        pass
    return None


def _named(text: str, path: Path, line: int, name: str) -> str:
    """Write an id behind the card that begins on a line; none in a fenced block."""
    found = [(card, name) for card in inline_cards(text, path) if card.line == line]
    return with_references(text, path, found)


def _replaced(card: str, old: Note, new: Note) -> Iterator[str]:
    """Yield the lines of a card with new texts, for each way to hide words."""
    before = [text for _, text in texts_of(old.content)]
    after = [text for _, text in texts_of(new.content)]
    for marks in (r"\g<0>", r"\1", r"==\1==", r"[\1]"):
        found, at = card, 0
        for one, other in zip(before, after, strict=False):
            there = found.find(_CLOZE.sub(marks, one), at)
            if there < 0:
                break
            written = _CLOZE.sub(marks, other)
            end = there + len(_CLOZE.sub(marks, one))
            found = found[:there] + written + found[end:]
            at = there + len(written)
        else:
            yield found
