"""Read a package: a zip file in one of three formats.

Packages are untrusted: names never become paths, and the size of everything unpacked
is limited.

Source: `meta` and `media` as in proto/anki/import_export.proto of
https://github.com/ankitects/anki.
"""

import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Protocol

from cards.errors import reason_of
from cards.files import open_file
from cards.translate import _
from export.anki.foreign_json import read_json
from export.anki.protobuf import MalformedMessage, number, parse, text
from export.files import PackageError

MAX_DATABASE_SIZE = 2 << 30
"""Bytes."""
MAX_MEDIA_SIZE = 256 << 20
"""Bytes."""
MAX_UNPACKED_SIZE = 1 << 30
"""Bytes of all files together, unless they are packed in a large package."""
MAX_RATIO = 100
"""A larger package may unpack to so many times its size: pictures and sounds hardly
shrink, databases to a fourth, and only zeros to a thousandth."""
MAX_LIST_SIZE = 64 << 20
MAX_ENTRIES = 500_000
_CHUNK = 1 << 20
_Chunks = Generator[bytes, None, None]
_COLLECTIONS = {
    1: "collection.anki2",
    2: "collection.anki21",
    3: "collection.anki21b",
}
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
"""Errors that zipfile raises for damaged and encrypted files."""


def nfc(name: str) -> str:
    """Normalize the name of a media file as Anki does."""
    return unicodedata.normalize("NFC", name)


class CollectionFiles(Protocol):
    """A collection and its media, in a package or in a folder."""

    def write_collection(self, target: Path) -> None:
        """Copy the database to a file."""

    def media(self) -> dict[str, str]:
        """Return what `write_media` takes for each media file by its name in NFC."""

    def has(self, entry: str) -> bool:
        """Return True if there is such a media file."""

    def media_size(self, entry: str) -> int:
        """Return the size that a media file is said to have, bytes; it may differ."""

    def write_media(self, entry: str, target: Path, most: int) -> bool:
        """Copy a media file of at most so many bytes; return False if there is none."""


class Package:
    """An open `.apkg` or `.colpkg` file."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        """Detect the format and find the collection; see `open_package`."""
        self._path, self._archive = path, archive
        self._unpacked = 0
        """Bytes up to now."""
        self._most = max(MAX_UNPACKED_SIZE, MAX_RATIO * path.stat().st_size)
        self._entries = {info.filename: info for info in archive.infolist()}
        if len(archive.infolist()) > MAX_ENTRIES:
            raise self._refuse(_("more than {most} entries").format(most=MAX_ENTRIES))
        self.version = self._version()
        if _COLLECTIONS[self.version] not in self._entries:
            raise self._refuse(_("no collection in the package"))

    def _version(self) -> int:
        if "meta" not in self._entries:
            return 2 if "collection.anki21" in self._entries else 1
        try:
            version = number(parse(self._read("meta", 1000)), 1)
        except MalformedMessage:
            raise self._refuse(_("damaged 'meta'")) from None
        if version not in _COLLECTIONS:
            hint = _("update flash, or export with 'support older Anki versions'")
            message = _(
                "a package of version {version}, newer than flash knows"
            ).format(version=version)
            raise PackageError(str(self._path), message, hint)
        return version

    def write_collection(self, target: Path) -> None:
        """Unpack the database to a file.

        Raises:
            PackageError: The entry is damaged or too large.
        """
        name = _COLLECTIONS[self.version]
        with target.open("wb") as file:
            for chunk in self._chunks(name, MAX_DATABASE_SIZE):
                file.write(chunk)

    def media(self) -> dict[str, str]:
        """Return the zip entry of each media file by its name in NFC.

        Raises:
            PackageError: The list is damaged, or the files are too large together.
        """
        return {name: entry for name, (entry, _size) in self._listed.items()}

    @cached_property
    def _listed(self) -> dict[str, tuple[str, int]]:
        """The entries and the declared sizes of media files by their names in NFC."""
        if "media" not in self._entries:
            return {}
        listed = b"".join(self._chunks("media", MAX_LIST_SIZE))
        try:
            found = self._read_list(listed)
        except (MalformedMessage, ValueError, AttributeError, TypeError):
            raise self._refuse(_("damaged list of media")) from None
        self._count(0, sum(size for _entry, size in found.values()))
        return found

    def _read_list(self, listed: bytes) -> dict[str, tuple[str, int]]:
        if self.version == 3:
            entries = [parse(bytes(entry)) for entry in parse(listed).get(1, [])]
            return {
                nfc(text(entry, 1)): (str(index), number(entry, 2))
                for index, entry in enumerate(entries)
            }
        found: Any = read_json(listed)
        return {
            nfc(str(name)): (str(entry), self._zipped_size(str(entry)))
            for entry, name in found.items()
        }

    def _zipped_size(self, entry: str) -> int:
        return self._entries[entry].file_size if entry in self._entries else 0

    def has(self, entry: str) -> bool:
        """Return True if the package contains a zip entry."""
        return entry in self._entries

    def media_size(self, entry: str) -> int:
        """Return the declared size of a media file, bytes; 0 if there is none."""
        return self._sizes.get(entry, 0)

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return dict(self._listed.values())

    def write_media(self, entry: str, target: Path, most: int) -> bool:
        """Unpack a media file; return False if the package lacks it.

        Args:
            entry: From `media`.
            target: The new file.
            most: Bytes for which there is room, whatever size the package declares.

        Raises:
            PackageError: The entry is damaged or too large, or all of them are.
        """
        if entry not in self._entries:
            return False
        with target.open("wb") as file:
            for chunk in self._chunks(entry, min(most, MAX_MEDIA_SIZE)):
                file.write(chunk)
        return True

    def _read(self, name: str, most: int) -> bytes:
        return b"".join(self._bounded(name, self._raw(name, _pieces), most))

    def _chunks(self, name: str, most: int) -> Iterator[bytes]:
        """Unpack an entry, with zstandard if the format uses it."""
        unpack = _decompressed if self.version == 3 else _pieces
        return self._bounded(name, self._raw(name, unpack), most)

    def _raw(self, name: str, unpack: "_Unpacking") -> _Chunks:
        with self._archive.open(self._entries[name]) as file:
            yield from unpack(file)

    def _bounded(self, name: str, chunks: _Chunks, most: int) -> Iterator[bytes]:
        unpacked = 0
        try:
            for chunk in chunks:
                unpacked += len(chunk)
                self._count(len(chunk))
                if unpacked > most:
                    raise self._refuse(
                        _("'{name}' unpacks to over {most} bytes").format(
                            name=name[:40], most=most
                        )
                    )
                yield chunk
        except _BROKEN as error:
            raise self._refuse(
                _("'{name}' is damaged: {error}").format(name=name[:40], error=error)
            ) from None
        finally:
            chunks.close()

    def _count(self, unpacked: int, expected: int = 0) -> None:
        """Count bytes that were unpacked.

        Raises:
            PackageError: With those that are expected, they are too many for a package
                of its size.
        """
        self._unpacked += unpacked
        if self._unpacked + expected > self._most:
            message = _("its files unpack to over {times} times its size")
            raise self._refuse(message.format(times=MAX_RATIO))

    def _refuse(self, message: str) -> PackageError:
        hint = _("export it from Anki again")
        return PackageError(str(self._path), message, hint)


_Unpacking = Callable[[IO[bytes]], Iterator[bytes]]


def _pieces(file: Any) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _decompressed(file: IO[bytes]) -> Iterator[bytes]:
    import zstandard

    # The limit of the zstd tool: 128 MB.
    engine = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    try:
        with engine.stream_reader(file, closefd=False) as reader:
            yield from _pieces(reader)
    except zstandard.ZstdError as error:
        raise OSError(str(error)) from None


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open a package for reading.

    Args:
        path: An `.apkg` or `.colpkg` file.

    Raises:
        PackageError: The file is not a package or is damaged.
    """
    try:
        with open_file(path):
            archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise PackageError(str(path), _("no such file"), _("check the path")) from None
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError):
        hint = _("choose an .apkg or .colpkg file that Anki exported")
        raise PackageError(str(path), _("not an Anki package"), hint) from None
    except OSError as error:
        reason = reason_of(error).lower()
        raise PackageError(str(path), reason, _("check the path")) from None
    with archive:
        yield Package(path, archive)
