"""Problems of matching that the author of a deck has to solve, with an id."""

from collections.abc import Mapping, Sequence

from cards.errors import Place, Problem
from cards.identity.keys import normalized, root_of
from cards.note import Note
from cards.questions import question_text
from cards.translate import _


def foreign_id(note: Note, other: Note, shown: Mapping[str, str]) -> Problem:
    """Return the problem of an id that another deck uses for another fact.

    Args:
        note: The incoming note.
        other: The note of the store with its id.
        shown: Maps absolute paths to paths as the user typed them.
    """
    hint = _("it names a note of '{deck}' at {place}; choose another id").format(
        deck=root_of(other.deck), place=Place(other.file, other.line)
    )
    message = _("duplicate id '{id}'").format(id=note.id)
    return Problem(_place(note, shown), message, hint)


def unclear(
    note: Note, candidates: Sequence[tuple[str, Note]], shown: Mapping[str, str]
) -> Problem:
    """Return the problem of a note that may continue any of several.

    Args:
        note: The incoming note.
        candidates: Guids and notes of the store.
        shown: Maps absolute paths to paths as the user typed them.
    """
    fit = _("'id: {id}' for \"{question}\"")
    fits = _(" or ").join(
        fit.format(id=guid, question=_short(old)) for guid, old in candidates[:3]
    )
    hint = _("add {fits}, or another id for a new card").format(fits=fits)
    message = _("'{question}' may be any of {count} reworded cards").format(
        question=_short(note), count=len(candidates)
    )
    return Problem(_place(note, shown), message, hint)


def _place(note: Note, shown: Mapping[str, str]) -> Place:
    return Place(shown.get(note.file, note.file), note.line, note.column)


def _short(note: Note) -> str:
    text = normalized(question_text(note.content))
    return text if len(text) <= 50 else text[:49] + "…"
