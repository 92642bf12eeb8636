"""Root decks of notes that are named after a folder, such as that of a vault.

The folder may have another name on a second device.  The name that the deck has in
the store stays: otherwise each device would rename the deck of the other one, and a
new note would be in a deck of its own.  A deck that the file names is taken as it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from cards.identity.keys import root_of
from cards.identity.matching import ExistingNote, PlannedChange
from cards.identity.renamed_roots import has_file
from cards.note import Note
from srs.store.connection import Store
from srs.store.deck_files import folder_roots
from srs.store.file_bases import edited_elsewhere

FolderOfDeck = Mapping[tuple[str, str], str]
"""The folder after which a deck is named, by file and deck."""


def known_roots(
    store: Store, known: Iterable[ExistingNote], folders: FolderOfDeck
) -> dict[str, str]:
    """Return the root decks of folders that have another name on another device.

    If the deck was renamed there since, this is its name now.

    Args:
        store: The store.
        known: All notes of the store.
        folders: Of the files that are added.

    Returns:
        The root deck by absolute path of the folder.
    """
    used = set(folders.values())
    roots = {one: root for one, root in folder_roots(store).items() if one in used}
    if not roots:
        return {}
    elsewhere = edited_elsewhere(store)
    of_file = {file: folder for (file, _deck), folder in folders.items()}
    now: dict[str, Counter[str]] = defaultdict(Counter)
    for one in known:
        folder = of_file.get(one.note.file, "")
        if folder in roots and one.guid in elsewhere and not one.retired:
            now[folder][root_of(one.note.deck)] += 1
    return roots | {folder: _first(counted) for folder, counted in now.items()}


def found_roots(
    store: Store, steps: Sequence[PlannedChange], folders: FolderOfDeck
) -> dict[str, str]:
    """Find folders whose notes another device has added under another root deck.

    Args:
        store: The store.
        steps: The plan that would rename that deck.
        folders: Of the files that are added.

    Returns:
        As `known_roots`: folders of which at least half of the notes are known so.
    """
    sizes: Counter[str] = Counter()
    other: dict[str, list[ExistingNote]] = defaultdict(list)
    for step in steps:
        folder = folders.get((step.note.file, step.note.deck), "")
        sizes[folder] += 1
        if folder and step.known and _has_other_root(step.note, step.known):
            other[folder].append(step.known)
    if not other:
        return {}
    elsewhere = edited_elsewhere(store)
    found: dict[str, str] = {}
    for folder, notes in other.items():
        theirs = [root_of(n.note.deck) for n in notes if n.guid in elsewhere]
        if 2 * len(theirs) >= sizes[folder]:
            found[folder] = _first(Counter(theirs))
    return found


def with_roots(
    notes: Iterable[Note], folders: FolderOfDeck, roots: Mapping[str, str]
) -> list[Note]:
    """Return notes in the root decks of their folders."""
    return [_with_root(n, roots.get(folders.get((n.file, n.deck), ""))) for n in notes]


def _with_root(note: Note, root: str | None) -> Note:
    if not root:
        return note
    _own, colons, inner = note.deck.partition("::")
    return replace(note, deck=root + colons + inner)


def _has_other_root(note: Note, known: ExistingNote) -> bool:
    is_theirs = not known.retired and not has_file(known.note)
    return is_theirs and root_of(note.deck) != root_of(known.note.deck)


def _first(counted: Counter[str]) -> str:
    """Return the most frequent name."""
    return min(counted, key=lambda name: (-counted[name], name))
