"""Synchronize the store with a log: find it, agree to join, send, merge."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct, structs

from cards.errors import FlashError
from cards.translate import _
from export.carriers.address import Login
from export.carriers.encrypted import JOIN
from flash.clock import wall_clock_ms
from flash.service.carriers import open_carrier, read_keys, save_login
from flash.service.context import AppContext
from flash.service.device import DeviceFile, log_of, save_device_file, this_device
from flash.service.git_log import GitLog
from flash.service.media_sync import fetch_media, register_media, send_media
from srs.models.carrier import Carrier
from srs.models.incoming import Progressed
from srs.store.connection import Store
from srs.store.decks import decks_without_notes
from srs.store.note_media import media_files
from srs.store.revlog import newest_review
from srs.store.settings import write_setting
from srs.store.stamps import last_stamp
from srs.store.sync_state import (
    ENCRYPTED,
    GIT,
    PLACE,
    Device,
    bind,
    devices,
    logs,
    parked,
    parked_entries,
)
from srs.sync.exchange import (
    Identity,
    lost_segments,
    receive,
    send,
    send_joined,
    unread,
)
from srs.sync.log import (
    Arrived,
    Fault,
    Listing,
    list_log,
    missing,
    read_segments,
)
from srs.sync.outcome import (
    ClockDifference,
    MediaCounts,
    Received,
    Synced,
    SyncQuestion,
    differing_clocks,
)
from srs.sync.segments import file_name


class SyncPlan(Struct, frozen=True):
    """A log that was read, and what there is to do."""

    carrier: Carrier
    listing: Listing
    arrived: tuple[Arrived, ...]
    """Segments that were not merged yet."""
    faults: tuple[Fault, ...]
    device: DeviceFile
    logs: frozenset[str]
    """The ids of the logs that the store belongs to then."""
    question: SyncQuestion | None
    git: GitLog | None
    """If git carries the folder."""
    login: Login | None
    """From the address, to be remembered."""
    is_encrypted: bool


def plan_sync(
    app: AppContext,
    address: str = "",
    *,
    name: str = "",
    joins: bool = False,
    git: bool = False,
    pulls: bool = True,
    beside: Path | None = None,
) -> SyncPlan:
    """Read a log and compare it with the store; nothing is sent or merged.

    Args:
        app: The open store.
        address: Where the log is; empty for that of the last time.
        name: What the user calls this device; empty to keep its name.
        joins: Merge what another log has left in the same place, too.
        git: Git carries the folder; remembered for it.
        pulls: Pull it now.
        beside: The store with the key and the login, if it is another one.

    Raises:
        FlashError: There is no log, or it is that of another store.
    """
    store = app.store
    keys = read_keys(beside or store.path)
    if store.setting(ENCRYPTED) and not keys:
        message = _("the key of this store is missing")
        raise FlashError(message, _(JOIN), store.path)
    address = address or store.setting(PLACE) or log_of(store.path)
    carrier, login = open_carrier(address, beside or store.path)
    is_git = git or store.setting(GIT) == carrier.address
    git_log = GitLog(carrier.address) if is_git else None
    if git_log and pulls:
        git_log.pull()
    listing = list_log(carrier)
    fresh = unread(store, carrier, listing)
    arrived, faults = read_segments(carrier, fresh)
    own = logs(store)
    there = frozenset(one.header.log for one in arrived)
    is_known = len(fresh) < len(listing.segments)
    _check_log(
        carrier, listing, faults, is_ours=is_known or not own or bool(own & there)
    )
    if fresh and not (arrived or is_known):
        raise _unreadable(carrier, faults)
    device = this_device(store.path, name)
    question = None
    if not own and there and newest_review(store):
        question = SyncQuestion.ANSWERS
    elif not listing.segments and lost_segments(store, carrier, listing, device.id):
        question = SyncQuestion.EMPTIED
    joined = own | there if joins or not own else own
    faults += [
        Fault(file_name(one.segment), "other")
        for one in arrived
        if one.header.log not in joined
    ]
    return SyncPlan(
        carrier,
        listing,
        tuple(one for one in arrived if one.header.log in joined),
        tuple(faults),
        device,
        joined or frozenset({secrets.token_hex(8)}),
        question,
        git_log,
        login,
        bool(keys),
    )


def _check_log(
    carrier: Carrier, listing: Listing, faults: Sequence[Fault], *, is_ours: bool
) -> None:
    if listing.foreign and not listing.segments:
        message = _("not a log, and not empty: it has '{name}'")
        message = message.format(name=listing.foreign[0])
        hint = _("name an empty folder, or one that has a log")
        raise FlashError(message, hint, carrier.address)
    if listing.segments and not is_ours and not faults:
        message = _("this is the log of another store")
        hint = _("name the folder of this store's log, or an empty one")
        raise FlashError(message, hint, carrier.address)


def _unreadable(carrier: Carrier, faults: Sequence[Fault]) -> FlashError:
    message = _("no segment of the log can be read")
    is_newer = any(one.reason == "newer" for one in faults)
    hint = _("update flash") if is_newer else _("wait until it has arrived completely")
    return FlashError(message, hint, carrier.address)


def apply_sync(
    app: AppContext,
    plan: SyncPlan,
    *,
    progressed: Progressed | None = None,
    dry_run: bool = False,
) -> Synced:
    """Send and merge what a plan found.

    Args:
        app: The open store.
        plan: From `plan_sync`; the user agreed to its question.
        progressed: Is told the number of entries that were merged.
        dry_run: Change nothing.

    Raises:
        FlashError: The log can't be written; running again goes on.
        StoreError: The store can't be written.
    """
    store, carrier = app.store, plan.carrier
    me = Identity(min(plan.logs), plan.device.id, plan.device.name)
    stamp = last_stamp(store.connection)
    if not dry_run:
        _remember(store, plan)
    without_notes = decks_without_notes(store.connection)
    registered = register_media(store, dry_run=dry_run)
    media_sent = send_media(store, carrier, plan.listing, dry_run=dry_run)
    sent = send(store, carrier, plan.listing, plan.arrived, me, dry_run=dry_run)
    if dry_run:
        sent.entries += registered.entries
    places, parked_now = media_files(store), parked_entries(store.connection)
    fetched = fetch_media(
        carrier, plan.listing, plan.arrived, parked_now, places, dry_run=dry_run
    )
    coming = plan.listing.media if dry_run else frozenset[str]()
    received = receive(
        store,
        carrier,
        plan.arrived,
        me,
        sent,
        has_medium=lambda one: one in coming or places.has_received(one),
        progressed=progressed,
        dry_run=dry_run,
    )
    if received.joined and not dry_run:
        # What was received is reported in any case; the next sync sends the rest.
        with suppress(FlashError):
            sent.entries += send_joined(store, carrier, plan.listing, me)
    if plan.git and not dry_run:
        plan.git.push(me.device)
    known = tuple(devices(store))
    broken = [Fault(name, "broken") for name in received.broken] + fetched.faults
    return Synced(
        carrier.address,
        sent,
        received,
        MediaCounts(media_sent, fetched.count, tuple(registered.too_large)),
        known,
        me.device,
        parked(store),
        (*plan.faults, *broken, *missing(plan.listing, known)),
        plan.listing.foreign,
        _clock_differences(received, known, me.device, stamp),
        plan.is_encrypted,
        tuple(sorted(decks_without_notes(store.connection) - without_notes)),
    )


def _remember(store: Store, plan: SyncPlan) -> None:
    """Keep the place of the log, and what is needed to open it again."""
    place = plan.carrier.address
    save_device_file(store.path, structs.replace(plan.device, log=place))
    if plan.login:
        save_login(store.path, place, plan.login)
    with store.transaction():
        bind(store, " ".join(sorted(plan.logs)), place, plan.device.id)
        if plan.git and store.setting(GIT) != place:
            write_setting(store.connection, GIT, place)
        if plan.is_encrypted and not store.setting(ENCRYPTED):
            write_setting(store.connection, ENCRYPTED, "yes")


def _clock_differences(
    received: Received, known: Sequence[Device], own: str, stamp: int
) -> tuple[ClockDifference, ...]:
    """Return the devices whose clocks are ahead of the one here."""
    later = [one for one in received.later if one[1] != own]
    names = {one.id: one.name or one.id for one in known}
    return tuple(
        ClockDifference(names.get(device, device), days)
        for device, days in differing_clocks(later, stamp, wall_clock_ms()).items()
    )
