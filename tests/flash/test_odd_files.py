"""File names that are not UTF-8, pipes instead of files, homes that don't exist."""

import os
from pathlib import Path

import pytest
from command_runner import CELLS, Run

from cards.errors import FlashError
from flash.paths import store_path

WINDOWS = os.fsdecode("漢字".encode("cp932"))
"""A name from a zip file of Japanese Windows."""
DECK = "deck: D\ncards:\n  - {front: q, back: a}\n"


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    return flash


@pytest.mark.parametrize("path", [f"{WINDOWS}.yaml", f"{WINDOWS}/deck.yaml"])
@pytest.mark.parametrize("command", ["check", "add"])
def test_deck_whose_name_is_not_utf8_is_refused(
    flash: Run, command: str, path: str
) -> None:
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(DECK, "utf-8")
    before = flash("list")

    for named in (path, "."):
        code, out, err = flash(command, named)
        assert (code, out) == (1, "")
        assert "the file name is not UTF-8 (rename it; convmv" in err
        assert err.isascii()
    assert flash("list") == before


@pytest.mark.parametrize(
    "words",
    [
        ("backup", f"{WINDOWS}.db"),
        ("export", f"{WINDOWS}.apkg"),
        ("export", f"{WINDOWS}.csv"),
        ("export", f"{WINDOWS}.json"),
        ("export", "--yaml", WINDOWS),
        ("stats", "--html", f"{WINDOWS}.html"),
        ("config", "rollover", "5", "--db", f"{WINDOWS}.db"),
    ],
    ids=" ".join,
)
def test_output_may_have_any_name(flash: Run, words: tuple[str, ...]) -> None:
    code, out, _ = flash(*words)

    assert code == 0
    assert out.encode()
    assert Path(words[-1]).exists()


def test_package_of_any_name_is_imported(flash: Run) -> None:
    flash("export", f"{WINDOWS}.apkg")

    assert flash("import", f"{WINDOWS}.apkg")[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ("show", WINDOWS),
        ("list", WINDOWS),
        ("review", "--plain", WINDOWS),
        ("config", "new_per_day", "5", "--deck", WINDOWS),
        ("suspend", WINDOWS),
        ("export", "out.apkg", "--tag", WINDOWS),
    ],
    ids=" ".join,
)
def test_word_that_is_not_utf8_is_an_error(flash: Run, words: tuple[str, ...]) -> None:
    code, out, err = flash(*words)

    assert (code, out) == (1, "")
    assert err.startswith("flash: not UTF-8: '")
    assert err.endswith("(names must be UTF-8 here)\n")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x.yaml", ("check", "x.yaml")),
        ("x.yaml", ("check", ".")),
        ("x.yaml", ("add", ".")),
        ("x.apkg", ("import", "x.apkg")),
        ("x.csv", ("import", "x.csv")),
        ("x.db", ("list", "--db", "x.db")),
    ],
)
def test_pipe_instead_of_a_file_is_refused(
    flash: Run, name: str, words: tuple[str, ...]
) -> None:
    os.mkfifo(name)

    code, out, err = flash(*words)

    assert (code, out) == (1, "")
    assert f"{name}" in err
    assert "not a regular file" in err


def test_picture_that_is_a_pipe_does_not_stop_an_export(flash: Run) -> None:
    Path("p.yaml").write_text(
        DECK.replace("q,", "'![](p.png)',") + "  - {front: r, back: a}\n", "utf-8"
    )
    Path("p.png").write_bytes(b"picture")
    flash("add", "p.yaml")
    Path("p.png").unlink()
    os.mkfifo("p.png")

    assert flash("export", "--yaml", "out")[0] == 0
    assert "not a regular file" in flash("export", "out.apkg")[2]


def test_pipe_of_the_shell_is_read(flash: Run) -> None:
    reading, writing = os.pipe()
    os.write(writing, DECK.encode())
    os.close(writing)

    code, out, _ = flash("check", f"/dev/fd/{reading}")
    os.close(reading)

    assert (code, out) == (0, "1 file, 1 note, no mistakes\n")


@pytest.mark.parametrize("name", ["~no-such-user/x.db", "~no-such-user"])
def test_home_of_nobody_is_an_error(flash: Run, name: str) -> None:
    code, out, err = flash("list", "--db", name)

    assert (code, out) == (1, "")
    assert err == (
        f"flash: no home folder for '{name}' (name the database with --db or "
        "$FLASH_DB)\n"
    )


def test_relative_data_folder_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLASH_DB", raising=False)
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")

    assert store_path(None) == Path("/home/somebody/.local/share/flash/flash.db")


@pytest.mark.parametrize("home", ["", "relative"])
def test_home_that_is_no_absolute_path_is_an_error(
    monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.delenv("FLASH_DB", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", home)

    with pytest.raises(FlashError, match="no home folder"):
        store_path(None)
