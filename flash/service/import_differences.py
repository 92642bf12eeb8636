"""What an import from Anki leaves as it is in flash, to be named."""

from collections.abc import Container, Iterable, Iterator
from typing import Any

from msgspec.structs import asdict

from cards.names import imported_deck_name
from cards.questions import place_of
from export.anki.anki_model import Collection
from export.anki.database import DEFAULT_ID
from export.anki.named_notes import first_field
from flash.service.context import AppContext
from flash.service.settings import NAMES
from srs.models.cards import pair_cards
from srs.models.incoming import Incoming, Loss, LossReason, MergeResult
from srs.models.presets import ancestry
from srs.store.anki_marks import notes_seen
from srs.store.decks import deck_names
from srs.store.import_rows import guids_from_anki, stored_marks
from srs.store.notes import stored_notes
from srs.store.rows import has_notes


class Differences:
    """The store before an import, compared with a collection of Anki."""

    def __init__(
        self,
        app: AppContext,
        collection: Collection,
        incoming: Incoming,
        *,
        is_whole: bool,
    ) -> None:
        """Read what the import may change.

        Args:
            app: The open store.
            collection: The collection.
            incoming: What it was converted to.
            is_whole: It has the settings of Anki.
        """
        self._app, self._collection, self._incoming = app, collection, incoming
        self._is_whole = is_whole
        self._decks = set(deck_names(app.store))
        begins = collection.rollover if collection.has_rollover else None
        self._is_other_hour = is_whole and begins not in (None, app.options.rollover)
        is_untouched = not has_notes(app.store) and not app.store.setting("rollover")
        self.takes_rollover = self._is_other_hour and is_untouched
        """Nothing here depends on the hour at which days begin."""

    @property
    def known_options(self) -> dict[str, dict[str, Any]]:
        """All options in Anki of decks that the store had."""
        return self._options_of(self._decks)

    def _options_of(self, decks: Container[str]) -> dict[str, dict[str, Any]]:
        # A file that may have no presets has few options.
        theirs = self._incoming.options
        return {
            deck: options
            for deck, options in theirs.items()
            if deck in decks and "desired_retention" in options
        }

    def losses(self, merged: MergeResult) -> Iterator[Loss]:
        """Name what differs after the import."""
        if self._is_other_hour and not self.takes_rollover:
            yield Loss(LossReason.ROLLOVER, detail=str(self._collection.rollover))
        yield from self._other_options()
        yield from dropped_ids(self._incoming, merged)
        if self._is_whole:
            yield from self._deleted_notes()
        if merged.unmatched_cards:
            yield from self._unknown_cards()

    def lost_decks(self) -> Iterator[Loss]:
        """Name the decks without cards, and new ones that had a description."""
        decks = self._collection.decks
        filled = {card.deck for card in self._collection.cards}
        used = _with_parents(decks[key] for key in filled & decks.keys())
        for key in sorted(decks, key=decks.__getitem__):
            name = decks[key]
            if name in used:
                is_new = imported_deck_name(name) not in _with_parents(self._decks)
                if is_new and key in self._collection.described:
                    yield Loss(LossReason.DECK_TEXT, deck=name)
            elif key != DEFAULT_ID:
                yield Loss(LossReason.DECK_CARDS, deck=name)
        for name in sorted(self._collection.filtered):
            yield Loss(LossReason.DECK_FILTERED, deck=name)

    def _other_options(self) -> Iterator[Loss]:
        """Name decks with other options of those that `flash config` shows."""
        # Notes were moved to a deck that is new here: it keeps the options they had.
        decks = deck_names(self._app.store)
        options, theirs = self._app.options, self._options_of(decks)
        for deck in sorted(theirs):
            ours = asdict(options.preset(deck))
            differ = [
                name
                for name, value in theirs[deck].items()
                if name in NAMES and value != ours[name]
            ]
            if differ:
                yield Loss(LossReason.OPTIONS, detail=", ".join(differ), deck=deck)

    def _deleted_notes(self) -> Iterator[Loss]:
        """Name the notes that this collection had when it was last read."""
        store = self._app.store
        gone = notes_seen(store.connection, self._incoming.collection)
        gone -= {note.guid for note in self._incoming.notes}
        gone -= {note.guid for note in self._collection.notes}
        for stored in stored_notes(store, guids=sorted(gone)) if gone else ():
            note = stored.note
            name = place_of(note)
            yield Loss(LossReason.NOTE_DELETED, deck=note.deck, first_field=name)

    def _unknown_cards(self) -> Iterator[Loss]:
        """Name the notes that have more questions in Anki."""
        notes = self._collection.notes
        names = {note.guid: first_field(note.fields) for note in notes}
        connection = self._app.store.connection
        stored = stored_marks(connection, self._incoming.notetypes)
        from_anki = guids_from_anki(connection)
        for note in self._incoming.notes:
            known = stored.get(note.guid)
            if not known:
                continue
            pairs = pair_cards(
                {card.id: card.ordinal for card in note.cards},
                {card: marks.ordinal for card, marks in known.items()},
                by_id=note.guid in from_anki,
            )
            count = len(note.cards) - len(pairs)
            if count:
                reason, deck = LossReason.CARD_UNKNOWN, next(iter(known.values())).deck
                yield Loss(reason, count, deck=deck, first_field=names[note.guid])


def _with_parents(decks: Iterable[str]) -> set[str]:
    return {name for deck in decks for name in ancestry(deck)}


def dropped_ids(incoming: Incoming, merged: MergeResult) -> Iterator[Loss]:
    """Name the new notes that came without their id."""
    dropped = set(merged.without_id)
    for one in incoming.notes:
        if one.guid in dropped:
            name = place_of(one.note)
            yield Loss(
                LossReason.NOTE_ID,
                detail=one.note.id,
                deck=one.note.deck,
                first_field=name,
            )
