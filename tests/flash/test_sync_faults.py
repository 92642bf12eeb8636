"""`flash sync` with notes that are too large, and with odd files in the log."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from command_runner import CELLS, Run

from export.carriers.errors import CarrierError
from export.carriers.folder import FolderCarrier
from srs.sync import segments
from srs.sync.segments import read_header, write_segment

Device = Callable[..., tuple[int, str, str]]
LARGE = CELLS.replace("Mitochondrion", "Mitochondrion " + "x" * 9_000)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    folder.mkdir()
    return folder


@pytest.fixture
def laptop(flash: Run, tmp_path: Path) -> Device:
    """A device that has the deck file."""
    (tmp_path / "cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml", "--db", "laptop.db")
    return lambda *words, **more: flash("--db", "laptop.db", *words, **more)


@pytest.fixture
def desktop(flash: Run) -> Device:
    return lambda *words, **more: flash("--db", "desktop.db", *words, **more)


def written(log: Path) -> list[Path]:
    return sorted(log.glob("*/*.flashlog"))


def answer(device: Device) -> None:
    assert device("review", "--plain", typed="\n3\nq\n")[0] == 0


def test_note_that_is_too_large_is_left_out_until_it_is_smaller(
    laptop: Device,
    desktop: Device,
    log: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(segments, "LARGEST", 8_000)
    (tmp_path / "cells.yaml").write_text(LARGE, "utf-8")
    laptop("add", "cells.yaml")
    for _ in range(2):
        answer(laptop)
    named = "powerhouse (Cells::Basics): larger than 64 MB, not sent to other devices\n"

    assert laptop("sync", "log", "--dry-run")[2] == named
    assert laptop("sync", "log") == (0, "Sent 4, received 0.\n", named)
    assert laptop("sync") == (0, "Nothing to send, nothing new.\n", "")
    code, out, err = desktop("sync", "log")
    assert (code, out) == (
        0,
        "Sent 0, received 4 (1 review, 2 notes) from 1 device.\n",
    )
    assert "1 entry waits for its note" in err
    (tmp_path / "cells.yaml").write_text(CELLS, "utf-8")
    laptop("add", "cells.yaml")

    assert laptop("sync") == (0, "Sent 1, received 0.\n", "")
    assert desktop("sync") == (
        0,
        "Sent 0, received 1 (1 review, 1 note) from 1 device.\n",
        "",
    )


def test_note_that_is_too_large_is_named_by_what_it_asks(
    laptop: Device, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "LARGEST", 8_000)
    back = "x" * 9_000
    (tmp_path / "more.yaml").write_text(
        f"deck: More\ncards:\n- {{front: zebra, back: {back}}}\n"
        f"- questions:\n  - {{front: a, back: {back}}}\n  - {{front: b, back: c}}\n"
    )
    code, _, err = laptop("add", "more.yaml")
    assert code == 0, err

    err = laptop("sync", "log")[2]

    assert "zebra (More): larger than 64 MB" in err
    assert err.count("(More): larger than 64 MB") == 2


BOGUS = [
    "5-5",
    "999999999999-999999999999",
    "9999999999999-9999999999999",
    "999999999999999-999999999999999",
]


@pytest.mark.parametrize("numbers", BOGUS)
def test_file_with_a_bogus_number_does_not_stop_its_device(
    laptop: Device, desktop: Device, log: Path, numbers: str
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    (first,) = written(log)
    bogus = first.with_name(f"{numbers}.flashlog")
    shutil.copyfile(first, bogus)

    for number in (4, 5):
        answer(laptop)
        assert laptop("sync")[1] == "Sent 1, received 0.\n"
        assert "received 1 (1 review" in desktop("sync")[1]
        if numbers != "5-5":
            assert first.with_name(f"{number}-{number}.flashlog") in written(log)
    bogus.unlink()
    answer(laptop)
    assert laptop("sync")[:2] == (0, "Sent 1, received 0.\n")
    assert "received 1 (1 review" in desktop("sync")[1]


@pytest.mark.parametrize("last", [10**12, 10**13 - 1])
def test_forged_huge_number_does_not_stop_its_device(
    laptop: Device, desktop: Device, log: Path, last: int
) -> None:
    laptop("sync", "log")
    (first,) = written(log)
    header = read_header(first.read_bytes())
    header = msgspec.structs.replace(header, first=last, last=last, start=last)
    file = first.with_name(f"{last}-{last}.flashlog")
    setting = ["s", "rollover", "5", 1, header.device]
    file.write_bytes(write_segment(header, [msgspec.msgpack.encode(setting)]))
    laptop("sync")
    desktop("sync", "log")

    for _ in range(3):
        answer(laptop)
        assert laptop("sync")[:2] == (0, "Sent 1, received 0.\n")
        assert "received 1 (1 review" in desktop("sync")[1]


def test_device_with_numbers_that_nobody_reads_recovers(
    laptop: Device,
    desktop: Device,
    log: Path,
    flash: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An earlier flash counted on from the name of a bogus file."""
    laptop("sync", "log")
    desktop("sync", "log")
    answer(laptop)
    with monkeypatch.context() as patch:
        patch.setattr("srs.sync.exchange.next_number", lambda *_: 10**15)
        assert laptop("sync")[1] == "Sent 1, received 0.\n"
    assert desktop("sync")[1] == "Nothing to send, nothing new.\n"

    code, out, err = laptop("sync")

    assert (code, out) == (0, "Sent 4, received 0.\n")
    assert "not part of the log, ignored: " in err
    assert "received 4 (1 review" in desktop("sync")[1]
    assert laptop("sync")[1] == "Nothing to send, nothing new.\n"
    answer(laptop)
    laptop("sync")
    assert "received 1 (1 review" in desktop("sync")[1]


def test_restored_store_reuses_no_numbers(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    laptop("backup", "old.db")
    for _ in range(2):
        answer(laptop)
        laptop("sync")
    desktop("sync", "log")
    before = {one: one.read_bytes() for one in written(log)}
    *_, torn = written(log)
    torn.write_bytes(b"torn")
    laptop("restore", "old.db", "--yes")
    answer(laptop)

    assert laptop("sync")[0] == 1

    torn.write_bytes(before[torn])
    assert laptop("sync")[::2] == (0, "")
    assert all(one.read_bytes() == data for one, data in before.items())
    assert desktop("sync")[::2] == (0, "")
    assert desktop("stats", "--json")[1] == laptop("stats", "--json")[1]


def test_lost_numbers_are_not_reused_after_a_failure(
    laptop: Device, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop("sync", "log")
    (lost,) = written(log)
    lost.unlink()

    def full(*_: object) -> int:
        raise CarrierError("log", "full", "")

    with monkeypatch.context() as patch:
        patch.setattr(FolderCarrier, "put", full)
        assert laptop("sync", "--yes")[0] == 1

    assert laptop("sync", "--yes")[1] == "Sent 3, received 0.\n"
    assert [one.name for one in written(log)] == ["4-6.flashlog"]


def files_in(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def test_folder_that_became_a_link_is_never_followed(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    laptop("sync", "log")
    (file,) = written(log)
    desktop("sync", "log")
    answer(desktop)
    desktop("sync")
    (tmp_path / "elsewhere").mkdir()
    file.parent.rename(tmp_path / "away")
    file.parent.symlink_to(tmp_path / "elsewhere")
    answer(laptop)

    code, out, err = laptop("sync", "--yes")

    assert (code, out) == (1, "")
    assert err == (
        f"flash: {file.parent}: a symbolic link, which is not followed in a log"
        " (delete the link)\n"
    )
    assert files_in(tmp_path / "elsewhere") == []
    file.parent.unlink()
    assert laptop("sync")[1].startswith("Sent 4, received 1 ")


@pytest.mark.parametrize("target", ["away", "gone"])
@pytest.mark.parametrize("name", ["media", "media/1", "0123456789abcdef/1-1.flashlog"])
def test_carrier_neither_reads_nor_writes_through_links(
    log: Path, tmp_path: Path, name: str, target: str
) -> None:
    (tmp_path / "away").write_bytes(b"secret")
    (log / name).parent.mkdir(exist_ok=True)
    (log / name).symlink_to(tmp_path / target)
    carrier = FolderCarrier(log)
    inside = name if "/" in name else f"{name}/1"

    for call in (
        lambda: carrier.put(inside, b"x"),
        lambda: carrier.get(inside, 9),
        lambda: carrier.list(name),
    ):
        with pytest.raises(CarrierError, match="symbolic link") as error:
            call()
        assert str(error.value.place) == str(log / name)
    assert (tmp_path / "away").read_bytes() == b"secret"
    assert not (tmp_path / "gone").exists()


def test_log_may_be_reached_through_a_link(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(log)

    assert laptop("sync", "link")[::2] == (0, "")
    assert "received 3" in desktop("sync", "link")[1]


def test_only_the_user_can_read_what_is_written(log: Path) -> None:
    before = os.umask(0o022)
    try:
        FolderCarrier(log).put("media/1", b"x")
        (log / ".git").mkdir()
        FolderCarrier(log).put("0123456789abcdef/1-1.flashlog", b"x")
    finally:
        os.umask(before)

    modes = {one.name: one.stat().st_mode & 0o777 for one in log.rglob("*")}
    assert (modes["media"], modes["1"]) == (0o700, 0o600)
    assert (modes["0123456789abcdef"], modes["1-1.flashlog"]) == (0o755, 0o644)


def test_file_system_without_permissions_can_have_a_log(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.chmod", refused)
    monkeypatch.setattr("os.fchmod", refused)

    FolderCarrier(log).put("media/1", b"x")

    assert (log / "media" / "1").read_bytes() == b"x"
