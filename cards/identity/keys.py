"""The identity of a note: its id, else the text of its question.

The *guid* is permanent and made once, from the id or text key at the first add; the
*text key* finds the note of a card without id today.
"""

import base64
import hashlib
import unicodedata
from collections.abc import Container, Iterable
from functools import cache

from cards.errors import Place, Problem
from cards.note import Note
from cards.questions import answer_text, question_text
from cards.translate import _

MARK_PREFIX = "flash-"
"""Begins the ids that are written into the text of Markdown notes."""


def normalized(text: str) -> str:
    """Fold differences that are invisible: white space and Unicode composition."""
    folded = " ".join(text.split())
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


@cache
def root_of(deck: str) -> str:
    """Return the outermost deck of a nested name."""
    return deck.partition("::")[0].strip()


def text_key(note: Note) -> str:
    """Return a hash of root deck, kind and question."""
    return hashlib.blake2b(_identity_text(note).encode(), digest_size=16).hexdigest()


def _identity_text(note: Note) -> str:
    asked = normalized(question_text(note.content))
    return f"{root_of(note.deck)}\x1f{note.kind}\x1f{asked}"


def answer_key(note: Note) -> str:
    """Return the key of a reworded note: kind and answer."""
    return note.kind + "\x1f" + normalized(answer_text(note.content))


def is_same_fact(one: Note, other: Note) -> bool:
    """Return True if two notes of one kind have the same question or answer."""
    if one.kind != other.kind:
        return False
    asked = normalized(question_text(one.content))
    is_asked = asked == normalized(question_text(other.content))
    return is_asked or answer_key(one) == answer_key(other)


def guid_for(name: str, taken: Container[str] = ()) -> str:
    """Return the permanent guid of a new note.

    Args:
        name: Its id, else its text key, when it is first added.
        taken: Guids of other notes.

    Returns:
        Twelve characters of base64url; the same for the same name on every machine
        unless it is taken.
    """
    salt = 0
    while True:
        seed = name if salt == 0 else f"{name}\x1f{salt}"
        digest = hashlib.blake2b(seed.encode(), digest_size=9).digest()
        guid = base64.urlsafe_b64encode(digest).decode()
        if guid not in taken:
            return guid
        salt += 1


def mark_for(guid: str) -> str:
    """Return the id by which a Markdown note names a stored note that has none.

    A guid may have other characters than the letters, digits and hyphens of a mark.
    """
    digest = hashlib.blake2b(guid.encode(), digest_size=6).hexdigest()
    return f"{MARK_PREFIX}{digest}"


def duplicates(notes: Iterable[Note], shown: dict[str, str]) -> list[Problem]:
    """Find duplicate ids and questions.

    The same id in two languages is allowed: one fact in two languages.

    Args:
        notes: The notes of one or several files.
        shown: Maps absolute paths to paths as the user typed them.

    Returns:
        A problem at each duplicate, naming the place of the first.
    """
    seen: dict[tuple[str, str], Note] = {}
    problems: list[Problem] = []
    for note in notes:
        by_id = bool(note.id)
        key = (note.id, note.language) if by_id else (_identity_text(note), "")
        first = seen.setdefault(key, note)
        if first is note:
            continue
        there = Place(shown.get(first.file, first.file), first.line, first.column)
        place = Place(shown.get(note.file, note.file), note.line, note.column)
        if by_id:
            message, hint = (
                _("duplicate id '{id}'").format(id=note.id),
                _("already used at {there}").format(there=there),
            )
        else:
            asked = normalized(question_text(note.content))
            message = _("duplicate question '{asked}'").format(asked=asked[:60])
            hint = _("already asked at {there}; remove one, or give each an id")
            if not note.file.lower().endswith((".yaml", ".yml")):
                hint = _(
                    "already asked at {there}; remove one, or give each an id with "
                    "flash add --stamp"
                )
            hint = hint.format(there=there)
        problems.append(Problem(place, message, hint))
    return problems
