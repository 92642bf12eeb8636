"""A device log in a folder, which Syncthing, Dropbox or git carry further.

The folder may be reached through a symbolic link, as the user chose it.  Links inside
are never followed: another device may have sent them.  What is written only the user
can read, as in the store, unless git decides.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cards.errors import reason_of
from cards.translate import _
from export.carriers.errors import CarrierError
from export.files import replace_file

_READING = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY")
)
"""Without waiting: someone else may have made a named pipe.  No system has all."""


class FolderCarrier:
    """A log in a folder."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder, which has to exist."""
        self._folder = folder
        self.address = str(folder)
        self._is_private = not (folder / ".git").exists()

    def list(self, folder: str) -> list[tuple[str, int]]:
        """Return names and sizes of what is in a folder; folders end with `/`.

        Raises:
            CarrierError: The folder can't be read.
        """
        try:
            with os.scandir(self._path(folder)) as found:
                return [one for entry in found for one in _listed(entry)]
        except OSError as error:
            raise self._error(folder, error) from None

    def get(self, name: str, largest: int) -> bytes:
        """Read a file; nothing of one that is larger.

        Raises:
            CarrierError: The file can't be read.
        """
        try:
            handle = os.open(self._path(name), _READING)
            with os.fdopen(handle, "rb") as file:
                data = file.read(largest + 1)
        except OSError as error:
            raise self._error(name, error) from None
        return data if len(data) <= largest else b""

    def put(self, name: str, data: bytes) -> int:
        """Write a file that is not there yet, completely or not at all.

        Returns:
            Its size.

        Raises:
            CarrierError: The file can't be written.
        """
        try:
            path = self._path(name)
            path.parent.mkdir(0o700 if self._is_private else 0o777, exist_ok=True)
        except OSError as error:
            raise self._error(name, error) from None
        replace_file(path, data, 0o600 if self._is_private else 0)
        return len(data)

    def _path(self, name: str) -> Path:
        """Return the path of a folder or file; a link on the way is an error."""
        path = self._folder
        for part in filter(None, name.split("/")):
            path /= part
            if path.is_symlink():
                message = _("a symbolic link, which is not followed in a log")
                raise CarrierError(str(path), message, _("delete the link"))
        return path

    def _error(self, name: str, error: OSError) -> CarrierError:
        reason = reason_of(error)
        hint = _("name an existing folder that you can read and write")
        return CarrierError(str(self._folder / name), reason, hint)


def _listed(entry: "os.DirEntry[str]") -> Iterator[tuple[str, int]]:
    if entry.is_dir(follow_symlinks=False):
        yield f"{entry.name}/", 0
    elif not entry.is_file(follow_symlinks=False):
        yield entry.name, -1  # a link or a pipe: never read
    else:
        with suppress(FileNotFoundError):  # a temporary file that is gone
            yield entry.name, entry.stat(follow_symlinks=False).st_size
