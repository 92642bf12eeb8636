"""Edits made in Anki are patches of deck files that `patch -p0` applies."""

import json
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from anki_edits import LATER, AnkiSide, answer, only_note
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


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


def rows(sql: str) -> list[Any]:
    with closing(sqlite3.connect("store.db")) as connection:
        return connection.execute(sql).fetchall()


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


BOTH_SIDES = {
    "question and answer": (
        "d.yaml",
        "deck: D\ncards:\n  - front: one\n    back: red\n    extra: e\n",
        {"Front": "Entirely new?", "Back": "Different"},
    ),
    "in braces": (
        "d.yaml",
        "deck: D\ncards:\n- {front: one, back: red}\n",
        {"Front": "Entirely new?", "Back": "Different"},
    ),
    "asked from both sides": (
        "d.yaml",
        "deck: D\ncards:\n- front: one\n  back: red\n  reverse: true\n",
        {"Front": "Entirely new?", "Back": "Different"},
    ),
    "cloze": (
        "d.yaml",
        "deck: D\ncards:\n- cloze: A {{c1::red}} sky, big\n",
        {"Text": "Nothing {{c1::like}} what was before"},
    ),
    "labels of a note": (
        "d.md",
        "---\ndeck: D\n---\nQ: one\nA: red\n\nText <!-- why -->\n",
        {"Front": "Entirely new?", "Back": "Different"},
    ),
    "a line of a note": (
        "d.md",
        "---\ndeck: D\n---\n- one::red <!-- why --> ^mine\n",
        {"Front": "Entirely new?", "Back": "Different"},
    ),
    "a cloze of a note": (
        "d.md",
        "---\ndeck: D\n---\nA ==red== sky\n",
        {"Text": "Nothing {{c1::like}} what was"},
    ),
}


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize(
    ("name", "text", "fields"), BOTH_SIDES.values(), ids=BOTH_SIDES
)
def test_a_card_changed_as_a_whole_stays_the_same(
    flash: Run, anki: AnkiSide, name: str, text: str, fields: dict[str, str]
) -> None:
    Path(name).write_text(text, "utf-8")
    flash("add", name)
    flash("export", "out.apkg")
    anki.take("out.apkg")
    anki.package()

    def edit(collection: Collection) -> None:
        collection.decks.select(collection.decks.id("D"))
        answer(collection)
        note = only_note(collection)
        for field, value in fields.items():
            note[field] = value
        collection.update_note(note)

    out = flash("import", anki.package(edit), "--update-text")[1]
    state = "select id, note, ordinal, reps from cards where retired = 0"
    before = rows(state)
    subprocess.run(["patch", "-p0", "-s"], input=out, text=True, check=True)
    added = flash("add", name, now=LATER)

    assert added[0] == 0
    assert sum(row[3] for row in before) == 1
    assert rows(state) == before


SEVERAL = {
    "questions exchanged": {"one": ("two", "red"), "two": ("one", "green")},
    "equal answers in two files": {
        "three": ("Entirely new?", "yes"),
        "four": ("Something else", "yes"),
    },
    "the question of an unchanged one": {"one": ("two", "?"), "two": ("x", "green")},
}


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize("edits", SEVERAL.values(), ids=SEVERAL)
def test_several_edited_cards_are_told_apart(
    flash: Run, anki: AnkiSide, edits: dict[str, tuple[str, str]]
) -> None:
    cards = "- {front: one, back: red}\n- {front: two, back: green}\n"
    Path("a.yaml").write_text(
        f"deck: D\ncards:\n{cards}- {{front: three, back: yes}}\n", "utf-8"
    )
    Path("b.yaml").write_text("deck: D\ncards:\n- {front: four, back: yes}\n", "utf-8")
    flash("add", "a.yaml", "b.yaml")
    flash("export", "out.apkg")
    anki.take("out.apkg")
    anki.package()
    state = "select guid, fields from notes where retired = 0"
    guids = {json.loads(fields)["front"]: guid for guid, fields in rows(state)}

    def edit(collection: Collection) -> None:
        found = {one: only_note(collection, f"Front:{one}") for one in edits}
        for front, note in found.items():
            note["Front"], note["Back"] = edits[front]
            collection.update_note(note)

    out = flash("import", anki.package(edit), "--update-text")[1]
    subprocess.run(["patch", "-p0", "-s"], input=out, text=True, check=True)
    flash("add", "a.yaml", "b.yaml", now=LATER)

    now = {guid: json.loads(fields)["front"] for guid, fields in rows(state)}
    assert now == {guid: edits.get(front, (front,))[0] for front, guid in guids.items()}


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
def test_a_row_changed_as_a_whole_stays_its_card(flash: Run) -> None:
    Path("d.yaml").write_text("deck: D\ncards:\n- {front: one, back: red}\n", "utf-8")
    flash("add", "d.yaml")
    flash("export", "out.csv")
    table = Path("out.csv").read_text("utf-8")
    table = table.replace("one", "Entirely new?").replace("red", "Different")
    Path("out.csv").write_text(table, "utf-8")

    out = flash("import", "out.csv", "--update-text")[1]
    subprocess.run(["patch", "-p0", "-s"], input=out, text=True, check=True)

    assert flash("add", "d.yaml")[1].endswith("\n1 changed; 1 card\n")


def test_an_id_to_be_written_by_hand_is_shown(flash: Run) -> None:
    block = "deck: D\ncards:\n- {front: red, back: green}\n"
    Path("d.md").write_text(f"---\nflash: true\n---\n```flash\n{block}```\n", "utf-8")
    flash("add", "d.md")
    flash("export", "out.apkg")
    package = edited_in_anki(Path("out.apkg").absolute())

    (text,) = flash.json("import", str(package), "--update-text")["patches"]
    shown = text.split("\n")[-1].removeprefix("    → ")
    block = f"deck: D\ncards:\n- {{front: x, back: y, id: {shown}}}\n"
    Path("d.md").write_text(f"---\nflash: true\n---\n```flash\n{block}```\n", "utf-8")

    assert flash("add", "d.md")[1].endswith("\n1 reworded; 1 card\n")
