"""The hub of a store: its folder, its account, and the locks of its processes."""

import secrets
import shutil
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
from msgspec import Struct

from cards.errors import FlashError
from cards.extras import install_command
from cards.translate import _
from export.anki.found_edits import Shared
from export.anki.phone.hub import has_anki
from export.files import make_folder, replace_file
from flash.service.network import address_in_network
from flash.service.process_lock import process_lock
from srs.store.connection import make_file

PORT = 27_701
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is easily mistaken on a phone."""
_LENGTH = 12


class Account(Struct):
    """What the apps are told, and what was shown to the user already."""

    user: str
    password: str
    port: int = PORT
    lan: bool = False
    key: str = ""
    """Stands for user and password at the server."""
    last_ms: int = 0
    """When the last round ended; 0 before the first."""
    shown: dict[str, int] = {}
    """Edits that were shown: time of the edit by guid of the note."""
    shared: dict[str, Shared] = {}
    """What both sides had of notes with flash's note types that one of them edited."""
    left_out: list[str] = []
    """Guids of notes of the phone that flash can't hold."""

    @property
    def host(self) -> str:
        """The address to listen on."""
        return "0.0.0.0" if self.lan else "127.0.0.1"  # noqa: S104 - --lan says so

    @property
    def url(self) -> str:
        """The address to type into an app."""
        host = (self.lan and address_in_network()) or "127.0.0.1"
        return f"http://{host}:{self.port}/"

    @property
    def own_url(self) -> str:
        """The address for the hub."""
        return f"http://127.0.0.1:{self.port}/"


class HubPlace:
    """The folder of a store's hub."""

    def __init__(self, store: Path) -> None:
        """Name the folder and its parts; nothing is made."""
        self.folder = store.with_name(f"{store.name}.phone")
        self.hub, self.server = self.folder / "hub", self.folder / "server"
        self.account_file = self.folder / "account.json"

    def account(self) -> Account:
        """Return the account.

        Raises:
            FlashError: There is none, or the library of Anki is missing.
        """
        require_anki()
        try:
            return msgspec.json.decode(self.account_file.read_bytes(), type=Account)
        except FileNotFoundError:
            hint = _("run flash phone setup first")
            raise FlashError(_("there is no hub for phones yet"), hint) from None
        except msgspec.MsgspecError:
            message, hint = _("damaged account"), _("flash phone forget removes it")
            raise FlashError(message, hint, self.account_file) from None

    def make(self) -> None:
        """Make the folders, readable by the user only."""
        for folder in (self.hub, self.server):
            make_folder(folder)
        self.folder.chmod(0o700)

    def save(self, account: Account) -> None:
        """Save the account, readable by the user only."""
        if not self.account_file.exists():
            make_file(self.account_file)
        replace_file(self.account_file, msgspec.json.encode(account))

    def forget(self) -> None:
        """Remove the hub."""
        shutil.rmtree(self.folder)

    def lock(self, name: str, *, waits: bool) -> AbstractContextManager[bool]:
        """Hold a lock, see `flash.service.process_lock`.

        Args:
            name: `round` or `server`.
            waits: Wait for another process that holds it.

        Returns:
            A context manager that yields False if another process holds it.
        """
        return process_lock(self.folder / f"{name}.lock", waits=waits)


def require_anki() -> None:
    """Check that Anki's library is installed.

    Raises:
        FlashError: It is not.
    """
    if not has_anki():
        hint = install_command("anki")
        raise FlashError(_("Anki's library is not installed"), hint)


def new_password() -> str:
    """Return a password that is easy to type on a phone."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
