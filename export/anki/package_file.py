"""The file around a collection: a zip of one of three generations.

Nothing in it is trusted: names never become paths, and everything that unpacks
is bounded.

Source: `meta` and `media` as in proto/anki/import_export.proto of
https://github.com/ankitects/anki.
"""

import json
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from export.anki.protobuf import MalformedMessage, number, parse, text
from export.files import PackageError

LARGEST_DATABASE = 2 << 30
"""Bytes of a collection at the most."""
LARGEST_MEDIA = 256 << 20
"""Bytes of a picture or sound at the most."""
LARGEST_LIST = 64 << 20
MOST_ENTRIES = 500_000
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
"""What zipfile raises on broken and on encrypted files."""


class Package:
    """An open `.apkg` or `.colpkg` file."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        """Find the generation and the collection; see `open_package`."""
        self._path, self._archive = path, archive
        self._entries = {info.filename: info for info in archive.infolist()}
        if len(archive.infolist()) > MOST_ENTRIES:
            raise self._refuse(f"more than {MOST_ENTRIES} entries")
        self.version = self._version()
        if _COLLECTIONS[self.version] not in self._entries:
            raise self._refuse("no collection in it")

    def _version(self) -> int:
        if "meta" not in self._entries:
            return 2 if "collection.anki21" in self._entries else 1
        try:
            version = number(parse(self._read("meta", 1000)), 1)
        except MalformedMessage:
            raise self._refuse("damaged 'meta'") from None
        if version not in _COLLECTIONS:
            hint = "update flash, or export with 'support older Anki versions'"
            message = f"a package of version {version}, newer than flash knows"
            raise PackageError(str(self._path), message, hint)
        return version

    def write_collection(self, target: Path) -> None:
        """Unpack the database into a file.

        Raises:
            PackageError: It is damaged or too large.
        """
        name = _COLLECTIONS[self.version]
        with target.open("wb") as file:
            for chunk in self._chunks(name, LARGEST_DATABASE):
                file.write(chunk)

    def media(self) -> dict[str, str]:
        """Map the names of the media files to their entries in the zip.

        Raises:
            PackageError: The list is damaged.
        """
        if "media" not in self._entries:
            return {}
        listed = b"".join(self._chunks("media", LARGEST_LIST))
        try:
            if self.version == 3:
                entries = parse(listed).get(1, [])
                names = [text(parse(bytes(entry)), 1) for entry in entries]
                return {name: str(index) for index, name in enumerate(names)}
            found: Any = json.loads(listed)
            return {str(name): str(entry) for entry, name in found.items()}
        except (MalformedMessage, ValueError, AttributeError, TypeError):
            raise self._refuse("a damaged list of media") from None

    def write_media(self, entry: str, target: Path) -> bool:
        """Unpack a media file; False where the package lacks it.

        Raises:
            PackageError: It is damaged or too large.
        """
        if entry not in self._entries:
            return False
        with target.open("wb") as file:
            for chunk in self._chunks(entry, LARGEST_MEDIA):
                file.write(chunk)
        return True

    def _read(self, name: str, most: int) -> bytes:
        return b"".join(self._bounded(name, self._raw(name, _pieces), most))

    def _chunks(self, name: str, most: int) -> Iterator[bytes]:
        """Unpack an entry, through zstandard where the generation has it."""
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
                if unpacked > most:
                    raise self._refuse(f"'{name[:40]}' unpacks to over {most} bytes")
                yield chunk
        except _BROKEN as error:
            raise self._refuse(f"'{name[:40]}' is damaged: {error}") from None
        finally:
            chunks.close()

    def _refuse(self, message: str) -> PackageError:
        hint = "export it from Anki once more"
        return PackageError(str(self._path), message, hint)


_Unpacking = Callable[[IO[bytes]], Iterator[bytes]]


def _pieces(file: Any) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _decompressed(file: IO[bytes]) -> Iterator[bytes]:
    import zstandard

    # A window of 128 MB is what zstd's own tool refuses to go beyond.
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
        PackageError: It is no package, or one that can't be read.
    """
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise PackageError(str(path), "no such file", "check the path") from None
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError):
        hint = "choose an .apkg or .colpkg file that Anki exported"
        raise PackageError(str(path), "no package of Anki", hint) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PackageError(str(path), reason, "check the path") from None
    with archive:
        yield Package(path, archive)
