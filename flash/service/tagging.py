"""Add, remove and rename tags: in the store, and in the text of deck files.

A note that a deck file has gets its tags from there, so the file is changed; the
others are changed in the store.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.discovery import (
    exam_beside,
    is_markdown,
)
from cards.deckfile.exam_file import read_exam_file
from cards.deckfile.tag_edits import rename_tag, renamed, tags_at_top
from cards.errors import DeckError, FlashError, Place, with_hint
from cards.files import is_file
from cards.markdown_notes.commonmark import FRONT_MATTER
from cards.names import COMMA, tidy_name, tidy_tags
from cards.note import Note
from cards.translate import _
from export.anki.found_edits import TextEdit
from flash.service.anki_edits import is_in_file
from flash.service.context import AppContext
from flash.service.deck_reading import read_files
from flash.service.edited_files import write_and_add
from flash.service.file_patches import (
    FilePatch,
    file_patches,
    patch_with,
    refuse_installed,
)
from srs.merging.text_updates import TextUpdate, update_notes
from srs.store.notes import stored_notes

Tags = tuple[str, ...]


class Tagging(Struct, frozen=True):
    """What a change of tags would do."""

    updates: tuple[TextUpdate, ...]
    """Of notes that no deck file has."""
    patches: tuple[FilePatch, ...]
    cards: tuple[int, ...]
    """Those whose tags change, in the store or in a deck file."""
    at_top: tuple[tuple[Place, str], ...] = ()
    """Tags that belong to all cards of a file, with their places; they stay there."""
    exams: tuple[Place, ...] = ()
    """Where an exam beside the deck files has the old tag; it stays there."""
    missing: tuple[Note, ...] = ()
    """Notes whose deck file was not found."""
    outdated: tuple[Note, ...] = ()
    """Notes whose deck file differs from the store, as after an undo of an edit."""

    @property
    def in_files(self) -> tuple[FilePatch, ...]:
        """The patches that change something."""
        return tuple(one for one in self.patches if one.before != one.after)

    @property
    def by_hand(self) -> list[Note]:
        """Notes whose deck file can't hold the change, for another reason."""
        return [note for one in self.patches for note in one.by_hand]


def check_new_tag(tag: str) -> None:
    """Check that a tag can be given to a card.

    Raises:
        FlashError: It is empty or has a space.
    """
    if not tag.strip():
        raise FlashError(_("the tag is empty"))
    if tag.split() != [tag]:
        message = _("space in the tag '{tag}'").format(tag=tag)
        hint = _("write '{tag}'").format(tag="-".join(tag.split()))
        raise FlashError(message, hint)


def comma_warning(tag: str) -> str:
    """Return a warning if a tag looks like several, else an empty text."""
    if not COMMA.search(tag):
        return ""
    message = _("comma in the tag '{tag}'").format(tag=tag)
    return _("warning: ") + with_hint(message, _("add one tag at a time"))


def changed_tags(tags: Tags, added: Iterable[str], removed: Iterable[str] = ()) -> Tags:
    """Return tags with others added, and without those that are removed."""
    gone = set(map(tidy_name, removed))
    found = (*tags, *tidy_tags(tuple(added)))
    return tuple(dict.fromkeys(one for one in found if tidy_name(one) not in gone))


def plan_tags(
    app: AppContext, cards: Sequence[int], change: Callable[[Tags], Tags]
) -> Tagging:
    """Plan to change the tags of the notes of some cards.

    Raises:
        FlashError: A note is in a file of an installed flash.
    """
    edits = _edits(app, change, cards)
    return _tagging(edits, file_patches(filter(is_in_file, edits)))


def plan_rename(app: AppContext, old: str, new: str) -> Tagging:
    """Plan to rename a tag and those below it, also at the top of deck files.

    Raises:
        FlashError: No card has the tag, or a note is in a file of an installed flash.
    """
    edits = _edits(app, lambda tags: renamed(tags, old, new))
    if not edits and old != new:
        message = _("no tag '{name}'").format(name=old)
        raise FlashError(message, _("flash tag list shows all tags"))
    by_file: dict[str, list[Note]] = {}
    for edit in filter(is_in_file, edits):
        by_file.setdefault(edit.stored.note.file, []).append(edit.stored.note)
    change = partial(rename_tag, old=old, new=new)
    patches = [patch_with(change, file, notes) for file, notes in by_file.items()]
    folders = {Path(file).parent: Path(file) for file in by_file}
    exams = [one for file in folders.values() for one in _in_exam(file, old, new)]
    tagging = _tagging(edits, patches, renames=True)
    return replace(tagging, exams=tuple(exams))


def apply_tagging(app: AppContext, tagging: Tagging, *, write: bool) -> list[str]:
    """Change notes without a file, and deck files if they are to be written.

    Returns:
        Removed cards that are back with their file, as texts.

    Raises:
        ExportError: A file can't be written.
        FlashError: A file can't be added.
        StoreError: The store can't be written; nothing was.
    """
    with app.store.transaction():
        if tagging.updates:
            update_notes(app.store, tagging.updates, app.now())
        if not (write and tagging.in_files):
            return []
        return write_and_add(
            app, {Path(one.file): one.after for one in tagging.in_files}
        )


def _edits(
    app: AppContext, change: Callable[[Tags], Tags], cards: Sequence[int] | None = None
) -> list[TextEdit]:
    return [
        TextEdit(one, replace(one.note, tags=change(one.note.tags)))
        for one in stored_notes(app.store, cards=cards)
        if change(one.note.tags) != one.note.tags
    ]


def _tagging(
    edits: Sequence[TextEdit], patches: Sequence[FilePatch], *, renames: bool = False
) -> Tagging:
    refuse_installed(patches)
    places: dict[tuple[Place, str], None] = {}
    wanted = {
        (edit.stored.note.file, edit.stored.note.line): set(edit.note.tags)
        for edit in edits
        if edit.note
    }
    patches = [_without_top(one, wanted, places, renames) for one in patches]
    updates = tuple(
        TextUpdate(edit.stored.guid, edit.note)
        for edit in edits
        if edit.note is not None and not is_in_file(edit)
    )
    cards = tuple(card.id for edit in edits for card in edit.stored.cards)
    lost = [one for one in patches if not is_file(Path(one.file))]
    patches = [one for one in patches if one not in lost]
    missing = tuple(note for one in lost for note in one.by_hand)
    outdated = _outdated(patches)
    patches = [
        replace(one, by_hand=tuple(x for x in one.by_hand if x not in outdated))
        for one in patches
    ]
    return Tagging(
        updates,
        tuple(patches),
        cards,
        tuple(places),
        missing=missing,
        outdated=tuple(outdated),
    )


def _outdated(patches: Iterable[FilePatch]) -> list[Note]:
    """Return the notes that their deck file has with other texts or tags, or not."""
    found: list[Note] = []
    for patch in patches:
        if not patch.by_hand:
            continue
        try:
            notes = read_files([Path(patch.file)]).notes
        except DeckError:
            notes = ()
        there = [(note.content, note.tags) for note in notes]
        found += [
            note for note in patch.by_hand if (note.content, note.tags) not in there
        ]
    return found


def _without_top(
    patch: FilePatch,
    wanted: Mapping[tuple[str, int], set[str]],
    places: dict[tuple[Place, str], None],
    renames: bool,
) -> FilePatch:
    """Leave out notes of which only the top of the file has to change.

    Places of tags at the top are added to `places`.
    """
    at_top = _tags_at_top(patch.file, patch.before) if patch.by_hand else {}
    by_hand: list[Note] = []
    for note in patch.by_hand:
        tags = wanted[note.file, note.line]
        gone = set(note.tags) - tags
        for tag in sorted(gone & at_top.keys()):
            places[Place(patch.file, at_top[tag]), tag] = None
        added = not renames and tags - set(note.tags)
        if not gone or added or not gone <= at_top.keys():
            by_hand.append(note)
    return replace(patch, by_hand=tuple(by_hand))


def _tags_at_top(file: str, text: str) -> dict[str, int]:
    if not is_markdown(Path(file)):
        return tags_at_top(text)
    matter = FRONT_MATTER.match(text.replace("\r\n", "\n"))
    return tags_at_top("\n" + (matter[1] or "")) if matter else {}


def _in_exam(file: Path, old: str, new: str) -> list[Place]:
    exam = exam_beside(file)
    if exam is None:
        return []
    try:
        found = read_exam_file(exam)
    except DeckError:
        return []
    pairs = zip(found.blueprint.domains, found.tag_places, strict=True)
    return [
        place
        for domain, place in pairs
        if renamed([domain.tag], old, new) != (domain.tag,)
    ]
