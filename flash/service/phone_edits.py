"""Find and take the texts that were edited on a phone.

Anki takes a note as a whole, and the hub has one state of it. So what it has of notes
that were edited here is kept before a sync: it tells apart the edits of both sides.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cards.questions import question_text
from cards.text.html import to_html
from export.anki.anki_model import Collection
from export.anki.found_edits import Shared, TextEdit
from export.anki.named_notes import first_field
from export.anki.package_file import CollectionFiles
from export.anki.phone.hub_changes import HubRows
from export.anki.phone.hub_notes import HubBefore, outdated_notes
from export.anki.text_edits import text_edits
from flash.service.anki_edits import (
    bases_of,
    conflicts_of,
    is_for_store,
    is_in_file,
    newer_notes,
    seen_in,
    take_edits,
)
from flash.service.context import AppContext
from flash.service.deck_changes import apply_change, plan_move
from flash.service.file_edits import edits_for_files
from flash.service.phone_account import Account
from flash.service.phone_media import with_unpacked_media
from srs.models.cards import StoredNote
from srs.models.incoming import EditConflict, Incoming, Loss, LossReason
from srs.store.import_rows import original_notes, original_notetypes
from srs.store.note_media import media_files
from srs.store.note_types import arranged_notes
from srs.store.notes import note_moments, stored_notes


class TakenEdits(Struct, frozen=True):
    """What became of edits; a round shows each of them once."""

    updated: int
    """Notes without a deck file that got the text of a phone."""
    in_files: tuple[TextEdit, ...]
    """Edits that were not shown yet; a deck file has the notes."""
    others: int
    """The same, of notes without a deck file."""
    conflicts: tuple[EditConflict, ...]
    """Texts that were edited in flash, too."""


def take_moves(app: AppContext, before: HubBefore, hub: HubRows) -> int:
    """Move the cards that were moved on a phone, and that flash may move.

    Returns:
        How many there are.
    """
    by_deck: dict[str, list[int]] = defaultdict(list)
    for one in before.moved(hub, stored_notes(app.store)):
        if not (one.note.note.line or one.is_moved_here):
            by_deck[one.deck].append(one.card)
    for deck, cards in by_deck.items():
        apply_change(app, plan_move(app, cards, deck), write=False)
    return sum(map(len, by_deck.values()))


def reverted(
    before: HubBefore, hub: HubRows, stored: Sequence[StoredNote]
) -> Iterator[Loss]:
    """Name the notes that a phone deleted or moved, which this round takes back."""
    deleted = before.deleted(hub, stored)
    for note in stored:
        if note.guid in deleted:
            yield _named(note, LossReason.PHONE_DELETED)
    moved = {one.note.guid: one for one in before.moved(hub, stored)}
    for one in moved.values():
        yield _named(one.note, LossReason.PHONE_MOVED, one.deck)


def _named(note: StoredNote, reason: LossReason, detail: str = "") -> Loss:
    asked = first_field((to_html(question_text(note.note.content)),))
    return Loss(reason, detail=detail, deck=note.note.deck, first_field=asked)


class PhoneEdits:
    """The edits of one round."""

    def __init__(self, app: AppContext, account: Account) -> None:
        """Keep the store, and what was shown before."""
        self._app, self._account = app, account
        self._sent: dict[str, Shared] = {}
        self._shown = set[str]()
        """Guids of the notes whose edits this round has shown."""

    def keep_shared(self, collection: Path) -> bool:
        """Keep what the hub has of notes of ours that were edited here.

        Args:
            collection: The database of the hub, before a sync.

        Returns:
            Whether something was added to what a round that was cut short has kept.
        """
        kept, moments = self._account.shared, note_moments(self._app.store)
        changed_s = {guid: changed // 1000 for guid, (changed, _) in moments.items()}
        found = outdated_notes(collection, changed_s)
        self._account.shared = found | kept
        return not found.keys() <= kept.keys()

    def find(
        self,
        hub: CollectionFiles,
        collection: Collection,
        incoming: Incoming,
        report: Callable[[str], None],
    ) -> list[TextEdit]:
        """Find the notes that were edited on a phone, and unpack their new media.

        Args:
            hub: Has the files.
            collection: That of the hub.
            incoming: What was converted from it.
            report: Called with files that can't be written, and why.
        """
        app = self._app
        stored, kept = arranged_notes(
            {one.guid: one for one in stored_notes(app.store)},
            original_notes(app.store),
            original_notetypes(app.store),
            incoming.notetypes,
        )
        # A phone may have edited a note before it got the last text from here.
        shared = bases_of(app, newer_notes(collection, stored), stored)
        seen = seen_in(app, collection, incoming, stored)
        seen = replace(seen, shared=shared | self._account.shared)
        media = media_files(app.store)

        def found(
            collection: Collection, renamed: Callable[[str], str] | None = None
        ) -> Iterator[TextEdit]:
            return text_edits(collection, stored, kept, media, renamed, seen)

        edits = found(collection)
        return with_unpacked_media(app, hub, collection, edits, found, report)

    def take(
        self,
        edits: Sequence[TextEdit],
        collection: Collection,
        incoming: Incoming,
        *,
        update_text: bool,
    ) -> TakenEdits:
        """Take edits, or return those that were not shown yet.

        Args:
            edits: From `find`.
            collection: That of the hub.
            incoming: What was converted from it.
            update_text: Take the texts of notes without a deck file.
        """
        app, account = self._app, self._account
        updated = take_edits(app, edits, incoming, update_text=update_text)
        waiting = [
            one
            for one in edits
            if one.is_visible and not (update_text and is_for_store(one))
        ]
        self._sent = {one.stored.guid: one.sent for one in waiting if one.sent}
        account.shared = {
            one.stored.guid: one.shared for one in waiting if one.shared is not None
        }
        changed = {note.guid: note.modified_s for note in collection.notes}
        edits = [
            one
            for one in edits
            if one.is_visible or one.conflicts
            if update_text
            or account.shown.get(one.stored.guid) != changed[one.stored.guid]
        ]
        account.shown |= {one.stored.guid: changed[one.stored.guid] for one in edits}
        edits = [one for one in edits if one.stored.guid not in self._shown]
        self._shown |= {one.stored.guid for one in edits}
        visible = [one for one in edits if one.is_visible]
        in_files = [one for one in visible if is_in_file(one)]
        return TakenEdits(
            updated,
            edits_for_files(app.store, in_files),
            0 if update_text else len(visible) - len(in_files),
            tuple(conflicts_of(edits, update_text=update_text)),
        )

    def joined(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """Return what to send of notes whose edits wait, see `OriginalNotes`."""
        return {guid: (one.fields, "") for guid, one in self._sent.items()}

    def with_joined_tags(self, note: StoredNote) -> StoredNote:
        """Return a note to send, with the tags of a phone if its edit waits."""
        if note.guid not in self._sent:
            return note
        return replace(note, note=replace(note.note, tags=self._sent[note.guid].tags))
