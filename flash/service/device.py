"""The identity of this device in a log, and the lock of a running sync.

The identity is in a file beside the store and bound to this computer and this path: a
copy of the store, or of the whole home folder, is another device.
"""

import platform
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from cards.errors import FlashError
from cards.translate import _
from export.files import replace_file
from flash.service.process_lock import process_lock

_MACHINE_ID = Path("/etc/machine-id")


class DeviceFile(Struct, frozen=True):
    """The content of the file."""

    id: str
    name: str
    machine: str
    path: str
    log: str = ""
    """Where the log is, for the day on which the store can't be read."""


def this_device(store: Path, name: str = "") -> DeviceFile:
    """Return the identity of a store on this computer, a new one if it has none.

    Args:
        store: The store.
        name: What the user calls the device; empty to keep the name.
    """
    machine, place = _machine(), str(store.resolve())
    known = _read(_path(store))
    if known is None or (known.machine, known.path) != (machine, place):
        known = DeviceFile(secrets.token_hex(8), platform.node(), machine, place)
    return msgspec.structs.replace(known, name=name or known.name)


def save_device_file(store: Path, device: DeviceFile) -> None:
    """Remember the identity of a store.

    Raises:
        ExportError: The file can't be written.
    """
    if device != _read(_path(store)):
        replace_file(_path(store), msgspec.json.encode(device))


def log_of(store: Path) -> str:
    """Return where the log of a store is; empty if it never synchronized."""
    known = _read(_path(store))
    return known.log if known else ""


def _path(store: Path) -> Path:
    return store.with_name(f"{store.name}.device")


def _read(path: Path) -> DeviceFile | None:
    with suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return msgspec.json.decode(path.read_bytes(), type=DeviceFile)
    return None


def _machine() -> str:
    try:
        text = _MACHINE_ID.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    return sha256((text or platform.node()).encode()).hexdigest()[:16]


@contextmanager
def sync_lock(store: Path) -> Iterator[None]:
    """Let one process at a time synchronize a store.

    Raises:
        FlashError: Another one does.
    """
    path = store.with_name(f"{store.name}.sync-lock")
    with process_lock(path) as is_held:
        if not is_held:
            message = _("another program is synchronizing this store")
            raise FlashError(message, _("try again when it is done"), store)
        yield
