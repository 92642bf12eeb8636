"""Edits made in Anki are patches of deck files that `patch -p0` applies."""

import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from command_runner import Run
from foreign_packages import zipped

CARDS = """\
deck: D
tags: [all]
cards:
  # One in braces, one with a block.
  - {id: a, front: one, back: red, extra: e}
  - id: b
    front: |
      two
      lines
    back: 'green'  # why

  - id: c
    cloze: A {{c1::blue}}"""
EDITED = (
    CARDS.replace("back: red", r'back: "crimson: \"1\""')
    .replace("back: 'green'", 'back: "lime"')
    .replace("blue", "azure")
)
"""The file as Anki's edits make it: the rest is the same to the letter."""

NOTE = """\
---
deck: D
---
Q: one
A: red
---

- two::green <!-- why -->

A ==blue== sky and ==more== ^flash-ab12
"""
NOTE_EDITED = (
    NOTE.replace("red", 'crimson: "1"')
    .replace("green", "lime")
    .replace("blue", "azure")
)


def edited_in_anki(file: Path) -> Path:
    """Change words in the fields of a package."""
    archive = zipfile.ZipFile(file)
    entries = {name: archive.read(name) for name in archive.namelist()}
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(entries["collection.anki2"])
        for old, new in (("red", 'crimson: "1"'), ("green", "lime"), ("blue", "azure")):
            connection.execute(
                "update notes set mod = 2000000000, flds = replace(flds, ?, ?)",
                (old, new),
            )
        connection.commit()
        entries["collection.anki2"] = connection.serialize()
    return zipped(file, entries)


def added(flash: Run) -> Path:
    """Add a deck file and edit its cards in Anki; return the package."""
    Path("d").mkdir()
    Path("d/my deck.yaml").write_text(CARDS, "utf-8")
    flash("add", "d")
    flash("export", "out.apkg")
    return edited_in_anki(Path("out.apkg").absolute())


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize("folder", [".", "/"], ids=["below here", "elsewhere"])
def test_patch_applies_the_edits(
    flash: Run, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    package = added(flash)
    deck = Path("d/my deck.yaml").absolute()
    if folder == "/":
        Path("elsewhere").mkdir()
        monkeypatch.chdir("elsewhere")

    code, out, _ = flash("import", str(package), "--update-text")
    command = ["patch", "-d", folder, "-p0"]
    done = subprocess.run(
        command, input=out, text=True, capture_output=True, check=False
    )

    assert (code, done.returncode) == (0, 0), done.stdout + done.stderr
    assert deck.read_text("utf-8") == EDITED
    assert flash("add", str(deck))[1].endswith("3 changed; 3 cards\n")


def test_a_card_that_differs_in_its_file_is_named(flash: Run) -> None:
    package = added(flash)
    deck = Path("d/my deck.yaml").absolute()
    deck.write_text(CARDS.replace("back: red", "back: pink"), "utf-8")

    found = flash.json("import", str(package), "--update-text")["patches"]

    assert len(found) == 2
    assert '+    back: "lime"' in found[0]
    assert "crimson" not in found[0]
    assert found[1] == (
        f"{deck}:5: edited in Anki; change this card by hand\n"
        "  back: red\n"
        '      → crimson: "1"'
    )


def test_a_dry_run_shows_the_same_patch(flash: Run) -> None:
    package = str(added(flash))

    dry = flash.json("import", package, "--update-text", "--dry-run")["patches"]

    assert dry == flash.json("import", package, "--update-text")["patches"] != []
    assert Path("d/my deck.yaml").read_text("utf-8") == CARDS


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", ["cards.yaml", "cards.md"])
def test_patch_keeps_line_ends_and_notes(
    flash: Run, name: str, line_end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = CARDS if name == "cards.yaml" else NOTE
    edited = EDITED if name == "cards.yaml" else NOTE_EDITED
    file = Path(name)
    file.write_bytes(text.replace("\n", line_end).encode())
    flash("add", name)
    flash("export", "out.apkg")
    package = edited_in_anki(Path("out.apkg").absolute())

    code, out, _ = flash("import", str(package), "--update-text")
    done = subprocess.run(
        ["patch", "-p0", "--binary"],
        input=out.encode(),
        capture_output=True,
        check=False,
    )

    assert (code, done.returncode) == (0, 0), out
    assert file.read_bytes().decode() == edited.replace("\n", line_end)
    assert flash("add", name)[1].split("; ")[0].endswith("3 changed")


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
def test_patch_keeps_several_line_ends_of_a_note(flash: Run) -> None:
    def mixed(text: str) -> bytes:
        return text.replace("---\n", "---\r\n").encode()

    note = Path("cards.md")
    note.write_bytes(mixed(NOTE))
    flash("add", "cards.md")
    flash("export", "out.apkg")
    package = edited_in_anki(Path("out.apkg").absolute())

    out = flash("import", str(package), "--update-text")[1]
    command = ["patch", "-p0", "--binary", "-s"]
    subprocess.run(command, input=out.encode(), check=True)

    assert note.read_bytes() == mixed(NOTE_EDITED)
