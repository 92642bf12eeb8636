"""Rows of Anki's tables: what a note and its cards are in a collection."""

import hashlib
import html
import re
import unicodedata
from functools import lru_cache
from typing import Any

from export.anki.fields import is_basic
from export.anki.flash_note_types import BASIC_ID, CLOZE_ID
from srs.models.cards import StoredCard, StoredNote

Row = tuple[Any, ...]

_PICTURE = re.compile(r'<img src="([^"]*)"[^>]*>')
_TAG = re.compile(r"<[^>]*>")
_UNSYNCED = -1
"""Update sequence number of what Anki's server has not seen."""


def note_row(
    stored: StoredNote,
    cards: list[StoredCard],
    fields: tuple[str, ...],
    notetype: int = 0,
) -> Row:
    """Make the row of a note.

    Args:
        stored: The note.
        cards: Those of its cards that go along.
        fields: As its note type has them.
        notetype: Id of the type, where it is none of ours.
    """
    first = _sort_text(fields[0])
    return (
        stored.anki_id,
        stored.guid,
        notetype or (BASIC_ID if is_basic(stored.note.content) else CLOZE_ID),
        stored.modified_ms // 1000,
        _UNSYNCED,
        _tags(stored.note.tags, any(card.leech for card in cards)),
        "\x1f".join(fields),
        first,
        _checksum(first),
        0,
        "",
    )


def card_row(
    card: StoredCard,
    note_id: int,
    deck: int,
    changed_s: int,
    schedule: tuple[Any, ...] | None = None,
) -> Row:
    """Make the row of a card.

    Args:
        card: The card.
        note_id: Anki's id of its note.
        deck: Anki's id of its deck.
        changed_s: When it or its note last changed, epoch seconds.
        schedule: From `export.anki.schedule`; by default it is a new card.
    """
    if schedule is None:
        # Type, queue, due; interval, factor, reps, lapses, steps left; home, flags.
        schedule = (0, 0, card.position, 0, 0, 0, 0, 0, 0, 0, 0, "")
    return (card.id, note_id, deck, card.ordinal, changed_s, _UNSYNCED, *schedule)


def _sort_text(first: str) -> str:
    """Give a first field as Anki sorts by it and compares it: without markup."""
    if "<" in first:
        first = _TAG.sub("", _PICTURE.sub(r" \1 ", first))
    return html.unescape(first) if "&" in first else first


def _checksum(text: str) -> int:
    """Compute what Anki finds duplicates of a first field by."""
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big")


@lru_cache(maxsize=1024)
def _tags(tags: tuple[str, ...], is_leech: bool) -> str:
    if is_leech:
        tags = (*tags, "leech")
    if not tags:
        return ""
    # In Anki a blank parts two tags.
    joined = {"_".join(unicodedata.normalize("NFC", tag).split()) for tag in tags}
    return f" {' '.join(sorted(joined - {''}))} "
