"""Build a store from nothing but the log of the devices."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec import structs

from cards.errors import FlashError
from cards.translate import _
from flash.service.carriers import save_login
from flash.service.context import AppContext
from flash.service.device import save_device_file, this_device
from flash.service.media_sync import fetch_media
from flash.service.sync import plan_sync
from srs.maintenance.restore import room_beside
from srs.models.media import MediaFiles
from srs.store.connection import Store
from srs.store.note_media import media_folder
from srs.store.opening import open_store
from srs.store.settings import save_setting
from srs.store.stamps import last_stamp
from srs.store.sync_state import ENCRYPTED, bind, save_sent
from srs.sync.exchange import Identity, receive
from srs.sync.outcome import Sent


@contextmanager
def prepared_from_log(path: Path, address: str, now_ms: int) -> Iterator[Store]:
    """Build a store beside the one that it will replace.

    Args:
        path: The store that it will replace.
        address: Where the log is.
        now_ms: UTC milliseconds.

    Yields:
        The new store, open, for the time of the block.

    Raises:
        FlashError: There is no log, or a part of it can't be read.
        StoreError: It can't be written.
    """
    device = this_device(path)
    with (
        room_beside(path) as folder,
        closing(open_store(folder / path.name, now_ms)) as store,
    ):
        plan = plan_sync(AppContext(store, lambda: now_ms), address, beside=path)
        if not plan.arrived or plan.faults:
            name = plan.faults[0].name if plan.faults else ""
            message = _("{name} can't be read") if name else _("the log is empty")
            hint = _("flash sync merges what can be read")
            raise FlashError(message.format(name=name), hint, plan.carrier.address)
        me = Identity(min(plan.logs), device.id, device.name)
        places = MediaFiles(media_folder(path.absolute()))
        fetch_media(plan.carrier, plan.listing, plan.arrived, (), places)
        receive(
            store,
            plan.carrier,
            plan.arrived,
            me,
            Sent(),
            has_medium=places.has_received,
        )
        with store.transaction() as connection:
            logs = " ".join(sorted(plan.logs))
            bind(store, logs, plan.carrier.address, device.id)
            # All that it holds is in the log.
            save_sent(connection, plan.carrier.address, last_stamp(connection))
        save_device_file(path, structs.replace(device, log=plan.carrier.address))
        if plan.login:
            save_login(path, plan.carrier.address, plan.login)
        if plan.is_encrypted:
            save_setting(store, ENCRYPTED, "yes")
        yield store
