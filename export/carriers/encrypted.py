"""Encryption of a log: each file is one of age, for whoever has the key.

Everything passes here: files of other devices and media, too.  What was written before
there was a key stays readable.
"""

from collections.abc import Sequence
from typing import Any

from cards.extras import install_command
from cards.translate import N_, _
from export.carriers.errors import CarrierError
from srs.models.carrier import Carrier

_MAGIC = b"age-encryption.org/"
_OVERHEAD = 1 << 20
"""More than age adds to any file of a log."""
JOIN = N_("give it that of your other device: flash sync encrypt --join")


def new_key() -> str:
    """Make a key.

    Raises:
        CarrierError: pyrage is not installed.
    """
    return str(_age().x25519.Identity.generate())


def is_key(text: str) -> bool:
    """Return True for a key.

    Raises:
        CarrierError: pyrage is not installed.
    """
    age = _age()
    try:
        age.x25519.Identity.from_str(text)
    except age.IdentityError:
        return False
    return True


def _age() -> Any:
    try:
        import pyrage
    except ImportError:
        hint = install_command("pyrage")
        raise CarrierError("age", _("pyrage is not installed"), hint) from None
    return pyrage


class EncryptedCarrier:
    """A carrier whose files are encrypted if there is a key."""

    def __init__(self, inner: Carrier, keys: Sequence[str]) -> None:
        """Keep the keys.

        Args:
            inner: Where the files are.
            keys: The first one encrypts, each one decrypts; none to write as it is,
                which refuses to read what is encrypted.

        Raises:
            CarrierError: A key is damaged, or pyrage is not installed.
        """
        self._inner = inner
        self.address = inner.address
        if not all(map(is_key, keys)):
            message = _("the key of this device is damaged")
            raise CarrierError(self.address, message, _(JOIN))
        self._keys = [_age().x25519.Identity.from_str(key) for key in keys]

    def list(self, folder: str) -> list[tuple[str, int]]:
        """Return names and sizes of what is in a folder; folders end with `/`."""
        return self._inner.list(folder)

    def get(self, name: str, largest: int) -> bytes:
        """Read a file.

        Raises:
            CarrierError: It can't be read, or is encrypted with another key.
        """
        data = self._inner.get(name, largest + _OVERHEAD)
        if not data.startswith(_MAGIC):
            return data if len(data) <= largest else b""
        if not self._keys:
            message = _("encrypted, and this device has no key")
            raise CarrierError(f"{self.address}/{name}", message, _(JOIN))
        age = _age()
        try:
            return bytes(age.decrypt(data, self._keys))
        except age.DecryptError as error:
            if "matching keys" in str(error):
                message = _("encrypted with another key than this device has")
                raise CarrierError(f"{self.address}/{name}", message, _(JOIN)) from None
            return b""  # incomplete or damaged

    def put(self, name: str, data: bytes) -> int:
        """Write a file that is not there yet.

        Returns:
            Its size as it is listed.
        """
        if self._keys:
            data = _age().encrypt(data, [self._keys[0].to_public()])
        return self._inner.put(name, data)
