"""A note that was edited in Anki first, and in flash later, is joined text by text."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from anki.models import ChangeNotetypeRequest
from anki_edits import LATER, AnkiSide, Edit, add, edit_card, only_note, set_fields
from command_runner import Run

KEPT = (
    "'{}' was edited on both sides; the text of flash, the later one, was kept"
    " (flash edit writes another one)\n"
)


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


def rows(sql: str) -> list[Any]:
    with closing(sqlite3.connect("store.db")) as connection:
        return connection.execute(sql).fetchall()


def reversed_type(collection: Collection) -> None:
    models = collection.models
    old, new = models.by_name("Basic"), models.by_name("Basic (and reversed card)")
    info = models.change_notetype_info(
        old_notetype_id=old["id"], new_notetype_id=new["id"]
    )
    request: ChangeNotetypeRequest = info.input
    request.note_ids.append(only_note(collection).id)
    models.change_notetype_of_notes(request)


GAP = "C {{c1::d}} e"
BOTH: dict[str, tuple[str, Edit, list[str], tuple[Any, ...]]] = {
    "the same text": (
        "Basic",
        set_fields("q", "theirs"),
        [KEPT.format("q")],
        (["q", "ours"], []),
    ),
    "another text": ("Basic", set_fields("q2", "a"), [], (["q2", "ours"], [])),
    "a tag": ("Basic", set_fields("q", "a", tags=("t",)), [], (["q", "ours"], ["t"])),
    "another type": ("Basic", reversed_type, [], (["q", "ours"], [])),
    "a gap": (
        "Cloze",
        set_fields("C {{c1::d}} {{c2::e}}", ""),
        [],
        (["Ours {{c1::d}} {{c2::e}}", ""], []),
    ),
    "the words beside": (
        "Cloze",
        set_fields("Theirs {{c1::d}} e", ""),
        [KEPT.format("Ours d e")],
        (["Ours {{c1::d}} e", ""], []),
    ),
}


@pytest.mark.parametrize("first", [(), ("--update-text",)], ids=["plain", "update"])
@pytest.mark.parametrize(
    ("kind", "edit", "said", "expected"), BOTH.values(), ids=BOTH.keys()
)
def test_edits_of_both_sides_stay(
    flash: Run,
    anki: AnkiSide,
    kind: str,
    edit: Edit,
    said: list[str],
    expected: tuple[Any, ...],
    first: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fields = ("q", "a") if kind == "Basic" else (GAP, "")
    flash("import", anki.package(lambda one: add(one, kind, *fields)))
    edited = anki.package(edit)
    if kind == "Basic":
        edit_card(flash, "q", "back: a", "back: ours", monkeypatch)
    else:
        edit_card(flash, "C", "C {{", "Ours {{", monkeypatch)

    err = flash("import", edited, *first)[2]
    flash("import", edited, "--update-text")
    again = flash("import", edited, "--update-text")
    flash("export", "out.apkg")

    assert [line for line in err.splitlines(True) if "both sides" in line] == said
    assert again[2] == "" and "updated" not in again[1]
    assert anki.take("out.apkg") == [expected]
    collection = Collection(str(anki.path))
    in_anki = len(collection.find_cards(""))
    collection.close()
    assert rows("select count(*) from cards where retired = 0") == [(in_anki,)]


def test_an_edit_that_was_undone_here_does_not_come_back(
    flash: Run, anki: AnkiSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("import", anki.package(lambda one: add(one, "Basic", "q", "a")))
    edit_card(flash, "q", "back: a", "back: ours", monkeypatch)
    flash("export", "out.apkg")
    anki.take("out.apkg")

    undone = flash("undo", now=LATER)
    assert undone[0] == 0, undone
    flash("import", anki.package(), "--update-text")

    assert rows("select fields ->> '$.back' from notes") == [("a",)]


def test_tags_of_both_sides_stay_if_anki_is_later(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(lambda one: add(one, "Basic", "q", "a")))
    flash("tag", "add", "ours", "q")

    flash(
        "import", anki.package(set_fields("q", "b", tags=("theirs",))), "--update-text"
    )
    flash("export", "out.apkg")

    assert rows("select tags from notes") == [('["ours","theirs"]',)]
    assert anki.take("out.apkg") == [(["q", "b"], ["ours", "theirs"])]
