"""Notes that came from Anki go back as they came, or with the edit in its field."""

import msgspec
from msgspec import Struct

from cards.note import Basic, Cloze
from cards.questions import cloze_parts
from cards.text.html import cloze_html, to_html
from srs.models.cards import StoredNote
from srs.models.incoming import OriginalFields


class OriginalNotes(Struct, frozen=True):
    """What the store keeps of such notes and their types."""

    notes: dict[str, OriginalFields]
    """By guid."""
    notetypes: dict[int, str]
    """JSON by id."""


def raw_fields(stored: StoredNote, kept: OriginalFields) -> tuple[str, ...]:
    """Give the fields of a note: as they came, where its text is what it was.

    Args:
        stored: The note as it is now.
        kept: Its fields as they came, and the content made of them.
    """
    content, raw = stored.note.content, kept.raw
    if msgspec.json.encode(content).decode() == kept.content:
        return raw.fields
    fields = list(raw.fields)
    match content:
        case Basic() if {"front", "back"} <= raw.shown.keys():
            fields[raw.shown["front"]] = to_html(content.front)
            fields[raw.shown["back"]] = to_html(content.back)
        case Cloze() if "cloze" in raw.shown:
            names = cloze_parts(content)
            ordinals = {card.part: card.ordinal for card in stored.cards}
            fields[raw.shown["cloze"]] = cloze_html(
                content.cloze, lambda number: ordinals[names[number]] + 1
            )
        case _:
            pass
    return tuple(fields)
