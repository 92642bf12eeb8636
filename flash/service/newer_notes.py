"""Compare deck files with notes that were edited on another device meanwhile.

The text of a note at the last `flash add` decides: if the file still has it, nothing
was edited here, and the store stays; if the store has it, the file wins; if both
differ, the user has to decide.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from cards.identity.matching import Action, PlannedChange
from srs.store.connection import Store
from srs.store.file_bases import edited_elsewhere, note_hash

_EDITS = (Action.CHANGED, Action.REWORDED, Action.MOVED, Action.RETURNED)


def keep_newer(
    store: Store, steps: Iterable[PlannedChange]
) -> tuple[list[PlannedChange], list[PlannedChange]]:
    """Leave out what would undo an edit made on another device.

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
        if file == base != stored:
            found.append(replace(step, action=Action.NEWER))
            continue
        if stored not in (base, file):
            conflicts.append(step)
        found.append(step)
    return found, conflicts
