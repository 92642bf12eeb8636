"""One round between the store and the hub, in both directions.

A round compares both sides as they are: it may be cut short at any moment, and the
next one does what is left.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec import Struct

from cards.errors import FlashError
from export.anki.anki_model import AnkiNote, Collection, NoteType
from export.anki.collection_import import convert_collection, first_day
from export.anki.collection_reader import read_collection
from export.anki.fields import fields_of
from export.anki.found_edits import TextEdit
from export.anki.note_rendering import note_files
from export.anki.package_media import media_naming
from export.anki.package_writer import without_other_cards
from export.anki.phone.hub import Hub, HubError, HubFiles
from export.anki.phone.hub_changes import (
    HubRows,
    changed_cards,
    decks_in_use,
    hub_presets,
    missing_notes,
    missing_reviews,
    read_hub,
    unused_cards,
)
from export.anki.phone.hub_notes import HubBefore, read_before
from export.anki.rows import answers_in
from export.files import ExportError
from flash.messages.phone import one_way_texts
from flash.service.context import AppContext
from flash.service.exporting import export_package, notes_from_anki, schedule_of
from flash.service.import_differences import dropped_ids
from flash.service.media_import import MediaImport
from flash.service.phone_account import Account, HubPlace
from flash.service.phone_edits import PhoneEdits, reverted, take_moves
from flash.service.phone_inbox import for_inbox, write_inbox
from flash.service.phone_media import unpack_late_media, unpack_or_report
from srs.merging.marks import remember_marks
from srs.merging.merge import merge
from srs.models.cards import StoredNote
from srs.models.incoming import EditConflict, Loss, LossReason
from srs.store.import_rows import known_guids, moved_moments
from srs.store.notes import stored_notes
from srs.store.removal import erased_guids

_MOST_PASSES = 4
_BUSY_S, _MOST_TRIES = 1.0, 20
"""Anki's server refuses a client while another one synchronizes."""
_OF_REVIEWS = (LossReason.REVIEW, LossReason.REVIEW_CARD)


class Round(Struct):
    """What a round did."""

    reviews: int = 0
    """Received, changes by hand too."""
    notes: int = 0
    """Received."""
    marked: int = 0
    """Cards that were suspended, unsuspended or flagged on a phone."""
    moved: int = 0
    """Cards without a deck file that were moved to another deck on a phone."""
    sent_reviews: int = 0
    sent_notes: int = 0
    """New or with another text."""
    sent_cards: int = 0
    """Cards with another schedule, mark or deck than the hub had."""
    removed: int = 0
    """Cards that flash no longer asks."""
    updated: int = 0
    """Notes without a deck file that got the text of a phone."""
    file_edits: tuple[TextEdit, ...] = ()
    """Texts edited on a phone that were not shown yet; a deck file has the notes."""
    other_edits: int = 0
    """The same, of notes without a deck file."""
    conflicts: tuple[EditConflict, ...] = ()
    """Texts that were edited in flash, too."""
    losses: tuple[Loss, ...] = ()
    """Notes of a phone that stay there."""
    problems: tuple[str, ...] = ()
    """Notes that can't be sent or written to the inbox, and why."""
    synced_s: float = 0
    """When the last sync with the server ended, epoch seconds."""


class OneWaySync(FlashError):
    """A client forces a one-way sync: the hub and the server can't be merged."""


class PhoneRound:
    """A round; the hub's process may outlive it."""

    def __init__(
        self, app: AppContext, place: HubPlace, account: Account, hub: Hub
    ) -> None:
        """Keep the two sides."""
        self._app, self._place, self._account, self._hub = app, place, account, hub
        self.result = Round()
        self._edits = PhoneEdits(app, account)
        self._before = HubBefore()

    def run(self, *, update_text: bool = False, one_way: str = "") -> Round:
        """Bring both sides together.

        Args:
            update_text: Import texts edited on a phone for notes without a deck file.
            one_way: `phone` or `flash`: whose version stays if a client forces that.

        Raises:
            OneWaySync: A client forces it, and the user hasn't decided.
            HubError: The server refuses.
            FlashError: The store can't be read or written.
        """
        if self._edits.keep_shared(self._hub.collection):
            self._place.save(self._account)
        self._sync({"phone": "down", "flash": "up"}.get(one_way, ""))
        for _pass in range(_MOST_PASSES):
            with TemporaryDirectory(
                prefix="flash-", ignore_cleanup_errors=True
            ) as folder:
                is_changed = self._exchange(Path(folder), update_text=update_text)
            if not is_changed:
                break
            self._sync()
        self._account.last_ms = self._app.now()
        self._place.save(self._account)
        return self.result

    def _sync(self, one_way: str = "") -> None:
        for attempt in range(_MOST_TRIES):
            try:
                if self._synced(one_way):
                    self.result.synced_s = time.time()
                    return
                backup = self._backed_up()
                raise OneWaySync(*one_way_texts(backup))
            except HubError as error:
                if attempt == _MOST_TRIES - 1 or not self._can_retry(error):
                    raise

    def _can_retry(self, error: HubError) -> bool:
        """Prepare another try after an error; return False if there is no hope."""
        collection = self._hub.collection
        match error.kind:
            case "SyncErrorAUTH" if self._account.key:
                self._account.key = ""  # the password was changed
            case "DBError" if collection.exists():
                # The server has the collection, too.
                changed = int(collection.stat().st_mtime)
                collection.rename(self._place.folder / f"damaged-{changed}.anki2")
            case "SyncErrorOTHER" | "NetworkError":
                time.sleep(_BUSY_S)
            case _:
                return False
        return True

    def _synced(self, one_way: str) -> bool:
        account, url = self._account, self._account.own_url
        # With the version of an app, cards that it lacks count as not sent yet.
        hub = self._hub.collection
        self._before = HubBefore() if one_way == "down" else read_before(hub)
        if not account.key:
            account.key = self._hub.ask(
                "login", url=url, user=account.user, password=account.password
            )
            self._place.save(account)
        return bool(self._hub.ask("sync", url=url, key=account.key, one_way=one_way))

    def _backed_up(self) -> Path:
        """Copy the hub's collection beside it, once per state; return the copy."""
        changed = int(self._hub.collection.stat().st_mtime)
        copy = self._place.folder / f"hub-{changed}.anki2"
        if not copy.exists():
            HubFiles(self._hub).write_collection(copy)
        return copy

    def _exchange(self, folder: Path, *, update_text: bool) -> bool:
        """Merge the hub into the store and send it what it lacks.

        Returns:
            Whether the hub was changed.
        """
        collection = self._read(folder)
        erased = self._erased(collection.notes)
        kept = [note for note in collection.notes if note.guid not in erased]
        self._take(_with_notes(collection, kept), update_text=update_text)
        for problem in write_inbox(self._app):
            self._report(problem)
        hub = read_hub(folder / "collection", collection)
        self.result.moved += take_moves(self._app, self._before, hub)
        stored = [
            note
            for note in stored_notes(self._app.store, retired=True)
            if note.guid not in erased  # added again: sent after the old one is gone
        ]
        self.result.losses += tuple(reverted(self._before, hub, stored))
        missing = self._missing_notes(hub, stored)
        if missing:
            file = folder / "notes.apkg"
            # The fields of the hub were taken just now.
            original = msgspec.structs.replace(
                notes_from_anki(self._app),
                are_current=True,
                joined=self._edits.joined(),
            )
            export_package(
                self._app, file, missing, with_schedule=False, original=original
            )
            names = original.type_names
            self._hub.ask("take_package", file=str(file), names=names)
            self.result.sent_notes += len(missing)
            collection = self._read(folder)
        return self._write(folder, collection, stored, erased) or bool(missing)

    def _erased(self, notes: Sequence[AnkiNote]) -> set[str]:
        """Return the guids of the hub's notes that were deleted for good in flash."""
        erased = erased_guids(self._app.store)
        again_s = {
            note.guid: min(note.created_ms, note.modified_ms) // 1000
            for note in stored_notes(
                self._app.store, guids=sorted(erased), retired=True
            )
        }
        return {
            note.guid
            for note in notes
            if note.guid in erased
            and note.modified_s < again_s.get(note.guid, note.modified_s + 1)
        }

    def _missing_notes(
        self, hub: HubRows, stored: Sequence[StoredNote]
    ) -> list[StoredNote]:
        """Return the notes to send; report those whose media files are missing."""
        original = notes_from_anki(self._app)
        found: list[StoredNote] = []
        writable = (
            without_other_cards(note, original) for note in missing_notes(hub, stored)
        )
        for note in missing_notes(hub, writable):
            try:
                if note.guid not in original.notes:
                    fields_of(note, media_naming(note, original.media))
            except ExportError as error:
                self._report(str(error))
            else:
                found.append(self._edits.with_joined_tags(note))
        return found

    def _write(
        self,
        folder: Path,
        collection: Collection,
        stored: Sequence[StoredNote],
        erased: Iterable[str],
    ) -> bool:
        """Write cards, reviews and options to the hub; return whether any changed."""
        app, options = self._app, self._app.options
        hub = read_hub(folder / "collection", collection)
        schedule = msgspec.structs.replace(
            schedule_of(app),
            first_day=first_day(collection, options.calendar.offset_of),
        )
        cards = list(changed_cards(hub, stored, schedule))
        reviews = missing_reviews(hub, stored, schedule, moved_moments(app.store))
        unused = unused_cards(hub, stored, erased)
        names = decks_in_use(stored)
        presets, decks = hub_presets({name: options.preset(name) for name in names})
        # Before they are sent: else they would come back as changes of a phone.
        seen = [(one.card, one.changed_ms) for one in cards]
        if seen:
            remember_marks(app.store, str(collection.created_s), seen)
        self.result.sent_reviews += answers_in(reviews)
        self.result.sent_cards += len(cards)
        self.result.removed += len(unused)
        return bool(
            self._hub.ask(
                "write",
                settings={"fsrs": True, "rollover": options.rollover},
                presets=presets,
                decks=decks,
                cards=[(one.id, one.deck, *one.columns) for one in cards],
                reviews=reviews,
                unused=unused,
            )
        )

    def _read(self, folder: Path) -> Collection:
        files = HubFiles(self._hub)
        return read_collection(files, self._hub.collection, folder)

    def _report(self, problem: str) -> None:
        if problem not in self.result.problems:
            self.result.problems += (problem,)

    def _take(self, collection: Collection, *, update_text: bool) -> None:
        """Merge the hub's notes, marks and reviews into the store."""
        app, known = self._app, known_guids(self._app.store)
        left_out = set(self._account.left_out)
        new = [
            note
            for note in collection.notes
            if note.guid not in known and note.guid not in left_out
        ]
        wanted = known | {note.guid for note in new}
        notes = [note for note in collection.notes if note.guid in wanted]
        inbox = Path(app.options.inbox)
        with MediaImport(HubFiles(self._hub), inbox.parent) as media:
            names = _media_of(new, collection.notetypes)
            unpack_or_report(media, names, self._report)
            converted = convert_collection(
                _with_notes(collection, notes),
                app.options.calendar,
                inbox,
                media.rename if media.has_renamed else None,
                known,
            )
            incoming = for_inbox(app, converted.incoming, known)
            merged = merge(app.store, app.options, incoming, app.now(), is_round=True)
        self.result.reviews += merged.reviews
        self.result.notes += merged.new_notes
        self.result.marked += merged.marked
        self.result.losses += tuple(dropped_ids(incoming, merged))
        kept = {note.guid for note in incoming.notes}
        lost = [note.guid for note in new if note.guid not in kept]
        if lost:
            self._account.left_out += lost
            self.result.losses += tuple(
                one for one in converted.losses if one.reason not in _OF_REVIEWS
            )
        unpack_late_media(app, HubFiles(self._hub), collection, self._report)
        edits = self._edits.find(
            HubFiles(self._hub), collection, incoming, self._report
        )
        taken = self._edits.take(edits, collection, incoming, update_text=update_text)
        self.result.updated += taken.updated
        self.result.file_edits += taken.in_files
        self.result.other_edits += taken.others
        self.result.conflicts += taken.conflicts


def _with_notes(collection: Collection, notes: list[AnkiNote]) -> Collection:
    return msgspec.structs.replace(collection, notes=notes)


def _media_of(notes: Sequence[AnkiNote], types: Mapping[int, NoteType]) -> set[str]:
    return {
        name
        for note in notes
        for name in note_files(types.get(note.notetype), note.fields)
    }
