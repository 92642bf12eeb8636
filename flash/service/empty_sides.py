"""Notes from Anki without a question or an answer: suspended until they have both."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from cards.note import Note
from export.anki.converted import INCOMPLETE_TAG, has_empty_side
from export.anki.found_edits import TextEdit
from flash.service.context import AppContext
from srs.store.card_actions import suspend
from srs.store.notes import stored_notes


def completed(old: Note, new: Note) -> Note:
    """Return an edited note, without its tag if both sides have a text now."""
    if not is_completed(old, new):
        return new
    return replace(new, tags=tuple(one for one in new.tags if one != INCOMPLETE_TAG))


def is_completed(old: Note, new: Note) -> bool:
    """Return True if an edit fills the empty sides of a note."""
    was_empty = INCOMPLETE_TAG in old.tags and has_empty_side(old.content)
    return was_empty and not has_empty_side(new.content)


def unsuspend_completed(
    app: AppContext, changes: Iterable[tuple[str, Note, Note]]
) -> None:
    """Unsuspend the cards of notes that are completed.

    It is a step of its own in the log.

    Args:
        app: The open store, in the transaction of the change.
        changes: Guid of each changed note, and the note before and after.
    """
    guids = [guid for guid, old, new in changes if is_completed(old, new)]
    if guids:
        found = stored_notes(app.store, guids=guids)
        cards = [card.id for one in found for card in one.cards]
        suspend(app.store, cards, app.now(), suspended=False)


def suspend_empty(app: AppContext, edits: Sequence[TextEdit]) -> None:
    """Unsuspend the cards of notes that have both sides now; suspend those without."""
    for is_empty in (False, True):
        cards = [
            card.id
            for edit in edits
            if edit.note is not None
            and (INCOMPLETE_TAG in edit.stored.note.tags) != is_empty
            and (INCOMPLETE_TAG in edit.note.tags) == is_empty
            for card in edit.stored.cards
            if card.suspended != is_empty
        ]
        if cards:
            suspend(app.store, cards, app.now(), suspended=is_empty)
