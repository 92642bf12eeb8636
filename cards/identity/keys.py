"""What makes a note the same note: its id, else the text of its question.

The *guid* names a note for life and is made once, from what the note was called
when it was first seen; the *text key* is how a file without ids finds it today.
"""

import base64
import hashlib
import unicodedata
from collections.abc import Container, Iterable

from cards.errors import Place, Problem
from cards.note import Note
from cards.questions import answer_text, question_text


def normalised(text: str) -> str:
    """Fold what a reader doesn't see: white space and Unicode's composed forms."""
    folded = " ".join(text.split())
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def root_of(deck: str) -> str:
    """Give the outermost deck of a nested name."""
    return deck.partition("::")[0].strip()


def text_key(note: Note) -> str:
    """Name a note by root deck, kind and question."""
    return hashlib.blake2b(_asked(note).encode(), digest_size=16).hexdigest()


def _asked(note: Note) -> str:
    asked = normalised(question_text(note.content))
    return f"{root_of(note.deck)}\x1f{note.kind}\x1f{asked}"


def answer_key(note: Note) -> str:
    """Give what a reworded note is known by: kind and answer."""
    return note.kind + "\x1f" + normalised(answer_text(note.content))


def guid_for(name: str, taken: Container[str] = ()) -> str:
    """Make the name that a note keeps for life.

    Args:
        name: Its id, else its text key, at the moment it is first seen.
        taken: Names in use by other notes.

    Returns:
        Twelve characters of base64url; the same for the same name on every machine
        unless that is taken.
    """
    salt = 0
    while True:
        seed = name if salt == 0 else f"{name}\x1f{salt}"
        digest = hashlib.blake2b(seed.encode(), digest_size=9).digest()
        guid = base64.urlsafe_b64encode(digest).decode()
        if guid not in taken:
            return guid
        salt += 1


def repeated(notes: Iterable[Note], shown: dict[str, str]) -> list[Problem]:
    """Find ids and questions that stand twice.

    The same id in two languages is one fact in two texts, which is meant.

    Args:
        notes: The notes of one or several files.
        shown: For an absolute path the path as the person typed it.

    Returns:
        A problem at each second place, naming the first.
    """
    seen: dict[tuple[str, str], Note] = {}
    problems: list[Problem] = []
    for note in notes:
        by_id = bool(note.id)
        key = (note.id, note.language) if by_id else (_asked(note), "")
        first = seen.setdefault(key, note)
        if first is note:
            continue
        there = Place(shown.get(first.file, first.file), first.line, first.column)
        place = Place(shown.get(note.file, note.file), note.line, note.column)
        if by_id:
            message, hint = f"duplicate id '{note.id}'", f"it stands at {there} already"
        else:
            asked = normalised(question_text(note.content))
            message = f"the same question twice: '{asked[:60]}'"
            hint = f"it stands at {there} already; remove one, or give each an id"
        problems.append(Problem(place, message, hint))
    return problems
