"""Compare deck files with notes that were edited on another device meanwhile.

The text of a note at the last `flash add` decides: if the file still has it, nothing
was edited here, and the store stays; if the store has it, the file wins; if both
differ, each keeps the fields that only it has changed, such as the deck that was
renamed in the file; if both changed one, the store stays until the user decides.
"""

from collections.abc import Iterable
from itertools import chain, combinations

from msgspec.structs import replace

from cards.identity.keys import text_key
from cards.identity.matching import Action, ExistingNote, PlannedChange, action_of
from cards.note import Note
from srs.store.connection import Store
from srs.store.file_bases import edited_elsewhere, note_hash

_EDITS = (Action.CHANGED, Action.REWORDED, Action.MOVED, Action.RETURNED)
_PLACE = ("file", "line", "column")


def keep_newer(
    store: Store, steps: Iterable[PlannedChange], *, files_win: bool = False
) -> tuple[list[PlannedChange], list[PlannedChange]]:
    """Leave out what would undo an edit made on another device.

    Args:
        store: The store.
        steps: The changes by the files.
        files_win: Take the texts of the files where both have changed one field.

    Returns:
        All steps, those that are left out with `Action.NEWER`; and those of notes
        that were edited in the file as well.
    """
    steps = list(steps)
    changed = [one.known for one in steps if one.known and one.action in _EDITS]
    bases = edited_elsewhere(store, {one.guid for one in changed if not one.retired})
    found: list[PlannedChange] = []
    conflicts: list[PlannedChange] = []
    for step in steps:
        base = bases.get(step.known.guid) if step.known else None
        if step.known is None or base is None or step.action not in _EDITS:
            found.append(step)
            continue
        file = note_hash(step.note)
        stored = "" if step.known.retired else note_hash(step.known.note)
        if stored in (base, file):
            found.append(step)
        elif (kept := _kept(step, step.known, base)) is not None:
            found.append(kept)
        else:
            conflicts.append(step)
            found.append(step if files_win else replace(step, action=Action.NEWER))
    return found, conflicts


def _kept(step: PlannedChange, known: ExistingNote, base: str) -> PlannedChange | None:
    """Return a change that undoes no edit; None if both changed one field."""
    edited = _edited_fields(step.note, known.note, base)
    if edited is None:
        return None
    if not edited or (known.retired and edited == ("deck",)):
        return replace(step, action=Action.NEWER)
    if known.retired:
        return None
    fields = (*edited, *_PLACE)
    note = replace(known.note, **{name: getattr(step.note, name) for name in fields})
    key = text_key(note)
    action = action_of(note, known, key)
    base = note_hash(step.note)
    return replace(step, action=action, note=note, text_key=key, base=base)


def _edited_fields(file: Note, stored: Note, base: str) -> tuple[str, ...] | None:
    """Return the fields that were edited in the file and not in the store.

    Of the base only the hash is known: it is that of the file with the fields that
    the file has edited as they are in the store.  None if there are no such fields, and
    without a base.
    """
    if not base:
        return None
    names = [name for name in Note.__struct_fields__ if name not in _PLACE]
    differing = [n for n in names if getattr(file, n) != getattr(stored, n)]
    sizes = range(len(differing) + 1)
    for edited in chain.from_iterable(combinations(differing, n) for n in sizes):
        before = replace(file, **{name: getattr(stored, name) for name in edited})
        if note_hash(before) == base:
            return edited
    return None
