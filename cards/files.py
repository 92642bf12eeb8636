"""Open files that a user names or a note refers to."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from cards.translate import _

_OF_THE_SHELL = ("/dev/", "/proc/")
"""Where `/dev/stdin` and `<(command)` are: the user means these pipes."""


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading.

    A named pipe or a device could block for ever or never end.

    Raises:
        OSError: It can't be read, or is not a regular file.
    """
    if not str(path).startswith(_OF_THE_SHELL):
        refuse_special(path)
    return path.open("rb")


def refuse_special(path: Path) -> None:
    """Refuse a named pipe, a device or a socket, which a new file must not replace.

    Raises:
        OSError: It is one.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, _("not a regular file"), str(path))


def absolute(path: Path) -> Path:
    """Return the absolute name of a file or folder, without `..`.

    A link keeps its name: what it points to may change with every version of a file.
    """
    plain = Path(os.path.normpath(path.absolute()))
    if ".." not in path.parts or not path.exists() or _is_same(plain, path):
        return plain
    return path.resolve()  # a link comes before `..`


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def files_under(
    folder: Path, on_error: Callable[[OSError], None] | None = None
) -> Iterator[Path]:
    """Yield the files in a folder and those below it, sorted, without hidden ones.

    A linked folder is followed, unless it is walked anyway or holds one that is.

    Args:
        folder: The folder.
        on_error: Takes the error of a folder that can't be listed; None skips it.
    """
    walked = [folder.resolve()]
    for root, folders, names in os.walk(folder, onerror=on_error, followlinks=True):
        folders[:] = [
            name
            for name in sorted(folders)
            if not name.startswith(".") and _is_walked_once(Path(root, name), walked)
        ]
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(root, name)


def _is_walked_once(folder: Path, walked: list[Path]) -> bool:
    """Return True for a folder that is no link, or the first one to its target."""
    if not folder.is_symlink():
        return True
    target = folder.resolve()
    for other in walked:
        if target.is_relative_to(other) or other.is_relative_to(target):
            return False
    walked.append(target)
    return True


def is_file(path: Path) -> bool:
    """Return False, too, for a name that the file system refuses as too long."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_encodable(text: str) -> bool:
    """Return False if a text from the system, such as a file name, is not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
