"""`flash sync` with notes that are too large, and with odd files in the log."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_runner import CELLS, Run

from srs.sync import segments

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
