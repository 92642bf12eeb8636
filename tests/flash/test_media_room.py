"""Media of a package that would fill the disk are refused, and leave nothing."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard
from command_runner import Run
from foreign_packages import database, zipped

from export.anki import package_file

Make = Callable[[list[bytes]], None]
FOLDER, PACKAGE = Path("store.db.media"), Path("x.apkg")
ZEROS = [bytes(250_000)] * 12
NOISE = [random.Random(i).randbytes(100_000) for i in range(4)]
RATIO = "flash: x.apkg: its files unpack to over 100 times its size"


def names(files: list[bytes]) -> list[str]:
    return [f"{index}.png" for index in range(len(files))]


def collection(files: list[bytes]) -> bytes:
    field = "".join(f'<img src="{name}">' for name in names(files))
    return database(f"update notes set flds = 'q' || char(31) || '{field}'")


def legacy(files: list[bytes]) -> None:
    listed = json.dumps(dict(enumerate(names(files)))).encode()
    entries = {"collection.anki2": collection(files), "media": listed}
    zipped(PACKAGE, entries | {str(at): data for at, data in enumerate(files)})


def newest(files: list[bytes], size: int = -1) -> None:
    """Make a package in which each file has its own size, or is said to have another."""
    listed = b""
    for name, data in zip(names(files), files, strict=True):
        entry = b"\x0a" + bytes([len(name)]) + name.encode() + b"\x10"
        declared = len(data) if size < 0 else size
        while declared > 127:
            entry += bytes([declared & 127 | 128])
            declared >>= 7
        entry += bytes([declared])
        listed += b"\x0a" + bytes([len(entry)]) + entry
    entries = {"collection.anki21b": collection(files), "media": listed}
    entries |= {str(at): data for at, data in enumerate(files)}
    pack = zstandard.ZstdCompressor().compress
    packed = {name: pack(data) for name, data in entries.items()}
    zipped(PACKAGE, {"meta": b"\x08\x03"} | packed)


def lying(files: list[bytes]) -> None:
    newest(files, 1)


def limit(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    usage = SimpleNamespace(free=free)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)


def left() -> list[Path]:
    return [*FOLDER.iterdir()] if FOLDER.exists() else []


@pytest.mark.parametrize("make", [legacy, newest, lying])
def test_package_that_unpacks_to_many_times_its_size_is_refused(
    flash: Run, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    monkeypatch.setattr(package_file, "MAX_UNPACKED_SIZE", 1 << 20)
    make(ZEROS)

    code, out, err = flash("import", str(PACKAGE))

    assert (code, out, err) == (1, "", f"{RATIO} (export it from Anki again)\n")
    assert left() == []
    assert FOLDER.exists() == (make is lying)  # else nothing was begun
    assert flash.json("decks") == []


@pytest.mark.parametrize("make", [legacy, newest, lying])
def test_large_package_of_media_that_hardly_shrink_is_imported(
    flash: Run, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    monkeypatch.setattr(package_file, "MAX_UNPACKED_SIZE", 1000)
    make(NOISE)

    assert flash("import", str(PACKAGE))[0] == 0
    assert sorted(path.read_bytes() for path in left()) == sorted(NOISE)


@pytest.mark.parametrize("make", [legacy, newest])
def test_media_without_room_are_refused_before_any_is_written(
    flash: Run, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    make(NOISE)
    limit(monkeypatch, 799_998)  # half of it stays free

    code, _, err = flash("import", str(PACKAGE))

    said = "its media need 1 MB, but there is room for 0 MB (free some disk space)\n"
    assert (code, err.endswith(said)) == (1, True)
    assert not FOLDER.exists()
    limit(monkeypatch, 800_000)
    assert flash("import", str(PACKAGE))[0] == 0


def test_media_larger_than_they_are_said_to_be_leave_nothing(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    lying(NOISE)
    limit(monkeypatch, 700_000)

    code, _, err = flash("import", str(PACKAGE))

    assert (code, "'3' unpacks to over 50000 bytes" in err) == (1, True)
    assert left() == []


def test_media_that_are_here_need_no_more_room(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest(NOISE)
    flash("import", str(PACKAGE))
    limit(monkeypatch, 200_000)

    assert flash("import", str(PACKAGE))[0] == 0
    assert len(left()) == len(NOISE)


def test_a_file_in_place_of_the_media_folder_is_reported(flash: Run) -> None:
    newest([b"picture"])
    FOLDER.write_text("", "utf-8")

    code, out, err = flash("import", str(PACKAGE))

    assert (code, out) == (1, "")
    assert f"{FOLDER}: " in err
    assert err.endswith("(allow writing in the folder of the store)\n")
