"""Open the place of a log with the login and the key of this device.

Both are in files beside the store that only the user can read: never in the store, of
which there are backups, and never in the log.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from cards.errors import FlashError
from cards.files import absolute
from cards.translate import _
from export.carriers.address import LogAddress, Login, log_address
from export.carriers.encrypted import EncryptedCarrier, is_key, new_key
from export.carriers.folder import FolderCarrier
from export.carriers.s3 import S3Carrier
from export.carriers.webdav import WebDavCarrier
from export.files import replace_file
from srs.models.carrier import Carrier
from srs.store.connection import Store
from srs.store.settings import save_setting
from srs.store.sync_state import ENCRYPTED

_PRIVATE = 0o600
_VARIABLES = {
    "s3": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
    "dav": ("FLASH_DAV_USER", "FLASH_DAV_PASSWORD", ""),
    "davs": ("FLASH_DAV_USER", "FLASH_DAV_PASSWORD", ""),
}


def open_carrier(address: str, store: Path) -> tuple[Carrier, Login | None]:
    """Return the carrier of an address, and the login that the address has.

    Args:
        address: A folder, or an address of object storage or a server.
        store: The store, which has login and key beside it.

    Raises:
        FlashError: There is none, or no such folder.
    """
    if not address:
        hint = _("name a folder: flash sync ~/Sync/flash")
        raise FlashError(_("no log is known yet"), hint)
    keys = read_keys(store)
    if "://" in address:
        found = log_address(address)
        login = found.login or _variables(found.scheme) or _saved(store, found.text)
        return EncryptedCarrier(_carrier(found, login), keys), found.login
    folder = absolute(Path(address).expanduser())
    if not folder.is_dir():
        hint = _("create the folder first, or mount it")
        raise FlashError(_("no such folder"), hint, str(folder))
    return EncryptedCarrier(FolderCarrier(folder), keys), None


def _carrier(address: LogAddress, login: Login | None) -> Carrier:
    kind = S3Carrier if address.scheme == "s3" else WebDavCarrier
    return kind(address, login)


def _variables(scheme: str) -> Login | None:
    values = [os.environ.get(name, "") for name in _VARIABLES[scheme]]
    return Login(*values) if values[0] else None


def _login_file(store: Path) -> Path:
    return store.with_name(f"{store.name}.login")


def _logins(store: Path) -> dict[str, Login]:
    with suppress(FileNotFoundError, msgspec.MsgspecError, UnicodeDecodeError):
        data = _login_file(store).read_bytes()
        return msgspec.json.decode(data, type=dict[str, Login])
    return {}


def _saved(store: Path, address: str) -> Login | None:
    return _logins(store).get(address)


def save_login(store: Path, address: str, login: Login) -> None:
    """Remember a login beside the store.

    Raises:
        ExportError: The file can't be written.
    """
    logins = _logins(store)
    if logins.get(address) != login:
        data = msgspec.json.encode({**logins, address: login})
        replace_file(_login_file(store), data, _PRIVATE)


def key_file(store: Path) -> Path:
    """Return the file with the keys, which is one of age's identity files."""
    return store.with_name(f"{store.name}.key")


def read_keys(store: Path) -> list[str]:
    """Return the keys of this device; the first one encrypts."""
    try:
        return _keys_in(key_file(store).read_text("utf-8"))
    except FileNotFoundError:
        return []


def _keys_in(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    return [key for line in lines if not line.startswith("#") for key in line.split()]


def own_keys(store: Store, *, is_lost: bool = False) -> list[str]:
    """Return the keys of this device, a new one if it has none.

    Args:
        store: The store.
        is_lost: Make a new key even if there was one, which no device has any more.

    Raises:
        FlashError: The key is missing, the file can't be written, or pyrage is not
            installed.
    """
    keys = read_keys(store.path)
    if store.setting(ENCRYPTED) and not (keys or is_lost):
        message = _("the key of this store is missing")
        hint = _(
            "--join enters that of another device; if no device has it, --yes makes a"
            " new one, for an empty folder"
        )
        raise FlashError(message, hint, str(store.path))
    keys = keys or [new_key()]
    _save_keys(store, keys)
    return keys


def join_key(store: Store, text: str) -> None:
    """Take the key of another device.

    A key that this device had stays, for what was encrypted with it.

    Args:
        store: The store.
        text: The keys, as `flash sync encrypt` printed them, or a file with them.

    Raises:
        FlashError: It is no key, or the file can't be written.
    """
    found = _keys_in(text)
    if not found or not all(map(is_key, found)):
        hint = _("copy the line that begins with AGE-SECRET-KEY-1 from the other one")
        raise FlashError(_("not a key of flash sync encrypt"), hint)
    others = [key for key in read_keys(store.path) if key not in found]
    _save_keys(store, found + others)


def _save_keys(store: Store, keys: Sequence[str]) -> None:
    data = "".join(f"{key}\n" for key in keys).encode()
    replace_file(key_file(store.path), data, _PRIVATE)
    save_setting(store, ENCRYPTED, "yes")
