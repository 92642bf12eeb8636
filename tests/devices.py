"""Devices of one person, each with a store and a copy of the log."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from store_fixtures import NOON, Clock

from flash.service.context import AppContext
from flash.service.sync import apply_sync, plan_sync
from srs.models.incoming import LostEdit
from srs.models.log_entries import Entry
from srs.store.connection import Store
from srs.store.note_media import MediaMerge
from srs.store.opening import open_store
from srs.store.sync_incoming import EntryMerge
from srs.store.sync_outgoing import is_shared
from srs.store.sync_state import DEVICE
from srs.sync.outcome import Synced


class OwnDevice:
    """A store and its copy of the log, as a file service keeps it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        folder.mkdir()
        self.folder, self.clock = folder, clock
        self.log = folder / "log"
        self.log.mkdir()
        self.path = folder / "store.db"
        self.lost: list[LostEdit] = []
        """What its syncs have named."""

    @contextmanager
    def opened(self) -> Iterator[Store]:
        with closing(open_store(self.path, self.clock())) as store:
            yield store

    def sync(self, log: Path | str = "") -> Synced:
        with self.opened() as store:
            app = AppContext(store, self.clock)
            plan = plan_sync(app, str(log or self.log), joins=True)
            done = apply_sync(app, plan)
        self.lost += done.received.lost
        return done

    def identity(self) -> str:
        """Return the id of the device in the log."""
        with self.opened() as store:
            return store.setting(DEVICE)

    def contents(self) -> dict[str, Any]:
        with self.opened() as store:
            return contents(store)


def merge_entries(
    store: Store, *entries: Entry, device: str = "a" * 16, one_by_one: bool = False
) -> EntryMerge:
    """Merge entries of other devices as a sync of this device does."""
    with store.transaction() as connection:
        merging = EntryMerge(
            connection, device, MediaMerge(connection, device, bool), {}
        )
        for part in [[one] for one in entries] if one_by_one else [entries]:
            merging.merge(part)
    return merging


def deliver(source: Path, target: Path) -> None:
    """Copy all files of a log that the target doesn't have as they are."""
    for file in sorted(source.rglob("*")):
        if file.is_file():
            copy = target / file.relative_to(source)
            copy.parent.mkdir(exist_ok=True)
            if not copy.exists() or copy.stat().st_size < file.stat().st_size:
                shutil.copyfile(file, copy)


def exchange(devices: list[OwnDevice], folder: Path) -> None:
    """Let all devices sync through one folder until nothing is sent any more.

    What a device receives may change the files of a note, which its next sync sends.
    """
    folder.mkdir(exist_ok=True)
    for one in devices:
        deliver(one.log, folder)
    for _ in range(8):
        moved = 0
        for one in devices:
            deliver(folder, one.log)
            done = one.sync()
            moved += done.sent.entries + done.received.entries
            deliver(one.log, folder)
        if not moved:
            break
    else:
        raise AssertionError("devices never stop sending")
    for one in devices:
        deliver(folder, one.log)
        one.sync()


_CARD = """
    c.part, c.ordinal, cd.name, c.retired, c.suspended, c.buried, c.flag, c.leech,
    c.state, c.step, round(c.stability, 6), round(c.difficulty, 6), c.interval,
    c.due_ms, c.due_day, c.last_ms, c.last_day, c.reps, c.lapses
"""


def contents(store: Store) -> dict[str, Any]:
    """Read what all devices have alike, without numbers of this store."""
    me = {"me": store.setting(DEVICE)}
    rows = store.rows
    return {
        "notes": rows(
            """
            select n.guid, n.id, n.text_key, n.kind, d.name, n.language, n.fields,
                   n.extra, n.tags, n.sources, n.changed, n.checked, n.recheck,
                   n.retired, n.stamp, iif(n.device = '', :me, n.device)
              from notes n join decks d on d.id = n.deck order by 1
            """,
            me,
        ),
        "cards": rows(
            f"""
            select c.note, c.uid, {_CARD}
              from cards c join decks cd on cd.id = c.deck order by 1, 2
            """
        ),
        "orphans": rows(
            """
            select c.note, c.uid, o.ordinal, o.stamp, iif(o.device = '', :me, o.device)
              from orphan_cards o join cards c on c.id = o.card order by 1, 2
            """,
            me,
        ),
        "reviews": rows(
            """
            select c.note, c.uid, r.origin_ms, r.rating, r.duration_ms, r.state_before,
                   r.kind, r.offset_min, r.state, r.step, r.interval, r.last_interval,
                   round(r.difficulty, 6), r.ease, r.origin,
                   iif(r.device = '', :me, r.device), r.stamp, r.undone, r.undone_stamp,
                   (select note from cards where id = r.card)
              from reviews r join cards c on c.id = coalesce(r.own_card, r.card)
             order by 1, 2, 3
            """,
            me,
        ),
        "options": {
            deck: msgspec.json.decode(text)
            for deck, text in rows("select deck, options from presets order by deck")
        },
        "settings": [
            row
            for row in rows("select name, value from settings order by name")
            if is_shared(row[0])
        ],
        "confusions": rows(
            """
            select c.note, c.uid, r.origin_ms, o.note, o.uid
              from confusions f
              join reviews r on r.id = f.review
              join cards c on c.id = r.card
              join cards o on o.id = f.other order by 1, 2, 3
            """
        ),
        "mock exams": rows(
            """
            select uid, stamp, iif(device = '', :me, device), deck, name, questions,
                   answers, limit_ms, seed, counts, predicted, spent_ms, finished_ms,
                   undone
              from mock_exams where finished_ms > 0 order by uid
            """,
            me,
        ),
        "media": rows(
            """
            select guid, files, stamp, iif(device = '', :me, device)
              from note_media where stamp > 0 order by guid
            """,
            me,
        ),
        "erased": rows("select guid, stamp from erased order by guid"),
    }


def rebuilt(folder: Path, log: Path) -> dict[str, Any]:
    """Build a store from nothing but the log."""
    device = OwnDevice(folder, Clock(NOON))
    device.sync(log)
    return device.contents()
