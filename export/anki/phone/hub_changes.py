"""What the hub lacks of flash: notes, cards, reviews and presets.

Both sides are compared as they are, so that it doesn't matter what an earlier round
did, or whether it was cut short.
"""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct

from export.anki.anki_model import Collection
from export.anki.flash_note_types import BASIC_ID, CLOZE_ID
from export.anki.other_options import NAME, OWN_NAME
from export.anki.presets import preset_json
from export.anki.rows import AnkiRow, Schedule, review_rows, scheduled_columns
from srs.models.cards import StoredCard, StoredNote, pair_cards
from srs.models.presets import Preset

_MEMORY = ("s", "d", "dr", "decay", "lrt")
"""Keys of a card's data that belong to its memory."""
_STABILITY, _DIFFICULTY = 1e-3, 6e-3
"""Anki goes on from rounded values: relative and absolute difference to accept."""
_LONGEST_FUZZ_S = 310
"""Anki delays a learning step by up to five minutes at random."""
_NEW, _REVIEW = 0, 2
_IN_STEPS = (1, 3)
_SUSPENDED, _BURIED = -1, (-2, -3)


class HubCard(NamedTuple):
    """A row of `cards` in the hub, and its note and deck."""

    id: int
    note: int
    ordinal: int
    deck: str
    mod: int
    type: int
    queue: int
    due: int
    interval: int
    ease: int
    reps: int
    lapses: int
    left: int
    flags: int
    data: str


_CARDS = """
    select id, nid, ord, iif(odid <> 0, odid, did), mod, type, queue,
           iif(odid <> 0 and odue <> 0, odue, due), ivl, factor, reps, lapses, left,
           flags, data
      from cards
"""


class HubRows(Struct, frozen=True):
    """The hub, as far as it is compared."""

    notes: Mapping[str, int]
    """When each note was last changed, epoch seconds; by guid."""
    cards: Mapping[str, Mapping[int, HubCard]]
    """By the guid of the note, and id."""
    foreign: frozenset[str]
    """Guids of notes whose note type is not flash's own."""
    reviews: frozenset[tuple[int, int]]
    """Card and moment of each row of the log."""
    moments: frozenset[int]
    """All moments of the log."""

    def cards_of(self, note: StoredNote) -> dict[int, HubCard]:
        """Return the cards of a note by their ids in the store."""
        theirs = self.cards.get(note.guid, {})
        pairs = pair_cards(
            {card.id: card.ordinal for card in theirs.values()},
            {card.id: card.ordinal for card in note.cards},
            by_id=note.guid in self.foreign,
        )
        return {ours: theirs[card] for card, ours in pairs.items()}


def read_hub(file: Path, collection: Collection) -> HubRows:
    """Read what is compared.

    Args:
        file: The database of the hub, or a copy.
        collection: What was read of it.
    """
    guids = {note.id: note.guid for note in collection.notes}
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as hub:
        cards: dict[str, dict[int, HubCard]] = defaultdict(dict)
        for row in hub.execute(_CARDS):
            if row[1] in guids:
                deck = collection.decks.get(row[3], "")
                card = HubCard._make((*row[:3], deck, *row[4:]))
                cards[guids[row[1]]][card.id] = card
        log = hub.execute("select cid, id from revlog").fetchall()
    return HubRows(
        {note.guid: note.modified_s for note in collection.notes},
        cards,
        frozenset(
            note.guid
            for note in collection.notes
            if note.notetype not in (BASIC_ID, CLOZE_ID)
        ),
        frozenset(log),
        frozenset(moment for _, moment in log),
    )


def missing_notes(hub: HubRows, stored: Iterable[StoredNote]) -> Iterator[StoredNote]:
    """Yield notes that the hub lacks, has in an older version, or without a card."""
    for note in stored:
        asked = [card for card in note.cards if not card.retired]
        if note.retired or not asked:
            continue
        changed_s = hub.notes.get(note.guid, -1)
        known = hub.cards_of(note)
        if note.modified_ms // 1000 > changed_s or any(
            card.id not in known for card in asked
        ):
            yield note


class CardChange(NamedTuple):
    """A card whose row in the hub has to change."""

    id: int
    deck: str
    columns: tuple[Any, ...]
    """From `mod` on."""
    card: StoredCard

    @property
    def changed_ms(self) -> int:
        """When the row says that the card was changed."""
        return int(self.columns[0]) * 1000


def changed_cards(
    hub: HubRows, stored: Iterable[StoredNote], schedule: Schedule
) -> Iterator[CardChange]:
    """Yield cards whose schedule, marks or deck differ in the hub."""
    for note in stored:
        known = hub.cards_of(note)
        for card in note.cards:
            theirs = known.get(card.id)
            if theirs is None or card.retired or note.retired:
                continue
            deck = card.deck or note.note.deck
            ours = _columns(card, deck, schedule)
            data = _merged_data(theirs.data, ours[-1])
            if not _is_same(theirs, ours, data, deck):
                latest = max(card.progress.last_ms or 0, card.marked_ms) // 1000
                flags = (theirs.flags & ~7) | card.flag
                columns = (max(latest, theirs.mod), -1, *ours[:-2], flags, data)
                yield CardChange(theirs.id, deck, columns, card)


def _columns(card: StoredCard, deck: str, schedule: Schedule) -> tuple[Any, ...]:
    """Return the columns from `type` on; a package has no buried new cards."""
    kind, queue, *others = scheduled_columns(card, schedule.preset_of(deck), schedule)
    if queue == 0 and card.buried == schedule.today:
        queue = _BURIED[1]
    return (kind, queue, *others)


def _merged_data(theirs: str, ours: str) -> str:
    """Replace the memory in a card's data; the rest is the business of add-ons."""
    kept = {key: value for key, value in _json(theirs).items() if key not in _MEMORY}
    made = _json(ours)
    made.pop("pos", None) if "pos" in kept else None
    return json.dumps({**kept, **made}, separators=(",", ":"))


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_same(theirs: HubCard, ours: tuple[Any, ...], data: str, deck: str) -> bool:
    kind, queue, due, interval, _, reps, lapses, left = ours[:8]
    if (
        (theirs.type, theirs.reps, theirs.lapses, theirs.flags & 7)
        != (kind, reps, lapses, ours[10])
        or theirs.deck.casefold() != deck.casefold()
        or _mark(theirs.queue) != _mark(queue)
        or not _is_memory(_json(theirs.data), _json(data))
    ):
        return False
    if kind in _IN_STEPS:
        late = theirs.due - due
        is_due = late == 0 or (due > 1 << 30 and 0 <= late <= _LONGEST_FUZZ_S)
        return bool(is_due and theirs.left % 1000 == left)
    return bool(theirs.due == due and (kind == _NEW or theirs.interval == interval))


def _mark(queue: int) -> int:
    """Return what a queue says besides the state: suspended, buried, or 0."""
    return queue if queue == _SUSPENDED else _BURIED[0] if queue in _BURIED else 0


def _is_memory(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    if ("s" in theirs) != ("s" in ours):
        return False
    if "s" not in ours:
        return True
    return bool(
        abs(theirs["s"] - ours["s"]) <= _STABILITY * ours["s"] + 1e-4
        and abs(theirs.get("d", 0.0) - ours["d"]) <= _DIFFICULTY
        and abs(theirs.get("lrt", 0) - ours["lrt"]) <= 1
    )


def missing_reviews(
    hub: HubRows,
    stored: Iterable[StoredNote],
    schedule: Schedule,
    moved: Mapping[int, int],
) -> list[AnkiRow]:
    """Return rows for the reviews that the hub lacks.

    A review whose millisecond another card has in the hub is left out: under another
    one it would come back as a second review.

    Args:
        hub: The hub.
        stored: All notes.
        schedule: With all reviews.
        moved: Original moments of reviews that have another id here.
    """
    theirs = {
        ours: card.id for note in stored for ours, card in hub.cards_of(note).items()
    }
    rows: list[AnkiRow] = []
    for row in review_rows(schedule, set(theirs)):
        card, moment = theirs[row[1]], moved.get(row[0], row[0])
        known = {(card, moment), (card, row[0])} & hub.reviews
        if not known and moment not in hub.moments:
            rows.append((moment, card, *row[2:]))
    return rows


def unused_cards(
    hub: HubRows, stored: Iterable[StoredNote], erased: Iterable[str] = ()
) -> list[int]:
    """Return the hub's cards that flash has retired, or deleted for good.

    Args:
        hub: The hub.
        stored: All notes, retired ones too.
        erased: Guids of deleted notes; `stored` lacks them.
    """
    unused = [card for guid in erased for card in hub.cards.get(guid, {})]
    for note in stored:
        known = hub.cards_of(note)
        unused += (
            known[card.id].id
            for card in note.cards
            if (note.retired or card.retired) and card.id in known
        )
    return unused


def decks_in_use(stored: Iterable[StoredNote]) -> set[str]:
    """Return the decks of cards that are not retired."""
    return {
        card.deck or note.note.deck
        for note in stored
        for card in note.cards
        if not (note.retired or card.retired)
    }


def hub_presets(
    presets: Mapping[str, Preset],
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return presets, as Anki has them, and which one each deck uses.

    Decks with equal options share one.  It is named after the first of them and keeps
    its number, because a preset that is deleted forces a one-way sync.

    Args:
        presets: By deck.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    found: dict[str, dict[str, Any]] = {}
    for deck in sorted(presets):
        options = preset_json(presets[deck])
        text = json.dumps(options, sort_keys=True)
        groups[text].append(deck)
        found[text] = options
    made: list[dict[str, Any]] = []
    decks: dict[str, int] = {}
    for text, names in groups.items():
        digest = hashlib.sha256(names[0].casefold().encode()).digest()
        number = 1_100_000_000_000 + int.from_bytes(digest[:5], "big") % 10**11
        made.append({**found[text], "id": number, NAME: f"{OWN_NAME}{names[0]}"})
        decks |= dict.fromkeys(names, number)
    return made, decks
