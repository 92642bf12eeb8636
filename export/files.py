"""Write files atomically; errors of reading and writing files."""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from cards.errors import FlashError, reason_of
from cards.files import refuse_special
from cards.translate import _


def make_folder(folder: Path, *, is_private: bool = True) -> None:
    """Create a folder and those above it, unless they exist.

    Args:
        folder: The folder.
        is_private: Only the user may open it.

    Raises:
        ExportError: It can't be created.
    """
    try:
        folder.mkdir(0o700 if is_private else 0o777, parents=True, exist_ok=True)
    except OSError as error:
        hint = _("choose a folder that you may write to")
        if is_private:
            hint = _("allow writing in the folder of the store")
        raise ExportError(str(folder), reason_of(error), hint) from None


def replace_file(path: Path, data: bytes, mode: int = 0) -> None:
    """Write a file atomically.

    Args:
        path: The file; its folder must exist.
        data: Its content.
        mode: Its permissions; 0 for those that it has, or that new files get.

    Raises:
        ExportError: The file can't be written, or is a pipe or a device; the old one
            is unchanged.
    """
    temporary = ""
    try:
        refuse_special(path)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".flash-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _set_mode(Path(temporary), mode or _mode(path))
        Path(temporary).replace(path)
        temporary = ""
    except OSError as error:
        reason = reason_of(error)
        hint = _("choose an existing folder with write permission")
        raise ExportError(str(path), reason, hint) from None
    finally:
        # Also after Ctrl-C.
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink(missing_ok=True)


def refuse_inputs(target: Path, inputs: Iterable[str | Path]) -> None:
    """Make sure that a file to be written is none of those that were read.

    Args:
        target: The file, which may not exist.
        inputs: Files; one may be known by another name, or be a link.

    Raises:
        ExportError: It is one of them.
    """
    for path in dict.fromkeys(map(Path, inputs)):
        with contextlib.suppress(OSError):
            if target.samefile(path):
                message = _("this file is read here and would be replaced")
                raise ExportError(str(target), message, _("name another file"))


def _set_mode(path: Path, mode: int) -> None:
    """Set permissions, if the file system has any."""
    try:
        path.chmod(mode)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
            raise


def _mode(path: Path) -> int:
    """Return the permissions of a file; those of a new one if there is none."""
    with contextlib.suppress(FileNotFoundError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


class ExchangeError(FlashError):
    """An export or import failed; nothing was written."""

    def __init__(self, place: str, message: str, hint: str) -> None:
        """Store the file or address, the error and the hint."""
        super().__init__(message, hint, place)


class ExportError(ExchangeError):
    """A file can't be written."""


class PackageError(ExchangeError):
    """A file can't be read."""
