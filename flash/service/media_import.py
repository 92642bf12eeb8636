"""Unpack the media files of a package into a folder beside the store."""

import os
import re
import shutil
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Self

from cards.translate import _
from export.anki.media_references import REMOTE, with_names
from export.anki.package_file import CollectionFiles, nfc
from export.files import make_folder
from srs.store.connection import StoreError, store_error

_RESERVE = 500 << 20
"""Bytes of a disk that stay free, or half of what is free if that is less."""
_LONGEST_NAME = 200
"""Bytes of a file name, as in Anki."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\ud800-\udfff]")
_ODD = re.compile(r"[^\w .-]")


def shared_media(package: CollectionFiles) -> set[str]:
    """Return the files of templates and styles: their names begin with `_`."""
    return {name for name in package.media() if name.startswith("_")}


def unused_media(package: CollectionFiles, used: Iterable[str]) -> tuple[str, ...]:
    """Return the files that are neither used by notes nor by templates and styles.

    Args:
        package: The package.
        used: The names of those that its notes use.
    """
    listed = package.media().keys() - shared_media(package)
    return tuple(sorted(listed - set(map(nfc, used))))


class MediaImport:
    """The media files of one package; a file is replaced only if that is allowed.

    A `with` block that fails removes the files that it unpacked, and puts those back
    that it replaced.
    """

    def __init__(self, package: CollectionFiles, folder: Path) -> None:
        """Keep the package and the folder to unpack to."""
        self._package, self.folder = package, folder
        self._written: list[Path] = []
        self._former: dict[Path, Path] = {}
        """Where the former content of replaced files is."""
        self._known: Container[str] = ()
        self._may_replace: Callable[[str, str], bool] = _never
        self._room = 0
        """Bytes that may still be written."""
        self._replaced: dict[str, str] = {}
        """Names in fields and the names of the files, where they differ."""
        self.renamed: dict[str, str] = {}
        """The names of these that differ by more than their normalization."""
        self.missing: list[str] = []
        """Files that notes use but the package lacks."""
        self.differing: list[str] = []
        """Files of known notes that have another content here, which was kept."""

    def __enter__(self) -> Self:
        """Begin an import."""
        return self

    def __exit__(self, kind: object, *_details: object) -> None:
        """Remove the new files if the import failed or was interrupted."""
        for path in self._written if kind is not None else ():
            with suppress(OSError):
                path.unlink(missing_ok=True)
        for path, former in self._former.items():
            with suppress(OSError):
                if kind is None:
                    former.unlink(missing_ok=True)
                else:
                    former.replace(path)

    @property
    def count(self) -> int:
        """The number of new and replaced files."""
        return len(self._written) + len(self._former)

    def unpack(
        self,
        used: Iterable[str],
        *,
        only_count: bool = False,
        known: Container[str] = (),
        may_replace: Callable[[str, str], bool] | None = None,
    ) -> None:
        """Unpack the files with the given names.

        Args:
            used: Names in the fields of notes.
            only_count: Only find missing files.
            known: Those that only known notes use, whose fields stay as they are: of
                another content here, they are left out.
            may_replace: Whether a file that is here may be replaced: the name in fields
                and that of the file.

        Raises:
            PackageError: A file is damaged, or larger than it is said to be.
            StoreError: The folder can't be written, or has no room for the files; then
                nothing was written.
        """
        self._known, self._may_replace = known, may_replace or _never
        listed, found = self._package.media(), dict[str, str]()
        for name in sorted(used):
            if name.startswith(REMOTE):
                continue
            entry = listed.get(nfc(name))
            if entry is None or not self._package.has(entry):
                self.missing.append(name)
            else:
                found[name] = entry
        if only_count or not found:
            return
        with _store_errors(self.folder):
            self._room = self._room_for(found)
            for name, entry in found.items():
                self._unpack(name, entry)
        self._sync()

    def _room_for(self, found: Mapping[str, str]) -> int:
        """Return how many bytes may be written.

        Raises:
            StoreError: The files, zip entries by name, need more.
        """
        new, kept = 0, 0
        for name, entry in found.items():
            size, target = self._package.media_size(entry), self._target(name)
            if target.exists() and target.stat().st_size == size:
                kept = max(kept, size)  # unpacked to be compared, one by one
            else:
                new += size
        places = (self.folder, *self.folder.parents)
        free = shutil.disk_usage(next(one for one in places if one.exists())).free
        room = free - min(_RESERVE, free // 2)
        if new + kept > room:
            message = _("its media need {needed} MB, but there is room for {room} MB")
            message = message.format(needed=_megabytes(new + kept), room=room >> 20)
            raise StoreError(self.folder, message, _("free some disk space"))
        return room

    def _target(self, name: str) -> Path:
        return self.folder / _safe_name(name)

    @property
    def has_renamed(self) -> bool:
        """Whether `rename` changes anything."""
        return bool(self._replaced)

    def rename(self, field: str) -> str:
        """Replace the names of files that were renamed."""
        return with_names(field, self._replaced)

    def _unpack(self, name: str, entry: str) -> None:
        make_folder(self.folder)
        digest = sha256(name.encode()).hexdigest()[:16]
        # Another program may unpack the same file.
        fresh = self.folder / f".{digest}.{os.getpid()}.part"
        try:
            if not self._package.write_media(entry, fresh, self._room):
                return
            data = fresh.read_bytes()
            target = self._target(name)
            if target.exists() and target.read_bytes() != data:
                if self._may_replace(name, target.name):
                    self._replace(target, fresh)
                    self._room -= len(data)
                elif name in self._known:
                    self.differing.append(name)
                    return
                else:
                    digest = sha256(data).hexdigest()[:8]
                    target = target.with_name(f"{target.stem}-{digest}{target.suffix}")
            if target.name != name:
                self._replaced[name] = target.name
            if target.name != nfc(name):
                self.renamed[name] = target.name
            if not target.exists():
                self._written.append(target)  # first: Ctrl-C may come in between
                fresh.replace(target)
                self._room -= len(data)
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)

    def _replace(self, target: Path, fresh: Path) -> None:
        former = fresh.with_suffix(".former")
        shutil.copyfile(target, former)
        self._former[target] = former
        fresh.replace(target)

    def _sync(self) -> None:
        """Flush files to disk before notes refer to them."""
        if not self.count or os.name != "posix":
            return
        with _store_errors(self.folder):
            for path in (
                *self._written,
                *self._former,
                self.folder,
                self.folder.parent,
            ):
                handle = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)


def _never(_name: str, _file: str) -> bool:
    return False


def _megabytes(size: int) -> int:
    return -(-size >> 20)


@contextmanager
def _store_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise store_error(folder, error) from None


def _safe_name(name: str) -> str:
    """Return a name of a file that every system takes and Anki accepts."""
    name = nfc(name)
    if (
        not name.startswith(".")
        and not _UNSAFE.search(name)
        and name == name.strip(" .")
        and len(name.encode()) <= _LONGEST_NAME
    ):
        return name
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    last = re.split(r"[/\\]", name)[-1]
    stem, dot, ending = _ODD.sub("_", last).strip(" .").rpartition(".")
    stem, ending = (stem, ending[:10]) if dot else (ending, "")
    stem = stem.encode("utf-8", "ignore")[:100].decode("utf-8", "ignore")
    return f"{stem}-{digest}{dot}{ending}".lstrip(".")
