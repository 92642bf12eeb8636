"""Edits made in Anki, beside other devices, older packages and undo."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from anki_edits import AnkiSide, add, note_type, set_fields
from command_runner import Run

LATER = "2027-06-01T09:00:00+00:00"
"""After the edits in Anki."""


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    folder.mkdir()
    return folder


def edit(flash: Run, patch: pytest.MonkeyPatch, old: str, new: str, db: str) -> None:
    """Edit the card whose text has some words, in flash."""
    script = Path("editor.sh")
    script.write_text(f"#!/bin/sh\nsed -i 's/{old}/{new}/' \"$1\"\n")
    script.chmod(0o755)
    patch.setenv("VISUAL", str(script.absolute()))
    code, out, err = flash("edit", old, "--db", db, now=LATER)
    assert code == 0, out + err


def start(collection: Collection) -> None:
    note_type(collection, "T", "ABC", "{{A}} / {{B}}")
    add(collection, "T", "question", "answer", "private")


def hidden_first(collection: Collection) -> None:
    """Move the field that no template shows to the front."""
    changed: Any = collection.models.by_name("T")
    collection.models.reposition_field(changed, changed["flds"][2], 0)
    collection.models.update_dict(changed)


def kept_fields() -> list[str]:
    """Return the fields of the only note, as an export writes them."""
    with closing(sqlite3.connect("store.db")) as connection:
        ((fields,),) = connection.execute("select fields from anki_notes")
    return str(fields).split("\x1f")


def sync(flash: Run, *devices: str) -> None:
    for db in devices:
        assert flash("sync", "log", "--db", db, "-y")[0] == 0


def test_hidden_field_takes_back_no_text_of_another_device(
    flash: Run, anki: AnkiSide, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("import", anki.package(start), "--db", "a.db")
    sync(flash, "a.db", "b.db")
    edit(flash, monkeypatch, "answer", "corrected", "b.db")

    edited = set_fields("question", "answer", "other")
    flash("import", anki.package(edited), "--db", "a.db")
    sync(flash, "a.db", "b.db", "a.db")

    for db in ("a.db", "b.db"):
        (card,) = flash.json("list", "--db", db)
        assert card["answer"] == "corrected"


def test_fields_of_another_device_follow_a_later_note_type(
    flash: Run, anki: AnkiSide, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("import", anki.package(start), "--db", "a.db")
    sync(flash, "a.db", "b.db")
    flash("import", anki.package(hidden_first), "--db", "a.db")
    edit(flash, monkeypatch, "answer", "corrected", "b.db")

    sync(flash, "b.db", "a.db", "b.db", "a.db")
    flash("export", "out.apkg", "--db", "a.db", now=LATER)

    assert anki.take("out.apkg") == [(["private", "question", "corrected"], [])]


@pytest.mark.parametrize("words", [(), ("--update-text",)], ids=["plain", "update"])
def test_older_package_brings_no_fields(
    flash: Run, anki: AnkiSide, words: tuple[str, ...]
) -> None:
    first = anki.package(start)
    middle = anki.package(set_fields("question", "answer", "older"))
    newest = anki.package(set_fields("question", "answer", "newest"))
    flash("import", first)
    flash("import", newest, *words)

    flash("import", middle, *words)

    assert kept_fields() == ["question", "answer", "newest"]


def test_undo_puts_fields_back_as_the_note_type_has_them_now(
    flash: Run, anki: AnkiSide
) -> None:
    flash("import", anki.package(start))
    flash(
        "import",
        anki.package(set_fields("question", "new", "private")),
        "--update-text",
    )
    flash("import", anki.package(hidden_first))

    assert flash("undo")[1].startswith("Undid editing")

    assert kept_fields() == ["private", "question", "answer"]


def test_lost_side_suspends_and_a_filled_one_frees(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(lambda one: add(one, "Basic", "q", "a")))

    flash("import", anki.package(set_fields("q", "")), "--update-text")
    (card,) = flash.json("list")
    assert card["suspended"]
    flash("import", anki.package(set_fields("q", "b")), "--update-text")

    (card,) = flash.json("list")
    assert not card["suspended"]
