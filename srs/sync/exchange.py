"""Send the rows of a store to a log, and merge what other devices sent.

A device first sends, then merges: so all that it ever merges with is in the log, and
a store that is built from the log alone is the same.
"""

import sqlite3
from collections.abc import (
    Callable,
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from typing import Any

import msgspec
from msgspec import Struct, structs

from srs.models.carrier import Carrier
from srs.models.incoming import Progressed
from srs.models.log_entries import Entry, NoteEntry, OptionEntry, SettingEntry
from srs.scheduler.study_day import DAY_MS
from srs.store.connection import Store
from srs.store.decks import forget_empty
from srs.store.note_aliases import hide_aliases, show_aliases
from srs.store.note_bases import forget_note_bases
from srs.store.note_media import MediaMerge
from srs.store.replay import NEVER_ANSWERED, rebuild_card_states
from srs.store.settings import Options
from srs.store.stamps import last_stamp, stamp_of
from srs.store.sync_incoming import EntryMerge
from srs.store.sync_outgoing import entries
from srs.store.sync_state import (
    LARGEST_NUMBER,
    NEVER,
    Chosen,
    Device,
    Segment,
    devices,
    follow_clock,
    forget_segments,
    known_segments,
    mixed_cards,
    park,
    save_arrival,
    save_device,
    save_segments,
    save_sent,
    sent_to,
    snapshot,
    take_parked,
)
from srs.sync.joining import join_edits
from srs.sync.log import Arrived, Listing
from srs.sync.outcome import Received, Sent
from srs.sync.segments import (
    BrokenSegment,
    SegmentHeader,
    batches,
    decode,
    encode,
    file_name,
    fits,
    media_entries,
    read_entries,
    write_segment,
)

_DEPENDING = (NoteEntry, OptionEntry, SettingEntry)
"""Late answers depend on the options of their deck."""
_SHOWN = 60
"""Characters of the text that names a note without an id."""


class Identity(Struct, frozen=True):
    """This device in a log."""

    log: str
    device: str
    name: str


def unread(store: Store, carrier: Carrier, listing: Listing) -> list[Segment]:
    """Return the segments that were not merged or written yet."""
    known = {file_name(one) for one in _known(store, carrier)}
    return [one for one in listing.segments if file_name(one) not in known]


def _known(store: Store, carrier: Carrier) -> set[Segment]:
    return known_segments(store, carrier.address)


def lost_segments(
    store: Store, carrier: Carrier, listing: Listing, device: str
) -> list[Segment]:
    """Return the segments that this device wrote and that are gone or cut."""
    present = set(listing.segments)
    own = {one for one in _known(store, carrier) if one.device == device}
    return sorted(own - present, key=lambda one: one.first)


def send(
    store: Store,
    carrier: Carrier,
    listing: Listing,
    arrived: Iterable[Arrived],
    me: Identity,
    *,
    dry_run: bool = False,
) -> Sent:
    """Send the rows that were stamped since the last time.

    What was sent and is gone is sent again, with all the rest, in new segments.

    Args:
        store: The store.
        carrier: Where the log is.
        listing: What is there.
        arrived: The segments that were read, perhaps some of this device among them.
        me: This device.
        dry_run: Only count.

    Raises:
        FlashError: The carrier fails; running again goes on.
        StoreError: The store can't be read or written.
    """
    address = carrier.address
    lost = lost_segments(store, carrier, listing, me.device)
    chosen = Chosen() if lost else sent_to(store.connection, address)
    known = _known(store, carrier)
    taken = {file_name(one) for one in (*listing.segments, *known)}
    read = [one.segment for one in arrived]
    first = next_number(one for one in (*known, *read) if one.device == me.device)
    start = first if chosen.own < 0 else _start(store, me.device)
    header = SegmentHeader(me.log, me.device, first, first - 1, me.name, start)
    before = chosen.own if chosen.own >= 0 else NEVER
    sent, written = Sent(before=before), list[Segment]()
    with snapshot(store) as stamp:
        found = entries(store.connection, me.device, chosen)
        for batch in batches(_encoded(found, sent)):
            header = _numbered(header, len(batch), taken)
            sent.entries += len(batch)
            if not dry_run:
                data = write_segment(header, batch)
                size = carrier.put(file_name(header), data)
                written.append(Segment(me.device, header.first, header.last, size))
    if dry_run or (not written and chosen.own >= 0):
        return sent
    with store.transaction() as connection:
        # Not before: what another device has read is never written anew.
        forget_segments(connection, address, lost)
        save_sent(connection, address, stamp)
        save_segments(connection, address, written)
        if written:
            save_device(connection, Device(me.device, me.name, stamp, start))
    return sent


def next_number(own: Iterable[Segment]) -> int:
    """Return the number of the next entry of a device.

    Args:
        own: The segments that it knows it wrote, and those that say so themselves:
            anyone may have made a file with any name.
    """
    numbers = [one.last for one in own if one.last <= LARGEST_NUMBER]
    return max(numbers, default=0) + 1


def _numbered(
    before: SegmentHeader, count: int, taken: Container[str]
) -> SegmentHeader:
    """Number a segment that follows another one, like no file that there is."""
    last = before.last
    while True:
        header = structs.replace(before, first=last + 1, last=last + count)
        if file_name(header) not in taken:
            return header
        last = header.last


def _start(store: Store, device: str) -> int:
    return next((one.start for one in devices(store) if one.id == device), 1)


def _encoded(found: Iterable[Entry], sent: Sent) -> Iterator[bytes]:
    """Encode the entries that are sent, and note what they are."""
    for entry in found:
        sent.has_options |= isinstance(entry, _DEPENDING)
        one = encode(entry)
        if fits(one):
            yield one
        else:
            sent.too_large.append(_entry_name(entry))


def _entry_name(entry: Entry) -> str:
    """Name an entry for the user; a note by its id, or by what it asks."""
    if isinstance(entry, NoteEntry):
        fields = msgspec.json.decode(entry.fields, type=dict[str, Any])
        texts = (
            text
            for key, text in fields.items()
            if key != "type" and isinstance(text, str)
        )
        name = entry.id or next(texts, entry.guid)
        return f"{' '.join(name[:_SHOWN].split())} ({entry.deck})"
    names = (getattr(entry, key, "") for key in ("name", "id", "deck", "guid"))
    return str(next(filter(None, names), "?"))[:_SHOWN]


def receive(
    store: Store,
    carrier: Carrier,
    arrived: Sequence[Arrived],
    me: Identity,
    sent: Sent,
    *,
    has_medium: Callable[[str], bool],
    progressed: Progressed | None = None,
    dry_run: bool = False,
) -> Received:
    """Merge segments and replay the cards that they concern, in one transaction.

    Args:
        store: The store.
        carrier: Where they come from.
        arrived: Segments of this log.
        me: This device.
        sent: What was sent just before.
        has_medium: Returns True if the media file with this hash is here.
        progressed: Is told the number of entries that were merged.
        dry_run: Roll back at the end.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction(dry_run=dry_run) as connection:
        parked = take_parked(connection)
        if not (arrived or parked or sent.has_options):
            return Received()
        lent = show_aliases(connection)
        limits = store.latest_stamp(), store.latest_stamp(DAY_MS)
        known = {one.id: one.last for one in devices(store)} | {me.device: sent.before}
        receiving = _Receiving(connection, me.device, has_medium, known, *limits)
        # First: a note that comes now may wait for files, too.
        receiving.merge.merge(filter(receiving.is_sound, media_entries(parked)))
        for one in arrived:
            receiving.take(one)
            if progressed:
                progressed(receiving.result.entries)
        receiving.try_again(parked)
        address = carrier.address
        merged = [one.segment for one in arrived if one not in receiving.broken]
        save_segments(connection, address, merged)
        if receiving.stamps:
            follow_clock(connection, max(receiving.stamps))
            save_arrival(connection, address, min(receiving.stamps))
        result = receiving.result
        result.joined, result.lost = join_edits(store, receiving.merge.unseen)
        forget_note_bases(connection, sent.before)
        receiving.merge.touched |= lent | hide_aliases(connection)
        _replay(store, connection, receiving.merge, sent)
    result.reviews, result.notes = receiving.merge.reviews, receiving.merge.notes
    result.devices = len({one.device for one in merged})
    result.broken = [file_name(one.segment) for one in receiving.broken]
    return result


def send_joined(store: Store, carrier: Carrier, listing: Listing, me: Identity) -> int:
    """Send what a merge has joined, after `send` and `receive`.

    Returns:
        The number of entries.

    Raises:
        FlashError: As `send`.
    """
    segments = {*listing.segments, *_known(store, carrier)}
    present = structs.replace(listing, segments=tuple(segments))
    return send(store, carrier, present, (), me).entries


class _Receiving:
    """Decodes segments and merges their entries."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        device: str,
        has_medium: Callable[[str], bool],
        known: Mapping[str, int],
        latest: int,
        expected: int,
    ) -> None:
        self._connection, self._latest = connection, latest
        self._expected = max(last_stamp(connection), expected)
        media = MediaMerge(connection, device, has_medium)
        self.merge = EntryMerge(connection, device, media, known)
        self.result = Received()
        self.stamps: list[int] = []
        """The first and the last stamp of each segment."""
        self.broken: list[Arrived] = []
        self._unknown: list[tuple[bytes, str]] = []

    def take(self, one: Arrived) -> None:
        """Merge a segment."""
        try:
            encoded = read_entries(one.data)
        except BrokenSegment:
            self.broken.append(one)
            return
        self.result.entries += len(encoded)
        found = self._decoded(encoded)
        stamps = [stamp for entry in found for stamp in _stamps(entry)]
        header = one.header
        if stamps:
            self.stamps += [min(stamps), max(stamps)]
        self._note_later(found)
        save_device(
            self._connection,
            Device(header.device, header.name, max(stamps, default=0), header.start),
        )
        self.merge.merge(found)

    def _note_later(self, found: Iterable[Entry]) -> None:
        """Note changes that are later than all known and a day, and their devices."""
        for entry in found:
            for part in ("", "undone_"):
                stamp = getattr(entry, f"{part}stamp", 0)
                if self._expected < stamp < NEVER:
                    device = getattr(entry, f"{part}device", "")
                    self.result.later.append((stamp, device))

    def _decoded(self, encoded: Iterable[bytes]) -> list[Entry]:
        found: list[Entry] = []
        for one in encoded:
            entry = decode(one)
            if entry is None:
                self._unknown.append((one, "unknown"))
            elif not self.is_sound(entry):
                self._unknown.append((one, "invalid"))
            else:
                found.append(entry)
        return found

    def is_sound(self, entry: Entry) -> bool:
        """Return False for an entry that claims to come from a distant future."""
        at = stamp_of(getattr(entry, "at", 0))
        return max([at, *_stamps(entry)]) <= self._latest

    def try_again(self, parked: Iterable[bytes]) -> None:
        """Merge entries that waited, as long as one leads to the next."""
        self.merge.merge(self._decoded(parked))
        waiting = -1
        while waiting != len(self.merge.parked):
            again, self.merge.parked = self.merge.parked, []
            waiting = len(again)
            self.merge.merge(entry for entry, _ in again)
        kept = [(encode(entry), reason) for entry, reason in self.merge.parked]
        park(self._connection, self._unknown + kept)


def _stamps(entry: Entry) -> list[int]:
    found = [getattr(entry, "stamp", 0), getattr(entry, "undone_stamp", 0)]
    return [stamp for stamp in found if 0 < stamp < NEVER]


def _replay(
    store: Store, connection: sqlite3.Connection, merge: EntryMerge, sent: Sent
) -> None:
    """Compute again the schedules that the merge, or own options, have changed."""
    touched: set[int] | None = set(merge.touched)
    if merge.has_options:
        touched = None
    elif merge.notes or sent.has_options:
        touched = merge.touched | mixed_cards(connection)
    rebuild_card_states(connection, Options(store), touched)
    connection.executemany(NEVER_ANSWERED, [(card,) for card in merge.touched])
    if merge.notes or merge.has_deleted:
        forget_empty(connection)
