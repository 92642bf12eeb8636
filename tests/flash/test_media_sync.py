"""Pictures and sounds reach the other devices, before the notes that show them."""

import hashlib
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from command_runner import Run
from foreign_packages import MEDIA_FILES, media_package, zipped

from flash.service import media_sync
from srs.models.log_entries import MediaEntry, MediaFile
from srs.sync.segments import (
    decode,
    encode,
    read_entries,
    read_header,
    write_segment,
)

DECK = """\
deck: Net
cards:
  - front: What is shown? ![plan](img/net.png)
    back: A network
"""


class Device:
    """A store, and a folder with a deck."""

    def __init__(self, flash: Run, name: str) -> None:
        self._flash, self._db = flash, f"{name}.db"
        self.folder = Path(name)
        self.media = Path(f"{name}.db.media")

    def __call__(self, *words: str) -> tuple[int, str, str]:
        return self._flash(*words, "--db", self._db)

    def add(self, picture: bytes, deck: str = DECK) -> None:
        (self.folder / "img").mkdir(parents=True, exist_ok=True)
        (self.folder / "img" / "net.png").write_bytes(picture)
        (self.folder / "net.yaml").write_text(deck)
        assert self("add", str(self.folder / "net.yaml"))[0] == 0

    def questions(self) -> int:
        return len(json.loads(self("list", "--json")[1]))

    def received(self) -> set[bytes]:
        return {file.read_bytes() for file in self.media.glob(".received/*")}

    def exported(self) -> set[bytes]:
        """Return the media files of a package of all cards."""
        target = self.folder.with_suffix(".apkg")
        assert self("export", str(target))[0] == 0
        with zipfile.ZipFile(target) as archive:
            names = json.loads(archive.read("media"))
            return {archive.read(number) for number in names}


@pytest.fixture
def laptop(flash: Run) -> Device:
    Path("log").mkdir()
    return Device(flash, "laptop")


@pytest.fixture
def desktop(flash: Run) -> Device:
    return Device(flash, "desktop")


def media_of_log() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in Path("log/media").glob("*")}


def change_guid(package: Path) -> None:
    """Make the note of a package another one."""
    with zipfile.ZipFile(package) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    file = package.with_suffix(".db")
    file.write_bytes(entries["collection.anki2"])
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "update notes set guid = 'other', id = 77; update cards set nid = 77"
        )
    zipped(package, entries | {"collection.anki2": file.read_bytes()})


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_picture_is_sent_once_and_exported_elsewhere(
    laptop: Device, desktop: Device
) -> None:
    laptop.add(b"picture")

    sent = laptop("sync", "log")
    received = desktop("sync", "log")

    assert sent[:2] == (0, "Sent 2, received 0. Media: 1 sent, 0 received.\n")
    assert received[:2] == (
        0,
        "Sent 0, received 2 (0 reviews, 1 note) from 1 device."
        " Media: 0 sent, 1 received.\n",
    )
    assert media_of_log() == {digest(b"picture"): b"picture"}
    assert desktop.exported() == {b"picture"}
    assert desktop("doctor") == (0, "No problems found.\n", "")
    for device in (laptop, desktop):
        assert device("sync")[1] == "Nothing to send, nothing new.\n"


def test_a_file_in_place_of_the_media_folder_is_reported(
    laptop: Device, desktop: Device
) -> None:
    laptop.add(b"picture")
    laptop("sync", "log")
    desktop("due")
    desktop.media.write_text("", "utf-8")

    code, out, err = desktop("sync", "log")

    assert (code, out) == (1, "")
    assert err.endswith("(allow writing in the folder of the store)\n")
    desktop.media.unlink()
    assert desktop("sync")[0] == 0
    assert desktop.exported() == {b"picture"}


def test_json_counts_media_apart(laptop: Device, desktop: Device) -> None:
    laptop.add(b"picture")

    dry = json.loads(laptop("sync", "log", "--json", "--dry-run")[1])
    assert (dry["sent"], dry["media"]) == (2, {"sent": 0, "received": 0})
    assert list(Path("log").iterdir()) == []
    sent = json.loads(laptop("sync", "log", "--json")[1])
    preview = json.loads(desktop("sync", "log", "--json", "--dry-run")[1])
    received = json.loads(desktop("sync", "log", "--json")[1])

    assert (sent["sent"], sent["media"]) == (2, {"sent": 1, "received": 0})
    assert (preview["notes"], preview["media"]) == (1, {"sent": 0, "received": 1})
    assert (received["received"], received["media"]) == (2, {"sent": 0, "received": 1})


def test_a_note_waits_for_its_picture(laptop: Device, desktop: Device) -> None:
    laptop.add(b"picture")
    laptop("sync", "log")
    shutil.move("log/media", "later")

    code, out, err = desktop("sync", "log")

    assert (code, "(0 reviews, 0 notes)" in out) == (0, True)
    assert "2 entries wait for their media files, which have not arrived yet\n" in err
    assert desktop.questions() == 0
    assert desktop("sync")[2] == err
    shutil.move("later", "log/media")
    assert desktop("sync")[1:] == ("Media: 0 sent, 1 received.\n", "")
    assert desktop.questions() == 1


def test_a_torn_picture_is_reported_and_read_later(
    laptop: Device, desktop: Device
) -> None:
    laptop.add(b"picture")
    laptop("sync", "log")
    file = Path("log/media", digest(b"picture"))
    file.write_bytes(b"pict")

    code, _, err = desktop("sync", "log")
    assert (code, desktop.questions(), desktop.received()) == (1, 0, set())
    assert f"media/{file.name}: incomplete or damaged" in err

    file.unlink()
    assert laptop("sync")[1] == "Media: 1 sent, 0 received.\n"
    assert desktop("sync")[0] == 0
    assert desktop.received() == {b"picture"}


def test_two_files_with_one_name_are_both_kept(laptop: Device, desktop: Device) -> None:
    laptop.add(b"of the laptop")
    desktop.add(b"of the desktop", DECK.replace("shown", "drawn"))

    laptop("sync", "log")
    desktop("sync", "log")
    laptop("sync")

    both = {b"of the laptop", b"of the desktop"}
    assert laptop.exported() == desktop.exported() == both
    assert laptop("export", "decks", "--yaml")[0] == 0
    copies = {file.read_bytes() for file in Path("decks").rglob("*.png")}
    assert copies == both
    third = Device(laptop._flash, "third")
    assert third("add", *map(str, Path("decks").rglob("*.yaml")))[0] == 0
    assert third.exported() == both


def test_another_picture_under_the_same_name_replaces_it(
    laptop: Device, desktop: Device
) -> None:
    laptop.add(b"old")
    laptop("sync", "log")
    desktop("sync", "log")
    (laptop.folder / "img" / "net.png").write_bytes(b"newer")

    assert laptop("sync")[1] == "Sent 1, received 0. Media: 1 sent, 0 received.\n"
    desktop("sync")

    assert desktop.exported() == {b"newer"}


def test_a_picture_that_comes_later_is_sent_then(
    laptop: Device, desktop: Device
) -> None:
    laptop.add(b"picture")
    (laptop.folder / "img" / "net.png").rename("aside.png")
    laptop("sync", "log")
    desktop("sync", "log")
    assert desktop.questions() == 1
    code, _, err = desktop("export", "early.apkg")
    assert (code, "img/net.png" in err) == (0, True)

    Path("aside.png").rename(laptop.folder / "img" / "net.png")
    laptop("sync")
    desktop("sync")

    assert desktop.exported() == {b"picture"}


def test_devices_with_different_files_do_not_send_in_turn(
    laptop: Device, desktop: Device
) -> None:
    laptop.add(b"one")
    laptop("sync", "log")
    desktop("sync", "log")
    desktop.add(b"another")

    for device in (desktop, laptop, desktop, laptop):
        assert "Media" not in device("sync")[1]
    assert desktop("sync")[1] == "Nothing to send, nothing new.\n"
    assert (laptop.exported(), desktop.exported()) == ({b"one"}, {b"another"})


def test_a_file_that_is_too_large_is_reported(
    laptop: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_sync, "LARGEST_MEDIA", 4)
    laptop.add(b"picture")

    code, out, err = laptop("sync", "log")

    assert (code, out) == (0, "Sent 1, received 0.\n")
    assert "img/net.png" in err
    assert "larger than 64 MB, not sent" in err


def test_restore_from_the_log_brings_media_back(
    laptop: Device, desktop: Device
) -> None:
    laptop.add(b"picture")
    laptop("sync", "log")

    shutil.move("log/media", "later")
    code, _, err = desktop("restore", "--from-log", "log", "--yes")
    assert (code, desktop.questions()) == (0, 0)
    assert "2 entries wait for their media files" in err
    shutil.move("later", "log/media")

    assert desktop("restore", "--from-log", "log", "--yes")[2] == ""

    assert desktop.exported() == {b"picture"}


def test_a_second_log_gets_received_media_too(laptop: Device, desktop: Device) -> None:
    laptop.add(b"picture")
    laptop("sync", "log")
    desktop("sync", "log")
    Path("other").mkdir()

    desktop("sync", "other")

    assert [file.read_bytes() for file in Path("other/media").iterdir()] == [b"picture"]


def test_a_name_in_a_log_is_never_a_path(laptop: Device, desktop: Device) -> None:
    laptop.add(b"picture")
    laptop("sync", "log")
    (segment,) = Path("log").glob("*/*.flashlog")
    data = segment.read_bytes()
    entries = [decode(one) for one in read_entries(data)]
    forged = [
        MediaEntry(
            one.guid,
            one.stamp,
            one.device,
            (MediaFile("../../evil.png", digest(b"picture"), 7),),
        )
        if isinstance(one, MediaEntry)
        else one
        for one in entries
    ]
    segment.write_bytes(write_segment(read_header(data), map(encode, forged)))
    Path("img").mkdir()
    Path("img/net.png").write_bytes(b"a file of the receiver")

    assert desktop("sync", "log")[0] == 0

    assert not list(Path().rglob("evil*"))
    assert desktop.received() == {b"picture"}
    assert desktop.exported() == set()


def test_media_of_an_imported_package_reach_the_other_device(
    laptop: Device, desktop: Device, tmp_path: Path
) -> None:
    laptop("import", str(media_package(tmp_path / "in.apkg", MEDIA_FILES)))

    laptop("sync", "log")
    desktop("sync", "log")

    assert len(laptop.exported()) == 4
    assert desktop.exported() == laptop.exported()
    with zipfile.ZipFile("desktop.apkg") as ours, zipfile.ZipFile("laptop.apkg") as old:
        assert ours.read("media") == old.read("media")


def test_imported_files_of_one_name_are_both_exported(
    laptop: Device, desktop: Device, tmp_path: Path
) -> None:
    for device, data in ((laptop, b"one"), (desktop, b"two")):
        file = media_package(tmp_path / "in.apkg", MEDIA_FILES | {"clip.mp4": data})
        if device is desktop:
            change_guid(file)
        device("import", str(file))
        device("sync", "log", "--yes")
    laptop("sync")

    assert {b"one", b"two"} <= laptop.exported()
    with zipfile.ZipFile("laptop.apkg") as archive:
        (name,) = set(json.loads(archive.read("media")).values()) - MEDIA_FILES.keys()
        fields = archive.read("collection.anki2")
    assert name.startswith("clip-")
    assert f'src="{name}"'.encode() in fields


@pytest.mark.parametrize("name", ["../x", "A" * 64, "", "0" * 65])
def test_a_hash_that_is_none_is_refused(name: str) -> None:
    entry = MediaEntry("g", 1, "0" * 16, (MediaFile("a.png", name, 1),))

    assert decode(encode(entry)) is None
